"""A server that is told to stop: it takes no new turns, and those that run may end.

    drain     /ready says 503, a new turn is refused (503, Retry-After) and the port stays open, so that a
              load balancer hears it; running turns, and their streams, have CLARITY_SHUTDOWN_GRACE_SECONDS
    cancel    turns that did not end are cancelled; each stores what it has, and its listeners are told
    close     the port and idle connections close; answers that are still being sent get LAST_WORDS_SECONDS,
              and so do WebSockets, which close by themselves when they carry no stream any more
    lifespan  the clock, tools and pool, which nobody uses any more

uvicorn by itself closes the port first, and cuts streams off before the turns behind them have ended.
"""

import asyncio
import math
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import uvicorn
from fastapi import FastAPI

from chatServer.errors import ServerStopping

if TYPE_CHECKING:
    from chatServer.deps import Server

# The end of a stream is a few events; a client that has not read them by then is not reading.
LAST_WORDS_SECONDS: Final = 5
# How soon a second Ctrl-C is noticed, which wants no grace.
POLL_SECONDS: Final = 0.1


class Draining:
    """Whether one server has been told to stop, and how much of its grace time is left."""

    def __init__(self, *, grace_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._grace_seconds = grace_seconds
        self._clock = clock
        self._deadline: float | None = None
        self._begun = asyncio.Event()

    def begin(self) -> None:
        """From here on no turn is taken, and the grace time runs. A second call changes nothing."""
        if self._deadline is None:
            self._deadline = self._clock() + self._grace_seconds
            self._begun.set()

    def check(self) -> None:
        """Raises ServerStopping once it has begun."""
        if self._deadline is not None:
            raise ServerStopping

    async def begun(self) -> None:
        """Returns once it has begun, for what has no request that could be refused."""
        await self._begun.wait()

    @property
    def remaining_seconds(self) -> float:
        """All of the grace time until it has begun; then what is left of it, at least 0."""
        if self._deadline is None:
            return self._grace_seconds
        return max(0.0, self._deadline - self._clock())


class DrainingServer(uvicorn.Server):
    """Serves `app`, and stops in the order that the module describes."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        server: Server = self._app.state.server
        server.draining.begin()
        await self._end_turns(server)
        left = math.ceil(server.draining.remaining_seconds)
        self.config.timeout_graceful_shutdown = max(LAST_WORDS_SECONDS, left)
        await super().shutdown(sockets)

    async def _end_turns(self, server: "Server") -> None:
        ending = asyncio.create_task(server.services.aclose(server.draining.remaining_seconds))
        while not ending.done() and not self.force_exit:
            await asyncio.wait({ending}, timeout=POLL_SECONDS)
        # What a forced exit leaves running, a later turn finds as a run whose server died.
        ending.cancel()
        await asyncio.wait({ending})
