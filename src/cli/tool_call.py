"""Calls one tool outside a turn, as a user, and keeps what it did."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cli.state import Stack
from core.config import CoreConfig
from core.db import create_pool
from core.errors import ToolError
from core.tools.base import RunContext
from core.tools.definition import ToolDefinition
from core.tools.registry import build_tool
from core.types import User


@dataclass(frozen=True, kw_only=True)
class CalledTool:
    """`queries` is the SQL with its values; `result` is what the model would read, an error's text too."""

    queries: list[str]
    status: Literal["success", "error"]
    result: str


def call_tool(
    stack: Stack, agent_name: str, row: Mapping[str, Any], user: User, arguments: Mapping[str, Any]
) -> CalledTool:
    """Calls the tool of a loaded row (see private.load_agent). A refusal is a result, not an exception."""
    tool = build_tool(ToolDefinition.from_row(row))
    queries: list[str] = []

    async def call() -> CalledTool:
        async with create_pool(stack.server_url, min_size=1, max_size=1) as pool:
            context = RunContext(
                pool=pool,
                user=user,
                agent_name=agent_name,
                tool_timeout_seconds=CoreConfig().tool_timeout_seconds,
                on_query=queries.append,
            )
            try:
                result = await tool.invoke_as(context, arguments)
            except ToolError as error:
                return CalledTool(queries=queries, status="error", result=error.message)
            return CalledTool(queries=queries, status="success", result=result)

    return asyncio.run(call())
