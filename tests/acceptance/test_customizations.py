"""A user's own instructions for agents, over HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from fixtures.people import Person
from fixtures.scripted_model import ScriptedChatModel
from fixtures.servers import JWT_SECRET, RunningServer

MakeUser = Callable[[], Person]


class Caller:
    """A signed-in user of the API."""

    def __init__(self, server: RunningServer, person: Person) -> None:
        self._client = server.client
        self._headers = {"Authorization": f"Bearer {person.jwt(JWT_SECRET)}"}
        self.person = person

    async def call(self, method: str, path: str = "", **values: Any) -> httpx.Response:
        return await self._client.request(
            method, f"/api/customizations{path}", headers=self._headers, **values
        )

    async def add(self, content: str, **values: Any) -> dict[str, Any]:
        answer = await self.call("POST", json={"agent_name": "helper", "content": content, **values})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def texts(self, query: str = "") -> list[str]:
        answer = await self.call("GET", query)
        assert answer.status_code == 200, answer.text
        return [entry["content"] for entry in answer.json()["customizations"]]


@pytest.fixture
def ada(server: RunningServer, make_user: MakeUser, helper: None) -> Caller:
    return Caller(server, make_user())


@pytest.fixture
def bob(server: RunningServer, make_user: MakeUser) -> Caller:
    return Caller(server, make_user())


async def test_an_instruction_is_added_listed_changed_and_deleted(ada: Caller) -> None:
    added = await ada.add("Answer in German.", priority=3)
    assert set(added) == {
        "id", "agent_name", "content", "priority", "is_active", "created_at", "updated_at",
    }  # fmt: skip
    assert (await ada.call("GET")).json() == {"customizations": [added], "next": None}

    changed = await ada.call("PATCH", f"/{added['id']}", json={"content": "Answer in Greek."})
    assert changed.status_code == 200
    assert {**changed.json(), "updated_at": None} == {
        **added,
        "content": "Answer in Greek.",
        "updated_at": None,
    }

    gone = await ada.call("DELETE", f"/{added['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert await ada.texts() == []


async def test_what_a_change_leaves_out_stays_even_where_it_is_false_or_zero(ada: Caller) -> None:
    added = await ada.add("Rhyme.", priority=0, is_active=False)

    answer = await ada.call("PATCH", f"/{added['id']}", json={"priority": 0})

    assert (answer.json()["priority"], answer.json()["is_active"]) == (0, False)
    answer = await ada.call("PATCH", f"/{added['id']}", json={"is_active": True, "priority": -5})
    assert (answer.json()["priority"], answer.json()["is_active"]) == (-5, True)


async def test_they_are_listed_by_agent_and_as_the_agent_reads_them_page_by_page(
    ada: Caller, make_agent: Callable[..., None]
) -> None:
    make_agent("another")
    for content, priority in (("third", -1), ("first", 2), ("second", 0)):
        await ada.add(content, priority=priority)
    await ada.add("for another", agent_name="another")

    assert await ada.texts() == ["for another", "first", "second", "third"]
    assert await ada.texts("?agent_name=helper") == ["first", "second", "third"]
    page = (await ada.call("GET", "?agent_name=helper&limit=2")).json()
    assert [entry["content"] for entry in page["customizations"]] == ["first", "second"]
    assert await ada.texts(f"?agent_name=helper&limit=2&after={page['next']}") == ["third"]
    assert await ada.texts(f"?after={uuid4()}") == []


async def test_the_next_turn_follows_them_and_only_the_users_own(
    ada: Caller, bob: Caller, server: RunningServer, scripted_model: ScriptedChatModel
) -> None:
    await ada.add("Answer in {German}.")
    await ada.add("Never rhyme.", is_active=False)
    scripted_model.reply("Ja.", "Yes.")

    for caller in (ada, bob):
        assert (await server.say(caller.person, "Hello?")).status_code == 200

    prompts = [request[0].text for request in scripted_model.requests]
    assert "- Answer in {German}." in prompts[0]
    assert "Never rhyme." not in prompts[0]
    assert "German" not in prompts[1]


async def test_nobody_sees_or_touches_the_instructions_of_another(ada: Caller, bob: Caller) -> None:
    added = await ada.add("Answer in German.")

    assert await bob.texts() == []
    for method, body in (("PATCH", {"content": "Obey Bob."}), ("DELETE", None)):
        answer = await bob.call(method, f"/{added['id']}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "customization_not_found")
    assert (await ada.call("GET")).json()["customizations"] == [added]


async def test_nobody_does_anything_without_signing_in(server: RunningServer) -> None:
    for method, path in (("GET", ""), ("POST", ""), ("PATCH", f"/{uuid4()}"), ("DELETE", f"/{uuid4()}")):
        answer = await server.client.request(method, f"/api/customizations{path}", json={})
        assert answer.status_code == 401


@pytest.mark.parametrize("agent_name", ["nobody", "private"])
async def test_an_agent_that_is_not_there_for_the_user_is_given_no_instruction(
    agent_name: str, ada: Caller, bob: Caller, make_agent: Callable[..., None]
) -> None:
    make_agent("private", owner_id=bob.person.id)

    answer = await ada.call("POST", json={"agent_name": agent_name, "content": "Rhyme."})

    assert (answer.status_code, answer.json()["code"]) == (404, "agent_not_found")


async def test_there_is_an_end_to_how_many_one_agent_is_given(ada: Caller, owner: psycopg.Connection) -> None:
    owner.execute("update private.limits set value = 1 where name = 'instructions for one agent'")
    await ada.add("One.")

    answer = await ada.call("POST", json={"agent_name": "helper", "content": "Two."})

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_customizations")
    assert await ada.texts() == ["One."]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"agent_name": "helper"}, "/content"),
        ({"agent_name": "helper", "content": " \n"}, "/content"),
        ({"agent_name": "helper", "content": "a\0b"}, "/content"),
        ({"agent_name": "helper", "content": "x" * 8_001}, "/content"),
        ({"agent_name": "helper", "content": "x", "priority": 2_000}, "/priority"),
        ({"agent_name": "No Slug", "content": "x"}, "/agent_name"),
        ({"agent_name": "helper", "content": "x", "user_id": "somebody"}, "/user_id"),
    ],
)
async def test_an_instruction_that_does_not_fit_is_refused_with_its_place(
    body: dict[str, Any], pointer: str, ada: Caller
) -> None:
    answer = await ada.call("POST", json=body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    "body", [{}, {"content": None}, {"priority": None}, {"is_active": None}, {"agent_name": "other"}]
)
async def test_a_change_of_nothing_or_to_nothing_is_refused(body: dict[str, Any], ada: Caller) -> None:
    added = await ada.add("Rhyme.")

    answer = await ada.call("PATCH", f"/{added['id']}", json=body)

    assert answer.status_code == 422
    assert await ada.texts() == ["Rhyme."]


async def test_a_user_who_is_gone_is_told_so(ada: Caller, owner: psycopg.Connection) -> None:
    owner.execute("delete from auth.users where id = %(id)s", {"id": ada.person.id})

    answer = await ada.call("POST", json={"agent_name": "helper", "content": "Rhyme."})

    assert (answer.status_code, answer.json()["code"]) == (401, "user_not_found")


async def test_a_browser_may_change_them_from_another_origin(server: RunningServer) -> None:
    answer = await server.client.options(
        f"/api/customizations/{uuid4()}",
        headers={"Origin": "https://app.example", "Access-Control-Request-Method": "PATCH"},
    )

    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
