"""Calls one tool outside a turn, as a user, and keeps what it did and what the policies said of it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from cli.connection import owner_url
from cli.errors import ClarityCommandError
from cli.model import core_config
from cli.project import current_project
from cli.state import Stack
from core.agents.definition import AgentDefinition
from core.agents.trial import ToolTrial, call_and_explain
from core.db import Row, create_pool, fetch_all
from core.errors import AgentMisconfigured
from core.tools.base import ClarityTool, RunContext
from core.tools.offer import offer_tools
from core.tools.services import ToolAccess, ToolServices
from core.tools.sql_fragments import Statement
from core.types import User


def call_tool(
    stack: Stack, agent: Mapping[str, Any], tool_name: str, user: User, arguments: Mapping[str, Any]
) -> ToolTrial:
    """Calls a tool of a loaded agent (see private.load_agent). A refusal is a result, not an exception.

    Rows that the user may not see are explained too, because whoever runs this owns the database.
    Raises AgentMisconfigured for a tool that cannot be built, ClarityCommandError when there is none.
    """
    config = core_config(current_project().environment)
    definition = AgentDefinition.from_row(agent)

    async def call() -> ToolTrial:
        async with (
            create_pool(stack.server_url, min_size=1, max_size=1) as pool,
            create_pool(owner_url(stack), min_size=1, max_size=1) as owner_pool,
        ):

            async def find_rows(statement: Statement) -> list[Row]:
                return await fetch_all(owner_pool, statement.query, statement.params)

            context = RunContext(
                pool=pool,
                user=user,
                agent_name=definition.agent_name,
                tool_timeout_seconds=config.tool_timeout_seconds,
            )
            services = ToolAccess.of(config).of_agent(is_private=definition.is_private)
            tool = await _find_tool(definition, tool_name, services, context)
            return await call_and_explain(tool, context, arguments, find_rows=find_rows)

    return asyncio.run(call())


async def _find_tool(
    agent: AgentDefinition, name: str, services: ToolServices, context: RunContext
) -> ClarityTool:
    """The tool of that name. Its row has the same name, unless the row gives several tools."""
    rows = [row for row in agent.tools if row.name == name] or agent.tools
    offer = await offer_tools(rows, services, context)
    for tool in offer.tools:
        if tool.name == name:
            return tool
    if reason := offer.refused.get(name):
        raise AgentMisconfigured(reason)
    names = ", ".join(tool.name for tool in offer.tools) or "none"
    raise ClarityCommandError(
        f"{agent.agent_name} has no active tool named '{name}'.", hint=f"There is: {names}."
    )
