"""The guarded door of core.tools.http_client for the MCP SDK, whose HTTP library is httpx2."""

from collections.abc import AsyncIterator

import httpx
import httpx2

from core.errors import ToolFailed
from core.tools.http_client import GuardedTransport
from core.tools.outbound import Outbound

# Of one reply. Far more than a model could read, far less than would hurt the server.
MAX_REPLY_BYTES = 4_000_000
REFUSED_STATUSES = frozenset((401, 403))


class BridgedTransport(httpx2.AsyncBaseTransport):
    """Sends httpx2's requests through a GuardedTransport.

    Raises ToolFailed, before a packet is sent, for an origin that is not allowed; and when the server refuses
    the credentials, packs its reply or sends more than MAX_REPLY_BYTES.
    """

    def __init__(self, outbound: Outbound) -> None:
        self._guarded = GuardedTransport(outbound)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await self._guarded.handle_async_request(await _translated(request))
        except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
            # Its text may hold the address, and with it a secret in the query.
            raise httpx2.ConnectError(type(exc).__name__) from None
        except httpx.TransportError as exc:
            raise httpx2.ReadError(type(exc).__name__) from None
        if response.status_code in REFUSED_STATUSES or response.headers.get("content-encoding"):
            await response.aclose()
            raise ToolFailed(_refusal(response))
        return httpx2.Response(response.status_code, headers=response.headers.raw, stream=_Bounded(response))

    async def aclose(self) -> None:
        await self._guarded.aclose()


class _Bounded(httpx2.AsyncByteStream):
    """A reply's body, up to MAX_REPLY_BYTES."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        try:
            async for chunk in self._response.aiter_raw():
                received += len(chunk)
                if received > MAX_REPLY_BYTES:
                    raise ToolFailed(f"The MCP server's answer is larger than {MAX_REPLY_BYTES:,} bytes.")
                yield chunk
        except httpx.TransportError as exc:
            raise httpx2.ReadError(type(exc).__name__) from None

    async def aclose(self) -> None:
        await self._response.aclose()


async def _translated(request: httpx2.Request) -> httpx.Request:
    headers = httpx.Headers(request.headers.raw)
    # Nothing packed: so no small reply can unpack into a large one.
    headers["accept-encoding"] = "identity"
    return httpx.Request(
        request.method,
        str(request.url),
        headers=headers,
        content=await request.aread(),
        extensions=request.extensions,
    )


def _refusal(response: httpx.Response) -> str:
    if response.status_code in REFUSED_STATUSES:
        return f"The MCP server refused the credentials (status {response.status_code})."
    return "The MCP server's answer is packed in a way that was not asked for."
