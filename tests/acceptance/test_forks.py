"""Going on from an earlier message, over HTTP, and what others try with it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from fixtures.people import Person
from fixtures.scripted_model import ScriptedChatModel
from fixtures.servers import JWT_SECRET, RunningServer, Serve

pytestmark = pytest.mark.usefixtures("helper")


class Talker:
    """A signed-in user, with a chat of two questions."""

    def __init__(self, server: RunningServer, person: Person) -> None:
        self._server, self._person = server, person
        self.chat_id = ""
        self.questions: list[str] = []

    async def say(self, text: str, chat_id: str | None = None) -> dict[str, Any]:
        message_id = str(uuid4())
        fields = {"session_id": chat_id} if chat_id else {}
        answer = await self._server.say(self._person, text, message_id=message_id, **fields)
        assert answer.status_code == 200, answer.text
        self.questions.append(message_id)
        return answer.json()

    async def talk(self) -> None:
        self.chat_id = (await self.say("How often?"))["session_id"]
        await self.say("And the ferns?", self.chat_id)

    async def fork(self, chat_id: str | None = None, **body: Any) -> httpx.Response:
        body = {"message_id": self.questions[1], "new_chat_id": str(uuid4()), **body}
        return await self._server.client.post(
            f"/api/chats/{chat_id or self.chat_id}/fork",
            json={name: value for name, value in body.items() if value is not None},
            headers={"Authorization": f"Bearer {self._person.jwt(JWT_SECRET)}"},
        )


@pytest.fixture
async def ada(
    server: RunningServer, make_user: Callable[[], Person], scripted_model: ScriptedChatModel
) -> Talker:
    return await talker(server, make_user(), scripted_model)


@pytest.fixture
async def bob(
    server: RunningServer, make_user: Callable[[], Person], scripted_model: ScriptedChatModel
) -> Talker:
    return await talker(server, make_user(), scripted_model)


async def talker(server: RunningServer, person: Person, model: ScriptedChatModel) -> Talker:
    talker = Talker(server, person)
    model.reply("Daily.", "Weekly.")
    await talker.talk()
    return talker


def told(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def test_the_conversation_goes_on_from_there(
    ada: Talker, scripted_model: ScriptedChatModel, owner: psycopg.Connection
) -> None:
    new_chat_id = str(uuid4())
    answer = await ada.fork(new_chat_id=new_chat_id)

    assert (answer.status_code, answer.json()) == (
        201,
        {
            "chat_id": new_chat_id,
            "agent_name": "helper",
            "title": "How often? (2)",
            "forked_from": ada.chat_id,
            "forked_before": ada.questions[1],
        },
    )
    again = await ada.fork(new_chat_id=new_chat_id)
    assert (again.status_code, again.json()) == (201, answer.json())
    scripted_model.reply("Twice a week.")
    assert (await ada.say("And the moss?", new_chat_id))["response"] == "Twice a week."
    shown = [message.text for message in scripted_model.requests[-1][1:]]
    assert shown == ["How often?", "Daily.", "And the moss?"]
    assert owner.execute(
        "select count(*) from chat_message_history where session_id = %(chat)s", {"chat": ada.chat_id}
    ).fetchone() == (4,)


async def test_another_users_chat_looks_like_none(
    ada: Talker, bob: Talker, owner: psycopg.Connection
) -> None:
    forged = await ada.fork(bob.chat_id, message_id=bob.questions[1])
    unknown = await ada.fork(str(uuid4()))

    assert told(forged) == told(unknown) == (404, "chat_not_found")
    assert forged.json()["detail"] == unknown.json()["detail"]
    # Nor do their messages get into a chat of one's own, nor one's own into a chat of theirs.
    assert told(await ada.fork(message_id=bob.questions[1])) == (404, "message_not_found")
    assert told(await ada.fork(new_chat_id=bob.chat_id)) == (409, "chat_id_taken")
    assert owner.execute("select count(*) from chats").fetchone() == (2,)


async def test_only_before_a_message_of_ones_own(ada: Talker, owner: psycopg.Connection) -> None:
    row = owner.execute(
        "select message_uuid from chat_message_history where message ->> 'type' = 'ai' limit 1"
    ).fetchone()
    assert row

    assert told(await ada.fork(message_id=str(row[0]))) == (409, "message_not_yours")
    assert told(await ada.fork(message_id=str(uuid4()))) == (404, "message_not_found")


async def test_an_id_is_one_chats_alone(ada: Talker) -> None:
    new_chat_id = str(uuid4())
    await ada.fork(new_chat_id=new_chat_id)

    assert told(await ada.fork(new_chat_id=new_chat_id, message_id=ada.questions[0])) == (
        409,
        "chat_id_taken",
    )
    assert told(await ada.fork(new_chat_id=ada.chat_id)) == (409, "chat_id_taken")


@pytest.mark.parametrize(
    "body",
    [
        {"message_id": "1 or true"},
        {"message_id": None},
        {"new_chat_id": None},
        {"new_chat_id": ["a"]},
        {"user_id": str(uuid4())},
    ],
)
async def test_a_body_that_does_not_fit_is_refused(body: dict[str, Any], ada: Talker) -> None:
    assert told(await ada.fork(**body)) == (422, "invalid_request")
    assert told(await ada.fork("not-an-id")) == (422, "invalid_request")


async def test_nobody_forks_without_a_token(server: RunningServer) -> None:
    body = {"message_id": str(uuid4()), "new_chat_id": str(uuid4())}
    answer = await server.client.post(f"/api/chats/{uuid4()}/fork", json=body)
    assert told(answer) == (401, "not_signed_in")


async def test_an_agent_that_is_switched_off_answers_in_no_fork(
    ada: Talker, owner: psycopg.Connection
) -> None:
    owner.execute("update agent_configurations set is_active = false")
    assert told(await ada.fork()) == (404, "agent_not_found")


async def test_too_many_forks_are_told_when_to_come_back(
    serve: Serve, make_user: Callable[[], Person], scripted_model: ScriptedChatModel
) -> None:
    ada = await talker(await serve(max_requests_per_minute=2), make_user(), scripted_model)
    assert [(await ada.fork()).status_code for _ in range(2)] == [201, 201]

    answer = await ada.fork()

    assert told(answer) == (429, "rate_limited")
    assert answer.json()["limit"] == "forks_per_minute"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
