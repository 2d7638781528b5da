"""Validation errors as short sentences: for the model that sent arguments, or the author of a tool's row."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from core.tools.args_schema import ArgumentGroups

MAX_SENTENCE_CHARS = 300
MAX_MESSAGE_CHARS = 1000
# Of what the model itself wrote (a key that does not exist), never more than this comes back.
MAX_ECHO_CHARS = 100
MISFIT = "The arguments do not fit the tool's schema."

# Where Pydantic's own words would not complete a sentence that begins with the argument's name.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "is required",
        "extra_forbidden": "is not known",
        "dict_type": "must be an object",
        "model_type": "must be an object",
        "list_type": "must be a list",
        "tuple_type": "must be a list",
        "too_short": "must not be empty",
        "string_unicode": "contains half a Unicode character (a lone surrogate)",
    }
)


def explain_arguments(error: Exception, groups: ArgumentGroups) -> str:
    """One sentence for each thing that is wrong with the arguments of a call."""
    if not isinstance(error, ValidationError):
        return MISFIT
    return _message(_argument_sentence(detail, _names_beside(detail, groups)) for detail in _details(error))


def explain_flat_arguments(error: Exception, names: Sequence[str]) -> str:
    """The same for a tool whose arguments, these, are not in groups."""
    if not isinstance(error, ValidationError):
        return MISFIT
    return _message(_argument_sentence(detail, names) for detail in _details(error))


def explain_config(error: ValidationError) -> str:
    """One sentence for each thing that is wrong with a row's config."""
    return _message(_sentence(detail) for detail in _details(error))


def explained_parts(error: ValidationError) -> list[tuple[tuple[str | int, ...], str]]:
    """Each thing that is wrong: where, and what."""
    return [
        (tuple(_step(part) for part in detail["loc"]), _reason(detail)[:MAX_SENTENCE_CHARS])
        for detail in _details(error)
    ]


def _step(part: str | int) -> str | int:
    return _clean(part[:MAX_ECHO_CHARS]) if isinstance(part, str) else part


def _sentence(detail: ErrorDetails) -> str:
    return f"{_path(detail)} {_reason(detail)}".strip()


def _details(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_input=False)


def _argument_sentence(detail: ErrorDetails, names: Sequence[str]) -> str:
    if detail["type"] == "extra_forbidden":
        known = ", ".join(names) or "none"
        return f"{_path(detail)} is not an argument. There are: {known}"
    return _sentence(detail)


def _names_beside(detail: ErrorDetails, groups: ArgumentGroups) -> tuple[str, ...]:
    """The names that would have been right where an unknown one was given."""
    if len(detail["loc"]) < 2:
        return groups.names
    group = groups.data if detail["loc"][0] == "data" else groups.filters
    return group.names if group else ()


def _path(detail: ErrorDetails) -> str:
    return _clean(".".join(str(part) for part in detail["loc"])[:MAX_ECHO_CHARS])


def _clean(text: str) -> str:
    # A NUL in a key could not be stored with the conversation.
    return "".join(character if character.isprintable() else "?" for character in text)


def _reason(detail: ErrorDetails) -> str:
    raised = detail.get("ctx", {}).get("error")
    if isinstance(raised, ValueError):
        return str(raised)
    if detail["type"] == "too_long":
        return f"must have at most {detail.get('ctx', {})['max_length']} items"
    message = detail["msg"].removeprefix("Input should ").removeprefix("be ")
    return REASONS.get(detail["type"]) or f"must be {message}"


def _message(sentences: Iterable[str]) -> str:
    text = ""
    for sentence in sentences:
        line = f"{sentence[:MAX_SENTENCE_CHARS]}."
        if len(text) + len(line) > MAX_MESSAGE_CHARS - len(" ..."):
            return f"{text} ..."
        text = f"{text} {line}".strip()
    return text
