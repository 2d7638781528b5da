"""Tool calls that ask, over HTTP: what waits, decisions, and the turn that goes on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import psycopg
import pytest

from core.chats.runs import expire_approvals
from fixtures.people import Person
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.servers import JWT_SECRET, RunningServer, Serve

DELETE = ("delete_tasks", {"filters": {"title": "Buy milk"}})


@pytest.fixture(autouse=True)
def helper(make_agent: Callable[..., None], owner: psycopg.Connection) -> None:
    """The shared agent `helper`, whose `delete_tasks` asks."""
    make_agent(
        "helper",
        delete_tasks={"table_name": "tasks", "method": "delete", "columns": ["title"]},
        list_tasks={"table_name": "tasks", "method": "fetch", "columns": ["title"]},
    )
    owner.execute("update agent_tools set approval = 'ask' where name = 'delete_tasks'")


@pytest.fixture
def ada(make_user: Callable[[], Person], owner: psycopg.Connection) -> Person:
    """Has the tasks Buy milk and Pay rent."""
    person = make_user()
    owner.execute(
        "insert into tasks (user_id, title) values (%(id)s, 'Buy milk'), (%(id)s, 'Pay rent')",
        {"id": person.id},
    )
    return person


def tasks(owner: psycopg.Connection) -> list[str]:
    return [title for (title,) in owner.execute("select title from tasks order by title").fetchall()]


def token(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.jwt(JWT_SECRET)}"}


async def get(server: RunningServer, person: Person, path: str, **params: Any) -> httpx.Response:
    return await server.client.get(f"/api/{path}", params=params, headers=token(person))


async def post(
    server: RunningServer, person: Person, path: str, body: Any, *, prefer: str = "", **params: Any
) -> httpx.Response:
    headers = {**token(person), **({"Prefer": prefer} if prefer else {})}
    return await server.client.post(f"/api/{path}", json=body, params=params, headers=headers)


async def waiting(
    server: RunningServer, model: ScriptedChatModel, person: Person, *calls: tuple[str, dict[str, Any]]
) -> dict[str, Any]:
    """The answer to a message whose turn waits."""
    model.reply(Reply(tool_calls=calls or [DELETE]))
    answer = await server.say(person, "Clean up")
    assert answer.status_code == 200
    return answer.json()


async def test_the_answer_to_a_message_tells_what_waits(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    answer = await waiting(server, scripted_model, ada)

    (action,) = answer.pop("pending_actions")
    assert answer.keys() == {"session_id", "response", "tool_calls", "run_id", "usage"}
    assert action.keys() == {
        "id", "tool_name", "tool_call_id", "arguments", "summary", "preview", "expires_at",
    }  # fmt: skip
    assert action["summary"] == "Delete rows of tasks where title is 'Buy milk'."
    assert action["preview"] == {"changes": {}, "rows": [{"title": "Buy milk"}], "count": 1, "more": False}
    assert datetime.fromisoformat(action["expires_at"]) > datetime.now(UTC)


async def test_an_answer_that_waits_for_nothing_has_the_five_members_it_always_had(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    scripted_model.reply("Hello.")

    answer = (await server.say(ada, "Hi")).json()

    assert answer.keys() == {"session_id", "response", "tool_calls", "run_id", "usage"}


async def test_a_decision_is_kept_at_once_and_the_turn_goes_on_by_itself(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    first = await waiting(server, scripted_model, ada)
    scripted_model.reply("Gone.")

    decided = await post(
        server, ada, f"approvals/{first['pending_actions'][0]['id']}", {"decision": "approve"}
    )

    assert decided.status_code == 202
    body = decided.json()
    assert (body["status"], body["undecided"]) == ("running", 0)
    assert body["run_id"] != first["run_id"]
    events = (await get(server, ada, f"runs/{body['run_id']}/events")).text
    assert '"Gone."' in events
    assert tasks(owner) == ["Pay rent"]


@pytest.mark.parametrize("how", [{"wait": "true"}, {"prefer": "respond-async, Wait=10"}])
async def test_who_waits_gets_the_whole_turn(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, how: dict[str, Any]
) -> None:
    first = await waiting(server, scripted_model, ada)
    scripted_model.reply("Gone.")
    path = f"approvals/{first['pending_actions'][0]['id']}"

    decided = await post(server, ada, path, {"decision": "approve"}, **how)

    assert decided.status_code == 200
    answer = decided.json()
    assert (answer["session_id"], answer["response"]) == (first["session_id"], "Gone.")
    assert [call["name"] for call in answer["tool_calls"]] == ["delete_tasks"]


async def test_a_turn_that_goes_on_may_wait_again(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    first = await waiting(server, scripted_model, ada)
    scripted_model.reply(Reply(tool_calls=[("delete_tasks", {"filters": {"title": "Pay rent"}})]))

    path = f"approvals/{first['pending_actions'][0]['id']}"
    answer = (await post(server, ada, path, {"decision": "approve"}, wait=True)).json()

    assert answer["pending_actions"][0]["summary"] == "Delete rows of tasks where title is 'Pay rent'."


async def test_of_two_calls_the_first_decision_leaves_one(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    first = await waiting(server, scripted_model, ada, DELETE, DELETE)
    one, two = (action["id"] for action in first["pending_actions"])

    kept = await post(server, ada, f"approvals/{one}", {"decision": "reject"}, wait=True)

    assert (kept.status_code, kept.json()) == (
        200,
        {"status": "waiting", "run_id": first["run_id"], "undecided": 1},
    )
    scripted_model.reply("So be it.")
    answer = await post(
        server, ada, f"approvals/{two}", {"decision": "reject", "reason": "not now"}, wait=True
    )
    assert answer.json()["response"] == "So be it."


async def test_several_decisions_come_together(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    first = await waiting(server, scripted_model, ada, DELETE, DELETE)
    one, two = (action["id"] for action in first["pending_actions"])
    scripted_model.reply("Done.")

    answer = await post(
        server,
        ada,
        "approvals",
        {
            "decisions": [
                {"action_id": one, "decision": "reject"},
                {"action_id": two, "decision": "approve", "arguments": {"filters": {"title": "Pay rent"}}},
            ]
        },
        wait=True,
    )

    assert answer.status_code == 200
    assert tasks(owner) == ["Buy milk"]


async def test_arguments_that_do_not_fit_are_a_422_that_says_where(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    first = await waiting(server, scripted_model, ada)
    action_id = first["pending_actions"][0]["id"]
    wrong = {"decision": "approve", "arguments": {"filters": {"ti/tle": "x"}}}

    one = await post(server, ada, f"approvals/{action_id}", wrong)
    many = await post(server, ada, "approvals", {"decisions": [{"action_id": action_id, **wrong}]})

    for refused, pointer in (
        (one, "/arguments/filters/ti~1tle"),
        (many, "/decisions/0/arguments/filters/ti~1tle"),
    ):
        assert refused.status_code == 422
        problem = refused.json()
        assert (problem["code"], problem["action_id"]) == ("arguments_refused", action_id)
        assert problem["detail"].startswith("filters.ti/tle is not an argument. There are: title")
        assert problem["errors"] == [{"in": "body", "pointer": pointer, "detail": "ti/tle: is not known."}]
    assert owner.execute("select status from pending_actions").fetchall() == [("pending",)]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"decision": "maybe"},
        {"decision": "reject", "always": True},
        {"decision": "reject", "arguments": {}},
        {"decision": "approve", "arguments": []},
        {"decision": "approve", "reason": "x" * 2_001},
        {"decision": "approve", "user_id": "x"},
    ],
)
async def test_a_decision_that_says_nothing_clear_is_refused(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, body: dict[str, Any]
) -> None:
    first = await waiting(server, scripted_model, ada)

    refused = await post(server, ada, f"approvals/{first['pending_actions'][0]['id']}", body)

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")


async def test_what_cannot_be_decided_says_why(
    server: RunningServer,
    scripted_model: ScriptedChatModel,
    ada: Person,
    make_user: Callable[[], Person],
) -> None:
    first = await waiting(server, scripted_model, ada)
    path = f"approvals/{first['pending_actions'][0]['id']}"
    approve = {"decision": "approve"}

    foreign = await post(server, make_user(), path, approve)
    unknown = await post(server, ada, f"approvals/{uuid4()}", approve)
    assert [(answer.status_code, answer.json()["code"]) for answer in (foreign, unknown)] == [
        (404, "action_not_found")
    ] * 2

    scripted_model.reply("Gone.")
    going_on = (await post(server, ada, path, approve, wait=True)).json()
    late = await post(server, ada, path, approve)
    assert (late.status_code, late.json()["code"]) == (409, "action_already_decided")
    assert late.json()["run_id"] == going_on["run_id"]

    second = await waiting(server, scripted_model, ada)
    later = datetime.now(UTC) + timedelta(hours=25)
    await expire_approvals(server.services.pool, at=later)
    lapsed = await post(server, ada, f"approvals/{second['pending_actions'][0]['id']}", approve)
    assert (lapsed.status_code, lapsed.json()["code"]) == (410, "approval_expired")
    assert lapsed.json()["run_id"] == second["run_id"]


async def test_a_message_to_a_chat_that_waits_is_told_so(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    first = await waiting(server, scripted_model, ada)

    refused = await server.say(ada, "Hello?", session_id=first["session_id"])

    assert (refused.status_code, refused.json()["code"]) == (409, "approval_pending")
    assert refused.json()["run_id"] == first["run_id"]


async def test_the_inbox_has_a_badge_and_pages(
    server: RunningServer,
    scripted_model: ScriptedChatModel,
    ada: Person,
    make_user: Callable[[], Person],
) -> None:
    asked = [await waiting(server, scripted_model, ada) for _ in range(3)]

    first = (await get(server, ada, "approvals", status="pending", limit=2)).json()
    second = (
        await get(server, ada, "approvals", status="pending", limit=2, before=first["approvals"][-1]["id"])
    ).json()

    assert [one["run_id"] for one in (*first["approvals"], *second["approvals"])] == [
        one["run_id"] for one in reversed(asked)
    ]
    assert (first["pending"], first["has_more"], second["has_more"]) == (3, True, False)
    one = first["approvals"][0]
    assert (one["status"], one["agent_name"], one["chat_title"]) == ("pending", "helper", "Clean up")
    assert (await get(server, ada, f"approvals/{one['id']}")).json() == one
    nothing = (await get(server, make_user(), "approvals")).json()
    assert nothing == {"approvals": [], "pending": 0, "has_more": False}


async def test_what_is_always_allowed_is_listed_and_can_be_taken_back(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    first = await waiting(server, scripted_model, ada)
    scripted_model.reply("Gone.")
    path = f"approvals/{first['pending_actions'][0]['id']}"
    await post(server, ada, path, {"decision": "approve", "always": True}, wait=True)
    (consent,) = (await get(server, ada, "consents")).json()
    assert (consent["tool_name"], consent["agent_name"]) == ("delete_tasks", "helper")

    scripted_model.reply(Reply(tool_calls=[DELETE]), "Nothing left.")
    by_itself = (await server.say(ada, "Again")).json()
    assert "pending_actions" not in by_itself

    address = f"/api/consents/{consent['tool_id']}"
    assert (await server.client.delete(address, headers=token(ada))).status_code == 204
    again = await server.client.delete(address, headers=token(ada))
    assert (again.status_code, again.json()["code"]) == (404, "consent_not_found")
    await waiting(server, scripted_model, ada)
    assert tasks(owner) == ["Pay rent"]


async def test_a_token_that_expired_meanwhile_is_replaced_by_that_of_the_decision(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    first = await waiting(server, scripted_model, ada)
    old = jwt.encode({**ada.claims, "exp": 1}, JWT_SECRET, algorithm="HS256")
    path = f"/api/approvals/{first['pending_actions'][0]['id']}"

    refused = await server.client.post(
        path, json={"decision": "approve"}, headers={"Authorization": f"Bearer {old}"}
    )
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")

    scripted_model.reply("Gone.")
    await post(server, ada, path.removeprefix("/api/"), {"decision": "approve"}, wait=True)
    assert tasks(owner) == ["Pay rent"]


async def test_another_replica_may_be_asked(
    serve: Serve, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    here, there = await serve(), await serve()
    first = await waiting(here, scripted_model, ada)
    scripted_model.reply("Gone.")

    path = f"approvals/{first['pending_actions'][0]['id']}"
    answer = await post(there, ada, path, {"decision": "approve"}, wait=True)

    assert answer.json()["response"] == "Gone."
    assert tasks(owner) == ["Pay rent"]
    late = await post(here, ada, path, {"decision": "approve"})
    assert late.status_code == 409


async def test_a_user_who_is_banned_cannot_go_on(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    first = await waiting(server, scripted_model, ada)
    owner.execute("alter table auth.users add column if not exists banned_until timestamptz")
    owner.execute("update auth.users set banned_until = now() + interval '1 day'")

    path = f"approvals/{first['pending_actions'][0]['id']}"
    refused = await post(server, ada, path, {"decision": "approve"})

    assert (refused.status_code, refused.json()["code"]) == (401, "user_not_found")
    assert tasks(owner) == ["Buy milk", "Pay rent"]
