"""Runs over AG-UI: what streams, what can be come back to, and what is stopped."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from ag_ui.core import Event
from pydantic import TypeAdapter

from fixtures.people import Person
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.servers import JWT_SECRET, RunningServer, Serve

pytestmark = pytest.mark.usefixtures("helper")

EVENT: TypeAdapter[Any] = TypeAdapter(Event)
Frame = dict[str, Any]


@pytest.fixture
def ada(make_user: Callable[..., Person]) -> Person:
    return make_user("ada@example.com")


@pytest.fixture
def ben(make_user: Callable[..., Person]) -> Person:
    return make_user("ben@example.com")


def run_input(text: str = "Hi", **fields: Any) -> dict[str, Any]:
    message = {"id": str(uuid4()), "role": "user", "content": text}
    return {"threadId": str(uuid4()), "runId": str(uuid4()), "messages": [message], **fields}


def call(tool: str, **arguments: Any) -> Reply:
    return Reply(tool_calls=[(tool, arguments)])


def bearer(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.jwt(JWT_SECRET)}"}


async def post_run(
    server: RunningServer, person: Person, body: dict[str, Any], agent: str = "helper"
) -> httpx.Response:
    return await server.client.post(f"/api/agents/{agent}/run", json=body, headers=bearer(person))


def frames_of(answer: httpx.Response) -> list[Frame]:
    """The frames, each with its `id` and what it says, which the protocol's own models take."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    return [frame for frame in map(parsed, answer.text.strip().split("\n\n")) if frame]


def parsed(text: str) -> Frame:
    lines = dict(line.split(": ", 1) for line in text.split("\n") if not line.startswith(":"))
    if "data" not in lines:
        return {}
    event = json.loads(lines["data"])
    EVENT.validate_python(event)
    return {"number": int(lines["id"]) if "id" in lines else None, **event}


def kinds(frames: Sequence[Frame]) -> list[str]:
    return [frame["type"] for frame in frames]


def text_of(frames: Sequence[Frame]) -> str:
    return "".join(frame["delta"] for frame in frames if frame["type"] == "TEXT_MESSAGE_CONTENT")


