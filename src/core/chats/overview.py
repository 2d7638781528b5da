"""What operators see of all replicas at a glance: turns, errors and usage, summed up by the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from core.db import Pool, database_errors, fetch_one
from core.errors import NotPermitted
from core.types import Usage, User


@dataclass(frozen=True, kw_only=True)
class UsageSum:
    """What one agent, or one user, has used in the days that were asked for.

    `agent_name` None stands for all agents that users keep to themselves, and for those that are gone.
    """

    agent_name: str | None = None
    user_id: UUID | None = None
    email: str | None = None
    turns: int
    usage: Usage
    cost_usd: float

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            agent_name=row.get("agent_name"),
            user_id=UUID(row["user_id"]) if "user_id" in row else None,
            email=row.get("email"),
            turns=row["turns"],
            usage=Usage(input_tokens=row["input_tokens"], output_tokens=row["output_tokens"]),
            cost_usd=row["cost_usd"],
        )


@dataclass(frozen=True, kw_only=True)
class Overview:
    """`last_day` has the turns begun in the last 24 hours by status, `errors` the failed ones by code."""

    running: int
    waiting: int
    last_day: Mapping[str, int]
    errors: Mapping[str, int]
    agents: Sequence[UsageSum]
    users: Sequence[UsageSum]

    @property
    def turns(self) -> int:
        """Turns of the last 24 hours."""
        return sum(self.last_day.values())

    @property
    def error_rate(self) -> float:
        """The share of the last 24 hours' turns that failed, or were broken off by their server; 0 to 1."""
        failed = self.last_day.get("failed", 0) + self.last_day.get("interrupted", 0)
        return failed / self.turns if self.turns else 0


async def read_overview(pool: Pool, user: User, *, days: int) -> Overview:
    """The overview, with usage of the last `days`, today included.

    Raises NotPermitted for a user who is no admin, or DatabaseUnavailable.
    """
    with database_errors():
        row = await fetch_one(
            pool,
            "select private.operator_overview(%(user_id)s, %(days)s) as overview",
            {"user_id": user.id, "days": days},
        )
    if row is None or row["overview"] is None:
        raise NotPermitted("Only an admin may see this.")
    found = row["overview"]
    return Overview(
        running=found["running"],
        waiting=found["waiting"],
        last_day=found["last_day"],
        errors={error["code"]: error["turns"] for error in found["errors"]},
        agents=[UsageSum.from_row(used) for used in found["agents"]],
        users=[UsageSum.from_row(used) for used in found["users"]],
    )
