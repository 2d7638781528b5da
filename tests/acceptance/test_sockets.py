"""/api/chat/ws: many chats over one socket, with their runs, their tickets, and clients that do not read."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import BaseMessage
from websockets.exceptions import ConnectionClosed

from chatServer.socket_frames import KINDS
from core.agents.models import Models
from core.config import CoreConfig
from fixtures.people import Person
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.servers import JWT_SECRET, RunningServer, Serve
from fixtures.sockets import (
    Frame,
    OpenSocket,
    SocketServer,
    close_of,
    kind_of,
    opened,
    run_input,
    serving_sockets,
    text_of,
    until,
)

pytestmark = pytest.mark.usefixtures("helper")

# What the server's process keeps for a client that does not read, as asyncio has it.
WRITE_BUFFER_BYTES = 64 * 1024
# What the server may close a socket with when it is told nonsense.
DOCUMENTED = {None, 1009, 1012, 1013, 4400, 4401, 4408, 4429}


@pytest.fixture
def ada(make_user: Callable[..., Person]) -> Person:
    return make_user("ada@example.com")


@pytest.fixture
def ben(make_user: Callable[..., Person]) -> Person:
    return make_user("ben@example.com")


@pytest.fixture
async def sockets(server: RunningServer) -> AsyncIterator[SocketServer]:
    async with serving_sockets(server.app) as sockets:
        yield sockets


def run_id_of(frames: list[Frame]) -> str:
    return frames[0]["run_id"]


def kinds_of(frames: list[Frame]) -> list[str | None]:
    return [kind_of(frame) for frame in frames]


def is_event(kind: str) -> Callable[[Frame], bool]:
    return lambda frame: kind_of(frame) == kind


# ---- Runs ------------------------------------------------------------------------------------------------


async def test_a_run_streams_the_events_of_its_turn_and_ends(
    sockets: SocketServer,
    open_socket: OpenSocket,
    scripted_model: ScriptedChatModel,
    ada: Person,
    owner: psycopg.Connection,
) -> None:
    scripted_model.reply(
        Reply(tool_calls=[("add_task", {"data": {"title": "Water the plants"}})]), "It is on your list."
    )
    client = await open_socket(sockets.url, person=ada)
    chat_id = str(uuid4())

    await client.run("1", "Remind me to water the plants", thread_id=chat_id)
    answer = await client.answer("1")

    events = [frame["event"] for frame in answer[:-1]]
    assert answer[-1] == {"type": "end", "id": "1"}
    assert [event["type"] for event in events if "STEP" not in event["type"]] == [
        "RUN_STARTED",
        "TOOL_CALL_START",
        "TOOL_CALL_ARGS",
        "TOOL_CALL_END",
        "TOOL_CALL_RESULT",
        "TEXT_MESSAGE_START",
        *(["TEXT_MESSAGE_CONTENT"] * 5),
        "TEXT_MESSAGE_END",
        "RUN_FINISHED",
    ]
    assert text_of(answer) == "It is on your list."
    # The last event of each step of the run has its number, so nobody comes back into the middle of one.
    numbers: list[int | None] = [frame["number"] for frame in answer[:-1]]
    given_numbers = [number for number in numbers if number]
    assert given_numbers == list(range(1, len(given_numbers) + 1))
    assert numbers[events.index(next(e for e in events if e["type"] == "TOOL_CALL_START"))] is None
    run = owner.execute("select id, chat_id, user_id, status from chat_runs").fetchall()
    assert run == [(UUID(run_id_of(answer)), UUID(chat_id), ada.id, "completed")]
    assert owner.execute("select title, user_id from tasks").fetchall() == [("Water the plants", ada.id)]


async def test_two_chats_answer_at_once_over_one_socket(
    sockets: SocketServer, open_socket: OpenSocket, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    both_asked = asyncio.Event()
    asked: list[str] = []

    def answer(messages: list[BaseMessage]) -> Reply:
        asked.append(messages[-1].text)
        if len(asked) == 2:
            both_asked.set()
        return Reply(text=f"You said {messages[-1].text}", wait_for=both_asked)

    scripted_model.reply(answer, answer)
    client = await open_socket(sockets.url, person=ada)

    await client.run("red", "red")
    await client.run("blue", "blue")
    ended: set[str] = set()
    frames: list[Frame] = []
    while len(ended) < 2:
        frames.append(await client.receive())
        if frames[-1]["type"] == "end":
            ended.add(frames[-1]["id"])

    for colour in ("red", "blue"):
        of_colour = [frame for frame in frames if frame["id"] == colour]
        assert text_of(of_colour) == f"You said {colour}"
        assert kinds_of(of_colour)[-2:] == ["RUN_FINISHED", None]
    assert len({frame["run_id"] for frame in frames if frame["type"] == "event"}) == 2


async def test_a_long_run_leaves_the_others_on_its_socket_their_turn(
    sockets: SocketServer, open_socket: OpenSocket, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    scripted_model.reply("word " * 5000, "short")
    first = await open_socket(sockets.url, person=ada)
    runs: list[str] = []
    for frame_id in ("long", "short"):
        await first.run(frame_id, frame_id)
        runs.append(run_id_of(await first.answer(frame_id)))

    second = await open_socket(sockets.url, person=ada)
    for frame_id, run_id in zip(("long", "short"), runs, strict=True):
        await second.send("attach", id=frame_id, run_id=run_id)
    before_short_ended = await second.until(lambda frame: frame == {"type": "end", "id": "short"})
    the_rest = await second.answer("long")

    assert len(before_short_ended) < 1000
    assert len(the_rest) > 4000


async def test_a_message_that_is_sent_again_is_answered_by_its_first_run(
    sockets: SocketServer,
    open_socket: OpenSocket,
    scripted_model: ScriptedChatModel,
    ada: Person,
    owner: psycopg.Connection,
) -> None:
    may_answer = asyncio.Event()
    scripted_model.reply(Reply(text="Once", wait_for=may_answer))
    client = await open_socket(sockets.url, person=ada)
    message = run_input("Hello")

    async def say(frame_id: str) -> None:
        await client.send("run", id=frame_id, agent_name="helper", input={**message, "runId": str(uuid4())})

    # Two at once, as a double click sends them, and one later.
    await say("1")
    await say("2")
    started = [(await client.until(is_event("RUN_STARTED")))[-1] for _ in range(2)]
    await say("3")
    started.append((await client.until(is_event("RUN_STARTED")))[-1])
    may_answer.set()
    answer = await client.answer("3")

    assert text_of(answer) == "Once"
    assert {frame["id"] for frame in started} == {"1", "2", "3"}
    assert len({frame["run_id"] for frame in started}) == 1
    assert owner.execute("select count(*) from chat_runs").fetchone() == (1,)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"agent_name": "nobody"}, "agent_not_found"),
        ({"agent_name": "No name"}, "invalid_request"),
        ({"input": run_input(" ")}, "invalid_request"),
        ({"input": run_input("Hi", messages=[])}, "invalid_request"),
        ({"input": run_input("Hi", resume=[{"interruptId": "?", "status": "resolved"}])}, "action_not_found"),
    ],
)
async def test_a_run_that_cannot_begin_is_told_as_a_problem_and_its_id_is_free_again(
    sockets: SocketServer,
    open_socket: OpenSocket,
    scripted_model: ScriptedChatModel,
    ada: Person,
    fields: Frame,
    code: str,
) -> None:
    scripted_model.reply("Hello")
    client = await open_socket(sockets.url, person=ada)

    await client.send("run", id="1", **{"agent_name": "helper", "input": run_input("Hello"), **fields})
    refused = await client.answer("1")
    await client.run("1", "Hello")

    assert [(frame["type"], frame["problem"]["code"]) for frame in refused] == [("error", code)]
    for error in refused[0]["problem"].get("errors", []):
        assert error["in"] == "frame"
        assert error["pointer"].startswith(("/input/messages", "/agent_name"))
    assert text_of(await client.answer("1")) == "Hello"


async def test_a_tool_that_asks_is_allowed_over_the_socket_and_the_turn_goes_on(
    sockets: SocketServer,
    open_socket: OpenSocket,
    scripted_model: ScriptedChatModel,
    ada: Person,
    owner: psycopg.Connection,
) -> None:
    owner.execute("update agent_tools set approval = 'ask' where name = 'add_task'")
    scripted_model.reply(Reply(tool_calls=[("add_task", {"data": {"title": "Ask first"}})]), "Done.")
    client = await open_socket(sockets.url, person=ada)
    chat_id = str(uuid4())

    await client.run("1", "Add it", thread_id=chat_id)
    finished = (await client.answer("1"))[-2]["event"]
    assert finished["outcome"]["type"] == "interrupt"
    assert owner.execute("select count(*) from tasks").fetchone() == (0,)
    decision = {
        "interruptId": finished["outcome"]["interrupts"][0]["id"],
        "status": "resolved",
        "payload": {"approved": True},
    }
    await client.run("2", "", thread_id=chat_id, messages=[], resume=[decision])
    answer = await client.answer("2")

    assert text_of(answer) == "Done."
    assert owner.execute("select title, user_id from tasks").fetchall() == [("Ask first", ada.id)]


async def test_a_cancelled_run_ends_and_says_so(
    sockets: SocketServer,
    open_socket: OpenSocket,
    scripted_model: ScriptedChatModel,
    ada: Person,
    owner: psycopg.Connection,
) -> None:
    scripted_model.reply(Reply(text="Never", wait_for=asyncio.Event()))
    now = datetime.now(UTC)
    sockets.limit(now=lambda: now)
    client = await open_socket(sockets.url, person=ada)
    await client.run("1", "Hello")
    run_id = run_id_of(await client.until(is_event("STEP_STARTED")))

    # Whoever wants to stop something may, with an expired token too.
    now += timedelta(hours=2)
    await client.send("cancel", id="2", run_id=run_id)
    frames = await client.until(lambda frame: frame["type"] == "cancelled")
    if not any(frame["type"] == "end" for frame in frames):
        frames += await client.answer("1")

    assert {"type": "cancelled", "id": "2", "run_id": run_id, "status": "cancelled"} in frames
    finished = [frame["event"] for frame in frames if kind_of(frame) == "RUN_FINISHED"]
    assert [event["outcome"] for event in finished] == [{"type": "cancelled"}]
    assert owner.execute("select status from chat_runs").fetchone() == ("cancelled",)


async def test_a_stream_that_is_left_ends_and_its_run_goes_on(
    sockets: SocketServer, open_socket: OpenSocket, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    may_answer = asyncio.Event()
    scripted_model.reply(Reply(text="Still here", wait_for=may_answer))
    client = await open_socket(sockets.url, person=ada)
    await client.run("1", "Hello")
    begun = await client.until(is_event("STEP_STARTED"))

    await client.send("detach", id="1")
    left = await client.receive()
    await client.send("detach", id="1")
    await client.send("attach", id="1", run_id=run_id_of(begun), after=begun[-1]["number"])
    may_answer.set()
    the_rest = await client.answer("1")

    assert left == {"type": "end", "id": "1"}
    assert text_of(the_rest) == "Still here"


async def test_each_frame_has_an_id_of_its_own_and_streams_are_bounded(
    sockets: SocketServer, open_socket: OpenSocket, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    may_answer = asyncio.Event()
    scripted_model.reply(*(Reply(text="Done", wait_for=may_answer) for _ in range(2)))
    sockets.limit(max_streams=2)
    client = await open_socket(sockets.url, person=ada)
    for frame_id in ("1", "2"):
        await client.run(frame_id, "Hello")
        await client.until(is_event("STEP_STARTED"))

    await client.run("1", "Hello")
    taken = await client.receive()
    await client.run("3", "Hello")
    too_many = await client.receive()
    may_answer.set()

    # An error under the id would be taken for the end of the stream that has it.
    assert (taken["id"], taken["problem"]["code"]) == (None, "frame_id_in_use")
    assert (too_many["id"], too_many["problem"]["code"]) == ("3", "too_many_streams")
    assert text_of(await client.answer("1")) == "Done"


# ---- Coming back -----------------------------------------------------------------------------------------


async def test_who_lost_the_connection_goes_on_with_the_next_event(
    sockets: SocketServer, open_socket: OpenSocket, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    may_go_on = asyncio.Event()
    scripted_model.reply(
        Reply(text="One two three", tool_calls=[("list_tasks", {})]),
        Reply(text="four five", wait_for=may_go_on),
    )
    client = await open_socket(sockets.url, person=ada)
    await client.run("1", "Count")
    seen = await client.until(
        lambda frame: frame["type"] == "event" and frame["event"].get("delta") == " two"
    )

    transport: Any = client.connection.transport
    transport.abort()
    again = await open_socket(sockets.url, person=ada)
    await again.send("attach", id="back", run_id=run_id_of(seen), after=seen[-1]["number"])
    may_go_on.set()
    the_rest = await again.answer("back")
    await again.send("attach", id="all", run_id=run_id_of(seen))
    everything = await again.answer("all")

    assert text_of(seen) + text_of(the_rest) == "One two threefour five"
    assert [frame["event"] for frame in seen + the_rest[:-1]] == [frame["event"] for frame in everything[:-1]]


async def test_a_run_that_is_not_here_any_more_is_told_from_what_is_stored(
    serve: Serve, open_socket: OpenSocket, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    may_answer = asyncio.Event()
    scripted_model.reply(Reply(text="From the other one", wait_for=may_answer))
    one, other = await serve(), await serve()
    async with serving_sockets(one.app) as sockets_of_one, serving_sockets(other.app) as sockets_of_other:
        client = await open_socket(sockets_of_one.url, person=ada)
        await client.run("1", "Hello")
        run_id = run_id_of(await client.until(is_event("STEP_STARTED")))

        elsewhere = await open_socket(sockets_of_other.url, person=ada)
        await elsewhere.send("attach", id="live", run_id=run_id)
        begun = await elsewhere.receive()
        may_answer.set()
        live = await elsewhere.answer("live")
        await elsewhere.send("attach", id="stored", run_id=run_id, after=2)
        stored = await elsewhere.answer("stored")

    assert (kind_of(begun), begun["number"]) == ("RUN_STARTED", None)
    assert text_of(live) == "From the other one"
    # Who had a part of it is told all of it, behind the rest of the chat.
    assert kinds_of(stored)[:2] == ["RUN_STARTED", "MESSAGES_SNAPSHOT"]
    assert [message["content"] for message in stored[1]["event"]["messages"]] == ["Hello"]
    assert text_of(stored) == "From the other one"


async def test_another_user_s_run_is_not_there(
    sockets: SocketServer,
    open_socket: OpenSocket,
    scripted_model: ScriptedChatModel,
    ada: Person,
    ben: Person,
    owner: psycopg.Connection,
) -> None:
    may_answer = asyncio.Event()
    scripted_model.reply(Reply(text="For Ada", wait_for=may_answer))
    of_ada = await open_socket(sockets.url, person=ada)
    of_ben = await open_socket(sockets.url, person=ben)
    await of_ada.run("1", "Hello")
    run_id = run_id_of(await of_ada.until(is_event("STEP_STARTED")))

    for kind in ("attach", "cancel"):
        await of_ben.send(kind, id="1", run_id=run_id)
        assert (await of_ben.receive())["problem"]["code"] == "run_not_found"
    may_answer.set()

    assert text_of(await of_ada.answer("1")) == "For Ada"
    assert owner.execute("select status, cancel_requested_at from chat_runs").fetchall() == [
        ("completed", None)
    ]


# ---- Tickets ---------------------------------------------------------------------------------------------


async def ticket_for(server: RunningServer, person: Person, **claims: Any) -> Frame:
    token = jwt.encode(
        {**jwt.decode(person.jwt(JWT_SECRET), options=UNVERIFIED), **claims}, JWT_SECRET, "HS256"
    )
    answer = await server.client.post("/api/chat/ws/ticket", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json()


UNVERIFIED: Any = {"verify_signature": False}


async def test_a_ticket_opens_one_socket_as_its_user_at_any_replica(
    serve: Serve,
    open_socket: OpenSocket,
    scripted_model: ScriptedChatModel,
    ada: Person,
    owner: psycopg.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    scripted_model.reply("Hello Ada")
    one, other = await serve(), await serve()
    expires = int((datetime.now(UTC) + timedelta(hours=1)).timestamp())
    ticket = await ticket_for(one, ada, exp=expires)
    assert ticket["url"] == f"ws://clarity.test/api/chat/ws?ticket={ticket['ticket']}"

    async with serving_sockets(other.app) as sockets:
        client = await open_socket(f"{sockets.url}?ticket={ticket['ticket']}")
        greeting = await client.receive()
        await client.run("1", "Hello")
        answer = await client.answer("1")
        late = await open_socket(f"{sockets.url}?ticket={ticket['ticket']}")
        refusal = await late.receive()

        assert await late.closed() == (4401, "invalid_token")
    assert refusal["problem"]["code"] == "invalid_token"
    assert greeting == {
        "type": "authenticated",
        "user_id": str(ada.id),
        "expires_at": datetime.fromtimestamp(expires, UTC).isoformat(),
    }
    assert text_of(answer) == "Hello Ada"
    assert owner.execute("select user_id from chat_runs").fetchall() == [(ada.id,)]
    assert ticket["ticket"] not in caplog.text
    assert not [record for record in caplog.records if ticket["ticket"] in str(vars(record))]


async def test_a_ticket_is_not_good_after_its_time_nor_for_longer_than_its_token(
    server: RunningServer,
    sockets: SocketServer,
    open_socket: OpenSocket,
    ada: Person,
    owner: psycopg.Connection,
) -> None:
    late = await ticket_for(server, ada)
    owner.execute("update private.socket_tickets set expires_at = now()")
    client = await open_socket(f"{sockets.url}?ticket={late['ticket']}")
    assert await client.closed() == (4401, "invalid_token")

    now = datetime.now(UTC)
    sockets.limit(now=lambda: now)
    soon = await ticket_for(server, ada, exp=int((now + timedelta(seconds=30)).timestamp()))
    client = await open_socket(f"{sockets.url}?ticket={soon['ticket']}")
    await client.receive()
    now += timedelta(minutes=1)
    await client.run("1", "Hello")

    assert (await client.receive())["problem"]["code"] == "invalid_token"


async def test_nobody_gets_a_ticket_without_signing_in(server: RunningServer, sockets: SocketServer) -> None:
    answer = await server.client.post("/api/chat/ws/ticket")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


# ---- Clients that do not read, and servers that stop -----------------------------------------------------


async def test_a_client_that_does_not_read_costs_no_memory_and_holds_up_nobody(
    server: RunningServer,
    sockets: SocketServer,
    open_socket: OpenSocket,
    scripted_model: ScriptedChatModel,
    ada: Person,
    ben: Person,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    piece = "x" * 50_000
    scripted_model.reply(f"{piece} " * 400, "Hello Ben")
    sockets.limit(send_seconds=2)
    of_ben = await open_socket(sockets.url, person=ben)
    # A client's library reads ahead: this one takes a message, and then leaves the rest to the network.
    slow = await open_socket(sockets.url, person=ada, max_queue=1)
    await slow.run("1", "Tell me everything")

    await until(lambda: sockets.unread_bytes() >= WRITE_BUFFER_BYTES)
    await of_ben.run("1", "Hello")
    assert text_of(await of_ben.answer("1")) == "Hello Ben"
    unread: list[int] = []
    await until(lambda: not unread.append(sockets.unread_bytes()) and "socket" in caplog.messages)

    assert max(unread) < WRITE_BUFFER_BYTES + 2 * len(piece)
    assert len(server.app.state.server.sockets) == 1
    # What was sent before it is still there to read, and then why it ended.
    seen: list[Frame] = []
    with pytest.raises(ConnectionClosed) as closed:
        await slow.until(lambda frame: bool(seen.append(frame)))
    assert close_of(closed.value) == (4408, "too slow")
    # The run lost nothing by it.
    again = await open_socket(sockets.url, person=ada, max_size=None)
    await again.send("attach", id="1", run_id=run_id_of(seen), after=seen[-1]["number"])
    assert (text_of(seen) + text_of(await again.answer("1"))).count(piece) == 400


async def test_a_server_that_stops_lets_streams_end_with_their_turns(
    server: RunningServer,
    sockets: SocketServer,
    open_socket: OpenSocket,
    scripted_model: ScriptedChatModel,
    ada: Person,
) -> None:
    may_answer = asyncio.Event()
    # Long enough for the server to be done with the turn before its stream is.
    scripted_model.reply(Reply(text="word " * 5000, wait_for=may_answer))
    client = await open_socket(sockets.url, person=ada)
    await client.run("1", "Hello")
    await client.until(is_event("STEP_STARTED"))

    sockets.stop()
    await server.app.state.server.draining.begun()
    await client.run("2", "Hello")
    refused = await client.receive()
    may_answer.set()
    answer = await client.answer("1")

    assert (refused["id"], refused["problem"]["code"]) == ("2", "server_stopping")
    assert refused["problem"]["retry_after_seconds"] == 2
    assert text_of(answer) == "word " * 5000
    assert kinds_of(answer)[-2:] == ["RUN_FINISHED", None]
    assert await client.closed() == (1012, "the server is stopping")
    await sockets.task


# ---- Whatever clients send -------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
IDS = st.sampled_from(["1", "2", ""]) | st.text(max_size=70)
UUIDS = st.uuids().map(str)
MESSAGES = st.fixed_dictionaries(
    {"id": IDS, "role": st.sampled_from(["user", "user", "assistant", "tool"])},
    optional={"content": st.text() | JSON, "toolCallId": IDS},
)
INPUTS = st.fixed_dictionaries(
    {
        "threadId": UUIDS | IDS,
        "runId": UUIDS | IDS,
        "messages": st.lists(MESSAGES, max_size=3),
        "state": JSON,
        "tools": st.just([]) | JSON,
        "context": st.just([]) | JSON,
        "forwardedProps": JSON,
    },
    optional={
        "resume": st.lists(st.fixed_dictionaries({"interruptId": UUIDS, "status": JSON}), max_size=2) | JSON
    },
)
FRAMES = st.fixed_dictionaries(
    {"type": st.sampled_from([*KINDS, "run", "attach", "end", ""])},
    optional={
        "id": IDS | JSON,
        "token": st.text(),
        "agent_name": st.sampled_from(["helper", "nobody"]) | st.text(max_size=70),
        "input": INPUTS | JSON,
        "run_id": UUIDS | JSON,
        "after": st.integers(),
        "x": JSON,
    },
) | st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("run"), "id": IDS, "agent_name": st.just("helper"), "input": INPUTS}
    ),
    st.fixed_dictionaries({"type": st.just("attach"), "id": IDS, "run_id": UUIDS, "after": st.integers(0)}),
    st.fixed_dictionaries({"type": st.just("cancel"), "id": IDS, "run_id": UUIDS}),
    st.fixed_dictionaries({"type": st.just("detach"), "id": IDS}),
)
SENT = FRAMES.map(json.dumps) | JSON.map(json.dumps) | st.text() | st.binary()


async def test_nothing_that_a_client_sends_breaks_the_server(
    serve: Serve, open_socket: OpenSocket, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    server = await serve(
        models=Models(CoreConfig(default_model="offline:rules")),
        max_requests_per_minute=100_000,
        max_body_bytes=4096,
    )
    ends: set[int | None] = set()

    async def talk(sockets: SocketServer, sent: list[str | bytes], is_known: bool) -> None:
        async with opened(sockets.url, person=ada if is_known else None) as client:
            try:
                for one in sent:
                    await client.connection.send(one)
                await client.send("ping")
                frames = await client.until(lambda frame: frame["type"] == "pong")
                assert "internal_error" not in json.dumps(frames)
                ends.add(None)
            except ConnectionClosed as exc:
                ends.add(close_of(exc)[0])

    async with serving_sockets(server.app) as sockets:
        loop = asyncio.get_running_loop()

        @settings(max_examples=150)
        @given(st.lists(SENT, max_size=12), st.integers(0, 9).map(bool))
        def check(sent: list[str | bytes], is_known: bool) -> None:
            asyncio.run_coroutine_threadsafe(talk(sockets, sent, is_known), loop).result()

        await asyncio.to_thread(check)

    assert {None, 4401} <= ends <= DOCUMENTED
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
