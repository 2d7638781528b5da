"""The operator's page over the wire."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from chatServer.metrics import JobFigures, Metrics, ToolFigures
from chatServer.schemas import UsageOut
from core.chats.overview import Overview, UsageSum
from core.services import TurnServices

SLOWEST_TOOLS = 10


class AgentUsage(BaseModel):
    """What one agent used, of all its users."""

    agent_name: str | None = Field(
        description="Null: agents that users keep to themselves, or that are gone."
    )
    turns: int
    usage: UsageOut
    cost_usd: float = Field(description="Of the models whose price is known.")

    @classmethod
    def of(cls, used: UsageSum) -> Self:
        return cls(
            agent_name=used.agent_name,
            turns=used.turns,
            usage=UsageOut.from_usage(used.usage),
            cost_usd=used.cost_usd,
        )


class UserUsage(BaseModel):
    """What one user used, of all agents."""

    user_id: UUID
    email: str | None
    turns: int
    usage: UsageOut
    cost_usd: float = Field(description="Of the models whose price is known.")

    @classmethod
    def of(cls, used: UsageSum) -> Self:
        assert used.user_id is not None  # noqa: S101 - the users' sums have one
        return cls(
            user_id=used.user_id,
            email=used.email,
            turns=used.turns,
            usage=UsageOut.from_usage(used.usage),
            cost_usd=used.cost_usd,
        )


class SlowTool(BaseModel):
    """A tool of a shared agent; those of users' own agents are one, named `private`."""

    agent_name: str
    tool_name: str
    calls: int
    mean_ms: float

    @classmethod
    def of(cls, tool: ToolFigures) -> Self:
        return cls(
            agent_name=tool.agent_name,
            tool_name=tool.tool_name,
            calls=tool.calls,
            mean_ms=round(tool.mean_seconds * 1000, 1),
        )


class JobOut(BaseModel):
    """The last run of a scheduled job."""

    name: str
    ran_at: datetime
    outcome: Literal["done", "skipped", "failed"] = Field(description="`skipped`: the database was away.")
    rows: int = Field(description="How much it dealt with.")
    duration_ms: float
    failures: int = Field(description="Since the server started.")

    @classmethod
    def of(cls, figures: JobFigures) -> Self:
        report = figures.report
        return cls(
            name=report.name,
            ran_at=figures.ran_at,
            outcome=report.outcome,
            rows=report.rows,
            duration_ms=round(report.seconds * 1000, 1),
            failures=figures.failures,
        )


class ServerOut(BaseModel):
    """The one server that answered, since it started."""

    started_at: datetime
    live_runs: int
    executors: int
    executor_hits: int
    executor_misses: int
    executor_evictions: int
    database_connections: int
    database_connections_available: int
    database_requests_waiting: int
    slowest_tools: list[SlowTool]
    jobs: list[JobOut]

    @classmethod
    def of(cls, services: TurnServices, metrics: Metrics) -> Self:
        cache, pool = services.executors, services.pool.get_stats()
        return cls(
            started_at=metrics.started_at,
            live_runs=len(services.runs),
            executors=len(cache),
            executor_hits=cache.statistics.hits,
            executor_misses=cache.statistics.misses,
            executor_evictions=cache.statistics.evictions,
            database_connections=pool.get("pool_size", 0),
            database_connections_available=pool.get("pool_available", 0),
            database_requests_waiting=pool.get("requests_waiting", 0),
            slowest_tools=[SlowTool.of(tool) for tool in metrics.slowest_tools(SLOWEST_TOOLS)],
            jobs=[JobOut.of(figures) for _, figures in sorted(metrics.jobs.items())],
        )


class ErrorCount(BaseModel):
    """Turns of the last 24 hours that ended with an error."""

    code: str
    turns: int


class OperatorOverview(BaseModel):
    """All servers together, but for `server`."""

    running: int = Field(description="Turns that run now.")
    waiting: int = Field(description="Turns that wait for a person's decision.")
    turns_last_day: dict[str, int] = Field(description="Turns begun in the last 24 hours, by status.")
    error_rate: float = Field(description="The share of them that failed or were broken off, 0 to 1.")
    errors: list[ErrorCount] = Field(description="The most frequent of their errors.")
    days: int = Field(description="The days that `agents` and `users` are about, today (UTC) included.")
    agents: list[AgentUsage] = Field(description="The twenty dearest.")
    users: list[UserUsage] = Field(description="The twenty dearest.")
    server: ServerOut

    @classmethod
    def of(cls, overview: Overview, days: int, services: TurnServices, metrics: Metrics) -> Self:
        return cls(
            running=overview.running,
            waiting=overview.waiting,
            turns_last_day=dict(overview.last_day),
            error_rate=overview.error_rate,
            errors=[ErrorCount(code=code, turns=turns) for code, turns in overview.errors.items()],
            days=days,
            agents=[AgentUsage.of(used) for used in overview.agents],
            users=[UserUsage.of(used) for used in overview.users],
            server=ServerOut.of(services, metrics),
        )
