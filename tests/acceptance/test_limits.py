"""Limits over HTTP: 429, which limit it was, and when to come back."""

import asyncio
from collections import Counter
from collections.abc import Callable
from uuid import uuid4

import httpx
import psycopg
import pytest

from fixtures.people import Person
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.servers import JWT_SECRET, RunningServer, Serve

pytestmark = pytest.mark.usefixtures("helper")


@pytest.fixture
def ada(make_user: Callable[..., Person]) -> Person:
    return make_user("ada@example.com")


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert str(int(answer.headers["Retry-After"])) == answer.headers["Retry-After"]
    return answer.status_code, problem["code"], problem["limit"]


async def stream(server: RunningServer, person: Person) -> httpx.Response:
    return await server.client.post(
        "/api/agents/helper/run",
        json={
            "threadId": str(uuid4()),
            "runId": str(uuid4()),
            "messages": [{"id": str(uuid4()), "role": "user", "content": "Hello"}],
            "state": {},
            "tools": [],
            "context": [],
            "forwardedProps": {},
        },
        headers={"Authorization": f"Bearer {person.jwt(JWT_SECRET)}"},
    )


async def test_of_thirty_requests_at_once_as_many_are_answered_as_may(
    serve: Serve, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    server = await serve(max_concurrent_runs=5)
    go_on = asyncio.Event()
    scripted_model.reply(*[Reply(text="Hello", wait_for=go_on)] * 5)

    asking = [asyncio.create_task(server.say(ada, "Hello")) for _ in range(30)]
    refused: list[httpx.Response] = []
    for answered in asyncio.as_completed(asking):
        refused.append(await answered)
        if len(refused) == 25:
            # Those that are left run, and wait for the model.
            break
    go_on.set()
    answers = await asyncio.gather(*asking)

    assert Counter(answer.status_code for answer in answers) == {200: 5, 429: 25}
    assert {refusal(answer) for answer in refused} == {(429, "rate_limited", "concurrent_runs")}


async def test_a_limit_is_told_the_same_way_to_a_stream(
    serve: Serve, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    server = await serve(max_requests_per_minute=1)
    scripted_model.reply("Hello")
    assert (await server.say(ada, "Hello")).status_code == 200

    answer = await stream(server, ada)

    assert refusal(answer) == (429, "rate_limited", "requests_per_minute")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


async def test_the_days_tokens_come_back_tomorrow(
    serve: Serve, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    server = await serve(max_tokens_per_day=10)
    scripted_model.reply("Hello")
    assert (await server.say(ada, "Hello")).status_code == 200

    answer = await server.say(ada, "Hello")

    assert refusal(answer) == (429, "rate_limited", "tokens_per_day")
    assert 1 <= int(answer.headers["Retry-After"]) <= 24 * 60 * 60


async def test_nought_is_no_limit(serve: Serve, scripted_model: ScriptedChatModel, ada: Person) -> None:
    server = await serve(max_concurrent_runs=0, max_requests_per_minute=0, max_tokens_per_day=0)
    scripted_model.reply(*["Hello"] * 70)

    answers = [await server.say(ada, "Hello") for _ in range(70)]

    assert {answer.status_code for answer in answers} == {200}
