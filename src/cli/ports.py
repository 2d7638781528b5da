"""The ports of one checkout: wished first, free in any case, and the same again next time."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.errors import UsageRefused
from cli.project import Project
from embedded.ports import free_port, is_free

# Far enough apart that a second checkout's ports do not meet the first one's.
STEP = 10
ATTEMPTS = 20


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where the chat server, the embedded Supabase and its Postgres listen, all on 127.0.0.1."""

    api: int = 8000
    supabase: int = 54321
    postgres: int = 54322


def choose_ports(project: Project) -> Ports:
    """The remembered ports, each moved to a free one where another program listens by now.

    UsageRefused when CLARITY_PORT names a port that is taken: an explicit wish is not moved.
    """
    wished = remembered_ports(project.home)
    api = _explicit_port(project.environment) or _free_from(wished.api)
    supabase = _free_from(wished.supabase, api)
    # While our own Postgres still runs it is adopted with the port it has, and this wish is not used.
    return Ports(api=api, supabase=supabase, postgres=_free_from(wished.postgres, api, supabase))


def remembered_ports(home: Path) -> Ports:
    try:
        return Ports(**json.loads((home / "ports.json").read_text()))
    except (OSError, ValueError, TypeError):
        return Ports()


def remember_ports(home: Path, ports: Ports) -> None:
    (home / "ports.json").write_text(json.dumps(asdict(ports), indent=2) + "\n")


def _explicit_port(environment: Mapping[str, str]) -> int | None:
    text = environment.get("CLARITY_PORT")
    if text is None:
        return None
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise UsageRefused(
            f"CLARITY_PORT is '{text}', which is no port.", hint="Use a number from 1 to 65535."
        )
    if not is_free(int(text)):
        raise UsageRefused(
            f"CLARITY_PORT is {text}, but another program listens there.",
            hint="Stop it, choose another port, or unset CLARITY_PORT to let a free one be found.",
        )
    return int(text)


def _free_from(wished: int, *chosen: int) -> int:
    """The wished port, or one after it, that is free and not among those already chosen."""
    candidates = range(wished, min(wished + STEP * ATTEMPTS, 65536), STEP)
    return next((port for port in candidates if port not in chosen and is_free(port)), None) or free_port()
