"""Which agents a user may talk to, and what they may know of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from core.db import Pool, database_errors, fetch_one
from core.errors import AgentNotFound
from core.types import Approval, User


@dataclass(frozen=True, kw_only=True)
class AgentEntry:
    """What everybody may know of an agent; `may_manage` says whether this user may change it.

    `tool_count` counts active tools.
    """

    id: UUID
    agent_name: str
    display_name: str | None
    description: str | None
    is_private: bool
    is_active: bool
    config_version: int
    tool_count: int
    may_manage: bool
    created_at: datetime

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """From the JSON of private.list_agents() and private.read_agent()."""
        values: dict[str, Any] = {name: row[name] for name in AgentEntry.__dataclass_fields__}
        values["id"] = UUID(row["id"])
        values["created_at"] = datetime.fromisoformat(row["created_at"])
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class ToolRow:
    """A row of `agent_tools`, active or not."""

    id: UUID
    name: str
    type: str
    description: str
    config: Mapping[str, Any]
    approval: Approval
    is_active: bool
    order: int

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        values: dict[str, Any] = {**row, "id": UUID(row["id"])}
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class AgentContent:
    """What only those who may change an agent may know of it; `tools` in their order."""

    llm_config: Mapping[str, Any]
    system_prompt: str
    tools: tuple[ToolRow, ...]


async def list_agents(pool: Pool, user: User) -> tuple[AgentEntry, ...]:
    """The active agents that the user may talk to, by name. Raises DatabaseUnavailable."""
    with database_errors():
        row = await fetch_one(pool, "select private.list_agents(%(user)s) as agents", {"user": user.id})
    return tuple(AgentEntry.from_row(agent) for agent in row["agents"]) if row else ()


async def read_agent(pool: Pool, user: User, agent_name: str) -> tuple[AgentEntry, AgentContent | None]:
    """The agent of that name, with its content when the user may change it, though it be inactive then.

    Raises AgentNotFound or DatabaseUnavailable.
    """
    with database_errors():
        row = await fetch_one(
            pool,
            "select private.read_agent(%(user)s, %(name)s) as agent",
            {"user": user.id, "name": agent_name},
        )
    agent = row["agent"] if row else None
    if agent is None:
        raise AgentNotFound(agent_name)
    entry = AgentEntry.from_row(agent)
    return entry, _content(agent) if entry.may_manage else None


def _content(agent: Mapping[str, Any]) -> AgentContent:
    return AgentContent(
        llm_config=agent["llm_config"],
        system_prompt=agent["system_prompt"],
        tools=tuple(ToolRow.from_row(tool) for tool in agent["tools"]),
    )
