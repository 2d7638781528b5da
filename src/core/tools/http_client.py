"""The one door through which tools speak HTTP: to allowed hosts, at checked addresses, within bounds.

A name is resolved once, every address of it is checked, and the connection goes to a checked address, so an
answer that changes in between (DNS rebinding) wins nothing. TLS still proves the name. No connection outlives
its request, so none is ever shared between two callers, or between two names at one address.
"""

import asyncio
import logging
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

import httpx

from core.errors import ToolFailed, ToolInputError
from core.tools.addresses import may_connect
from core.tools.hosts import HostRule, HostRules, Origin, is_address
from core.tools.outbound import Outbound, Resolver

logger = logging.getLogger(__name__)

SAFE_METHODS = frozenset(("GET", "HEAD"))
REDIRECTS = frozenset((301, 302, 303, 307, 308))
MAX_REDIRECTS = 3
# Too busy, or a gateway without its server: soon it may work.
PASSING_STATUSES = frozenset((429, 502, 503, 504))
FIRST_PAUSE_SECONDS = 0.2
# Whoever asks for a longer pause is not worth the model's time.
MAX_PAUSE_SECONDS = 5
# A host with more addresses than this is not more reachable.
MAX_ADDRESSES = 4
# zlib reads a gzip header with this: https://www.zlib.net/manual.html#Advanced, inflateInit2.
GZIP_BITS = 16 + zlib.MAX_WBITS


