"""Agents as MCP servers: the tools of one agent, as the user of the bearer token, over streamable HTTP.

Stateless: a request brings its token and names its agent, so any replica answers it, and a changed row shows
at the next request. Who asks, and what the agent's toolbox holds, routes/mcp.py has found out before.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import mcp_types
from langchain_core.utils.function_calling import convert_to_openai_tool
from mcp import MCPError
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chatServer.openapi import TITLE, VERSION
from core.agents.toolbox import Toolbox
from core.errors import ToolError, ToolNotFound
from core.tools.base import ClarityTool

logger = logging.getLogger(__name__)

Context: TypeAlias = ServerRequestContext[Any, Request]

INSTRUCTIONS = (
    "The tools of one agent. Each call is made as the signed-in user: what it reads and changes is what the "
    "database's policies let this user read and change."
)


@asynccontextmanager
async def open_mcp(max_body_bytes: int) -> AsyncGenerator[StreamableHTTPSessionManager]:
    """Serves both eras of the protocol; requests that still run when the block ends are stopped."""
    mcp = _create_mcp(max_body_bytes)
    is_open, is_over = asyncio.Event(), asyncio.Event()

    async def serve() -> None:
        async with mcp.run():
            is_open.set()
            await is_over.wait()

    # A task of its own, because a task group must be left by the task that entered it.
    task = asyncio.create_task(serve())
    await is_open.wait()
    try:
        yield mcp
    finally:
        is_over.set()
        await task


def _create_mcp(max_body_bytes: int) -> StreamableHTTPSessionManager:
    server: Server[dict[str, Any]] = Server(
        "clarity",
        title=TITLE,
        version=VERSION,
        instructions=INSTRUCTIONS,
        on_list_tools=_list_tools,
        on_call_tool=_call_tool,
        # No argument is repeated in a header, so no list has to be made to check that before each call.
        get_tool_input_schema=lambda _: None,
    )
    return StreamableHTTPSessionManager(server, stateless=True, max_request_body_size=max_body_bytes)


class MCPResponse(Response):
    """The MCP SDK's own answer to the request, with this toolbox."""

    def __init__(self, mcp: StreamableHTTPSessionManager, toolbox: Toolbox) -> None:
        super().__init__()
        self._mcp = mcp
        self._toolbox = toolbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        Request(scope).state.toolbox = self._toolbox
        await self._mcp.handle_request(scope, receive, send)


def _toolbox(context: Context) -> Toolbox:
    assert context.request is not None  # noqa: S101 - this server speaks HTTP only
    return context.request.state.toolbox


async def _list_tools(
    context: Context, params: mcp_types.PaginatedRequestParams | None
) -> mcp_types.ListToolsResult:
    tools = _toolbox(context).tools.values()
    return mcp_types.ListToolsResult(tools=[_described(tool) for tool in tools])


async def _call_tool(context: Context, params: mcp_types.CallToolRequestParams) -> mcp_types.CallToolResult:
    try:
        return _result(await _toolbox(context).call(params.name, params.arguments or {}))
    except ToolNotFound as exc:
        raise MCPError(mcp_types.INVALID_PARAMS, exc.message) from exc
    except ToolError as exc:
        return _result(exc.message, is_error=True)
    except Exception:
        # The outermost loop of a call, as the middleware's of a turn: what it was is in the log.
        logger.exception("Tool %s failed", params.name)
        return _result("The tool failed for a reason of its own. Do not call it again.", is_error=True)


def _result(text: str, *, is_error: bool = False) -> mcp_types.CallToolResult:
    content = mcp_types.TextContent(type="text", text=text)
    return mcp_types.CallToolResult(content=[content], is_error=is_error)


def _described(tool: ClarityTool) -> mcp_types.Tool:
    return mcp_types.Tool(
        name=tool.name,
        description=tool.description,
        input_schema=convert_to_openai_tool(tool)["function"]["parameters"],
        annotations=mcp_types.ToolAnnotations(
            read_only_hint=tool.is_read_only, destructive_hint=tool.is_destructive
        ),
    )
