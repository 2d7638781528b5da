"""What turns need of the process they run in, made once."""

from dataclasses import dataclass

from opentelemetry.trace import Tracer

from core.aftermath import Aftermath
from core.agents.executor_cache import ExecutorCache
from core.agents.models import Models
from core.chats.leases import LeaseKeeper
from core.chats.live_runs import LiveRuns
from core.config import CoreConfig
from core.db import Pool
from core.observer import NOBODY, Observer
from core.tools.base import RunContext
from core.tools.services import ToolAccess
from core.types import User


@dataclass(frozen=True, kw_only=True)
class TurnServices:
    """What turns need, shared by all of one process. `runs` holds their tasks, which nothing else does.

    `observer` is told of what has ended, and a `tracer` keeps spans of it.
    """

    pool: Pool
    config: CoreConfig
    models: Models
    tools: ToolAccess
    executors: ExecutorCache
    runs: LiveRuns
    leases: LeaseKeeper
    aftermath: Aftermath
    observer: Observer = NOBODY
    tracer: Tracer | None = None

    async def aclose(self, grace_seconds: float) -> None:
        """Lets running turns end for a while, then stops them; each stores what it has."""
        await self.runs.stop(grace_seconds)
        await self.leases.stop()
        await self.aftermath.stop()


def create_services(
    pool: Pool, config: CoreConfig, *, models: Models | None = None, tools: ToolAccess | None = None
) -> TurnServices:
    """The services of one process; `models` and `tools` may be stand-ins, for tests.

    ValueError for a setting of the tools that cannot be read.
    """
    models, tools, runs = models or Models(config), tools or ToolAccess.of(config), LiveRuns()
    return TurnServices(
        pool=pool,
        config=config,
        models=models,
        tools=tools,
        executors=ExecutorCache(pool, config, models, tools),
        runs=runs,
        leases=LeaseKeeper(pool, config, runs),
        aftermath=Aftermath(pool, config),
    )


def outside_a_turn(services: TurnServices, user: User, agent_name: str) -> RunContext:
    """What tools need of a request that is no turn."""
    return RunContext(
        pool=services.pool,
        user=user,
        agent_name=agent_name,
        tool_timeout_seconds=services.config.tool_timeout_seconds,
        observer=services.observer,
    )
