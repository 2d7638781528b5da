"""The torture's intruders tell a refusal from a try that was let in, and from one that nobody heard."""

import json
import random
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jwt
import pytest
from websockets.asyncio.server import ServerConnection, serve

from fixtures.people import Person
from fixtures.servers import JWT_SECRET
from torture.abuses import MARK, MAY_BE_EMPTY, REFUSALS, SHOWN_AGENT, Abuse, Frame, How, Request, Target, ways
from torture.intruders import (
    Answer,
    Intruder,
    Intrusions,
    expired,
    forged,
    is_refusal,
    over_socket,
    unsigned,
    with_ticket,
)
from torture.invariants import TABLES
from torture.ledger import Violation
from torture.world import PROMPT

ANN = Person(id=UUID(int=1), email="ann@example.com")
TARGET = Target(
    user_id=ANN.id,
    chat_id=UUID(int=2),
    run_id=UUID(int=3),
    message_id=UUID(int=4),
    action_id=UUID(int=5),
    keeper_id=UUID(int=6),
)
SIGNED_IN = Intruder(name="another user", token="a token", is_signed_in=True)
NOBODY = Intruder(name="somebody without a token", token=None, is_signed_in=False)
HEARD: dict[str, Any] = {"type": "event", "id": "1", "run_id": str(TARGET.run_id), "number": 1, "event": {}}


def _all_ways() -> Iterator[tuple[Abuse, How]]:
    for abuse in Abuse:
        for how in ways(abuse, TARGET, random.Random(1)):
            yield abuse, how


def _is_of_gateway(how: How) -> bool:
    return isinstance(how, Request) and how.to == "gateway"


def test_every_abuse_has_ways_and_says_how_it_is_refused() -> None:
    assert {abuse for abuse, _ in _all_ways()} == set(Abuse) == set(REFUSALS)
    assert {type(how) for abuse, how in _all_ways() if abuse is Abuse.SEND} == {Request, Frame}


@pytest.mark.parametrize("intruder", [SIGNED_IN, NOBODY])
@pytest.mark.parametrize("body", ['[{"id": "what is another\'s"}]', '{"run_id": null}', ""])
def test_whatever_is_answered_is_a_violation(intruder: Intruder, body: str) -> None:
    for abuse, how in _all_ways():
        for status in (200, 201, 202, 204, 302):
            if how == SHOWN_AGENT:
                continue
            with pytest.raises(Violation, match=f"{intruder.name} could"):
                is_refusal(abuse, intruder, how, Answer(status=status, body=body))


def test_a_violation_says_who_did_what_and_what_came_of_it() -> None:
    how = ways(Abuse.READ_RUN, TARGET, random.Random(1))[0]
    answer = Answer(status=200, body='{"status": "running"}')

    with pytest.raises(Violation) as caught:
        Intrusions().note(Abuse.READ_RUN, SIGNED_IN, how, answer)

    assert str(caught.value) == (
        f"another user could read another's run by GET /api/runs/{TARGET.run_id} at the server "
        """with b'nothing', and was answered 200 {"status": "running"}"""
    )


def test_an_error_of_a_chat_server_is_a_violation_and_one_of_the_gateway_is_none() -> None:
    for abuse, how in _all_ways():
        if _is_of_gateway(how):
            assert not is_refusal(abuse, SIGNED_IN, how, Answer(status=500))
        else:
            with pytest.raises(Violation):
                is_refusal(abuse, SIGNED_IN, how, Answer(status=500))


def test_a_good_token_that_is_not_taken_is_a_violation() -> None:
    for abuse, how in _all_ways():
        if abuse is not Abuse.TICKET:
            with pytest.raises(Violation):
                is_refusal(abuse, SIGNED_IN, how, Answer(status=401))


def test_what_is_refused_is_counted_by_kind() -> None:
    intrusions = Intrusions()
    for abuse, how in _all_ways():
        for status in REFUSALS[abuse]:
            intrusions.note(abuse, SIGNED_IN, how, Answer(status=status))
        intrusions.note(abuse, NOBODY, how, Answer(status=401))

    assert set(intrusions.refused) == set(Abuse)
    assert intrusions.refused == intrusions.tried
    assert not intrusions.away


