"""What the server does while its database is away, empty, or reached by the wrong login."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from chatServer.errors import LoginRefused
from embedded.postgres import EmbeddedPostgres
from fixtures.databases import Database
from fixtures.people import Person
from fixtures.scripted_model import ScriptedChatModel
from fixtures.servers import NO_DATABASE, RunningServer, Serve

pytestmark = pytest.mark.usefixtures("helper")


@pytest.fixture
def ada(make_user: Callable[..., Person]) -> Person:
    return make_user("ada@example.com")


@contextmanager
def closed(cluster: EmbeddedPostgres, database: Database) -> Generator[None]:
    """The database as if it were down: every connection is ended and no new one let in."""
    with psycopg.connect(cluster.url(), autocommit=True) as owner:
        allow = sql.SQL("alter database {name} allow_connections {allowed}")
        name = sql.Identifier(database.name)
        owner.execute(allow.format(name=name, allowed=sql.SQL("false")))
        owner.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %(name)s",
            {"name": database.name},
        )
        try:
            yield
        finally:
            owner.execute(allow.format(name=name, allowed=sql.SQL("true")))


def _with_login(url: str, login: str, password: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{login}:{password}@{parts.hostname}:{parts.port}").geturl()


async def is_ready(server: RunningServer) -> None:
    """Asks /ready, which itself waits for a connection, until it says yes."""
    async with asyncio.timeout(15):
        while (await server.client.get("/ready")).status_code != 200:
            pass


async def test_a_server_with_its_database_is_ready(server: RunningServer) -> None:
    answer = await server.client.get("/ready")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "checks": {"database": "ok", "migrations": "ok", "login": "ok"},
        "refused_tools": [],
    }


async def test_tools_that_cannot_be_run_are_named_and_the_server_is_ready_all_the_same(
    server: RunningServer, owner: psycopg.Connection, make_user: Callable[..., Person]
) -> None:
    owner.execute("create table public.books (title text)")
    owner.execute(
        "insert into agent_configurations (agent_name, owner_id) values ('mine', %(owner_id)s)",
        {"owner_id": make_user().id},
    )
    owner.execute(
        """
        insert into agent_tools (agent_id, name, config)
        select id, 'list_books', '{"table_name": "books", "method": "fetch"}' from agent_configurations
        """
    )
    before = (await server.client.get("/ready")).json()["refused_tools"]
    owner.execute("drop table public.books")

    after = await server.client.get("/ready")

    assert (after.status_code, before) == (200, [])
    # A private agent's tools are its owner's business.
    assert after.json()["refused_tools"] == [
        {"agent": "helper", "tool": "list_books", "reason": "Tool list_books: its table books is gone."}
    ]


async def test_without_its_database_a_turn_is_a_503_and_the_server_lives(serve: Serve, ada: Person) -> None:
    server = await serve(database_url=SecretStr(NO_DATABASE), database_timeout_seconds=0.1)

    turn, ready = await server.say(ada, "Hello"), await server.client.get("/ready")

    for answer in (turn, ready):
        assert answer.status_code == 503
        assert answer.json()["code"] == "database_unavailable"
        assert answer.headers["Retry-After"]
    assert (await server.client.get("/health")).status_code == 200


async def test_it_heals_by_itself_when_its_database_is_back(
    server: RunningServer,
    scripted_model: ScriptedChatModel,
    ada: Person,
    cluster: EmbeddedPostgres,
    database: Database,
) -> None:
    scripted_model.reply("Hello", "Hello again")
    assert (await server.say(ada, "Hello")).status_code == 200

    with closed(cluster, database):
        away = await server.say(ada, "Hello?")
    await is_ready(server)
    back = await server.say(ada, "Hello?")

    assert (away.status_code, away.json()["code"]) == (503, "database_unavailable")
    assert back.status_code == 200


async def test_a_restart_of_the_database_between_two_turns_is_not_noticed(
    server: RunningServer,
    scripted_model: ScriptedChatModel,
    ada: Person,
    cluster: EmbeddedPostgres,
    database: Database,
) -> None:
    scripted_model.reply(*["Hello"] * 10)
    turns = await asyncio.gather(*(server.say(ada, "Hello") for _ in range(5)))
    assert server.services.pool.get_stats()["pool_size"] > 1

    with closed(cluster, database):
        pass
    turns += await asyncio.gather(*(server.say(ada, "Hello again") for _ in range(5)))

    assert [turn.status_code for turn in turns] == [200] * 10


async def test_it_may_start_before_its_database(
    serve: Serve,
    scripted_model: ScriptedChatModel,
    ada: Person,
    cluster: EmbeddedPostgres,
    database: Database,
) -> None:
    scripted_model.reply("At last")
    with closed(cluster, database):
        server = await serve()
        assert (await server.client.get("/ready")).status_code == 503
    await is_ready(server)

    assert (await server.say(ada, "Hello")).json()["response"] == "At last"


async def test_a_database_without_migrations_is_not_ready(serve: Serve, empty_database: Database) -> None:
    server = await serve(database_url=SecretStr(empty_database.server_url))

    answer = await server.client.get("/ready")

    assert (answer.status_code, answer.json()["code"]) == (503, "database_not_migrated")
    assert "clarity migrate" in answer.json()["detail"]


async def test_the_owner_s_login_is_refused_by_name(serve: Serve, database: Database) -> None:
    with pytest.raises(LoginRefused, match=r"'postgres' is a superuser\. .* must log in as 'clarity_server'"):
        await serve(database_url=SecretStr(database.owner_url))


@pytest.mark.parametrize(
    ("grant", "reason"),
    [
        ("alter role {role} bypassrls", "can bypass row-level security"),
        ("grant service_role to {role}", "can bypass row-level security"),
        ("grant {owner} to {role}", "owns the tables"),
    ],
)
async def test_a_login_that_can_step_around_the_policies_is_refused(
    serve: Serve, database: Database, owner: psycopg.Connection, grant: str, reason: str
) -> None:
    role, table_owner = sql.Identifier(f"login_{database.name}"), sql.Identifier(f"owner_{database.name}")
    owner.execute(sql.SQL("create role {role} login noinherit password 'p'").format(role=role))
    owner.execute(sql.SQL("create role {owner}").format(owner=table_owner))
    owner.execute(sql.SQL("alter table tasks owner to {owner}").format(owner=table_owner))
    try:
        owner.execute(sql.SQL(grant).format(role=role, owner=table_owner))  # pyright: ignore[reportArgumentType]
        url = _with_login(database.owner_url, f"login_{database.name}", "p")
        with pytest.raises(LoginRefused, match=reason):
            await serve(database_url=SecretStr(url))
    finally:
        owner.execute("alter table tasks owner to postgres")
        owner.execute(sql.SQL("drop role {role}, {owner}").format(role=role, owner=table_owner))


async def test_a_wrong_login_is_refused_at_the_first_turn_when_the_database_was_away_at_the_start(
    serve: Serve,
    scripted_model: ScriptedChatModel,
    ada: Person,
    cluster: EmbeddedPostgres,
    database: Database,
) -> None:
    with closed(cluster, database):
        server = await serve(database_url=SecretStr(database.owner_url))

    async with asyncio.timeout(15):
        while (answer := await server.say(ada, "Hello")).json()["code"] == "database_unavailable":
            pass

    assert (answer.status_code, answer.json()["code"]) == (503, "login_refused")
    assert scripted_model.requests == []
