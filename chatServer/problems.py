"""Errors as HTTP: RFC 9457 problem documents, for the framework's own errors too."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from chatServer.errors import NotSignedIn, ServerStopping, TokenRefused, answer_to, retry_after_of
from chatServer.openai_errors import openai_error, speaks_openai
from core.agents.model_retries import described
from core.errors import (
    ActionDecided,
    ApprovalExpired,
    ApprovalPending,
    ArgumentsRefused,
    ChatBusy,
    ClarityError,
    MessageAlreadySent,
    ModelError,
    RateLimited,
    UserNotFound,
)

logger = logging.getLogger(__name__)

PROBLEM_MEDIA_TYPE = "application/problem+json"

# A client's own field name comes back in a 422; a longer one is cut.
MAX_POINTER_CHARACTERS = 200


def install_error_handlers(app: FastAPI) -> None:
    """Every error of `app`, framework's own included, becomes a problem document."""
    app.add_exception_handler(ClarityError, _clarity_error)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(RequestValidationError, _validation_error)


async def _clarity_error(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, ClarityError)  # noqa: S101 - registered for this class
    return _document(request, content_of(request, exc), _headers(request, exc))


async def _http_exception(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, HTTPException)  # noqa: S101 - registered for this class
    if isinstance(exc, BodyTooLarge):
        return too_large_problem(request, exc.max_body_bytes)
    return _status_problem(request, HTTPStatus(exc.status_code), exc.headers)


async def _validation_error(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, RequestValidationError)  # noqa: S101 - registered for this class
    return _document(request, content_of(request, exc))


class BodyTooLarge(HTTPException):
    """A body that turned out larger than it may be. An HTTPException: FastAPI hides others while it reads."""

    def __init__(self, max_body_bytes: int) -> None:
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        self.max_body_bytes = max_body_bytes


def too_large_problem(connection: HTTPConnection, max_body_bytes: int) -> JSONResponse:
    return problem(
        connection,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        code="body_too_large",
        title="Request too large",
        detail=f"The request's body is larger than {max_body_bytes} bytes.",
    )


def no_address_problem(connection: HTTPConnection) -> JSONResponse:
    return _status_problem(connection, HTTPStatus.NOT_FOUND)


