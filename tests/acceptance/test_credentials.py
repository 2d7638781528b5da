"""Credentials that users entrust to the server, over HTTP."""

import base64
from collections.abc import Callable
from typing import Any

import jwt
import psycopg
import pytest
from pydantic import SecretStr

from fixtures.people import Person
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.servers import JWT_SECRET, RunningServer, Serve
from fixtures.web_server import WebReply, WebServer

KEY = base64.b64encode(b"k" * 32).decode()


def signed_in(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.jwt(JWT_SECRET)}"}


@pytest.fixture
async def keeper(serve: Serve) -> RunningServer:
    """A server with a key."""
    return await serve(credentials_key=SecretStr(KEY))


async def test_a_user_sets_lists_and_deletes_credentials_and_never_gets_one_back(
    keeper: RunningServer, make_user: Callable[[], Person], owner: psycopg.Connection
) -> None:
    client, ada = keeper.client, make_user()
    headers = signed_in(ada)

    for value in ("ghp_first", "ghp_second"):
        answer = await client.put("/api/credentials/github", json={"value": value}, headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
    listed = await client.get("/api/credentials", headers=headers)

    assert [entry["name"] for entry in listed.json()] == ["github"]
    assert set(listed.json()[0]) == {"name", "created_at", "updated_at"}
    stored = owner.execute("select user_id, ciphertext from public.user_credentials").fetchall()
    assert [row[0] for row in stored] == [ada.id]
    assert b"ghp_" not in stored[0][1]
    assert (await client.delete("/api/credentials/github", headers=headers)).status_code == 204
    gone = await client.delete("/api/credentials/github", headers=headers)
    assert (gone.status_code, gone.json()["code"]) == (404, "credential_not_found")


async def test_a_user_sees_and_deletes_nothing_of_another(
    keeper: RunningServer, make_user: Callable[[], Person]
) -> None:
    client, ada, bob = keeper.client, make_user(), make_user()
    await client.put("/api/credentials/github", json={"value": "ghp_ada"}, headers=signed_in(ada))

    assert (await client.get("/api/credentials", headers=signed_in(bob))).json() == []
    assert (await client.delete("/api/credentials/github", headers=signed_in(bob))).status_code == 404
    assert len((await client.get("/api/credentials", headers=signed_in(ada))).json()) == 1


async def test_nobody_sets_a_credential_without_signing_in(keeper: RunningServer) -> None:
    for method, path in (("GET", ""), ("PUT", "/github"), ("DELETE", "/github")):
        answer = await keeper.client.request(method, f"/api/credentials{path}", json={"value": "x"})
        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("GitHub", {"value": "hunter22"}),
        ("github", {"value": ""}),
        ("github", {"value": "hunter22\r\nX-Admin: 1"}),
        ("github", {"value": "hunter22ü"}),
        ("github", {"value": "hunter22" * 1_001}),
        ("github", {"value": ["hunter22"]}),
        ("github", {"value": "hunter22", "user_id": "somebody"}),
        ("github", {"secret": "hunter22"}),
    ],
)
async def test_a_credential_that_could_not_be_used_is_refused_without_being_repeated(
    name: str, body: dict[str, Any], keeper: RunningServer, make_user: Callable[[], Person]
) -> None:
    answer = await keeper.client.put(f"/api/credentials/{name}", json=body, headers=signed_in(make_user()))

    assert answer.status_code == 422
    assert "hunter22" not in answer.text


async def test_a_server_without_a_key_says_which_setting_is_missing(
    server: RunningServer, make_user: Callable[[], Person]
) -> None:
    answer = await server.client.put(
        "/api/credentials/github", json={"value": "x"}, headers=signed_in(make_user())
    )

    assert (answer.status_code, answer.json()["code"]) == (503, "credentials_unavailable")
    assert "CLARITY_CREDENTIALS_KEY" in answer.json()["detail"]
    assert "Retry-After" not in answer.headers


async def test_in_a_turn_each_caller_s_own_token_and_credential_reach_the_service(
    serve: Serve,
    make_user: Callable[[], Person],
    owner: psycopg.Connection,
    scripted_model: ScriptedChatModel,
    web: WebServer,
) -> None:
    server = await serve(
        credentials_key=SecretStr(KEY), http_allowed_hosts=(web.origin,), http_jwt_hosts=(web.origin,)
    )
    owner.execute(
        """
        with agent as (
          insert into public.agent_configurations (agent_name, system_prompt) values ('helper', 'You help.')
          returning id
        )
        insert into public.agent_tools (agent_id, name, type, config)
        select id, 'my_profile', 'HTTPTool',
          jsonb_build_object('url', %(url)s::text, 'credentials', 'caller_jwt')
        from agent
        union all
        select id, 'my_issues', 'HTTPTool',
          jsonb_build_object('url', %(url)s::text, 'credentials', '{"user_credential": "github"}'::jsonb)
        from agent
        """,
        {"url": f"{web.origin}/me"},
    )
    people = [make_user(), make_user()]
    for number, person in enumerate(people):
        await server.client.put(
            "/api/credentials/github", json={"value": f"ghp_{number}_secret"}, headers=signed_in(person)
        )
    for person in people:
        for tool in ("my_profile", "my_issues"):
            web.answer(WebReply.json({"ok": tool}))
            scripted_model.reply(Reply(tool_calls=[(tool, {})]), "Done.")
            answer = await server.say(person, "What about me?")
            assert answer.json()["tool_calls"][0]["result"] == f'{{"status":200,"body":{{"ok":"{tool}"}}}}'

    sent = [request.headers["authorization"] for request in web.requests]
    assert sent[1::2] == ["Bearer ghp_0_secret", "Bearer ghp_1_secret"]
    subjects = [
        jwt.decode(token.split()[1], options={"verify_signature": False})["sub"] for token in sent[::2]
    ]
    assert subjects == [str(person.id) for person in people]
