"""The one door to Postgres: a pool, and transactions that run as the signed-in user.

The server's own login role, `clarity_server`, may read no user table. `private.become_user` sets, for one
transaction, the role `authenticated` and the user's claims, as PostgREST does; row-level security decides
the rest.
"""

import asyncio
import re
import select
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from typing import Any, LiteralString, TypeAlias
from uuid import UUID

import psycopg
from opentelemetry.trace import Span, SpanKind
from psycopg.pq import PipelineStatus
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from core.errors import DatabaseUnavailable
from core.fast_json import dumps
from core.tracing import is_traced, span
from core.types import User

Row: TypeAlias = dict[str, Any]


class Connection(psycopg.AsyncConnection[Row]):
    """A connection whose wish to stop a statement is said to the end."""

    async def cancel_safe(self, *, timeout: float = 30.0) -> None:  # noqa: ASYNC109
        """As psycopg does it, even when the task that wishes it is cancelled once more.

        Whoever answers a client that has left is cancelled again and again, until it is gone. And pgbouncer
        1.18, which Debian 12 has, ends itself when a request to cancel is broken off.
        """
        await asyncio.shield(super().cancel_safe(timeout=timeout))


Pool: TypeAlias = AsyncConnectionPool[Connection]
Query: TypeAlias = LiteralString | SQL | Composed
Statement: TypeAlias = tuple[Query, Mapping[str, Any]]

# After this the pool gives up on a lost connection and begins afresh for the next request. Its own backoff
# grows to minutes, for which a database that is back would seem away.
RECONNECT_SECONDS = 2

# What a trace calls a statement: the function of ours that it selects, if it does, or else its verb.
VERB = re.compile(r"\s*(\w+)")
FUNCTION = re.compile(r"\bprivate\.\w+")

BECOME_USER_FOR: LiteralString = """
select private.become_user(%(claims)s), set_config('statement_timeout', %(timeout)s, true)
"""
BECOME_USER: LiteralString = "select private.become_user(%(claims)s)"


def create_pool(
    database_url: str, *, min_size: int = 2, max_size: int = 20, timeout_seconds: float = 5
) -> Pool:
    """A pool that is not open yet (`async with pool:`).

    Prepared statements are off, so that it works through a transaction-mode pooler; connections autocommit,
    so that a single statement is a single round trip.
    """
    return AsyncConnectionPool(
        database_url,
        connection_class=Connection,
        min_size=min_size,
        max_size=max_size,
        timeout=timeout_seconds,
        open=False,
        check=_check_unless_idle,
        reconnect_timeout=RECONNECT_SECONDS,
        kwargs={
            "autocommit": True,
            "prepare_threshold": None,
            "row_factory": dict_row,
            "application_name": "clarity",
            "connect_timeout": 5,
        },
    )


def jsonb(value: Any) -> Jsonb:
    """A parameter for jsonb, of what `core.chats.history.storable` has been over if others wrote it."""
    return Jsonb(value, dumps=dumps)


def array(values: Sequence[UUID] | Sequence[int]) -> str:
    """A parameter for uuid[] or integer[]: thousands of them in a tenth of the time that psycopg's own takes.

    Neither has a character that JSON and Postgres quote in different ways.
    """
    return "{" + dumps(list(values))[1:-1].decode() + "}"


async def _check_unless_idle(conn: Connection) -> None:
    """Asks a connection whether it still works, but only if there is something to read from it.

    An idle one is silent. One that is not was most likely ended by the server, as a restart does to all of
    them at once: this costs a system call where asking each time would cost a round trip.
    """
    poller = select.poll()
    poller.register(conn.fileno(), select.POLLIN)
    if poller.poll(0):
        await conn.execute("")


@contextmanager
def database_errors() -> Generator[None]:
    """Raises DatabaseUnavailable for a pool that is exhausted, or a connection that is lost or refused."""
    try:
        yield
    except (PoolTimeout, psycopg.OperationalError) as exc:
        raise DatabaseUnavailable from exc


@asynccontextmanager
async def as_user(pool: Pool, user: User) -> AsyncGenerator[Connection]:
    """A transaction as `user`: committed when the block ends, rolled back when it raises."""
    with _sql_span("transaction"):
        async with pool.connection() as conn, conn.transaction():
            await conn.execute(BECOME_USER, {"claims": jsonb(dict(user.claims))})
            yield conn


async def fetch_as_user(
    pool: Pool,
    user: User,
    query: Query,
    params: Mapping[str, Any],
    *,
    timeout_seconds: float,
    before: Statement | None = None,
) -> list[Row]:
    """The rows of one statement, run as `user` in its own transaction and in one round trip.

    Everything that a pipeline sends before its sync is one implicit transaction, so the identity set first
    holds for the statement and is gone after it. `before` is run first, as the server, in the same
    transaction.
    """
    with _sql_span(query):
        async with pool.connection() as conn:
            async with _pipeline(conn):
                if before:
                    await conn.execute(before[0], before[1])
                await conn.execute(
                    BECOME_USER_FOR,
                    {"claims": jsonb(dict(user.claims)), "timeout": f"{timeout_seconds * 1000:.0f}ms"},
                )
                cursor = await conn.execute(query, params)
            return await cursor.fetchall() if cursor.description else []


@asynccontextmanager
async def _pipeline(conn: Connection) -> AsyncGenerator[None]:
    """Everything in the block goes to the server at once, and a connection that stays in it is closed.

    A task that is cancelled while it enters a pipeline never leaves it (psycopg 3.3). What others sent later
    on that connection would be part of the same transaction, and run as the user who was there first.
    """
    try:
        async with conn.pipeline():
            yield
    finally:
        if conn.pgconn.pipeline_status != PipelineStatus.OFF:
            await conn.close()


async def fetch_all(pool: Pool, query: Query, params: Mapping[str, Any]) -> list[Row]:
    """The rows of one statement, run as the server itself (functions of schema `private` only)."""
    with _sql_span(query):
        async with pool.connection() as conn:
            cursor = await conn.execute(query, params)
            return await cursor.fetchall()


async def fetch_one(pool: Pool, query: Query, params: Mapping[str, Any]) -> Row | None:
    """The first row of fetch_all(), or None."""
    rows = await fetch_all(pool, query, params)
    return rows[0] if rows else None


def _sql_span(query: Query) -> AbstractContextManager[Span]:
    """A span around one round trip, the wait for a connection included; without the statement itself."""
    if not is_traced():
        return span("")
    text = query if isinstance(query, str) else query.as_string(None)
    verb, function = VERB.match(text), FUNCTION.search(text)
    summary = f"select {function[0]}" if function else verb[1] if verb else ""
    return span(summary, {"db.system.name": "postgresql", "db.query.summary": summary}, kind=SpanKind.CLIENT)
