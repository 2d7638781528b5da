"""Who may open a socket, and what closes one: all that needs no database."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
from fastapi import FastAPI
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from chatServer.main import create_app
from chatServer.socket_frames import KINDS
from chatServer.socket_limits import CloseCode, FrameRate
from core.types import User
from fixtures.cluster import ROOT
from fixtures.people import Person
from fixtures.servers import JWT_SECRET, make_settings, serving
from fixtures.sockets import PATIENCE_SECONDS, OpenSocket, SocketServer, run_input, serving_sockets, until

ORIGIN = "https://app.example"
# {"alg": "RS256", "kid": "k"}, {} and no signature.
OF_AN_UNKNOWN_KEY = "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogImsifQ.e30."
DOCUMENT = ROOT / "memory-bank" / "websocket.md"


def person() -> Person:
    return Person(id=uuid4(), email="somebody@example.com")


@pytest.fixture
def ada() -> Person:
    return person()


@pytest.fixture
async def app() -> AsyncIterator[FastAPI]:
    app = create_app(make_settings(cors_origins=(ORIGIN,), max_body_bytes=4096, database_timeout_seconds=0.1))
    async with serving(app):
        yield app


@pytest.fixture
async def sockets(app: FastAPI) -> AsyncIterator[SocketServer]:
    async with serving_sockets(app) as sockets:
        yield sockets


def token(secret: str = JWT_SECRET, **claims: Any) -> str:
    good = {"sub": str(uuid4()), "role": "authenticated", "aud": "authenticated", "exp": 4_000_000_000}
    return jwt.encode({**good, **claims}, secret, algorithm="HS256")


# ---- Who speaks ------------------------------------------------------------------------------------------


async def test_a_good_token_is_answered_with_its_user_and_its_end(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person
) -> None:
    client = await open_socket(sockets.url)
    await client.send("authenticate", token=token(sub=str(ada.id), exp=4_000_000_000))

    assert await client.receive() == {
        "type": "authenticated",
        "user_id": str(ada.id),
        "expires_at": datetime.fromtimestamp(4_000_000_000, UTC).isoformat(),
    }


async def test_a_token_for_all_time_is_good(sockets: SocketServer, open_socket: OpenSocket) -> None:
    client = await open_socket(sockets.url)
    await client.send("authenticate", token=token(exp=10**15))

    assert (await client.receive())["expires_at"].startswith("9999-12-31")


@pytest.mark.parametrize(
    ("first", "code"),
    [
        pytest.param({"type": "authenticate", "token": "nonsense"}, "invalid_token", id="nonsense"),
        pytest.param({"type": "authenticate", "token": token("x" * 40)}, "invalid_token", id="forged"),
        pytest.param({"type": "authenticate", "token": token(exp=1)}, "invalid_token", id="expired"),
        pytest.param({"type": "authenticate", "token": token(role="anon")}, "invalid_token", id="a key"),
        pytest.param({"type": "authenticate"}, "invalid_request", id="no token"),
        pytest.param({"type": "ping"}, "not_signed_in", id="another frame"),
        pytest.param(["authenticate"], "invalid_frame", id="no object"),
    ],
)
async def test_who_does_not_say_first_who_they_are_is_told_why_and_closed(
    sockets: SocketServer, open_socket: OpenSocket, first: object, code: str
) -> None:
    client = await open_socket(sockets.url)
    await client.connection.send(json.dumps(first))

    refusal = await client.receive()

    assert (refusal["type"], refusal["id"], refusal["problem"]["code"]) == ("error", None, code)
    assert await client.closed() == (4401, code)


async def test_who_says_nothing_is_closed(sockets: SocketServer, open_socket: OpenSocket) -> None:
    sockets.limit(authenticate_seconds=0.05)
    client = await open_socket(sockets.url)

    assert await client.closed() == (4401, "not authenticated in time")


async def test_a_token_that_cannot_be_checked_is_worth_another_try(open_socket: OpenSocket) -> None:
    app = create_app(make_settings(jwt_secret=None, database_timeout_seconds=0.1))
    async with serving(app), serving_sockets(app) as sockets:
        client = await open_socket(sockets.url)
        await client.send("authenticate", token=OF_AN_UNKNOWN_KEY)

        refusal = await client.receive()
        assert refusal["problem"]["code"] == "keys_unavailable"
        assert refusal["problem"]["retry_after_seconds"] == 2
        assert await client.closed() == (1013, "keys_unavailable")


async def test_a_ticket_that_cannot_be_looked_up_is_worth_another_try(
    sockets: SocketServer, open_socket: OpenSocket
) -> None:
    client = await open_socket(f"{sockets.url}?ticket=unknown")

    assert (await client.receive())["problem"]["code"] == "database_unavailable"
    assert await client.closed() == (1013, "database_unavailable")


async def test_an_expired_token_begins_nothing_more_until_there_is_a_new_one(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person
) -> None:
    now = datetime.now(UTC)
    sockets.limit(now=lambda: now)
    client = await open_socket(sockets.url, person=ada)

    now += timedelta(hours=2)
    await client.run("1", "Hello")
    refused = await client.receive()
    await client.send("attach", id="2", run_id=str(uuid4()))
    refused_too = await client.receive()
    now -= timedelta(hours=2)
    again = await client.authenticate(ada)
    await client.run("1", "Hello")
    answered = await client.receive()

    assert (refused["id"], refused["problem"]["code"]) == ("1", "invalid_token")
    assert (refused_too["id"], refused_too["problem"]["code"]) == ("2", "invalid_token")
    assert again["user_id"] == str(ada.id)
    # There is no database here: it came as far as that.
    assert answered["problem"]["code"] == "database_unavailable"


async def test_a_socket_never_changes_hands(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person
) -> None:
    client = await open_socket(sockets.url, person=ada)

    of_another = await client.authenticate(person())
    await client.send("authenticate", token="nonsense")
    nonsense = await client.receive()

    assert of_another["problem"]["code"] == "not_permitted"
    assert nonsense["problem"]["code"] == "invalid_token"
    assert (await client.authenticate(ada))["user_id"] == str(ada.id)


# ---- Frames ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "frame_id", "code", "told"),
    [
        pytest.param("{", None, "invalid_frame", "The frame is not JSON.", id="no JSON"),
        pytest.param("[" * 3000, None, "invalid_frame", "The frame is not JSON.", id="too deep"),
        pytest.param('{"type": NaN}', None, "invalid_frame", "The frame is not JSON.", id="no number"),
        pytest.param(
            b"\x00", None, "invalid_frame", "Frames are text messages, not binary ones.", id="binary"
        ),
        pytest.param("null", None, "invalid_frame", "A frame is a JSON object in a text message.", id="null"),
        pytest.param(
            '{"type": "run_all"}', None, "invalid_frame", "The frame's type must be one of", id="type"
        ),
        pytest.param(
            '{"type": ["run"]}', None, "invalid_frame", "The frame's type must be one of", id="types"
        ),
        pytest.param(
            '{"type": "cancel", "id": "7"}', "7", "invalid_request", "run_id: field required", id="part"
        ),
        pytest.param('{"type": "detach", "id": 7}', None, "invalid_request", "id: input should be", id="id"),
        pytest.param('{"type": "ping", "x": 1}', None, "invalid_request", "x: extra inputs", id="too much"),
    ],
)
async def test_what_is_no_frame_is_told_so_and_the_socket_stays(
    sockets: SocketServer,
    open_socket: OpenSocket,
    ada: Person,
    message: str | bytes,
    frame_id: str | None,
    code: str,
    told: str,
) -> None:
    client = await open_socket(sockets.url, person=ada)
    await client.connection.send(message)

    refusal = await client.receive()
    await client.send("ping")

    assert (refusal["type"], refusal["id"], refusal["problem"]["code"]) == ("error", frame_id, code)
    assert told in refusal["problem"]["detail"]
    assert refusal["problem"]["request_id"]
    assert await client.receive() == {"type": "pong"}


async def test_an_input_that_is_none_is_refused_with_the_place_of_each_mistake(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person
) -> None:
    client = await open_socket(sockets.url, person=ada)
    await client.send("run", id="1", agent_name="helper", input={"threadId": "t"})

    refusal = await client.receive()

    assert refusal["id"] == "1"
    pointers = {error["pointer"]: error["in"] for error in refusal["problem"]["errors"]}
    assert pointers["/input/runId"] == "frame"


async def test_a_client_that_understands_nothing_is_closed_and_one_that_errs_now_and_then_is_not(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person
) -> None:
    sockets.limit(max_mistakes=3)
    client = await open_socket(sockets.url, person=ada)

    for _ in range(4):
        for message in ("{", "{", '{"type": "ping"}'):
            await client.connection.send(message)
    kinds = [(await client.receive())["type"] for _ in range(12)]
    for _ in range(3):
        await client.connection.send("{")

    assert kinds == ["error", "error", "pong"] * 4
    assert await client.closed() == (4400, "too many bad frames")


async def test_a_frame_that_is_too_large_closes_the_socket(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person
) -> None:
    client = await open_socket(sockets.url, person=ada)
    await client.run("1", "x" * 5000)

    assert (await client.closed())[0] == 1009


async def test_a_server_that_does_not_bound_frames_itself_has_them_bounded(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person
) -> None:
    sockets.limit(max_frame_bytes=1000)
    client = await open_socket(sockets.url, person=ada)
    await client.run("1", "ü" * 600)

    assert await client.closed() == (1009, "frame too large")


async def test_a_flood_of_frames_closes_the_socket(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person
) -> None:
    sockets.limit(frames_at_once=5, frames_per_second=0.001)
    client = await open_socket(sockets.url, person=ada)
    for _ in range(5):
        await client.send("ping")

    assert await client.closed() == (4429, "too many frames")


def test_the_rate_of_frames_allows_bursts_and_recovers() -> None:
    now = 0.0
    rate = FrameRate(at_once=3, per_second=2, clock=lambda: now)

    assert [rate.take() for _ in range(4)] == [True, True, True, False]
    now = 0.5
    assert [rate.take() for _ in range(2)] == [True, False]
    now = 100
    assert [rate.take() for _ in range(4)] == [True, True, True, False]


# ---- How many --------------------------------------------------------------------------------------------


async def test_the_sockets_of_one_user_are_bounded_and_each_that_closes_makes_room(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person, app: FastAPI
) -> None:
    sockets.limit(max_sockets_per_user=2)
    first, _ = [await open_socket(sockets.url, person=ada) for _ in range(2)]

    third = await open_socket(sockets.url)
    refusal = await third.authenticate(ada)
    assert refusal["problem"]["code"] == "too_many_sockets"
    assert await third.closed() == (4429, "too_many_sockets")
    await open_socket(sockets.url, person=person())

    await first.connection.close()
    await until(lambda: len(app.state.server.sockets) == 2)
    await open_socket(sockets.url, person=ada)


async def test_sockets_that_do_not_say_whose_they_are_are_bounded_too(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person
) -> None:
    sockets.limit(max_new_sockets=2)
    first, _ = [await open_socket(sockets.url) for _ in range(2)]

    third = await open_socket(sockets.url)
    refusal = await third.receive()
    assert refusal["problem"]["code"] == "too_many_new_sockets"
    assert await third.closed() == (1013, "too_many_new_sockets")

    # Who has said it leaves the place to others.
    await first.authenticate(ada)
    assert (await (await open_socket(sockets.url)).authenticate(ada))["type"] == "authenticated"


# ---- Origins ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [None, ORIGIN, "http://127.0.0.1:{port}", "https://127.0.0.1:{port}"])
async def test_pages_of_the_server_itself_and_of_its_friends_may_open_sockets(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person, origin: str | None
) -> None:
    given = origin.format(port=sockets.port) if origin else None

    await open_socket(sockets.url, person=ada, origin=given)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1", "null", "https://app.example.evil"]
)
async def test_the_page_of_a_stranger_may_not(
    sockets: SocketServer, open_socket: OpenSocket, origin: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await open_socket(sockets.url, origin=origin)

    response = refused.value.response
    assert response.status_code == 403
    assert json.loads(response.body)["code"] == "not_permitted"


async def test_every_page_may_where_the_operator_says_so(open_socket: OpenSocket, ada: Person) -> None:
    app = create_app(make_settings(cors_origins=("*",), database_timeout_seconds=0.1))
    async with serving(app), serving_sockets(app) as sockets:
        await open_socket(sockets.url, person=ada, origin="https://anywhere.example")


# ---- The end ---------------------------------------------------------------------------------------------


async def test_a_server_that_stops_takes_no_socket_and_closes_those_that_carry_nothing(
    app: FastAPI, sockets: SocketServer, open_socket: OpenSocket, ada: Person
) -> None:
    client = await open_socket(sockets.url, person=ada)
    stranger = await open_socket(sockets.url)
    app.state.server.draining.begin()

    with pytest.raises(InvalidStatus) as refused:
        await open_socket(sockets.url)

    assert refused.value.response.status_code == 503
    assert json.loads(refused.value.response.body)["code"] == "server_stopping"
    assert await client.closed() == (1012, "the server is stopping")
    await stranger.connection.close()


async def test_a_bug_closes_the_socket_and_is_logged(
    app: FastAPI, sockets: SocketServer, open_socket: OpenSocket, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def verify(self, token: str) -> User:
            raise ZeroDivisionError

    app.state.server = replace(app.state.server, verifier=Broken())
    client = await open_socket(sockets.url)
    await client.send("authenticate", token="any")

    assert await client.closed() == (1011, "unexpected error")
    (record,) = [record for record in caplog.records if record.message == "Unexpected error"]
    assert record.exc_info


async def test_a_socket_has_one_line_in_the_log_with_neither_text_nor_token_nor_ticket(
    app: FastAPI,
    sockets: SocketServer,
    open_socket: OpenSocket,
    ada: Person,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    # The two libraries would tell everything, asked like this.
    for name in ("uvicorn.error", "websockets", "websockets.server"):
        caplog.set_level(logging.DEBUG, logger=name)
    client = await open_socket(f"{sockets.url}?key=MY-SECRET", person=ada)
    await client.run("1", "MY-SECRET")
    await client.receive()
    await client.send("authenticate", token="MY-SECRET")
    await client.receive()
    await client.connection.close(3999, "MY-SECRET")
    refused = await open_socket(f"{sockets.url}?ticket=MY-SECRET")
    await refused.closed()
    sockets.stop()
    await sockets.task

    lines = [vars(record) for record in caplog.records if record.message == "socket"]
    assert len(lines) == 2
    line = next(line for line in lines if line["close_code"] == 3999)
    assert line["path"] == "/api/chat/ws"
    assert (line["frames_in"], line["frames_out"], line["user_id"]) == (3, 3, str(ada.id))
    assert line["duration_ms"] >= 0
    assert line["request_id"]
    assert "MY-SECRET" not in caplog.text
    assert not [record for record in caplog.records if "MY-SECRET" in str(vars(record))]
    assert ada.jwt(JWT_SECRET)[:40] not in caplog.text


async def test_the_id_that_a_proxy_gives_a_socket_is_in_the_log_and_in_the_answer(
    sockets: SocketServer, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for given, is_taken in (("of-the-proxy", True), ("no good\tid", False)):
        headers = {"X-Request-ID": given}
        async with connect(sockets.url, additional_headers=headers, proxy=None) as connection:
            assert connection.response
            answered = connection.response.headers["X-Request-ID"]
        await until(lambda: "socket" in caplog.messages)
        (line,) = [vars(record) for record in caplog.records if record.message == "socket"]
        assert line["request_id"] == answered
        assert (answered == given) == is_taken
        caplog.clear()


async def test_a_socket_that_was_refused_has_its_status_in_the_log(
    sockets: SocketServer, open_socket: OpenSocket, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for path, status in (("", 403), ("/nowhere", 403)):
        with pytest.raises(InvalidStatus):
            await open_socket(sockets.url + path, origin="https://evil.example")
        (line,) = [vars(record) for record in caplog.records if record.message == "socket"]
        assert line["status"] == status
        assert "close_code" not in line
        caplog.clear()


# ---- The connection --------------------------------------------------------------------------------------


async def test_pings_of_a_client_that_does_not_read_cost_no_memory(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pong for each would wait in the server for as long as the client likes."""
    monkeypatch.setattr("chatServer.socket_protocol.PINGS_AT_ONCE", 1_000_000)
    client = await open_socket(sockets.url, person=ada)
    transport: Any = client.connection.transport
    transport.pause_reading()
    ping = b"\x89\xfd" + b"\x00" * 4 + b"x" * 125
    sent = 0
    while sent < 40_000_000:
        transport.write(ping * 1000)
        sent += len(ping) * 1000
        await until(lambda: transport.get_write_buffer_size() < 1_000_000)

    # What one read of the socket may hold, and no more.
    assert sockets.unread_bytes() < 1_000_000
    transport.resume_reading()


