"""SQL types as the model meets them: the JSON it sends, and the text that Postgres reads from it.

A parsed value travels as text without a type, like a quoted literal: Postgres reads it as the type of the
column that it meets. So an enum, a date, a numeric or an array needs no cast, and no client-side guess.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast
from uuid import UUID

from core.tools.crud_config import Operator
from core.tools.definition import Column

Family: TypeAlias = Literal[
    "text", "integer", "number", "boolean", "date", "datetime", "time", "uuid", "json", "array", "other"
]  # fmt: skip

# Longer texts belong into storage, not into a model's context.
MAX_TEXT_CHARS = 100_000
# Longer lists are a mistake or an attack: nobody dictates them to an assistant.
MAX_LIST_ITEMS = 500
# Deeper JSON breaks the parsers that read it later.
MAX_JSON_DEPTH = 32
# Postgres' numeric holds more digits; no honest number does.
MAX_NUMBER_DIGITS = 1000

DECIMAL = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.IGNORECASE | re.ASCII)

DAY_SHAPE = r"\d{4}-\d\d-\d\d"
CLOCK_SHAPE = r"\d\d:\d\d.*"

EQUALITY: tuple[Operator, ...] = ("eq", "neq", "in", "is")
ORDERED: tuple[Operator, ...] = ("eq", "neq", "gt", "gte", "lt", "lte", "in", "is")
TEXTUAL: tuple[Operator, ...] = (*ORDERED, "like", "ilike", "contains")
# Postgres can sort texts, and search in listed values; a model that is offered it does so by mistake.
UNUSUAL_FOR_TEXT: tuple[Operator, ...] = ("gt", "gte", "lt", "lte")
UNUSUAL_FOR_LISTED: tuple[Operator, ...] = (*UNUSUAL_FOR_TEXT, "like", "ilike", "contains")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What one column takes.

    `schema` is the JSON Schema of a value, `operators` are those that Postgres has for the type. `parse`
    gives the text of a JSON value, or raises ValueError that says what it must be.
    """

    family: Family
    schema: Mapping[str, Any]
    operators: tuple[Operator, ...]
    parse: Callable[[object], str]
    item: "Kind | None" = None

    @property
    def is_comparable(self) -> bool:
        """Whether Postgres can tell two values apart, and so sort and group by them."""
        return self.operators != ("is",)

    @property
    def is_ordered(self) -> bool:
        """Whether one value is less than another in a way that means something."""
        return "gt" in self.operators

    @property
    def usual_operators(self) -> tuple[Operator, ...]:
        """What a model is offered when the author of the tool names no operators."""
        unusual = UNUSUAL_FOR_LISTED if "enum" in self.schema else ()
        unusual = unusual or (UNUSUAL_FOR_TEXT if self.family == "text" else ())
        return tuple(operator for operator in self.operators if operator not in unusual)


def json_type(value: object) -> str:
    """What a JSON value is called in a sentence."""
    names: Mapping[type, str] = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "an object",
    }
    return "null" if value is None else names.get(type(value), type(value).__name__)


def not_a(wanted: str, value: object) -> ValueError:
    """The error for a JSON value of another type (Pydantic reports ValueError, and lets TypeError escape)."""
    return ValueError(f"must be {wanted}, not {json_type(value)}")


