"""The MCP side of one server. It is loaded when somebody first speaks MCP: a seventh of the time to start."""

import asyncio
from contextlib import AsyncExitStack
from importlib import import_module
from typing import TYPE_CHECKING

from starlette.responses import Response

from core.agents.toolbox import Toolbox

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager


class MCPHost:
    """Answers MCP requests. Close it with `aclose`; requests that still run then are stopped."""

    def __init__(self, max_body_bytes: int) -> None:
        self._max_body_bytes = max_body_bytes
        self._stack = AsyncExitStack()
        self._loading: asyncio.Task[StreamableHTTPSessionManager] | None = None

    async def response(self, toolbox: Toolbox) -> Response:
        """What the MCP SDK answers to the request that this is returned for, with this toolbox."""
        self._loading = self._loading or asyncio.create_task(self._load())
        # Shielded: a client that leaves must not take away what others wait for.
        manager = await asyncio.shield(self._loading)
        from chatServer.mcp_server import MCPResponse

        return MCPResponse(manager, toolbox)

    async def aclose(self) -> None:
        if self._loading:
            await asyncio.wait({self._loading})
        await self._stack.aclose()

    async def _load(self) -> "StreamableHTTPSessionManager":
        # In a thread, because turns stream meanwhile.
        await asyncio.to_thread(import_module, "chatServer.mcp_server")
        from chatServer.mcp_server import open_mcp

        return await self._stack.enter_async_context(open_mcp(self._max_body_bytes))
