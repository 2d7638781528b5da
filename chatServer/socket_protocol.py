"""uvicorn's WebSockets, with bounds that it leaves out.

- It sends a pong for each ping and keeps the last frames of a client that does not read, without an end: here
  pings have a rate, a pong that would have to wait is left out, and a connection that is closed is gone a few
  seconds later.
- It cuts sockets off as soon as the server is told to stop: here they may say their last words.
- It writes URLs into the log, and at level debug every frame: here a ticket or a token is in neither.

`socket_options` is what uvicorn.Config needs for it.
"""

import logging
from typing import Any, Final

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from chatServer.draining import LAST_WORDS_SECONDS
from chatServer.settings import Settings
from chatServer.socket_limits import CloseCode, FrameRate

# A quiet connection is asked this often whether it is still there, and has as long to answer. Proxies cut
# what is silent for a minute, some for half of one.
PING_SECONDS: Final = 20

# Clients ask a few times a minute. The application never sees a ping, so it cannot count them.
PINGS_AT_ONCE: Final = 100
PINGS_PER_SECOND: Final = 10

# Browsers cut a large message into a few pieces; each piece costs memory, an empty one too.
MAX_FRAGMENTS: Final = 1000

# How long the last frames of a connection that is closed are kept for a client that has yet to read them.
LINGER_SECONDS: Final = 10


class BoundedWebSocketProtocol(WebSocketsSansIOProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = logging.getLogger(__name__)
        self.logger.setLevel(logging.WARNING)
        self.conn.logger = self.logger
        self._pings = FrameRate(at_once=PINGS_AT_ONCE, per_second=PINGS_PER_SECOND)

    def handle_ping(self) -> None:
        if not self._pings.take():
            self._fail(CloseCode.TOO_MANY, "too many pings")
        elif self.writable.is_set():
            super().handle_ping()
        else:
            # RFC 6455, section 5.5.3: it is enough to answer the most recent ping.
            self.conn.data_to_send()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < MAX_FRAGMENTS:
            super().handle_cont(event)
        else:
            self._fail(CloseCode.FRAME_TOO_LARGE, "too many fragments")

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._abort_soon()

    def shutdown(self) -> None:
        """The application knows by itself that the server stops, and says when it is done."""
        if self.handshake_complete and not self.close_sent:
            self.loop.call_later(LAST_WORDS_SECONDS, self._shut_down)
        else:
            super().shutdown()

    def _shut_down(self) -> None:
        if not self.transport.is_closing():
            super().shutdown()

    def _fail(self, code: CloseCode, reason: str) -> None:
        # What came in the same packet may fail too.
        if not self.close_sent:
            self.conn.fail(code, reason)
            self.handle_parser_exception()

    async def send(self, message: ASGISendEvent) -> None:
        if message["type"] == "websocket.close":
            # It is the last that is sent, so it may stand behind what the client has yet to read.
            self.writable.set()
        await super().send(message)

    async def run_asgi(self) -> None:
        try:
            await super().run_asgi()
        finally:
            self._abort_soon()

    def _abort_soon(self) -> None:
        """A closed transport waits for the client to read the rest; one that does not read would stay."""
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)


def socket_options(settings: Settings) -> dict[str, Any]:
    """What uvicorn.Config is told about WebSockets."""
    return {
        "ws": BoundedWebSocketProtocol,
        "ws_max_size": settings.max_body_bytes,
        "ws_ping_interval": PING_SECONDS,
        "ws_ping_timeout": PING_SECONDS,
        # A few bytes can unfold to a thousand times as much, and each connection would keep a dictionary.
        "ws_per_message_deflate": False,
    }
