"""core.db through a pgbouncer in transaction mode, where all clients share one connection to Postgres."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from core.db import Pool, as_user, create_pool, database_errors, fetch_all, fetch_as_user, fetch_one
from core.errors import DatabaseUnavailable
from core.types import User
from fixtures.databases import Database
from fixtures.people import Person
from fixtures.pgbouncer import PgBouncer, pooling

CLIENTS = 6


@pytest.fixture
def pooler(run_folder: Path, database: Database) -> Iterator[PgBouncer]:
    with pooling(run_folder, database.server_url, default_pool_size="1") as pooler:
        yield pooler


@pytest.fixture
async def pool(pooler: PgBouncer) -> AsyncIterator[Pool]:
    async with create_pool(pooler.url, min_size=CLIENTS, max_size=CLIENTS) as pool:
        await pool.wait()
        yield pool


@pytest.fixture
def users(make_user: Callable[..., Person]) -> list[User]:
    people = [make_user() for _ in range(CLIENTS)]
    return [User(id=person.id, claims=person.claims) for person in people]


async def test_users_on_one_connection_never_meet(pool: Pool, users: list[User]) -> None:
    backends: set[int] = set()

    async def work(user: User) -> list[object]:
        async with as_user(pool, user) as conn:
            await conn.execute("insert into notes (title) values (%(text)s)", {"text": str(user.id)})
            row = await (await conn.execute("select pg_backend_pid() as pid")).fetchone()
            backends.add((row or {})["pid"])
        rows = await fetch_as_user(pool, user, "select title from notes", {}, timeout_seconds=5)
        return [row["title"] for row in rows]

    seen = await asyncio.gather(*(work(user) for user in users for _ in range(5)))

    assert len(backends) == 1
    for user, notes in zip([user for user in users for _ in range(5)], seen, strict=True):
        assert set(notes) == {str(user.id)}
    after = await fetch_one(
        pool,
        """
        select current_user::text as role, current_setting('request.jwt.claims', true) as claims,
               current_setting('statement_timeout') as timeout
        """,
        {},
    )
    assert after == {"role": "clarity_server", "claims": "", "timeout": "0"}


async def test_nothing_is_prepared_that_another_client_would_not_find(pool: Pool, pooler: PgBouncer) -> None:
    prepared = "select count(*) as n from pg_prepared_statements"

    for _ in range(20):
        await fetch_all(pool, "select %(n)s::int", {"n": 1})
    by_core = await fetch_one(pool, prepared, {})
    # What the driver does by itself after a few repeats.
    with psycopg.connect(pooler.url, autocommit=True) as other:
        for _ in range(20):
            other.execute("select %(n)s::int", {"n": 2})
    by_default = await fetch_one(pool, prepared, {})

    assert (by_core, by_default) == ({"n": 0}, {"n": 1})


async def test_the_pooler_lets_nobody_in_by_a_wrong_password(pooler: PgBouncer) -> None:
    wrong = pooler.url.replace("clarity_server:", "clarity_server:not")

    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        await psycopg.AsyncConnection.connect(wrong)


async def test_a_pooler_that_is_gone_is_a_database_that_is_away_until_it_is_back(
    pool: Pool, pooler: PgBouncer
) -> None:
    await asyncio.to_thread(pooler.kill)
    with pytest.raises(DatabaseUnavailable), database_errors():
        await fetch_one(pool, "select 1 as one", {})
    await asyncio.to_thread(pooler.start)

    async with asyncio.timeout(15):
        while (row := await _one(pool)) is None:
            pass
    assert row == {"one": 1}


async def _one(pool: Pool) -> dict[str, int] | None:
    try:
        with database_errors():
            return await fetch_one(pool, "select 1 as one", {})
    except DatabaseUnavailable:
        return None
