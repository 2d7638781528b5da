"""What one socket, and one user's sockets together, may ask of a server, and how a socket is closed."""

import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from uuid import UUID

from chatServer.auth import LEEWAY_SECONDS
from chatServer.errors import TokenRefused, TooManyNewSockets, TooManySockets
from core.types import User

# A token may name any time; the last one that a datetime can hold is as good as never.
LAST_SECOND = datetime.max.replace(tzinfo=UTC, microsecond=0).timestamp()


class CloseCode(IntEnum):
    """Why the server closes a socket. Below 4000 they are of the WebSocket registry, from there on ours."""

    FRAME_TOO_LARGE = 1009
    SERVER_ERROR = 1011
    SERVER_STOPPING = 1012
    TRY_AGAIN_LATER = 1013
    BAD_FRAMES = 4400
    NOT_AUTHENTICATED = 4401
    TOO_SLOW = 4408
    TOO_MANY = 4429


class SocketEnd(Exception):
    """The socket is to be closed; without a code it is gone already."""

    def __init__(self, code: CloseCode | None, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class SocketLimits:
    """Limits of one server."""

    max_frame_bytes: int = 262_144
    # More than anybody's tabs and devices at one server.
    max_sockets_per_user: int = 20
    # That have yet to say whose they are, of all clients together. After a restart everybody is back at once,
    # and each says so within milliseconds; somebody who never does costs a place for ten seconds.
    max_new_sockets: int = 500

    # A client says who it is right after it has connected; a slow network takes seconds.
    authenticate_seconds: float = 10
    # A client that takes no 48 KiB (what uvicorn lets wait, down to where it goes on) in this time is not
    # reading. It comes back to its runs when it is.
    send_seconds: float = 20
    # Runs that are followed at once. A user may have ten running by default; the rest are finished ones.
    max_streams: int = 50
    # A page that is loaded again attaches to all its runs at once; after that a person types.
    frames_at_once: int = 100
    frames_per_second: float = 20
    # In a row. A client that is right now and then has an error, not a misunderstanding.
    max_mistakes: int = 10


class FrameRate:
    """A bucket of frames: `at_once` fit, and `per_second` are added."""

    def __init__(
        self, *, at_once: int, per_second: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._at_once = at_once
        self._per_second = per_second
        self._clock = clock
        self._left = float(at_once)
        self._looked_at = clock()

    def take(self) -> bool:
        """Takes one; False when there is none."""
        now = self._clock()
        self._left = min(self._at_once, self._left + (now - self._looked_at) * self._per_second)
        self._looked_at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass(frozen=True, kw_only=True)
class SocketIdentity:
    """Who speaks, and until when the token says so."""

    user: User
    expires_at: datetime

    @classmethod
    def of(cls, user: User) -> "SocketIdentity":
        expires = min(float(user.claims["exp"]), LAST_SECOND)
        return cls(user=user, expires_at=datetime.fromtimestamp(expires, UTC))

    def check(self, now: datetime) -> None:
        """Raises TokenRefused once the token has expired."""
        # The same leeway as when it was verified, unless time itself would end within it.
        if now - self.expires_at > timedelta(seconds=LEEWAY_SECONDS):
            raise TokenRefused("The access token has expired. Authenticate with a new one, on this socket.")


class Sockets:
    """The open sockets of one server."""

    def __init__(
        self, limits: SocketLimits, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.limits = limits
        self.now = now
        self._open: Counter[UUID] = Counter()
        self._new = 0

    def __len__(self) -> int:
        """Those whose user is known."""
        return self._open.total()

    @contextmanager
    def new(self) -> Generator[None]:
        """A place for a socket whose user is not known yet. Raises TooManyNewSockets."""
        if self._new >= self.limits.max_new_sockets:
            raise TooManyNewSockets
        self._new += 1
        try:
            yield
        finally:
            self._new -= 1

    @contextmanager
    def held(self, user_id: UUID) -> Generator[None]:
        """One of the user's places, for as long as the block lasts. Raises TooManySockets."""
        if self._open[user_id] >= self.limits.max_sockets_per_user:
            raise TooManySockets
        self._open[user_id] += 1
        try:
            yield
        finally:
            self._open[user_id] -= 1
            if not self._open[user_id]:
                del self._open[user_id]
