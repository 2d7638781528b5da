"""What happens to every request, whatever its route. Pure ASGI, so that streams pass through unbuffered."""

import logging
import re
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatServer.problems import BodyTooLarge, no_address_problem, too_large_problem, unexpected_problem

logger = logging.getLogger(__name__)

REQUEST_ID_HEADER = "X-Request-ID"

# A proxy's id is taken over if it could harm neither a log nor a header.
SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")

# Answers are data. A page that is more says so with a policy of its own.
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class RequestLog:
    """Gives each request an id and one line in the log. Neither message text nor token is ever in it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"] = request_id_of(scope)
        status = 0
        started = perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = state["request_id"]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            user_id = state.get("user_id")
            logger.info(
                "request",
                extra={
                    "method": scope["method"],
                    "path": scope["path"],
                    "status": status,
                    "duration_ms": round((perf_counter() - started) * 1000, 1),
                    "request_id": state["request_id"],
                    "user_id": str(user_id) if user_id else None,
                },
            )


class SecurityHeaders:
    """Adds SECURITY_HEADERS where the answer has not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class UnexpectedErrors:
    """The outermost loop of a request: logs what nobody foresaw, and answers 500 if it still can."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def watch(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:
            connection = HTTPConnection(scope)
            logger.exception("Unexpected error", extra={"request_id": connection.state.request_id})
            if has_started:
                # Too late for a status: the server has to break the connection off.
                raise
            await unexpected_problem(connection)(scope, receive, send)


class SaneAddress:
    """Knows of nothing at an address with the character NUL, which Postgres keeps no name with."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "\0" in scope["path"]:
            await no_address_problem(HTTPConnection(scope))(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class BodyLimit:
    """Refuses a body larger than `max_body_bytes`: by its Content-Length, or while it arrives."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > self._max_body_bytes:
            response = too_large_problem(HTTPConnection(scope), self._max_body_bytes)
            await response(scope, receive, send)
            return
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_body_bytes:
                raise BodyTooLarge(self._max_body_bytes)
            return message

        await self._app(scope, receive_limited, send)


def request_id_of(scope: Scope) -> str:
    """The id that a proxy, or the client, has given it; a new one otherwise."""
    given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
    return given if SANE_REQUEST_ID.fullmatch(given) else str(uuid4())
