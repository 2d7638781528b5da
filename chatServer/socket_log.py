"""One line in the log for each WebSocket, when it is over: neither its text, nor its token, nor its query."""

import logging
from time import perf_counter
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatServer.middleware import REQUEST_ID_HEADER, request_id_of

logger = logging.getLogger(__name__)


class SocketLog:
    """Gives each WebSocket an id, as RequestLog does a request, counts its messages and logs how it ended.

    `close_code` is whoever's came first, the client's or the server's; 1006 when neither said a word. A
    socket that was never opened has the HTTP `status` of its refusal instead.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"] = request_id_of(scope)
        counts = _Counts()

        async def receive_counted() -> Message:
            message = await receive()
            counts.received(message)
            return message

        async def send_counted(message: Message) -> None:
            counts.sent(message)
            if message["type"] in ("websocket.accept", "websocket.http.response.start"):
                message.setdefault("headers", [])
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = state["request_id"]
            await send(message)

        started = perf_counter()
        try:
            await self._app(scope, receive_counted, send_counted)
        finally:
            user_id = state.get("user_id")
            logger.info(
                "socket",
                extra={
                    "path": scope["path"],
                    "duration_ms": round((perf_counter() - started) * 1000, 1),
                    **counts.facts(),
                    "request_id": state["request_id"],
                    "user_id": str(user_id) if user_id else None,
                },
            )


class _Counts:
    def __init__(self) -> None:
        self._frames_in = 0
        self._frames_out = 0
        self._is_open = False
        self._close_code: int | None = None
        self._status: int | None = None

    def received(self, message: Message) -> None:
        if message["type"] == "websocket.receive":
            self._frames_in += 1
        elif message["type"] == "websocket.disconnect":
            self._closed(message.get("code"))

    def sent(self, message: Message) -> None:
        match message["type"]:
            case "websocket.accept":
                self._is_open = True
            case "websocket.send":
                self._frames_out += 1
            case "websocket.close" if self._is_open:
                self._closed(message.get("code"))
            case "websocket.close":
                self._status = 403
            case "websocket.http.response.start":
                self._status = message["status"]
            case _:
                pass

    def facts(self) -> dict[str, int | None]:
        if self._status is not None:
            return {"status": self._status}
        return {
            "frames_in": self._frames_in,
            "frames_out": self._frames_out,
            "close_code": 1006 if self._close_code is None else self._close_code,
        }

    def _closed(self, code: int | None) -> None:
        if self._close_code is None:
            self._close_code = 1005 if code is None else code
