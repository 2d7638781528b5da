"""An agent's rows as one frozen value, loaded in one query."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from core.db import Pool, database_errors, fetch_one
from core.tools.definition import ToolDefinition


@dataclass(frozen=True, kw_only=True)
class AgentDefinition:
    """A row of `agent_configurations` with its active tools, in their order.

    `owner_id` is None for a shared agent. `config_version` counts the changes of the agent and its tools.
    """

    id: UUID
    agent_name: str
    display_name: str | None
    description: str | None
    llm_config: Mapping[str, Any]
    system_prompt: str
    owner_id: UUID | None
    config_version: int
    tools: tuple[ToolDefinition, ...]

    @property
    def is_private(self) -> bool:
        return self.owner_id is not None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """From the JSON of private.load_agent()."""
        return cls(
            id=UUID(row["id"]),
            agent_name=row["agent_name"],
            display_name=row["display_name"],
            description=row["description"],
            llm_config=row["llm_config"],
            system_prompt=row["system_prompt"],
            owner_id=UUID(row["owner_id"]) if row["owner_id"] else None,
            config_version=row["config_version"],
            tools=tuple(ToolDefinition.from_row(tool) for tool in row["tools"]),
        )


async def load_agent(pool: Pool, *, agent_id: UUID, user_id: UUID | None) -> AgentDefinition | None:
    """The agent as it stands now; None when it is gone, inactive or private to anybody but `user_id`.

    Raises DatabaseUnavailable.
    """
    with database_errors():
        row = await fetch_one(
            pool,
            "select private.load_agent(%(agent_id)s, %(user_id)s) as agent",
            {"agent_id": agent_id, "user_id": user_id},
        )
    return AgentDefinition.from_row(row["agent"]) if row and row["agent"] else None