async def test_a_flood_of_pings_closes_the_socket(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person
) -> None:
    client = await open_socket(sockets.url, person=ada)
    transport: Any = client.connection.transport
    transport.write((b"\x89\x80" + b"\x00" * 4) * 500)

    assert await client.closed() == (4429, "too many pings")


async def test_a_message_in_more_pieces_than_any_client_makes_closes_the_socket(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person
) -> None:
    client = await open_socket(sockets.url, person=ada)
    transport: Any = client.connection.transport
    begun, empty_piece = b"\x01\x80" + b"\x00" * 4, b"\x00\x80" + b"\x00" * 4
    transport.write(begun + empty_piece * 2000)

    assert await client.closed() == (1009, "too many fragments")


async def test_a_closed_connection_is_gone_though_the_client_reads_nothing(
    sockets: SocketServer, open_socket: OpenSocket, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatServer.socket_protocol.LINGER_SECONDS", 0.05)
    sockets.limit(send_seconds=0.05, frames_at_once=1_000_000, max_mistakes=1_000_000)
    client = await open_socket(sockets.url, person=ada, max_queue=1)
    async with asyncio.timeout(PATIENCE_SECONDS):
        with suppress(ConnectionClosed):
            while sockets.connections:
                # An answer of some size for each, which nobody reads.
                await client.run("1", "", messages=[{}] * 20)
        await until(lambda: not sockets.connections)


# ---- The documents ---------------------------------------------------------------------------------------


def test_every_frame_and_every_close_code_is_documented() -> None:
    document = Path(DOCUMENT).read_text()

    for kind in (*KINDS, "authenticated", "event", "end", "cancelled", "error", "pong"):
        assert f'"type": "{kind}"' in document, kind
    for code in CloseCode:
        assert f"| {code.value} |" in document, code


def test_a_run_s_input_in_these_tests_is_one() -> None:
    assert set(run_input("x")) >= {"threadId", "runId", "messages"}
