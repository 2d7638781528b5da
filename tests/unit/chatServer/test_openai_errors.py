"""Errors below /v1, in OpenAI's shape."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request
from openai.types.shared import ErrorObject

from chatServer.errors import ANSWERS, NotSignedIn, ServerStopping, TokenRefused
from chatServer.main import create_app
from chatServer.openai_errors import error_body
from core.errors import (
    AgentMisconfigured,
    AgentNotFound,
    ApprovalPending,
    ChatBusy,
    ChatNotFound,
    ClarityError,
    DatabaseUnavailable,
    ModelFailed,
    RateLimited,
    TurnCancelled,
    TurnTimeout,
)
from fixtures.servers import client_of, make_settings

RUN_ID = UUID("0193a000-0000-7000-8000-000000000001")
CHAT_ID = UUID("0193a000-0000-7000-8000-000000000002")


def app_that_raises(error: Exception, **state: Any) -> FastAPI:
    app = create_app(make_settings(max_body_bytes=1024))

    @app.get("/v1/raise")
    async def fail(request: Request) -> None:  # pyright: ignore[reportUnusedFunction]
        for name, value in state.items():
            setattr(request.state, name, value)
        raise error

    return app


async def answer_to(error: Exception, **state: Any) -> httpx.Response:
    async with client_of(app_that_raises(error, **state)) as client:
        return await client.get("/v1/raise")


def error_of(answer: httpx.Response) -> ErrorObject:
    assert answer.headers["Content-Type"] == "application/json"
    assert set(answer.json()) == {"error"}
    return ErrorObject.model_validate(answer.json()["error"], extra="forbid")


def limit(name: str) -> RateLimited:
    return RateLimited(limit=name, most=7, retry_after_seconds=31)


@pytest.mark.parametrize(
    ("error", "status", "kind", "code"),
    [
        (NotSignedIn(), 401, "invalid_request_error", "invalid_api_key"),
        (TokenRefused(), 401, "invalid_request_error", "invalid_api_key"),
        (AgentNotFound("nobody"), 404, "invalid_request_error", "model_not_found"),
        (ChatNotFound(CHAT_ID), 404, "invalid_request_error", "chat_not_found"),
        (ChatBusy(RUN_ID), 409, "invalid_request_error", "chat_busy"),
        (ApprovalPending(RUN_ID), 409, "invalid_request_error", "approval_pending"),
        (limit("requests_per_minute"), 429, "requests", "rate_limit_exceeded"),
        (limit("concurrent_runs"), 429, "requests", "rate_limit_exceeded"),
        (limit("tokens_per_day"), 429, "tokens", "rate_limit_exceeded"),
        (AgentMisconfigured("Its model is unknown."), 500, "server_error", "agent_misconfigured"),
        (ModelFailed(), 502, "server_error", "model_failed"),
        (DatabaseUnavailable(), 503, "server_error", "database_unavailable"),
        (TurnTimeout(), 504, "server_error", "turn_timeout"),
    ],
)
async def test_an_error_is_told_in_openai_s_shape(
    error: ClarityError, status: int, kind: str, code: str
) -> None:
    answer = await answer_to(error)

    assert answer.status_code == status
    told = error_of(answer)
    assert (told.type, told.code, told.message) == (kind, code, error.message)


@pytest.mark.parametrize("error", ANSWERS)
def test_every_error_has_the_shape(error: type[ClarityError]) -> None:
    problem = {"status": ANSWERS[error].status, "code": error.code, "detail": "What went wrong."}

    told = ErrorObject.model_validate(error_body(problem)["error"], extra="forbid")

    assert told.message == "What went wrong."
    assert told.code


@pytest.mark.parametrize(
    ("error", "param"), [(AgentNotFound("nobody"), "model"), (ChatNotFound(CHAT_ID), "X-Clarity-Chat-Id")]
)
async def test_an_error_names_what_it_is_about(error: ClarityError, param: str) -> None:
    assert error_of(await answer_to(error)).param == param


async def test_headers_stay_as_they_are_everywhere_else() -> None:
    assert (await answer_to(NotSignedIn())).headers["WWW-Authenticate"] == "Bearer"
    assert (await answer_to(limit("tokens_per_day"))).headers["Retry-After"] == "31"
    assert (await answer_to(ServerStopping())).headers["Connection"] == "close"
    assert (await answer_to(ChatBusy(RUN_ID))).headers["X-Clarity-Run-Id"] == str(RUN_ID)


@pytest.mark.parametrize("error", [ChatBusy(RUN_ID), DatabaseUnavailable(), limit("requests_per_minute")])
async def test_a_client_may_send_again_by_itself_where_it_is_told_when(error: ClarityError) -> None:
    answer = await answer_to(error)

    assert "Retry-After" in answer.headers
    assert "X-Should-Retry" not in answer.headers


@pytest.mark.parametrize(
    "error", [ApprovalPending(RUN_ID), TurnCancelled(), ModelFailed(), AgentMisconfigured("It is wrong.")]
)
async def test_a_client_must_not_send_again_by_itself_what_would_fail_again(error: ClarityError) -> None:
    assert (await answer_to(error)).headers["X-Should-Retry"] == "false"


async def test_a_client_must_not_send_again_by_itself_what_may_have_done_something() -> None:
    run = {"run_id": str(RUN_ID), "session_id": str(CHAT_ID)}

    answer = await answer_to(DatabaseUnavailable(), run=run)

    assert answer.headers["X-Should-Retry"] == "false"
    assert answer.headers["X-Clarity-Run-Id"] == str(RUN_ID)
    assert answer.headers["X-Clarity-Chat-Id"] == str(CHAT_ID)


async def test_an_unexpected_error_has_the_shape_and_no_secret() -> None:
    answer = await answer_to(ZeroDivisionError("the secret is 42"))

    assert answer.status_code == 500
    assert error_of(answer).code == "internal_error"
    assert "42" not in answer.text


async def test_what_no_route_answers_has_the_shape() -> None:
    async with client_of(app_that_raises(ClarityError())) as client:
        nowhere, wrong_method = await client.get("/v1/nowhere"), await client.delete("/v1/raise")
        too_large = await client.post("/v1/raise", content=b"x" * 2000)

    assert (nowhere.status_code, error_of(nowhere).code) == (HTTPStatus.NOT_FOUND, "not_found")
    assert error_of(wrong_method).code == "method_not_allowed"
    assert wrong_method.headers["Allow"] == "GET"
    assert error_of(too_large).code == "body_too_large"


async def test_other_addresses_keep_problem_documents() -> None:
    async with client_of(app_that_raises(ClarityError())) as client:
        for path in ("/v1", "/v10/raise", "/nowhere/v1/raise"):
            assert (await client.get(path)).headers["Content-Type"] == "application/problem+json"
