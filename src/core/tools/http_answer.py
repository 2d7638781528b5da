"""What a model reads of a service's reply: whole JSON within a budget, and no secret that was sent."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

from core.errors import ToolError, ToolFailed, ToolInputError
from core.tools.credentials import Secret, redacted
from core.tools.crud_rows import MAX_RESULT_CHARS, answer
from core.tools.http_client import Reply
from core.tools.json_path import JsonPath

# Enough to say what the service did not like.
MAX_REASON_CHARS = 500
# Steps to the budget: how many items of a list or members of an object, how many characters of a text.
BUDGETS = ((100, 4_000), (50, 1_000), (25, 400), (10, 200), (5, 100), (2, 50))
# Deeper than this a document is a texture, not an answer.
MAX_DEPTH = 30

# Other names would be other codecs of Python, which are not all about text.
CHARSETS = frozenset(
    ("utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "windows-1252", "utf-16")
)
# The service understood, and does not like what was asked: the model may ask for something else.
REFUSALS = frozenset((400, 404, 405, 406, 409, 410, 412, 413, 414, 415, 422))


def read_reply(reply: Reply, path: JsonPath | None, secrets: Sequence[Secret]) -> str:
    """`{"status": 200, "body": ...}`, with a `note` when something was left out.

    Raises ToolInputError or ToolFailed for a status that is an error, ToolFailed for JSON that is none.
    """
    if not 200 <= reply.status < 300:
        raise refusal(reply, secrets)
    if reply.body is None or not reply.body:
        return answer(status=reply.status, **_instead(reply))
    document = redacted(_document(reply), secrets)
    return fitted(reply.status, path.pick(document) if path else document)


def refusal(reply: Reply, secrets: Sequence[Secret]) -> ToolError:
    """What an error status means for the model, with the service's own words."""
    if 300 <= reply.status < 400:
        return ToolFailed("The service answered with a redirect, which is not followed for this method.")
    words = " ".join(redacted(_text(reply), secrets).split())[:MAX_REASON_CHARS]
    said = f" It says: {words}" if words else ""
    sentence = f"The service answered {reply.status} {_phrase(reply.status)}.".replace(" .", ".")
    if reply.status in REFUSALS:
        return ToolInputError(f"{sentence}{said}")
    if reply.status in (401, 403):
        return ToolFailed(f"{sentence} It does not accept the credentials for this.{said}")
    return ToolFailed(f"{sentence}{said}")


def fitted(status: int, document: Any) -> str:
    """The whole document if the budget allows, else its beginnings, with a note of what is missing.

    It is JSON in either case, never the front half of one.
    """
    text = answer(status=status, body=document)
    if len(text) <= MAX_RESULT_CHARS:
        return text
    for items, characters in BUDGETS:
        note = f"Too long: lists and objects were cut to {items} members, texts to {characters} characters."
        text = answer(status=status, body=_pruned(document, items, characters, MAX_DEPTH), note=note)
        if len(text) <= MAX_RESULT_CHARS:
            return text
    return answer(status=status, note="The answer is too long to be shown. Ask for less.")


def _pruned(value: Any, items: int, characters: int, depth: int) -> Any:
    match value:
        case str() if len(value) > characters:
            return f"{value[:characters]}... ({len(value) - characters} more characters)"
        case list():
            members = cast("list[Any]", value)
            kept = [_pruned(item, items, characters, depth - 1) for item in members[:items]] if depth else []
            return kept + _rest(len(members) - len(kept))
        case dict():
            pairs = list(cast("dict[str, Any]", value).items())
            kept = {
                key[:characters]: _pruned(item, items, characters, depth - 1)
                for key, item in (pairs[:items] if depth else ())
            }
            return kept | dict.fromkeys(_rest(len(pairs) - len(kept)), True)
        case _:
            return value


def _rest(count: int) -> list[str]:
    return [f"({count} more left out)"] if count > 0 else []


def _instead(reply: Reply) -> Mapping[str, str]:
    """What there is to say about a reply without a text."""
    if reply.body is not None or not reply.content_type:
        return {"note": "The answer is empty."}
    kind = reply.content_type.partition(";")[0][:80]
    return {"content_type": kind, "note": "The answer is no text, so it was not read."}


def _document(reply: Reply) -> Any:
    text = _text(reply)
    kind = reply.content_type.partition(";")[0].strip().lower()
    if kind and not kind.endswith("json"):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as exc:
        if not kind:
            return text
        raise ToolFailed("The service's answer says that it is JSON, but is not.") from exc


def _text(reply: Reply) -> str:
    charset = reply.content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    encoding = charset if charset in CHARSETS else "utf-8"
    # A lone surrogate or a NUL could neither be stored nor sent on.
    return (reply.body or b"").decode(encoding, errors="replace").replace("\0", "\ufffd")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
