"""The API's description.

`python -m chatServer --print-openapi > chatServer/openapi.json` writes the copy that clients generate
their types from.
"""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from chatServer.problems import PROBLEM_MEDIA_TYPE
from chatServer.schemas import Problem

VERSION = version("clarity-agents")

TITLE = "Clarity"
DESCRIPTION = """
Talk to agents whose definition, tools and permissions are rows in your Supabase database.

Sign in with Supabase Auth and send the access token as `Authorization: Bearer <token>`. Everything an agent
does, it does as you: row-level security decides what it can read and change. Chats and sessions are read
straight from Supabase; this API only runs turns.

**Errors** are [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem documents
(`application/problem+json`) with a stable `code`. **`X-Request-ID`** is on every answer; send your own to
find a request in the server's log.
"""

MEANINGS: Mapping[int, str] = {
    400: "The body cannot be read.",
    401: "No access token, or one that is not valid. See `WWW-Authenticate`.",
    403: "Only the agent's owner may do this, or an admin when it is shared.",
    404: "No such agent, chat, message, run, instruction, approval or credential of yours.",
    409: "The chat is busy with another message, or waits for your decision, or this message was already "
    "sent, or that was decided before, and `run_id` says which run; or there is as much as there may be; or "
    "the id that you chose for the run or the chat is another's; or the message is not one of yours.",
    410: "It is too late to decide: nobody did in time.",
    413: "The body is larger than the server takes.",
    422: "The request does not fit. `errors` says what is wrong and where.",
    429: "You have reached a limit of this server. See `limit` and `Retry-After`.",
    500: "Something went wrong in the server, or the agent's row cannot be run as it stands.",
    502: "The model's provider failed. The message is stored: send it again with the same `message_id`.",
    503: "The database or the sign-in service is away, or this server is about to stop. See `Retry-After`.",
    504: "The model, or the whole turn, took too long.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route that may answer with these problems."""
    content = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": MEANINGS[status], "content": content} for status in statuses}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of `app`, with the schema of problems, which no route returns by itself."""
    document = get_openapi(
        title=TITLE, version=VERSION, description=DESCRIPTION.strip(), routes=app.routes, summary=None
    )
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    document["components"]["schemas"] |= {**schema.pop("$defs"), "Problem": schema}
    return document