class GuardedTransport(httpx.AsyncBaseTransport):
    """Connects to allowed origins only. ToolFailed for any other, before a packet is sent."""

    def __init__(self, outbound: Outbound) -> None:
        self._hosts = outbound.hosts
        self._resolve = outbound.resolve
        self._inner = httpx.AsyncHTTPTransport(
            verify=outbound.ssl_context, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        origin = origin_of(request.url)
        addresses = await checked_addresses(origin, allowed(origin, self._hosts), self._resolve)
        last = len(addresses) - 1
        for index, address in enumerate(addresses):
            try:
                return await self._inner.handle_async_request(_pinned(request, origin, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if index == last:
                    raise
        raise httpx.ConnectError(f"{origin.host} has no address.")

    async def aclose(self) -> None:
        await self._inner.aclose()


def origin_of(url: httpx.URL) -> Origin:
    """ToolFailed when the URL is not one that a tool may use: another scheme, a login in it, an odd host."""
    if url.userinfo:
        raise ToolFailed("An address with a login in it is not used.")
    try:
        return Origin.of(f"{url.scheme}://{url.netloc.decode('ascii')}")
    except ValueError as exc:
        raise ToolFailed(f"The address {exc}.") from exc


def allowed(origin: Origin, hosts: HostRules) -> HostRule:
    """The operator's rule for it; ToolFailed when there is none."""
    rule = hosts.rule_for(origin)
    if rule is None:
        raise ToolFailed(f"The operator of this server has not allowed tools to speak to {origin}.")
    return rule


async def checked_addresses(origin: Origin, rule: HostRule, resolve: Resolver) -> Sequence[str]:
    """Where the origin is. ToolFailed if it cannot be found, or any of its addresses is not to be reached."""
    try:
        found = [origin.host] if is_address(origin.host) else await resolve(origin.host, origin.port)
    except (OSError, UnicodeError) as exc:
        raise ToolFailed(f"{origin.host} cannot be found.") from exc
    for address in found:
        # One bad address condemns the name: which of them is used would be the attacker's to choose.
        if not may_connect(ip_address(address.partition("%")[0]), is_vouched=rule.is_vouched):
            logger.warning("A tool was kept from %s, which resolves to %s", origin, address)
            raise ToolFailed(f"{origin} is not on the public internet, so it is not called.")
    return found[:MAX_ADDRESSES]


def _pinned(request: httpx.Request, origin: Origin, address: str) -> httpx.Request:
    """The same request to this address; its Host header and TLS still name the host."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": origin.host},
    )


@dataclass(frozen=True, kw_only=True)
class OutgoingRequest:
    """A whole request. `secret_headers` (lower case) are left behind when a redirect leads elsewhere."""

    method: str
    url: str = field(repr=False)
    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    content: bytes | None = field(default=None, repr=False)
    secret_headers: frozenset[str] = frozenset()

    @property
    def is_safe(self) -> bool:
        return self.method in SAFE_METHODS

    def to_httpx(self) -> httpx.Request:
        return httpx.Request(self.method, self.url, headers=list(self.headers), content=self.content)

    def redirected(self, location: str) -> "OutgoingRequest":
        """The request that a redirect asks for; ToolFailed for an address that is not to be followed."""
        here = httpx.URL(self.url)
        try:
            there = here.join(location).copy_with(fragment=None)
        except (httpx.InvalidURL, ValueError) as exc:
            raise ToolFailed("The service redirects to something that is no address.") from exc
        headers = self.headers
        if origin_of(there) != origin_of(here):
            headers = [(name, value) for name, value in headers if name.lower() not in self.secret_headers]
        return replace(self, url=str(there), headers=headers)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Of one call, with its redirects and repetitions: `timeout_seconds` is for all of it together."""

    timeout_seconds: float
    retries: int
    max_bytes: int


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back. `body` is None for content that is not asked for, such as an image."""

    status: int
    content_type: str
    body: bytes | None = field(repr=False)
    pause_seconds: float = 0


class Unreachable(Exception):
    """The other side could not be reached: nothing was sent."""


class BrokenOff(Exception):
    """The connection was lost before the answer was complete: what was sent may have had its effect."""


async def send(outbound: Outbound, request: OutgoingRequest, limits: Limits) -> Reply:
    """The reply to the request, whatever its status.

    Raises ToolFailed when there is none in time, ToolInputError when it is larger than it may be.
    """
    try:
        async with asyncio.timeout(limits.timeout_seconds):
            return await _with_retries(outbound, request, limits)
    except TimeoutError as exc:
        raise ToolFailed(f"The service did not answer within {limits.timeout_seconds:g} seconds.") from exc
    except Unreachable as exc:
        raise ToolFailed("The service could not be reached.") from exc
    except BrokenOff as exc:
        raise ToolFailed("The service broke off in the middle.") from exc


async def _with_retries(outbound: Outbound, request: OutgoingRequest, limits: Limits) -> Reply:
    pause = FIRST_PAUSE_SECONDS
    for _ in range(limits.retries if request.is_safe else 0):
        try:
            reply = await _with_redirects(outbound, request, limits)
        except (Unreachable, BrokenOff) as exc:
            logger.info("A tool's request is repeated: %s", exc)
        else:
            if reply.status not in PASSING_STATUSES or reply.pause_seconds > MAX_PAUSE_SECONDS:
                return reply
            pause = max(pause, reply.pause_seconds)
        await asyncio.sleep(pause)
        pause *= 2
    return await _with_redirects(outbound, request, limits)


async def _with_redirects(outbound: Outbound, request: OutgoingRequest, limits: Limits) -> Reply:
    """Only a request that changes nothing follows a redirect, and each step is checked like the first."""
    for _ in range(MAX_REDIRECTS + 1):
        reply, location = await _exchange(outbound, request, limits)
        if location is None or not request.is_safe:
            return reply
        request = request.redirected(location)
    raise ToolFailed("The service redirects again and again.")


async def _exchange(outbound: Outbound, request: OutgoingRequest, limits: Limits) -> tuple[Reply, str | None]:
    """One request and its reply, and where a redirect leads."""
    try:
        async with GuardedTransport(outbound) as transport:
            response = await transport.handle_async_request(request.to_httpx())
            try:
                location = response.headers.get("location") if response.status_code in REDIRECTS else None
                reads = location is None and request.method != "HEAD"
                return await _reply(response, limits.max_bytes, reads=reads), location
            finally:
                await response.aclose()
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL) as exc:
        # Its text may hold the address, and with it a secret in the query.
        raise Unreachable(type(exc).__name__) from exc
    except httpx.TransportError as exc:
        raise BrokenOff(type(exc).__name__) from exc


async def _reply(response: httpx.Response, max_bytes: int, *, reads: bool) -> Reply:
    content_type = response.headers.get("content-type", "")
    is_text = reads and is_readable(content_type)
    return Reply(
        status=response.status_code,
        content_type=content_type[:200],
        body=await _body(response, max_bytes) if is_text else None,
        pause_seconds=_pause(response.headers.get("retry-after", "")),
    )


def is_readable(content_type: str) -> bool:
    """Whether it is JSON or text; what names no type is tried."""
    kind = content_type.partition(";")[0].strip().lower()
    return (
        not kind
        or kind.startswith("text/")
        or kind.endswith(("json", "xml", "yaml", "javascript", "x-www-form-urlencoded"))
    )


async def _body(response: httpx.Response, max_bytes: int) -> bytes:
    """The decoded body; ToolInputError as soon as it is longer than `max_bytes`, packed or unpacked."""
    declared = response.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > max_bytes:
        raise _too_large(max_bytes)
    body = bytearray()
    async for chunk in _unpacked(response, max_bytes):
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


async def _unpacked(response: httpx.Response, max_bytes: int) -> AsyncIterator[bytes]:
    """Never more than `max_bytes` + 1 from one chunk, so that a small bomb stays small."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise ToolFailed("The service's answer is packed in a way that was not asked for.")
    unpack = zlib.decompressobj(GZIP_BITS) if encoding == "gzip" else None
    try:
        async for chunk in response.aiter_raw():
            yield unpack.decompress(chunk, max_bytes + 1) if unpack else chunk
    except zlib.error as exc:
        raise ToolFailed("The service's answer is damaged.") from exc
    if unpack and not unpack.eof and response.num_bytes_downloaded:
        raise ToolFailed("The service's answer is damaged: its end is missing.")


def _too_large(max_bytes: int) -> ToolInputError:
    return ToolInputError(f"The service's answer is larger than {max_bytes:,} bytes. Ask for less.")


def _pause(retry_after: str) -> float:
    """The pause in seconds that the service asks for; a date asks for more than we would wait."""
    if retry_after.isdigit():
        return float(retry_after[:6])
    return MAX_PAUSE_SECONDS + 1 if retry_after else 0
