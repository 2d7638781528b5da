"""DELETE /api/account: somebody leaves, and only they."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import psycopg
import pytest

from fixtures.people import Person, act_as
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.servers import JWT_SECRET, RunningServer

pytestmark = pytest.mark.usefixtures("helper")


def token(person: Person, *, issued_ago: timedelta = timedelta(), **claims: Any) -> str:
    now = datetime.now(UTC)
    times = {"iat": now - issued_ago, "exp": now + timedelta(hours=1)}
    return jwt.encode({**person.claims, **times, **claims}, JWT_SECRET, algorithm="HS256")


def signed_in(at: datetime) -> list[dict[str, Any]]:
    return [{"method": "password", "timestamp": int(at.timestamp())}]


async def leave(server: RunningServer, access_token: str | None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {access_token}"} if access_token else {}
    return await server.client.delete("/api/account", headers=headers)


def users(owner: psycopg.Connection) -> set[Any]:
    return {row[0] for row in owner.execute("select id from auth.users").fetchall()}


async def test_who_leaves_takes_everything_of_theirs_along_and_nothing_of_others(
    server: RunningServer,
    scripted_model: ScriptedChatModel,
    make_user: Callable[..., Person],
    make_agent: Callable[..., None],
    owner: psycopg.Connection,
) -> None:
    ada, bob = make_user(), make_user()
    for person in (ada, bob):
        make_agent(f"own_{person.id.hex[:8]}", owner_id=person.id)
        scripted_model.reply(Reply(tool_calls=[("add_task", {"data": {"title": "Plants"}})]), "Done.")
        await server.say(person, "Add a task")

    answer = await leave(server, token(ada))

    assert (answer.status_code, answer.content) == (204, b"")
    assert users(owner) == {bob.id}
    for table in ("tasks", "chats", "chat_runs", "chat_message_history", "user_usage"):
        assert owner.execute(f"select count(*) > 0 from {table}").fetchone() == (True,)
    for table in ("tasks", "chats", "chat_runs", "user_usage"):
        mine = owner.execute(f"select count(*) from {table} where user_id = %s", [ada.id])
        assert mine.fetchone() == (0,)
    assert owner.execute("select owner_id from agent_configurations order by 1").fetchall() == [
        (bob.id,),
        (None,),
    ]
    again = await leave(server, token(ada))
    assert (again.status_code, again.json()["code"]) == (401, "user_not_found")


@pytest.mark.parametrize("with_amr", [True, False])
async def test_who_signed_in_long_ago_is_asked_to_sign_in_again(
    with_amr: bool, server: RunningServer, make_user: Callable[..., Person], owner: psycopg.Connection
) -> None:
    ada = make_user()
    long_ago = timedelta(minutes=11)
    # A token that was renewed just now is no proof: with `amr` it says when its owner was there.
    access_token = (
        token(ada, amr=signed_in(datetime.now(UTC) - long_ago))
        if with_amr
        else token(ada, issued_ago=long_ago)
    )

    answer = await leave(server, access_token)

    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_again")
    assert users(owner) == {ada.id}


async def test_nobody_deletes_an_account_without_signing_in(
    server: RunningServer, make_user: Callable[..., Person], owner: psycopg.Connection
) -> None:
    ada = make_user()

    assert (await leave(server, None)).status_code == 401
    assert users(owner) == {ada.id}


def test_only_the_server_may_call_the_function(
    owner: psycopg.Connection, make_user: Callable[..., Person]
) -> None:
    ada, bob = make_user(), make_user()
    for person in (ada, bob, None):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, person):
            owner.execute("select private.delete_account(%s)", [ada.id])
    assert users(owner) == {ada.id, bob.id}
