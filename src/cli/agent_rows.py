"""Agents and tools as rows, read and written as the database's owner."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from cli.connection import Connection, database_refusals
from cli.errors import ClarityCommandError

LIST_AGENTS = """
select agent.id, agent.agent_name, agent.display_name, agent.description, agent.llm_config,
       agent.system_prompt,
       agent.owner_id, person.email as owner_email, agent.is_active, agent.config_version, agent.updated_at,
       (select count(*) from public.agent_tools tool where tool.agent_id = agent.id) as tool_count
  from public.agent_configurations agent
  left join auth.users person on person.id = agent.owner_id
"""

LIST_TOOLS = """
select id, name, type, description, config, approval, is_active, "order"
  from public.agent_tools
 where agent_id = %(agent_id)s
 order by "order", name
"""

INSERT_TOOL = """
insert into public.agent_tools (agent_id, name, type, description, config, approval)
values (%(agent_id)s, %(name)s, %(type)s, %(description)s, %(config)s, %(approval)s)
"""


@dataclass(frozen=True, kw_only=True)
class NewTool:
    """A row of `agent_tools` that is not inserted yet."""

    name: str
    description: str
    config: Mapping[str, Any]
    approval: str = "auto"
    type: str = "CRUDTool"

    def to_json(self) -> dict[str, Any]:
        row = {
            "name": self.name,
            "type": self.type,
            "description": self.description,
            "config": dict(self.config),
        }
        return {**row, "approval": self.approval}


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A tool row that the database accepts: the agent's tools with it, and what the database warns of."""

    agent: Mapping[str, Any]
    warnings: list[str] = field(default_factory=list[str])


def list_agents(connection: Connection) -> list[dict[str, Any]]:
    """Every agent, the shared ones first."""
    return connection.execute(
        LIST_AGENTS + " order by agent.owner_id is not null, agent.agent_name"
    ).fetchall()


def find_agent(connection: Connection, name: str) -> dict[str, Any]:
    """The agent of that name or id: the shared one, or the private one if only one user has it.

    ClarityCommandError when there is none, or when several users have one.
    """
    agent_id = None
    with suppress(ValueError):
        agent_id = UUID(name)
    query = (
        LIST_AGENTS + " where agent.agent_name = %(name)s or agent.id = %(id)s order by owner_id is not null"
    )
    agents = connection.execute(query, {"name": name, "id": agent_id}).fetchall()
    if not agents:
        raise ClarityCommandError(
            f"There is no agent named '{name}'.", hint="clarity agents list shows them."
        )
    if len(agents) > 1 and agents[0]["owner_id"] is not None:
        raise ClarityCommandError(
            f"{len(agents)} users have an agent named '{name}'.",
            hint="Give its id instead: clarity agents list --json shows them.",
        )
    return agents[0]


def list_tools(connection: Connection, agent_id: UUID) -> list[dict[str, Any]]:
    """Every tool of the agent, inactive ones too, in their order."""
    return connection.execute(LIST_TOOLS, {"agent_id": agent_id}).fetchall()


def load_definition(connection: Connection, agent: Mapping[str, Any]) -> dict[str, Any]:
    """The agent's definition with its active tools and their tables, as a turn loads it."""
    row = connection.execute(
        "select private.load_agent(%(id)s, %(owner_id)s) as agent",
        {"id": agent["id"], "owner_id": agent["owner_id"]},
    ).fetchone()
    if row is None or row["agent"] is None:
        raise ClarityCommandError(f"The agent '{agent['agent_name']}' is not active.")
    return row["agent"]


def active_tools(definition: Mapping[str, Any], name: str | None) -> list[dict[str, Any]]:
    """The tool of that name in a loaded definition, or all of them. ClarityCommandError for none."""
    tools = [tool for tool in definition["tools"] if name in (None, tool["name"])]
    if not tools:
        names = ", ".join(tool["name"] for tool in definition["tools"]) or "none"
        which = f"no active tool named '{name}'" if name else "no active tools"
        raise ClarityCommandError(f"{definition['agent_name']} has {which}.", hint=f"It has: {names}.")
    return tools


def try_tool(connection: Connection, agent: Mapping[str, Any], tool: NewTool) -> Trial:
    """Inserts the row and takes it back. A bad row is a ClarityCommandError with the database's sentence."""
    warnings: list[str] = []

    def remember(notice: psycopg.errors.Diagnostic) -> None:
        hint = f" {notice.message_hint}" if notice.message_hint else ""
        warnings.append(f"{notice.message_primary}{hint}")

    connection.add_notice_handler(remember)
    try:
        with database_refusals(), connection.transaction(force_rollback=True):
            insert_tool(connection, agent, tool)
            definition = load_definition(connection, agent)
    finally:
        connection.remove_notice_handler(remember)
    return Trial(agent=definition, warnings=warnings)


def insert_tool(connection: Connection, agent: Mapping[str, Any], tool: NewTool) -> None:
    row = {**tool.to_json(), "agent_id": agent["id"], "config": Jsonb(dict(tool.config))}
    connection.execute(INSERT_TOOL, row)
