"""Speaking to a remote MCP server over streamable HTTP, through the guarded door, as one caller.

Each exchange has a connection of its own, so none is ever shared between two callers. Both eras of the
protocol are spoken: the stateless one, and the older one that begins with a handshake.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, cast

import httpx2
import mcp_types
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import TypeAdapter, ValidationError

from core.errors import ToolError, ToolFailed, ToolInputError
from core.tools.credentials import Attachment, redacted
from core.tools.mcp_listing import Listing
from core.tools.mcp_names import described
from core.tools.mcp_results import storable
from core.tools.mcp_transport import BridgedTransport
from core.tools.outbound import Outbound

logger = logging.getLogger(__name__)

# A server with more tools than this is cut off: no model chooses well among them.
MAX_TOOLS = 128
MAX_PAGES = 8
# Of what a server says about an error, to be read by a model.
MAX_ERROR_CHARS = 600
# The SDK's word for asking the server which era it speaks.
ANY_ERA = "auto"

CALL_RESULT: TypeAdapter[mcp_types.CallToolResult | mcp_types.InputRequiredResult] = TypeAdapter(
    mcp_types.CallToolResult | mcp_types.InputRequiredResult
)


@dataclass(frozen=True, kw_only=True)
class MCPServer:
    """A remote server, as the credentials in `attachment` reach it. `place` is its origin, for people."""

    url: str = field(repr=False)
    place: str
    headers: Mapping[str, str]
    outbound: Outbound = field(repr=False)
    attachment: Attachment

    async def list_tools(self, *, timeout_seconds: float) -> Listing:
        """At most MAX_TOOLS of its tools. Raises ToolFailed when they are not to be had in time."""
        tools: list[mcp_types.Tool] = []
        async with self._connected(ANY_ERA, timeout_seconds) as client:
            cursor: str | None = None
            for _ in range(MAX_PAGES):
                page = await client.list_tools(cursor=cursor)
                tools += page.tools
                cursor = page.next_cursor
                if cursor is None or len(tools) >= MAX_TOOLS:
                    break
            era = client.protocol_version
        return Listing(
            era=era if era in MODERN_PROTOCOL_VERSIONS else "legacy",
            tools=tuple(described(tools[:MAX_TOOLS])),
        )

    async def call_tool(
        self, name: str, arguments: Mapping[str, Any], *, era: str, timeout_seconds: float
    ) -> mcp_types.CallToolResult:
        """What the tool gave, an error of its own included. Raises ToolInputError or ToolFailed."""
        async with self._connected(era, timeout_seconds) as client:
            result = await _call(client, name, arguments)
        if isinstance(result, mcp_types.InputRequiredResult):
            raise ToolFailed(f"The tool asks for something that only a person could answer ({self.place}).")
        return result

    @asynccontextmanager
    async def _connected(self, era: str, timeout_seconds: float) -> AsyncGenerator[Client]:
        url = httpx2.URL(self.url).copy_merge_params(dict(self.attachment.query))
        with self._failures(timeout_seconds):
            async with (
                asyncio.timeout(timeout_seconds),
                httpx2.AsyncClient(
                    transport=BridgedTransport(self.outbound),
                    headers={**self.headers, **self.attachment.headers},
                    timeout=None,
                ) as http,
                Client(
                    streamable_http_client(str(url), http_client=http),
                    mode=era,
                    cache=None,
                    client_info=mcp_types.Implementation(name="clarity", version=version("clarity-agents")),
                ) as client,
            ):
                yield client

    @contextmanager
    def _failures(self, timeout_seconds: float) -> Generator[None]:
        """Everything that can go wrong on the way, as a ToolError that names no secret."""
        try:
            yield
        except TimeoutError as exc:
            raise ToolFailed(
                f"The MCP server {self.place} did not answer within {timeout_seconds:g} seconds."
            ) from exc
        except (ExceptionGroup, MCPError, httpx2.HTTPError, ValidationError) as exc:
            leaves = list(_leaves(exc))
            logger.info("The MCP server %s failed: %s", self.place, [type(leaf).__name__ for leaf in leaves])
            found = self._failure(leaves)
            if found is None:
                raise
            error, cause = found
            raise error from cause

    def _failure(self, leaves: list[Exception]) -> tuple[ToolError, Exception] | None:
        """The most telling error, and its cause; None for one that nobody foresaw."""
        for leaf in leaves:
            if isinstance(leaf, ToolError):
                return type(leaf)(redacted(leaf.message, self.attachment.secrets)), leaf
        for leaf in leaves:
            if isinstance(leaf, MCPError) and leaf.code != mcp_types.PARSE_ERROR:
                kind = ToolInputError if leaf.code == mcp_types.INVALID_PARAMS else ToolFailed
                said = storable(redacted(leaf.message, self.attachment.secrets))[:MAX_ERROR_CHARS]
                return kind(f"The MCP server {self.place} reports an error: {said}"), leaf
        for leaf in leaves:
            if isinstance(leaf, httpx2.HTTPError):
                return ToolFailed(f"The MCP server {self.place} cannot be reached right now."), leaf
            if isinstance(leaf, ValidationError | MCPError):
                said = f"The MCP server {self.place} answers with something that is not MCP."
                return ToolFailed(said), leaf
        return None


async def _call(
    client: Client, name: str, arguments: Mapping[str, Any]
) -> mcp_types.CallToolResult | mcp_types.InputRequiredResult:
    """Like Client.call_tool, without listing the tools after each call to check what the model only reads."""
    request = mcp_types.CallToolRequest(
        params=mcp_types.CallToolRequestParams(name=name, arguments=dict(arguments))
    )
    try:
        return await client.session.send_request(request, CALL_RESULT)
    except MCPError as exc:
        if exc.code != mcp_types.HEADER_MISMATCH:
            raise
    # Some arguments go into headers too, as the tool's schema says: it was not asked for yet.
    await client.list_tools()
    return await client.session.send_request(request, CALL_RESULT)


def _leaves(error: Exception) -> Iterator[Exception]:
    if isinstance(error, ExceptionGroup):
        for part in cast("ExceptionGroup[Exception]", error).exceptions:
            yield from _leaves(part)
    else:
        yield error
