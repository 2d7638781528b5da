"""An agent's tools without the agent: for a program that brings a model of its own, such as an MCP client.

Nobody can be asked here, so a tool that waits for consent is refused, unless its user always allows it
(`tool_consents`), or has allowed it in `user_tool_preferences`. `ask_after_untrusted` counts as `ask`: what
that model has read, nobody here knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.agents.consent import Consent
from core.agents.executor_cache import ExecutorCache
from core.agents.tool_calls import watched
from core.db import Row, database_errors, fetch_as_user
from core.errors import AgentNotFound, ToolFailed, ToolNotFound
from core.tools.base import ClarityTool, RunContext


@dataclass(frozen=True, kw_only=True)
class Toolbox:
    """The active tools of one agent for one user, by name, and what that user has said about them."""

    caller: RunContext
    tools: Mapping[str, ClarityTool]
    refused: Mapping[str, str]
    consent: Consent

    async def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """What the tool answers. Raises ToolNotFound, or a ToolError with the sentence a model would read."""
        tool = self.tools.get(name)
        if tool is None:
            raise ToolNotFound(self.caller.agent_name, name, reason=self.refused.get(name))
        if self.needs_consent(tool):
            raise ToolFailed(
                f"The tool {name} waits for its user's consent, and nobody can be asked here. "
                "The user can allow it in their settings; then call it again."
            )
        with watched(tool, self.caller):
            return await tool.invoke_as(self.caller, arguments)

    def needs_consent(self, tool: ClarityTool) -> bool:
        """Whether a call would be refused: the row asks, or the user does, and they have not allowed it.

        Unlike in a chat, "auto" of the user loosens a row: there is no other way to say it beforehand.
        """
        is_allowed = self.consent.preferences.get(tool.definition.id) == "auto"
        return not is_allowed and self.consent.is_needed(tool, is_tainted=True)


async def open_toolbox(executors: ExecutorCache, caller: RunContext) -> Toolbox:
    """The toolbox of `caller.agent_name` as its rows stand now.

    Raises AgentNotFound, AgentMisconfigured or DatabaseUnavailable.
    """
    row = await _visible_agent(caller)
    executor = await executors.get(
        caller, agent_id=row["id"], config_version=row["config_version"], customizations=()
    )
    return Toolbox(
        caller=caller,
        tools={tool.name: tool for tool in executor.agent.tools},
        refused=executor.agent.refused_tools,
        consent=Consent(
            preferences={UUID(tool_id): approval for tool_id, approval in row["approvals"].items()},
            standing=frozenset((UUID(tool_id), tool_hash) for tool_id, tool_hash in row["consents"]),
        ),
    )


async def _visible_agent(caller: RunContext) -> Row:
    """The agent and what the user has said, as the user's policies show them; their own agent goes first."""
    with database_errors():
        rows = await fetch_as_user(
            caller.pool,
            caller.user,
            """
            select id, config_version,
                   (select coalesce(jsonb_object_agg(tool_id, approval), '{}')
                      from public.user_tool_preferences) as approvals,
                   (select coalesce(jsonb_agg(jsonb_build_array(tool_id, tool_hash)), '[]')
                      from public.tool_consents) as consents
              from public.agent_configurations
             where agent_name = %(agent_name)s and is_active
             order by owner_id is null
             limit 1
            """,
            {"agent_name": caller.agent_name},
            timeout_seconds=caller.tool_timeout_seconds,
        )
    if not rows:
        raise AgentNotFound(caller.agent_name)
    return rows[0]
