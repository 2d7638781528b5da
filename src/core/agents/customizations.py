"""A user's own instructions for an agent: rows that are read into its prompt with every turn of theirs."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from psycopg.errors import CheckViolation, ForeignKeyViolation

from core.db import Pool, database_errors, fetch_as_user
from core.errors import AgentNotFound, CustomizationNotFound, TooManyCustomizations, UserNotFound
from core.types import User

# A few rows by an index: what takes longer is stuck.
STATEMENT_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Customization:
    """An instruction. Of one agent's, those of higher `priority` come first; an inactive one is only kept."""

    id: UUID
    agent_name: str
    content: str
    priority: int
    is_active: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        return cls(
            id=row["id"],
            agent_name=row["agent_name"],
            content=row["content"],
            priority=row["priority"],
            is_active=row["is_active"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
        )


async def list_customizations(
    pool: Pool, user: User, *, agent_name: str | None, after: UUID | None, limit: int
) -> list[Customization]:
    """The user's instructions, for one agent or all, in the order in which agents read them.

    Begins behind the one named by `after`; with nothing, when that is gone.
    """
    with database_errors():
        rows = await fetch_as_user(
            pool,
            user,
            """
            select id, agent_name, content, priority, is_active, created_at, updated_at
              from public.user_agent_prompt_customizations
             where (%(agent_name)s::text is null or agent_name = %(agent_name)s)
               and (%(after)s::uuid is null or (agent_name, -priority::bigint, created_at, id) > (
                     select agent_name, -priority::bigint, created_at, id
                       from public.user_agent_prompt_customizations where id = %(after)s))
             order by agent_name, -priority::bigint, created_at, id
             limit %(limit)s
            """,
            {"agent_name": agent_name, "after": after, "limit": limit},
            timeout_seconds=STATEMENT_SECONDS,
        )
    return [Customization.from_row(row) for row in rows]


async def add_customization(
    pool: Pool, user: User, *, agent_name: str, content: str, priority: int, is_active: bool
) -> Customization:
    """Raises AgentNotFound, TooManyCustomizations, or UserNotFound when the user is gone."""
    with database_errors(), _refusals():
        rows = await fetch_as_user(
            pool,
            user,
            """
            insert into public.user_agent_prompt_customizations (agent_name, content, priority, is_active)
            select %(agent_name)s, %(content)s, %(priority)s, %(is_active)s
             where exists (select from public.agent_configurations
                            where agent_name = %(agent_name)s and is_active)
            returning id, agent_name, content, priority, is_active, created_at, updated_at
            """,
            {"agent_name": agent_name, "content": content, "priority": priority, "is_active": is_active},
            timeout_seconds=STATEMENT_SECONDS,
        )
    if not rows:
        raise AgentNotFound(agent_name)
    return Customization.from_row(rows[0])


async def change_customization(
    pool: Pool,
    user: User,
    customization_id: UUID,
    *,
    content: str | None = None,
    priority: int | None = None,
    is_active: bool | None = None,
) -> Customization:
    """Changes what is not None. Raises CustomizationNotFound."""
    with database_errors():
        rows = await fetch_as_user(
            pool,
            user,
            """
            update public.user_agent_prompt_customizations
               set content = coalesce(%(content)s, content),
                   priority = coalesce(%(priority)s, priority),
                   is_active = coalesce(%(is_active)s, is_active)
             where id = %(id)s
            returning id, agent_name, content, priority, is_active, created_at, updated_at
            """,
            {"id": customization_id, "content": content, "priority": priority, "is_active": is_active},
            timeout_seconds=STATEMENT_SECONDS,
        )
    if not rows:
        raise CustomizationNotFound
    return Customization.from_row(rows[0])


async def delete_customization(pool: Pool, user: User, customization_id: UUID) -> None:
    """Raises CustomizationNotFound."""
    with database_errors():
        rows = await fetch_as_user(
            pool,
            user,
            "delete from public.user_agent_prompt_customizations where id = %(id)s returning id",
            {"id": customization_id},
            timeout_seconds=STATEMENT_SECONDS,
        )
    if not rows:
        raise CustomizationNotFound


@contextmanager
def _refusals() -> Generator[None]:
    try:
        yield
    except ForeignKeyViolation as exc:
        raise UserNotFound from exc
    except CheckViolation as exc:
        raise TooManyCustomizations from exc
