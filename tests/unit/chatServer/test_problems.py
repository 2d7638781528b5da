import json
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from chatServer.errors import NotSignedIn, TokenRefused
from chatServer.main import create_app
from chatServer.schemas import ChatRequest, Problem
from core.errors import (
    AgentMisconfigured,
    AgentNotFound,
    ChatBusy,
    ChatNotFound,
    ClarityError,
    DatabaseUnavailable,
    MessageAlreadySent,
    ModelFailed,
    ModelTimeout,
    TurnTimeout,
)
from fixtures.servers import client_of, make_settings

RUN_ID = UUID("0193a000-0000-7000-8000-000000000001")


def app_that_raises(error: Exception) -> FastAPI:
    app = create_app(make_settings())

    @app.get("/raise")
    async def fail() -> None:  # pyright: ignore[reportUnusedFunction]
        raise error

    @app.post("/echo")
    async def echo(body: ChatRequest, number: int = 0) -> None:  # pyright: ignore[reportUnusedFunction]
        pass

    return app


async def answer_to(error: Exception) -> httpx.Response:
    async with client_of(app_that_raises(error)) as client:
        return await client.get("/raise", headers={"X-Request-ID": "a-request"})


async def answer_to_post(content: str | bytes, path: str = "/echo") -> httpx.Response:
    async with client_of(app_that_raises(ClarityError())) as client:
        return await client.post(path, content=content, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotSignedIn(), 401),
        (TokenRefused(), 401),
        (AgentNotFound("nobody"), 404),
        (ChatNotFound(RUN_ID), 404),
        (ChatBusy(RUN_ID), 409),
        (MessageAlreadySent(RUN_ID), 409),
        (AgentMisconfigured("Its model 'x' is unknown."), 500),
        (ModelFailed(), 502),
        (ModelTimeout(), 504),
        (TurnTimeout(), 504),
        (DatabaseUnavailable(), 503),
    ],
)
async def test_an_error_is_told_as_a_problem_document(error: ClarityError, status: int) -> None:
    answer = await answer_to(error)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert Problem.model_validate(problem)
    assert problem["type"] == f"urn:clarity:problem:{error.code}"
    assert problem["status"] == status
    assert problem["code"] == error.code
    assert problem["detail"] == error.message
    assert problem["request_id"] == answer.headers["X-Request-ID"] == "a-request"


@pytest.mark.parametrize("error", [ChatBusy(RUN_ID), MessageAlreadySent(RUN_ID)])
async def test_a_conflict_names_the_run_it_is_with(error: ClarityError) -> None:
    assert (await answer_to(error)).json()["run_id"] == str(RUN_ID)


@pytest.mark.parametrize(
    ("error", "seconds"),
    [(ChatBusy(RUN_ID), "2"), (DatabaseUnavailable(), "2"), (MessageAlreadySent(RUN_ID), None)],
)
async def test_what_will_pass_says_when_to_ask_again(error: ClarityError, seconds: str | None) -> None:
    assert (await answer_to(error)).headers.get("Retry-After") == seconds


async def test_the_challenge_says_more_only_to_who_sent_a_token() -> None:
    assert (await answer_to(NotSignedIn())).headers["WWW-Authenticate"] == "Bearer"
    assert (await answer_to(TokenRefused("The access token has expired."))).headers["WWW-Authenticate"] == (
        'Bearer error="invalid_token", error_description="The access token has expired."'
    )


async def test_the_cause_of_an_error_goes_to_the_log_and_not_to_the_client(
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = DatabaseUnavailable()
    error.__cause__ = psycopg.OperationalError("connection to 10.1.2.3 refused")

    answer = await answer_to(error)

    assert "10.1.2.3" not in answer.text
    (record,) = [record for record in caplog.records if record.name == "chatServer.problems"]
    assert "10.1.2.3" in vars(record)["cause"]
    assert vars(record)["request_id"] == "a-request"


async def test_an_unexpected_error_tells_its_request_id_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = await answer_to(ZeroDivisionError("the secret is 42"))

    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "internal_error"
    assert "42" not in answer.text
    (record,) = [record for record in caplog.records if record.exc_info]
    assert vars(record)["request_id"] == answer.json()["request_id"] == "a-request"


async def test_an_unknown_address_and_a_wrong_method_are_problems_too() -> None:
    async with client_of(app_that_raises(ClarityError())) as client:
        nowhere, wrong_method = await client.get("/nowhere"), await client.delete("/health")

    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
    assert (wrong_method.status_code, wrong_method.json()["code"]) == (405, "method_not_allowed")
    assert wrong_method.headers["Allow"] == "GET"


GOOD = {"agent_name": "assistant", "message": "Hello"}


@pytest.mark.parametrize(
    ("change", "pointer", "detail"),
    [
        ({"message": ""}, "/message", "message: string should have at least 1 character."),
        ({"message": " \n\t"}, "/message", "message: must not be blank."),
        ({"message": "a\0b"}, "/message", "message: must not contain the character NUL."),
        ({"message": 7}, "/message", "message: input should be a valid string."),
        ({"message": None}, "/message", "message: input should be a valid string."),
        ({"session_id": "mine"}, "/session_id", "session_id: input should be a valid UUID"),
        ({"message_id": 7}, "/message_id", "message_id: UUID input should be"),
        ({"agent_name": "../../etc"}, "/agent_name", "agent_name: string should match pattern"),
        ({"agent_name": "assistant\n"}, "/agent_name", "agent_name: string should match pattern"),
        ({"user_id": "somebody"}, "/user_id", "user_id: extra inputs are not permitted."),
        ({"a/b~c": 1}, "/a~1b~0c", "a/b~c: extra inputs are not permitted."),
    ],
)
async def test_what_is_wrong_with_a_request_is_said_with_its_place(
    change: dict[str, Any], pointer: str, detail: str
) -> None:
    answer = await answer_to_post(json.dumps({**GOOD, **change}))

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert Problem.model_validate(problem)
    assert problem["code"] == "invalid_request"
    (error,) = problem["errors"]
    assert (error["in"], error["pointer"]) == ("body", pointer)
    assert error["detail"].lower().startswith(detail.lower())


async def test_everything_that_is_wrong_is_listed_at_once() -> None:
    answer = await answer_to_post("{}", path="/echo?number=x")

    assert {(error["in"], error["pointer"]) for error in answer.json()["errors"]} == {
        ("query", "/number"),
        ("body", "/agent_name"),
        ("body", "/message"),
    }


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="nothing"),
        pytest.param("{", id="not JSON"),
        pytest.param("[]", id="a list"),
        pytest.param('"text"', id="a string"),
        pytest.param("NaN", id="not a number"),
        pytest.param(r'{"agent_name": "assistant", "message": "\ud800"}', id="half a character"),
        pytest.param(b'{"agent_name": "assistant", "message": "\xff"}', id="not UTF-8"),
        pytest.param("[" * 100_000, id="deeply nested"),
    ],
)
async def test_a_body_that_is_no_request_is_a_problem_of_the_client(content: str | bytes) -> None:
    answer = await answer_to_post(content)

    assert answer.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
    assert answer.json()["code"] in ("bad_request", "invalid_request")


async def test_no_input_comes_back_with_a_refusal() -> None:
    answer = await answer_to_post(json.dumps({"agent_name": "MY-SECRET", "message": ["MY-SECRET"]}))

    assert answer.status_code == 422
    assert "MY-SECRET" not in answer.text


async def test_a_name_of_the_client_s_own_comes_back_cut() -> None:
    answer = await answer_to_post(json.dumps({**GOOD, "x" * 10_000: 1}))

    assert len(answer.text) < 2_000