@pytest.mark.parametrize("status", [502, 504, 503])
def test_a_turn_that_failed_had_begun(status: int) -> None:
    how = ways(Abuse.SEND, TARGET, random.Random(1))[0]

    with pytest.raises(Violation):
        is_refusal(Abuse.SEND, SIGNED_IN, how, Answer(status=status, body='{"code": "turn_interrupted"}'))


@pytest.mark.parametrize("status", [None, 429, 503])
def test_where_nobody_is_there_nothing_was_refused(status: int | None) -> None:
    intrusions = Intrusions()
    for abuse, how in _all_ways():
        intrusions.note(abuse, SIGNED_IN, how, Answer(status=status))

    assert intrusions.away == intrusions.tried
    assert not intrusions.refused


def test_nothing_to_see_is_a_refusal_of_rows_and_of_nothing_else() -> None:
    for abuse, how in _all_ways():
        empty = Answer(status=200, body="[]")
        if abuse in MAY_BE_EMPTY or how == SHOWN_AGENT:
            assert is_refusal(abuse, SIGNED_IN, how, empty)
        else:
            with pytest.raises(Violation):
                is_refusal(abuse, SIGNED_IN, how, empty)


def test_an_agent_is_shown_without_its_prompt() -> None:
    without = Answer(status=200, body='{"name": "torture", "content": null}')
    with_prompt = Answer(status=200, body=f'{{"content": {{"system_prompt": "{PROMPT}"}}}}')

    assert is_refusal(Abuse.READ_PROMPT, SIGNED_IN, SHOWN_AGENT, without)
    with pytest.raises(Violation):
        is_refusal(Abuse.READ_PROMPT, SIGNED_IN, SHOWN_AGENT, with_prompt)


@asynccontextmanager
async def _socket_server(*answers: dict[str, Any] | int) -> AsyncGenerator[str]:
    """Says one of these for each frame, a number being a close code; its URL."""

    async def answer(socket: ServerConnection) -> None:
        for one in answers:
            if "ticket" not in (socket.request.path if socket.request else ""):
                await socket.recv()
            if isinstance(one, int):
                await socket.close(one)
                break
            await socket.send(json.dumps(one))

    async with serve(answer, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"http://127.0.0.1:{port}"


def _problem(status: int) -> dict[str, Any]:
    return {"type": "error", "id": None, "problem": {"status": status}}


AUTHENTICATED: dict[str, Any] = {"type": "authenticated", "user_id": str(ANN.id), "expires_at": None}


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ((AUTHENTICATED, HEARD), 200),
        ((AUTHENTICATED, {"type": "cancelled", "id": "1"}), 200),
        ((AUTHENTICATED, _problem(404)), 404),
        ((_problem(401),), 401),
        ((AUTHENTICATED, 1009), 413),
        ((AUTHENTICATED, 1011), 500),
        ((AUTHENTICATED, 1012), None),
    ],
)
async def test_a_socket_is_heard(answers: tuple[dict[str, Any] | int, ...], status: int | None) -> None:
    async with _socket_server(*answers) as url:
        assert (await over_socket(url, SIGNED_IN, "{}")).status == status


async def test_somebody_without_a_token_asks_at_once() -> None:
    async with _socket_server(HEARD) as url:
        assert json.loads((await over_socket(url, NOBODY, "{}")).body) == HEARD


async def test_a_ticket_that_opens_a_socket_is_heard() -> None:
    async with _socket_server(AUTHENTICATED) as url:
        assert (await with_ticket(url, "0")).status == 200
    async with _socket_server(_problem(401)) as url:
        assert (await with_ticket(url, "0")).status == 401


@pytest.mark.parametrize("make", [expired, forged, unsigned])
def test_a_bad_token_would_be_good_but_for_one_thing(make: Callable[[Person], str]) -> None:
    claims = jwt.decode(make(ANN), options={"verify_signature": False})

    assert claims.items() >= ANN.claims.items()
    assert (claims["exp"] < datetime.now(UTC).timestamp()) == (make is expired)
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(make(ANN), JWT_SECRET, algorithms=["HS256"], audience="authenticated")


def test_what_intruders_write_is_looked_for() -> None:
    assert MARK in TABLES["marks"]