def parse_text(value: object, max_chars: int = MAX_TEXT_CHARS) -> str:
    if not isinstance(value, str):
        raise not_a("text", value)
    if len(value) > max_chars:
        raise ValueError(f"is too long: {len(value)} characters, at most {max_chars}")
    if "\0" in value:
        raise ValueError("must not contain NUL characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("contains half a Unicode character (a lone surrogate)") from None
    return value


def _integer(low: int, high: int) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise not_a("a whole number", value)
        if not low <= value <= high:
            raise ValueError(f"must be between {low} and {high}")
        return str(value)

    return parse


def _parse_number(value: object) -> str:
    """JSON numbers, and their decimal text where a float would lose digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise not_a("a number", value)
    if isinstance(value, int) and value.bit_length() > MAX_NUMBER_DIGITS * 3:
        raise ValueError("is too large a number")
    text = parse_text(value, MAX_NUMBER_DIGITS) if isinstance(value, str) else repr(value)
    # Python's own reading of a number is wider than Postgres': "1_000", "Infinity".
    is_decimal = DECIMAL.fullmatch(text) is not None
    if isinstance(value, str) and not is_decimal:
        raise ValueError("must be a number")
    number = Decimal(text)
    if not is_decimal or abs(number.adjusted()) > MAX_NUMBER_DIGITS:
        raise ValueError("must be a finite number of ordinary size")
    return str(number)


def _parse_boolean(value: object) -> str:
    if not isinstance(value, bool):
        raise not_a("true or false", value)
    return "true" if value else "false"


def _iso(form: str, shape: str, read: Callable[[str], date | time]) -> Callable[[object], str]:
    """Of what ISO 8601 allows, only what looks like a date or a time: `20260102` or `12` may be a number."""

    def parse(value: object) -> str:
        try:
            text = parse_text(value, 100)
            if re.fullmatch(shape, text, re.ASCII):
                return read(text).isoformat()
        except ValueError:
            pass
        raise ValueError(f"must be {form}")

    return parse


def _parse_uuid(value: object) -> str:
    try:
        return str(UUID(parse_text(value, 100)))
    except ValueError:
        raise ValueError("must be a UUID") from None


def _check_json(value: object) -> None:
    """Refuses what Postgres' jsonb, or a parser's stack, could not take."""
    pending: list[tuple[object, int]] = [(value, 1)]
    while pending:
        item, depth = pending.pop()
        if depth > MAX_JSON_DEPTH:
            raise ValueError(f"is nested too deeply (at most {MAX_JSON_DEPTH} levels)")
        if isinstance(item, str):
            parse_text(item)
        elif isinstance(item, float) and not math.isfinite(item):
            raise ValueError("must not contain NaN or Infinity")
        elif isinstance(item, int) and item.bit_length() > MAX_NUMBER_DIGITS * 3:
            raise ValueError("contains too large a number")
        elif isinstance(item, dict):
            members = cast("dict[object, object]", item)
            pending += [(part, depth + 1) for pair in members.items() for part in pair]
        elif isinstance(item, list):
            pending += [(part, depth + 1) for part in cast("list[object]", item)]
        if len(pending) > MAX_TEXT_CHARS:
            raise ValueError("has too many values")


def _parse_json(value: object) -> str:
    _check_json(value)
    return parse_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _list_of(item: Kind) -> Callable[[object], str]:
    """Gives the array literal of a list; its items are quoted, so nothing in them is read as syntax."""

    def parse(value: object) -> str:
        if not isinstance(value, list):
            raise not_a("a list", value)
        values = cast("list[object]", value)
        if len(values) > MAX_LIST_ITEMS:
            raise ValueError(f"has too many items: {len(values)}, at most {MAX_LIST_ITEMS}")
        texts = [item.parse(one).replace("\\", "\\\\").replace('"', '\\"') for one in values]
        return "{" + ",".join(f'"{text}"' for text in texts) + "}"

    return parse


def list_of(item: Kind) -> Kind:
    """The kind of an array column, and of the value of the operator `in`."""
    schema = {"type": "array", "items": dict(item.schema)}
    operators: tuple[Operator, ...] = ("contains", "is") if item.is_comparable else ("is",)
    return Kind(family="array", schema=schema, operators=operators, parse=_list_of(item), item=item)


def one_of(kind: Kind, labels: Sequence[object]) -> Kind:
    """The same kind, restricted to the JSON values `labels`."""
    allowed = tuple(kind.parse(label) for label in labels)

    def parse(value: object) -> str:
        text = kind.parse(value)
        if text not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return text

    schema = {"type": kind.schema["type"], "enum": list(labels)}
    return replace(kind, schema=schema, parse=parse)


def _varying_text(max_chars: int) -> Kind:
    def parse(value: object) -> str:
        return parse_text(value, max_chars)

    return replace(TEXT, schema={"type": "string", "maxLength": max_chars}, parse=parse)


def _kind(
    family: Family,
    json_name: str,
    operators: tuple[Operator, ...],
    parse: Callable[[object], str],
    **more: str,
) -> Kind:
    return Kind(family=family, schema={"type": json_name, **more}, operators=operators, parse=parse)


TEXT = _kind("text", "string", TEXTUAL, parse_text)
OTHER = _kind("other", "string", EQUALITY, parse_text)
# Types for which Postgres has no equality, or one that means something else (the area of a circle).
OPAQUE_TO_SQL = _kind("other", "string", ("is",), parse_text)
NUMBER = _kind("number", "number", ORDERED, _parse_number)
DATETIME = _kind(
    "datetime",
    "string",
    ORDERED,
    _iso("an ISO 8601 date and time", rf"{DAY_SHAPE}(.{CLOCK_SHAPE})?", datetime.fromisoformat),
    format="date-time",
)
TIME = _kind(
    "time", "string", ORDERED, _iso("an ISO 8601 time", CLOCK_SHAPE, time.fromisoformat), format="time"
)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "text": TEXT,
        "character varying": TEXT,
        "character": TEXT,
        "citext": TEXT,
        "smallint": _kind("integer", "integer", ORDERED, _integer(-(2**15), 2**15 - 1)),
        "integer": _kind("integer", "integer", ORDERED, _integer(-(2**31), 2**31 - 1)),
        "bigint": _kind("integer", "integer", ORDERED, _integer(-(2**63), 2**63 - 1)),
        "numeric": NUMBER,
        "real": NUMBER,
        "double precision": NUMBER,
        "boolean": _kind("boolean", "boolean", ("eq", "neq", "is"), _parse_boolean),
        "date": _kind(
            "date",
            "string",
            ORDERED,
            _iso("a date as YYYY-MM-DD", DAY_SHAPE, date.fromisoformat),
            format="date",
        ),
        "timestamp with time zone": DATETIME,
        "timestamp without time zone": DATETIME,
        "time with time zone": TIME,
        "time without time zone": TIME,
        "uuid": _kind("uuid", "string", EQUALITY, _parse_uuid, format="uuid"),
        "jsonb": _kind("json", "object", ("contains", "is"), _parse_json),
        "json": _kind("json", "object", ("is",), _parse_json),
        "interval": replace(OTHER, operators=ORDERED),
        **dict.fromkeys(
            ("xml", "jsonpath", "point", "line", "lseg", "box", "path", "polygon", "circle"), OPAQUE_TO_SQL
        ),
    }
)

# Their values say nothing to a model and cost it thousands of tokens.
OPAQUE_TYPES = frozenset(
    {"bytea", "vector", "halfvec", "sparsevec", "bit", "bit varying", "tsvector", "tsquery"}
)

TYPE_NAME = re.compile(
    r"(?:[a-z_]+\.)?(?P<name>[^()\[\]]+?)(?:\((?P<modifier>[^)]*)\))?(?P<zone> with(?:out)? time zone)?"
)


def kind_of(column: Column) -> Kind | None:
    """What the column takes; None for a type that no model can use (bytes, vectors, search documents)."""
    name = column.type.removesuffix("[]")
    match = TYPE_NAME.fullmatch(name)
    base = (match["name"] + (match["zone"] or "")) if match else name
    if base in OPAQUE_TYPES:
        return None
    kind = KINDS.get(base, OTHER)
    if kind is TEXT and match and (match["modifier"] or "").isdigit():
        kind = _varying_text(int(match["modifier"]))
    if column.enum_values and kind.family in ("text", "other", "integer"):
        is_integer = kind.family == "integer"
        kind = one_of(kind, [int(label) if is_integer else label for label in column.enum_values])
    return list_of(kind) if name != column.type else kind
