"""Errors in the shape that OpenAI's clients read, for everything below /v1."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

PREFIX = "/v1/"

# OpenAI's own name for the same thing, where it has one: programs look for it.
CODES: Mapping[str, str] = {
    "agent_not_found": "model_not_found",
    "not_signed_in": "invalid_api_key",
    "invalid_token": "invalid_api_key",
    "user_not_found": "invalid_api_key",
    "rate_limited": "rate_limit_exceeded",
}
PARAMS: Mapping[str, str] = {"agent_not_found": "model", "chat_not_found": "X-Clarity-Chat-Id"}


def speaks_openai(connection: HTTPConnection) -> bool:
    return str(connection.scope["path"]).startswith(PREFIX)


def error_body(problem: Mapping[str, Any]) -> dict[str, Any]:
    """`{"error": {"message", "type", "param", "code"}}` of what a problem document says."""
    code = problem["code"]
    return {
        "error": {
            "message": problem["detail"],
            "type": _type(problem),
            "param": _param(problem) or PARAMS.get(code),
            "code": CODES.get(code, code),
        }
    }


def openai_error(
    connection: HTTPConnection, problem: Mapping[str, Any], headers: Mapping[str, str]
) -> JSONResponse:
    """The answer in place of a problem document; the run and the chat that it is about are in its headers."""
    all_headers = {**headers, **id_headers(problem.get("run_id"), problem.get("session_id"))}
    # OpenAI's clients send again by themselves after most errors. That helps where it is said when, and it
    # must not be where a run has begun: it may have done something.
    if "Retry-After" not in headers or hasattr(connection.state, "run"):
        all_headers["X-Should-Retry"] = "false"
    status = problem["status"]
    # Its clients know this status as the one of a request that does not fit.
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        status = HTTPStatus.BAD_REQUEST
    return JSONResponse(error_body(problem), status, all_headers)


def id_headers(run_id: object, chat_id: object) -> dict[str, str]:
    """Where the answer is kept; without a chat only for as long as its server remembers it."""
    ids = {"X-Clarity-Run-Id": run_id, "X-Clarity-Chat-Id": chat_id}
    return {name: str(value) for name, value in ids.items() if value}


def _type(problem: Mapping[str, Any]) -> str:
    if problem["status"] == HTTPStatus.TOO_MANY_REQUESTS:
        return "tokens" if problem.get("limit") == "tokens_per_day" else "requests"
    return (
        "server_error" if problem["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    )


def _param(problem: Mapping[str, Any]) -> str | None:
    """The first thing that is wrong, as `messages[0].content`, from its JSON pointer."""
    errors: Sequence[Mapping[str, str]] = problem.get("errors", ())
    steps = errors[0]["pointer"].split("/")[1:] if errors else []
    return "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in steps).lstrip(".") or None