async def test_a_run_is_told_step_by_step_in_the_protocols_own_events(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    scripted_model.reply(call("add_task", data={"title": "Water"}), "It is done.")
    body = run_input("Remind me to water")

    frames = frames_of(await post_run(server, ada, body))

    assert kinds(frames) == [
        "RUN_STARTED",
        *("STEP_STARTED", "TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END", "STEP_FINISHED"),
        *("STEP_STARTED", "TOOL_CALL_RESULT", "STEP_FINISHED"),
        "STEP_STARTED",
        *("TEXT_MESSAGE_START", *["TEXT_MESSAGE_CONTENT"] * 3, "TEXT_MESSAGE_END"),
        "STEP_FINISHED",
        "RUN_FINISHED",
    ]
    assert (frames[0]["threadId"], frames[0]["runId"]) == (body["threadId"], body["runId"])
    assert text_of(frames) == "It is done."
    assert json.loads(frames[3]["delta"]) == {"data": {"title": "Water"}}
    assert json.loads(frames[7]["content"])["created"]["title"] == "Water"
    assert frames[-1]["outcome"] == {"type": "success"}
    assert frames[-1]["usage"] == [{"inputTokens": 20, "outputTokens": 10, "totalTokens": 30}]
    runs = owner.execute("select id, chat_id, status from chat_runs").fetchall()
    assert runs == [(UUID(body["runId"]), UUID(body["threadId"]), "completed")]


async def test_ids_that_are_no_uuids_mean_the_same_chat_every_time(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    scripted_model.reply("One", lambda messages: f"{len(messages)} seen")
    await post_run(server, ada, run_input("a", threadId="my thread", runId="first"))

    frames = frames_of(await post_run(server, ada, run_input("b", threadId="my thread", runId="second")))

    assert (frames[0]["threadId"], frames[0]["runId"]) == ("my thread", "second")
    assert text_of(frames) == "4 seen"
    assert owner.execute("select count(*) from chats").fetchall() == [(1,)]


async def test_a_thread_of_somebody_else_is_not_found(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, ben: Person
) -> None:
    scripted_model.reply("Mine")
    body = run_input()
    await post_run(server, ada, body)

    answer = await post_run(server, ben, run_input(threadId=body["threadId"]))

    assert (answer.status_code, answer.json()["code"]) == (404, "chat_not_found")


async def test_a_message_sent_twice_at_once_is_one_run_that_both_are_told(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    hold = asyncio.Event()
    scripted_model.reply(Reply(text="Only once", wait_for=hold))
    body = run_input()
    first = asyncio.create_task(post_run(server, ada, body))
    await scripted_model.started.wait()
    second = asyncio.create_task(post_run(server, ada, {**body, "runId": str(uuid4())}))
    third = asyncio.create_task(post_run(server, ada, body))
    hold.set()

    told = [frames_of(await task) for task in (first, second, third)]

    assert [text_of(frames) for frames in told] == ["Only once"] * 3
    assert {frames[0]["metadata"]["clarity"]["run_id"] for frames in told} == {body["runId"]}
    assert owner.execute("select count(*) from chat_message_history").fetchall() == [(2,)]
    # And when it is over, from what is stored or kept.
    again = frames_of(await post_run(server, ada, body))
    assert text_of(again) == "Only once"
    assert len(scripted_model.requests) == 1


async def test_a_client_that_comes_back_gets_what_it_has_missed_and_no_more(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    scripted_model.reply("a b c d e")
    body = run_input()
    whole = frames_of(await post_run(server, ada, body))
    seen = next(frame["number"] for frame in whole if frame.get("delta") == " c")

    answer = await server.client.get(
        f"/api/runs/{body['runId']}/events", headers={**bearer(ada), "Last-Event-ID": str(seen)}
    )

    rest = frames_of(answer)
    assert rest == whole[-len(rest) :]
    assert text_of(rest) == " d e"


async def test_a_run_that_ended_is_told_by_another_server_from_what_is_stored(
    serve: Serve, scripted_model: ScriptedChatModel, ada: Person, ben: Person
) -> None:
    one, other = await serve(), await serve()
    scripted_model.reply(call("list_tasks"), "Nothing to do.")
    body = run_input()
    await post_run(one, ada, body)

    url = f"/api/runs/{body['runId']}/events"
    fresh = frames_of(await other.client.get(url, headers=bearer(ada)))
    returning = frames_of(await other.client.get(url, headers={**bearer(ada), "Last-Event-ID": "3"}))

    assert text_of(fresh) == "Nothing to do."
    assert kinds(fresh)[0] == "RUN_STARTED"
    assert kinds(fresh)[-1] == "RUN_FINISHED"
    # The run is told whole, so its own messages are not in the snapshot, which replaces the client's copy.
    assert kinds(returning)[:2] == ["RUN_STARTED", "MESSAGES_SNAPSHOT"]
    assert [message["role"] for message in returning[1]["messages"]] == ["user"]
    assert text_of(returning) == "Nothing to do."
    stranger = await other.client.get(url, headers=bearer(ben))
    assert (stranger.status_code, stranger.json()["code"]) == (404, "run_not_found")


async def test_a_run_on_another_server_is_told_once_it_is_over(
    serve: Serve, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    one, other = await serve(), await serve()
    hold = asyncio.Event()
    scripted_model.reply(Reply(text="Late", wait_for=hold))
    body = run_input()
    running = asyncio.create_task(post_run(one, ada, body))
    await scripted_model.started.wait()
    watching = asyncio.create_task(post_run(other, ada, body))
    hold.set()

    assert text_of(frames_of(await running)) == "Late"
    assert text_of(frames_of(await watching)) == "Late"


async def test_a_run_is_stopped_and_keeps_what_there_is(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    scripted_model.reply(call("add_task", data={"title": "Water"}), Reply(wait_for=asyncio.Event()))
    body = run_input()
    running = asyncio.create_task(post_run(server, ada, body))
    await until(lambda: len(scripted_model.requests) == 2)

    stopped = await server.client.post(f"/api/runs/{body['runId']}/cancel", headers=bearer(ada))

    assert (stopped.status_code, stopped.json()["status"]) == (200, "cancelled")
    assert frames_of(await running)[-1]["outcome"] == {"type": "cancelled"}
    assert owner.execute("select message ->> 'type' from chat_message_history order by id").fetchall() == [
        ("human",),
        ("ai",),
        ("tool",),
    ]
    scripted_model.reply("We can go on.")
    again = await post_run(server, ada, run_input(threadId=body["threadId"]))
    assert text_of(frames_of(again)) == "We can go on."


async def test_a_run_is_stopped_from_another_server(
    serve: Serve, scripted_model: ScriptedChatModel, ada: Person, ben: Person
) -> None:
    one, other = await serve(), await serve()
    scripted_model.reply(Reply(wait_for=asyncio.Event()))
    body = run_input()
    running = asyncio.create_task(post_run(one, ada, body))
    await scripted_model.started.wait()
    url = f"/api/runs/{body['runId']}/cancel"

    stranger = await other.client.post(url, headers=bearer(ben))
    asked = await other.client.post(url, headers=bearer(ada))

    assert stranger.status_code == 404
    assert asked.json()["status"] == "running"
    assert frames_of(await running)[-1]["outcome"] == {"type": "cancelled"}


async def test_an_error_of_the_model_is_an_event_and_the_message_may_be_sent_again(
    serve: Serve, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    server = await serve(model_retries=0)
    scripted_model.reply(ConnectionError("gone"), "Now.")
    body = run_input()

    failed = frames_of(await post_run(server, ada, body))
    again = frames_of(await post_run(server, ada, {**body, "runId": str(uuid4())}))

    assert (failed[-1]["type"], failed[-1]["code"]) == ("RUN_ERROR", "model_failed")
    assert text_of(again) == "Now."
    assert owner.execute("select count(*) from chat_message_history").fetchall() == [(2,)]


UNDECIDED: Frame = {"interruptId": str(uuid4()), "status": "resolved", "payload": {}}
REFUSED: list[tuple[Frame, str]] = [
    ({"messages": []}, "/messages"),
    ({"messages": [{"id": "1", "role": "assistant", "content": "I?"}]}, "/messages"),
    ({"messages": [{"id": "1", "role": "user", "content": "  "}]}, "/messages"),
    ({"messages": [{"id": "1", "role": "user", "content": "a\0b"}]}, "/messages"),
    ({"resume": [UNDECIDED]}, "/resume/approved"),
]


@pytest.mark.parametrize(("fields", "pointer"), REFUSED)
async def test_what_cannot_be_answered_is_refused_before_anything_is_stored(
    server: RunningServer, ada: Person, owner: psycopg.Connection, fields: dict[str, Any], pointer: str
) -> None:
    answer = await post_run(server, ada, run_input(**fields))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert owner.execute("select count(*) from chats").fetchall() == [(0,)]


async def test_a_call_that_waits_is_an_interrupt_and_is_resumed(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    owner.execute("update agent_tools set approval = 'ask' where name = 'add_task'")
    scripted_model.reply(call("add_task", data={"title": "Water"}), "Done, as you said.")
    body = run_input()

    asked = frames_of(await post_run(server, ada, body))

    outcome = asked[-1]["outcome"]
    assert outcome["type"] == "interrupt"
    [interrupt] = outcome["interrupts"]
    assert owner.execute("select count(*) from tasks").fetchall() == [(0,)]
    resume = [{"interruptId": interrupt["id"], "status": "resolved", "payload": {"approved": True}}]
    resumed = frames_of(
        await post_run(server, ada, run_input(threadId=body["threadId"], messages=[], resume=resume))
    )
    assert text_of(resumed) == "Done, as you said."
    assert [frame["toolCallId"] for frame in resumed if frame["type"] == "TOOL_CALL_RESULT"] == [
        interrupt["toolCallId"]
    ]
    assert owner.execute("select title, user_id from tasks").fetchall() == [("Water", ada.id)]


async def test_a_question_is_cancelled_with_or_without_a_copy_of_the_message_before_it(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    owner.execute("update agent_tools set approval = 'ask' where name = 'add_task'")
    for has_copy in (True, False):
        scripted_model.reply(call("add_task", data={"title": "Water"}), "As you wish.")
        body = run_input()
        asked = frames_of(await post_run(server, ada, body))
        [interrupt] = asked[-1]["outcome"]["interrupts"]
        resume = [{"interruptId": interrupt["id"], "status": "cancelled"}]
        again = run_input(threadId=body["threadId"], messages=body["messages"] * has_copy, resume=resume)

        assert text_of(frames_of(await post_run(server, ada, again))) == "As you wish."

    assert owner.execute("select count(*) from tasks").fetchall() == [(0,)]


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        async for _ in ticks():
            if is_true():
                return


async def ticks() -> AsyncIterator[None]:
    while True:
        await asyncio.sleep(0.01)
        yield
