"""Whether what should run really does: each part is asked, not looked up in a file."""

from dataclasses import dataclass

import httpx
import psycopg
from psycopg.conninfo import conninfo_to_dict

from cli.chat_server import is_ready
from cli.state import State

TIMEOUT_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Health:
    """One part: `pid` is None for what runs elsewhere."""

    name: str
    is_well: bool
    where: str
    pid: int | None


def check(state: State) -> list[Health]:
    """The parts of a running Clarity, the chat server first."""
    stack = state.stack
    pids = {name: process.pid for name, process in state.processes.items()}
    return [
        Health(
            name="chat server",
            is_well=is_ready(state.api_url),
            where=state.api_url,
            pid=pids.get("chat_server"),
        ),
        Health(
            name="Supabase",
            is_well=supabase_answers(stack.supabase_url, stack.publishable_key),
            where=stack.supabase_url,
            pid=pids.get("gateway"),
        ),
        Health(
            name="Postgres",
            is_well=database_answers(stack.server_url),
            where=database_address(stack.server_url),
            pid=pids.get("postgres"),
        ),
    ]


def supabase_answers(url: str, publishable_key: str) -> bool:
    """Whether Supabase Auth answers there; any answer but a server's error counts."""
    try:
        response = httpx.get(
            f"{url}/auth/v1/health", headers={"apikey": publishable_key}, timeout=TIMEOUT_SECONDS
        )
    except httpx.HTTPError:
        return False
    return not response.is_server_error


def database_answers(url: str) -> bool:
    """Whether a connection with this login can be opened."""
    try:
        psycopg.connect(url, connect_timeout=TIMEOUT_SECONDS).close()
    except psycopg.OperationalError:
        return False
    return True


def database_address(url: str) -> str:
    """host:port/database, without a login."""
    parts = conninfo_to_dict(url)
    return f"{parts.get('host')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"
