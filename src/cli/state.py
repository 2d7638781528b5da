"""What runs from a checkout: `.clarity/state.json`, written by `clarity up` (mode 0600: it has passwords)."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from cli.errors import NothingRuns
from cli.processes import ProcessId

Mode = Literal["embedded", "hosted"]


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A Supabase with everything that commands need to reach it.

    `owner_url` is the database owner's connection URL, None when only the server's login is known;
    `server_url` is clarity_server's. `jwt_secret` is None where tokens are signed with asymmetric keys.
    """

    mode: Mode
    supabase_url: str
    publishable_key: str
    owner_url: str | None = field(repr=False)
    server_url: str = field(repr=False)
    jwt_secret: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class State:
    """What a running `clarity up` has started: `supervisor` is itself, `processes` its parts by name."""

    supervisor: ProcessId
    processes: Mapping[str, ProcessId]
    api_url: str
    stack: Stack

    @property
    def is_running(self) -> bool:
        return self.supervisor.find() is not None

    def write(self, home: Path) -> None:
        """Replaces the file in one step, so that a reader never sees half of it."""
        partial = home / "state.json.partial"
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=2)
        partial.replace(_file(home))

    @classmethod
    def read(cls, home: Path) -> Self | None:
        """The last state written, of a run that may be over; None when there is none that can be read."""
        try:
            return cls._from_json(json.loads(_file(home).read_text()))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @classmethod
    def _from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(
            supervisor=ProcessId(**value["supervisor"]),
            processes={name: ProcessId(**process) for name, process in value["processes"].items()},
            api_url=value["api_url"],
            stack=Stack(**value["stack"]),
        )


def forget_state(home: Path) -> None:
    _file(home).unlink(missing_ok=True)


def running_state(home: Path) -> State:
    """The state of what runs now. Raises NothingRuns."""
    state = State.read(home)
    if state is None or not state.is_running:
        raise NothingRuns
    return state


def _file(home: Path) -> Path:
    return home / "state.json"
