"""POST /api/chat: whole turns, and every way in which one is refused or fails."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import psycopg
import pytest
from langchain_core.messages import BaseMessage

from core.agents.models import Models
from core.config import CoreConfig
from fixtures.people import Person
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.servers import JWT_SECRET, RunningServer, Serve

pytestmark = pytest.mark.usefixtures("helper")


@pytest.fixture
def ada(make_user: Callable[..., Person]) -> Person:
    return make_user("ada@example.com")


@pytest.fixture
def ben(make_user: Callable[..., Person]) -> Person:
    return make_user("ben@example.com")


def call(tool: str, **arguments: Any) -> Reply:
    return Reply(tool_calls=[(tool, arguments)])


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def test_a_message_becomes_an_answer_in_a_new_chat(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    scripted_model.reply("Hello Ada")

    answer = await server.say(ada, "Hello there")

    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"session_id", "response", "tool_calls", "run_id", "usage"}
    assert (body["response"], body["tool_calls"]) == ("Hello Ada", [])
    assert body["usage"] == {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    chat = owner.execute("select id, user_id, title from chats").fetchall()
    run = owner.execute("select id, chat_id, status, total_tokens from chat_runs").fetchall()
    assert chat == [(UUID(body["session_id"]), ada.id, "Hello there")]
    assert run == [(UUID(body["run_id"]), UUID(body["session_id"]), "completed", 15)]


async def test_a_message_becomes_a_change(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    scripted_model.reply(call("add_task", data={"title": "Water the plants"}), "It is on your list.")

    body = (await server.say(ada, "Remind me to water the plants")).json()

    assert body["response"] == "It is on your list."
    (used,) = body["tool_calls"]
    assert (used["name"], used["status"]) == ("add_task", "success")
    assert used["arguments"] == {"data": {"title": "Water the plants"}}
    assert "Water the plants" in used["result"]
    assert used["id"]
    assert used["duration_ms"] >= 0
    assert body["usage"]["total_tokens"] == 30
    tasks = owner.execute("select title, user_id from tasks").fetchall()
    assert tasks == [("Water the plants", ada.id)]


async def test_a_tool_that_refuses_is_told_with_its_error(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    scripted_model.reply(call("add_task", data={"nonsense": 1}), "I could not.")

    (used,) = (await server.say(ada, "Do something odd")).json()["tool_calls"]

    assert used["status"] == "error"
    assert "nonsense" in used["result"]


async def test_a_chat_goes_on_where_it_was(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    scripted_model.reply("Noted", "You said blue")
    first = (await server.say(ada, "My colour is blue")).json()

    second = (await server.say(ada, "Which colour?", session_id=first["session_id"])).json()

    assert second["session_id"] == first["session_id"]
    assert second["run_id"] != first["run_id"]
    seen = [message.text for message in scripted_model.requests[1] if message.type != "system"]
    assert seen == ["My colour is blue", "Noted", "Which colour?"]


async def test_two_users_of_one_agent_never_see_each_other_s_rows(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, ben: Person
) -> None:
    for person, title in ((ada, "Ada's secret"), (ben, "Ben's secret")):
        scripted_model.reply(call("add_task", data={"title": title}), "Done")
        await server.say(person, "Add it")
    # Both turns wait in the model at once, so that whatever they shared would be mixed up.
    both_asked = asyncio.Event()
    asked: list[str] = []

    def list_tasks(messages: list[BaseMessage]) -> Reply:
        asked.append(messages[-1].text)
        if len(asked) == 2:
            both_asked.set()
        return Reply(tool_calls=[("list_tasks", {})], wait_for=both_asked)

    scripted_model.reply(list_tasks, list_tasks, "Done", "Done")

    turns = asyncio.gather(server.say(ada, "List all tasks"), server.say(ben, "List all tasks"))
    of_ada, of_ben = [answer.json()["tool_calls"][0]["result"] for answer in await turns]

    assert "Ada's secret" in of_ada
    assert "Ben's secret" not in of_ada
    assert "Ben's secret" in of_ben
    assert "Ada's secret" not in of_ben


# 401 ------------------------------------------------------------------------------------------------------


OTHER_SECRET = "some other secret, of a good length"
# {"alg": "none"}, {"role": "authenticated"} and no signature.
UNSIGNED = "eyJhbGciOiAibm9uZSJ9.eyJyb2xlIjogImF1dGhlbnRpY2F0ZWQifQ."


def token(secret: str = JWT_SECRET, **claims: Any) -> str:
    good = {"sub": str(uuid4()), "role": "authenticated", "aud": "authenticated", "exp": 4_000_000_000}
    return jwt.encode({**good, **claims}, secret, algorithm="HS256")


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        pytest.param(None, "not_signed_in", id="nothing"),
        pytest.param("", "not_signed_in", id="empty"),
        pytest.param("Bearer", "not_signed_in", id="no token"),
        pytest.param("Basic YWRhOnNlY3JldA==", "not_signed_in", id="another scheme"),
        pytest.param("Bearer garbage", "invalid_token", id="garbage"),
        pytest.param(f"Bearer {token(exp=1)}", "invalid_token", id="expired"),
        pytest.param(f"Bearer {token(OTHER_SECRET)}", "invalid_token", id="wrong key"),
        pytest.param(f"Bearer {UNSIGNED}", "invalid_token", id="alg none"),
        pytest.param(f"Bearer {token(role='anon')}", "invalid_token", id="anon key"),
        pytest.param(f"Bearer {token(role='service_role')}", "invalid_token", id="service role key"),
    ],
)
async def test_without_a_good_token_nobody_is_let_in(
    server: RunningServer, scripted_model: ScriptedChatModel, authorization: str | None, code: str
) -> None:
    answer = await server.client.post(
        "/api/chat",
        json={"agent_name": "helper", "message": "Hello"},
        headers={"Authorization": authorization} if authorization is not None else {},
    )

    assert code_of(answer) == (401, code)
    challenge = answer.headers["WWW-Authenticate"]
    assert (
        challenge == "Bearer"
        if code == "not_signed_in"
        else challenge.startswith('Bearer error="invalid_token"')
    )
    assert scripted_model.requests == []


async def test_a_token_of_a_user_who_is_gone_can_do_nothing(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    owner.execute("delete from auth.users where id = %(id)s", {"id": ada.id})

    answer = await server.say(ada, "Hello")

    assert answer.status_code == 401
    assert answer.json()["code"] == "user_not_found"
    assert "WWW-Authenticate" in answer.headers
    assert scripted_model.requests == []
    assert owner.execute("select count(*) from chats").fetchone() == (0,)


# 404 ------------------------------------------------------------------------------------------------------


async def test_a_chat_of_somebody_else_is_as_if_it_were_not_there(
    server: RunningServer,
    scripted_model: ScriptedChatModel,
    ada: Person,
    ben: Person,
    owner: psycopg.Connection,
) -> None:
    scripted_model.reply("Hello Ada")
    chat_id = (await server.say(ada, "Hello")).json()["session_id"]

    foreign = await server.say(ben, "Let me in", session_id=chat_id)
    missing = await server.say(ben, "Let me in", session_id=str(uuid4()))

    assert code_of(foreign) == code_of(missing) == (404, "chat_not_found")
    assert foreign.json()["detail"] == missing.json()["detail"]
    assert owner.execute("select count(*) from chat_runs").fetchone() == (1,)


async def test_an_agent_that_is_not_there_or_somebody_else_s_own_is_not_found(
    server: RunningServer, ada: Person, ben: Person, make_agent: Callable[..., None]
) -> None:
    make_agent("secretary", owner_id=ada.id)

    assert code_of(await server.say(ben, "Hello", agent_name="nobody")) == (404, "agent_not_found")
    assert code_of(await server.say(ben, "Hello", agent_name="secretary")) == (404, "agent_not_found")


# 409 ------------------------------------------------------------------------------------------------------


async def test_a_chat_answers_one_message_at_a_time(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    scripted_model.reply("Hello")
    chat_id = (await server.say(ada, "Hello")).json()["session_id"]
    may_answer = asyncio.Event()
    scripted_model.started.clear()
    scripted_model.reply(Reply(text="Here I am", wait_for=may_answer), "And again")

    slow = asyncio.create_task(server.say(ada, "Think hard", session_id=chat_id))
    await scripted_model.started.wait()
    meanwhile = await server.say(ada, "Are you there?", session_id=chat_id)
    may_answer.set()
    answer = (await slow).json()

    assert code_of(meanwhile) == (409, "chat_busy")
    assert meanwhile.headers["Retry-After"]
    assert meanwhile.json()["run_id"] == answer["run_id"]
    assert answer["response"] == "Here I am"
    assert (await server.say(ada, "And now?", session_id=chat_id)).json()["response"] == "And again"


async def test_a_message_sent_twice_is_answered_once(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    scripted_model.reply("Hello", "Once")
    chat_id = (await server.say(ada, "Hello")).json()["session_id"]
    message = {"session_id": chat_id, "message_id": str(uuid4())}

    first = await server.say(ada, "Only once", **message)
    second = await server.say(ada, "Only once", **message)

    assert (second.status_code, second.json()["response"]) == (200, "Once")
    assert second.json()["run_id"] == first.json()["run_id"]
    assert len(scripted_model.requests) == 2
    assert owner.execute("select count(*) from chat_message_history").fetchone() == (4,)


# 413, 422 -------------------------------------------------------------------------------------------------


async def test_a_request_that_is_too_large_is_refused(serve: Serve, ada: Person) -> None:
    server = await serve(max_body_bytes=1024)

    assert code_of(await server.say(ada, "x" * 1024)) == (413, "body_too_large")


async def test_a_message_that_is_too_long_is_refused_with_its_place(serve: Serve, ada: Person) -> None:
    server = await serve(max_message_characters=10)

    answer = await server.say(ada, "x" * 11)

    assert code_of(answer) == (422, "invalid_request")
    assert answer.json()["errors"] == [
        {"in": "body", "pointer": "/message", "detail": "message: must have at most 10 characters."}
    ]


async def test_everything_that_is_wrong_with_a_request_is_listed(server: RunningServer, ada: Person) -> None:
    answer = await server.say(ada, " ", agent_name="No Such Slug", session_id="mine", user_id=str(ada.id))

    assert code_of(answer) == (422, "invalid_request")
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/message",
        "/agent_name",
        "/session_id",
        "/user_id",
    }


@pytest.mark.parametrize(
    "message", ["'; drop table tasks; --", "{braces} {{and}} %s %(x)s", "🜁 \u202e\ufeff é", "\\u0000"]
)
async def test_whatever_a_message_says_is_only_text(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, message: str
) -> None:
    scripted_model.reply("Fine")

    assert (await server.say(ada, message)).status_code == 200
    assert scripted_model.requests[0][-1].text == message


# 500, 502, 504 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "replies",
    [
        pytest.param(["half \ud83d of it"], id="text"),
        pytest.param(
            [Reply(tool_calls=[("add_task", {"data": {"title": "half \ud83d of it"}})]), "Done"],
            id="arguments",
        ),
    ],
)
async def test_half_of_a_character_that_a_model_writes_breaks_nothing(
    server: RunningServer,
    scripted_model: ScriptedChatModel,
    make_user: Callable[[], Person],
    replies: list[Reply | str],
) -> None:
    scripted_model.reply(*replies)

    answer = await server.say(make_user(), "Hi")

    assert answer.status_code == 200
    assert "half ? of it" in answer.text


async def test_a_model_that_fails_is_a_502_and_the_message_can_be_sent_again(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    scripted_model.reply(RuntimeError("401 from the provider for key sk-secret"), "There you are")
    message_id = str(uuid4())

    failed = await server.say(ada, "Hello", message_id=message_id)

    assert code_of(failed) == (502, "model_failed")
    assert "sk-secret" not in failed.text
    problem = failed.json()
    run = owner.execute("select id, chat_id, status, error ->> 'code' from chat_runs").fetchall()
    assert run == [(UUID(problem["run_id"]), UUID(problem["session_id"]), "failed", "model_failed")]
    again = await server.say(ada, "Hello", message_id=message_id, session_id=problem["session_id"])
    assert again.json()["response"] == "There you are"
    stored = owner.execute("select message ->> 'type' from chat_message_history order by id").fetchall()
    assert stored == [("human",), ("ai",)]


@pytest.mark.parametrize(
    ("limit", "code"), [("model_timeout_seconds", "model_timeout"), ("turn_timeout_seconds", "turn_timeout")]
)
async def test_a_model_that_hangs_is_a_504_and_the_chat_is_free_again(
    serve: Serve, scripted_model: ScriptedChatModel, ada: Person, limit: str, code: str
) -> None:
    server = await serve(**{limit: 0.2, "model_retries": 0})
    scripted_model.reply(Reply(wait_for=asyncio.Event()), "Here again")

    answer = await server.say(ada, "Hello")

    assert code_of(answer) == (504, code)
    chat_id = answer.json()["session_id"]
    assert (await server.say(ada, "Still there?", session_id=chat_id)).json()["response"] == "Here again"


async def test_an_agent_that_cannot_be_run_as_it_stands_is_the_operator_s_fault(
    serve: Serve, ada: Person, owner: psycopg.Connection
) -> None:
    server = await serve(models=Models(CoreConfig()))
    owner.execute("""update agent_configurations set llm_config = '{"model": "nobody:nothing"}'""")

    answer = await server.say(ada, "Hello")

    assert code_of(answer) == (500, "agent_misconfigured")
    assert "nobody" in answer.json()["detail"]


# The row behind the tool ----------------------------------------------------------------------------------


async def test_a_row_becomes_a_tool_on_the_very_next_turn(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, owner: psycopg.Connection
) -> None:
    scripted_model.reply("Hello", call("count_tasks"), "None")
    chat_id = (await server.say(ada, "Hello")).json()["session_id"]
    owner.execute(
        """
        insert into agent_tools (agent_id, name, config)
        select id, 'count_tasks', %(config)s from agent_configurations where agent_name = 'helper'
        """,
        {"config": json.dumps({"table_name": "tasks", "method": "count"})},
    )

    (used,) = (await server.say(ada, "How many tasks?", session_id=chat_id)).json()["tool_calls"]

    assert (used["name"], used["status"]) == ("count_tasks", "success")
    assert json.loads(used["result"])["count"] == 0
