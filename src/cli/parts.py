"""The parts that a supervisor watches, and when one that died is started again."""

import math
from collections.abc import Callable
from typing import Protocol

from cli.chat_server import ChatServer
from cli.errors import ClarityCommandError
from embedded.errors import EmbeddedError
from embedded.postgres import EmbeddedPostgres
from embedded.supabase import EmbeddedSupabase

# A part that dies again and again is restarted ever more slowly, until it has lived this long.
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 60.0


class Part(Protocol):
    """Something that runs and can be started again: `name` in the state, `title` to begin a sentence with."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def pid(self) -> int | None: ...
    def is_running(self) -> bool: ...
    def restart(self) -> None: ...


class PostgresPart:
    name = "postgres"
    title = "Postgres"

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        self._postgres = postgres

    @property
    def pid(self) -> int | None:
        return self._postgres.pid

    def is_running(self) -> bool:
        return self._postgres.is_running()

    def restart(self) -> None:
        self._postgres.start()


class GatewayPart:
    name = "gateway"
    title = "The gateway"

    def __init__(self, supabase: EmbeddedSupabase) -> None:
        self._supabase = supabase

    @property
    def pid(self) -> int | None:
        return self._supabase.gateway_pid

    def is_running(self) -> bool:
        return self._supabase.gateway_is_running()

    def restart(self) -> None:
        self._supabase.restart_gateway()


class ChatServerPart:
    name = "chat_server"
    title = "The chat server"

    def __init__(self, server: ChatServer) -> None:
        self._server = server

    @property
    def pid(self) -> int | None:
        return self._server.pid

    def is_running(self) -> bool:
        return self._server.is_running()

    def restart(self) -> None:
        self._server.spawn()


class Watched:
    """A part with what its restarts have cost so far. Times are seconds of a clock that only goes forward."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._pause_seconds = 0.0
        self._restarted_at = -math.inf
        self._restart_at: float | None = None

    def check(self, now: float, tell: Callable[[str], None]) -> bool:
        """Restart the part if it has died and its pause is over; whether that was done now."""
        if self.part.is_running():
            return False
        if self._restart_at is None:
            self._restart_at = now + self._next_pause(now)
            when = f"in {self._pause_seconds:.0f} s" if self._pause_seconds else "now"
            tell(f"{self.part.title} has ended; it is restarted {when}.")
        if now < self._restart_at:
            return False
        self._restart_at, self._restarted_at = None, now
        try:
            self.part.restart()
        except (EmbeddedError, ClarityCommandError, OSError) as exc:
            tell(f"{self.part.title} does not start: {exc}")
        return True

    def _next_pause(self, now: float) -> float:
        """None for a part that was well for a while; else twice the last one."""
        if now - self._restarted_at > HEALTHY_SECONDS:
            self._pause_seconds = 0.0
        else:
            self._pause_seconds = min(max(1.0, self._pause_seconds * 2), LONGEST_PAUSE_SECONDS)
        return self._pause_seconds
