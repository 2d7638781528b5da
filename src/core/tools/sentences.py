"""What a tool call would do, in a sentence for the person who decides about it.

The values are a model's words, or somebody else's that it repeats. So each stands in quotation marks that
nothing in it can close, on one line, without characters that hide or reorder text, and cut.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from core.tools.column_kinds import Kind

MAX_VALUE_CHARS = 80
# Of an argument: an MCP server's may be called anything.
MAX_NAME_CHARS = 64
# A sentence that nobody reads to its end protects nobody: the whole arguments stand beside it.
MAX_SENTENCE_CHARS = 500

CUT = "…"


def shown(value: object) -> str:
    """A JSON value: `'text'`, `5`, `true`, `nothing`, and lists and objects as `'JSON'`."""
    match value:
        case None:
            return "nothing"
        case bool() | int() | float():
            return json.dumps(value)
        case str():
            return quoted(value)
        case _:
            return quoted(json.dumps(value, ensure_ascii=False, default=str))


def quoted(text: str, most: int = MAX_VALUE_CHARS) -> str:
    """`'text'`, at most so many characters of it."""
    line = on_one_line(text, most).replace("'", "’")
    return f"'{line}'"


def on_one_line(text: str, most: int) -> str:
    """The visible characters of the text, at most so many."""
    line = " ".join("".join(_visible(character) for character in text).split())
    return line if len(line) <= most else line[: most - 1] + CUT


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    # Spaces of all kinds keep words apart; what controls or reorders is left out.
    return " " if character.isspace() else ""


def assigned(values: Mapping[str, object], between: str) -> str:
    """`title 'x', priority 5`, with `between` each name and its value."""
    return ", ".join(
        f"{on_one_line(name, MAX_NAME_CHARS)}{between}{shown(value)}" for name, value in values.items()
    )


def sentence(text: str, *more: str) -> str:
    """The parts with a space between them, and the end of a sentence; no longer than a person reads."""
    whole = " ".join((text, *(part for part in more if part)))
    return f"{whole}." if len(whole) < MAX_SENTENCE_CHARS else whole[: MAX_SENTENCE_CHARS - 1] + CUT


def either(values: Iterable[object]) -> str:
    """`one of 'a', 'b'`."""
    return f"one of {', '.join(shown(value) for value in values)}"


def value_of(kind: Kind, text: str | None) -> Any:
    """The JSON value of a text for Postgres, which `kind` parsed; None for SQL's NULL."""
    if text is None:
        return None
    match kind.family:
        case "integer" | "number":
            return _number(text)
        case "boolean":
            return text == "true"
        case "json":
            return json.loads(text)
        case "array" if kind.item:
            return [value_of(kind.item, item) for item in _items(text)]
        case _:
            return text


def _number(text: str) -> int | float | str:
    """The number, or its text where a float would lose digits."""
    number = json.loads(text)
    return number if Decimal(str(number)) == Decimal(text) else text


def _items(text: str) -> list[str]:
    """Of an array literal as column_kinds writes it: every item is quoted, with backslashes as in JSON."""
    return json.loads(f"[{text[1:-1]}]", strict=False)
