"""Identity enters once per transaction and is gone after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import psycopg
import pytest
from psycopg import sql

from core.db import Pool, as_user, create_pool, database_errors, fetch_as_user, fetch_one
from core.errors import DatabaseUnavailable
from core.types import User
from fixtures.databases import Database
from fixtures.waiting import eventually

WHO = "select current_user::text as role, auth.uid() as id"


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    # One connection, so that whatever one use left behind would meet the next.
    async with create_pool(database.server_url, min_size=1, max_size=1) as pool:
        yield pool


async def test_a_transaction_runs_as_the_user_and_leaves_no_trace(pool: Pool, user: User) -> None:
    async with as_user(pool, user) as conn:
        during = await (await conn.execute(WHO)).fetchone()

    after = await fetch_one(
        pool, "select current_user::text as role, current_setting('request.jwt.claims', true) as claims", {}
    )

    assert during == {"role": "authenticated", "id": user.id}
    assert after == {"role": "clarity_server", "claims": ""}


async def test_one_statement_runs_as_the_user_and_leaves_no_trace(pool: Pool, user: User) -> None:
    rows = await fetch_as_user(pool, user, WHO, {}, timeout_seconds=5)

    after = await fetch_one(
        pool, "select current_user::text as role, current_setting('statement_timeout') as timeout", {}
    )

    assert rows == [{"role": "authenticated", "id": user.id}]
    assert after == {"role": "clarity_server", "timeout": "0"}


async def test_a_refused_statement_leaves_no_trace_and_no_broken_connection(pool: Pool, user: User) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        await fetch_as_user(
            pool, user, "insert into notes (content) values ('kept?') returning 1 / 0", {}, timeout_seconds=5
        )

    rows = await fetch_as_user(pool, user, "select count(*) as n from notes", {}, timeout_seconds=5)
    after = await fetch_one(pool, "select current_user::text as role", {})

    assert rows == [{"n": 0}]
    assert after == {"role": "clarity_server"}


async def test_a_task_that_is_cancelled_at_any_moment_leaves_no_transaction_behind(
    pool: Pool, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy loop psycopg lets others go first in more places: in each of them a task may be cancelled.
    monkeypatch.setattr("psycopg.waiting.MAX_BUSY_TIME", 0)
    for steps in range(20):
        task = asyncio.create_task(fetch_as_user(pool, user, WHO, {}, timeout_seconds=5))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

        await fetch_one(pool, "select set_config('clarity.left', 'behind', true)", {})
        after = await fetch_one(
            pool,
            "select current_user::text as role, coalesce(current_setting('clarity.left', true), '') as there",
            {},
        )

        assert after == {"role": "clarity_server", "there": ""}, steps


async def test_a_statement_is_stopped_however_often_its_task_is_cancelled(
    pool: Pool, owner: psycopg.Connection
) -> None:
    def is_running() -> bool:
        row = owner.execute(
            "select from pg_stat_activity where state = 'active' and query = 'select pg_sleep(60)'"
        ).fetchone()
        return row is not None

    task = asyncio.create_task(fetch_one(pool, "select pg_sleep(60)", {}))
    await asyncio.to_thread(eventually, is_running)
    # As whoever answers a client that has left is cancelled.
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)

    await asyncio.to_thread(eventually, lambda: not is_running())


async def test_a_statement_that_takes_too_long_is_stopped(pool: Pool, user: User) -> None:
    with pytest.raises(psycopg.errors.QueryCanceled):
        await fetch_as_user(pool, user, "select pg_sleep(10)", {}, timeout_seconds=0.05)


async def test_the_server_itself_may_read_no_table_of_the_api(pool: Pool, owner: psycopg.Connection) -> None:
    tables = owner.execute(
        "select tablename from pg_tables where schemaname in ('public', 'auth')"
    ).fetchall()

    assert len(tables) > 10
    for (table,) in tables:
        schema = (
            "public"
            if owner.execute("select to_regclass('public.' || quote_ident(%(t)s))", {"t": table}).fetchone()
            != (None,)
            else "auth"
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await fetch_one(pool, sql.SQL("select 1 from {}").format(sql.Identifier(schema, table)), {})


async def test_a_user_cannot_call_what_is_the_servers_alone(pool: Pool, user: User) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await fetch_as_user(
            pool,
            user,
            "select private.load_agent(gen_random_uuid(), gen_random_uuid())",
            {},
            timeout_seconds=5,
        )


async def test_a_database_that_is_away_is_named_as_such() -> None:
    pool = create_pool("postgresql://nobody:none@127.0.0.1:1/none", min_size=0, timeout_seconds=0.2)
    async with pool:
        with pytest.raises(DatabaseUnavailable), database_errors():
            await fetch_one(pool, "select 1", {})