def _status_problem(
    connection: HTTPConnection, status: HTTPStatus, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    return problem(
        connection,
        status,
        code=status.phrase.lower().replace(" ", "_"),
        title=status.phrase,
        detail=_detail(connection, status),
        headers=headers,
    )


def _detail(connection: HTTPConnection, status: HTTPStatus) -> str:
    match status:
        case HTTPStatus.NOT_FOUND:
            return "There is nothing at this address. /docs lists what there is."
        case HTTPStatus.METHOD_NOT_ALLOWED:
            method = connection.scope["method"]
            return f"This address does not take {method}. The Allow header names what it takes."
        case HTTPStatus.BAD_REQUEST:
            return "The request's body cannot be read."
        case _:
            return f"{status.phrase}."


def unexpected_problem(connection: HTTPConnection) -> JSONResponse:
    """The answer to an error that nobody foresaw: what it was is in the log, under the request id."""
    return _document(connection, unexpected_content(connection))


def unexpected_content(connection: HTTPConnection) -> dict[str, Any]:
    return problem_content(
        connection,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        code="internal_error",
        title="Unexpected error",
        detail="Something went wrong in the server. Its log knows more, under this request_id.",
    )


def problem(
    connection: HTTPConnection,
    status: int,
    *,
    code: str,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem document."""
    content = problem_content(connection, status, code=code, title=title, detail=detail)
    return _document(connection, content, headers)


def _document(
    connection: HTTPConnection, content: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> JSONResponse:
    if speaks_openai(connection):
        return openai_error(connection, content, headers or {})
    return JSONResponse(content, content["status"], dict(headers or {}), media_type=PROBLEM_MEDIA_TYPE)


def problem_content(
    connection: HTTPConnection, status: int, *, code: str, title: str, detail: str, **facts: object
) -> dict[str, Any]:
    """What a problem document says; `facts` become members of their own."""
    return {
        "type": f"urn:clarity:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": connection.state.request_id,
        **facts,
    }


def content_of(connection: HTTPConnection, exc: ClarityError | RequestValidationError) -> dict[str, Any]:
    """What the problem document of an error says. One that is the server's is logged."""
    if isinstance(exc, RequestValidationError):
        return _validation_content(connection, exc)
    answer = answer_to(exc)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log(connection, exc)
    return problem_content(
        connection,
        answer.status,
        code=exc.code,
        title=answer.title,
        detail=exc.message,
        **facts_of(connection, exc),
    )


def facts_of(connection: HTTPConnection, exc: ClarityError) -> dict[str, Any]:
    """What an error is about: the run and the chat, so that a client can find them or send again."""
    facts: dict[str, Any] = dict(getattr(connection.state, "run", {}))
    if isinstance(exc, ChatBusy | ApprovalPending | MessageAlreadySent | ActionDecided | ApprovalExpired):
        facts |= {"run_id": str(exc.run_id)} if exc.run_id else {}
    if isinstance(exc, ArgumentsRefused):
        facts |= {"action_id": str(exc.action_id), "errors": _refused_parts(connection, exc)}
    if isinstance(exc, RateLimited):
        facts["limit"] = exc.limit
    return facts


def _refused_parts(connection: HTTPConnection, exc: ArgumentsRefused) -> list[dict[str, str]]:
    """As those of a request that does not fit; `decisions_at` is where in its body the decision stands."""
    place = getattr(connection.state, "decisions_at", "").format(position=exc.position)
    return [
        {
            "in": "body",
            "pointer": (place + _pointer(("arguments", *path)))[:MAX_POINTER_CHARACTERS],
            "detail": f"{path[-1] if path else 'arguments'}: {reason}.",
        }
        for path, reason in exc.parts
    ]


def _log(connection: HTTPConnection, exc: ClarityError) -> None:
    logger.warning(
        exc.message,
        extra={
            "code": exc.code,
            "cause": _cause(exc),
            "request_id": connection.state.request_id,
        },
    )


def _cause(exc: ClarityError) -> str | None:
    if isinstance(exc, ModelError):
        return described(exc)
    return repr(exc.__cause__) if exc.__cause__ else None


def _headers(request: Request, exc: ClarityError) -> dict[str, str]:
    headers: dict[str, str] = {}
    if seconds := retry_after_of(exc):
        headers["Retry-After"] = str(seconds)
    if isinstance(exc, ServerStopping):
        # Where connections are balanced and not requests, the next try on this one would come here again.
        headers["Connection"] = "close"
    if isinstance(exc, NotSignedIn | UserNotFound):
        headers["WWW-Authenticate"] = _challenge(request, exc)
    return headers


def _challenge(request: Request, exc: ClarityError) -> str:
    parts: list[str] = []
    # RFC 6750, section 3.1: no error code for a request without credentials.
    if isinstance(exc, TokenRefused | UserNotFound):
        parts += ['error="invalid_token"', f'error_description="{exc.message}"']
    # RFC 9728, section 5.1: where a resource says who signs people in.
    if metadata := getattr(request.state, "resource_metadata", None):
        parts.append(f'resource_metadata="{metadata}"')
    return f"Bearer {', '.join(parts)}".rstrip()


def _validation_content(connection: HTTPConnection, exc: RequestValidationError) -> dict[str, Any]:
    errors = [_invalid_part(error) for error in exc.errors()]
    return problem_content(
        connection,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        code="invalid_request",
        title="Invalid request",
        detail=f"The request does not fit: {errors[0]['detail']}" if errors else "The request does not fit.",
        errors=errors,
    )


def _invalid_part(error: Mapping[str, Any]) -> dict[str, str]:
    """Where the error is, as a JSON pointer into that part of the request, and what is wrong; no input."""
    place, *path = error["loc"]
    if error["type"] == "json_invalid":
        return {"in": str(place), "pointer": "", "detail": "The body is not JSON."}
    return {
        "in": str(place),
        "pointer": _pointer(path)[:MAX_POINTER_CHARACTERS],
        "detail": _sentence(error, path),
    }


def _sentence(error: Mapping[str, Any], path: Sequence[str | int]) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    name = str(path[-1])[:MAX_POINTER_CHARACTERS] if path else "body"
    return f"{name}: {message[0].lower()}{message[1:]}."


def _pointer(path: Sequence[str | int]) -> str:
    return "".join(f"/{_escaped(part)}" for part in path)


def _escaped(part: str | int) -> str:
    """A step of a JSON pointer (RFC 6901, section 3)."""
    return str(part).replace("~", "~0").replace("/", "~1")
