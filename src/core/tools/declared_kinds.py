"""A declared argument and its column, brought together: what the author may narrow, and what cannot fit."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, cast

from core.tools.column_kinds import DATETIME, KINDS, NUMBER, Family, Kind, list_of, not_a, one_of
from core.tools.declared_args import DeclaredArgument, TypeName, as_json_schema
from core.tools.tool_table import Field

SCALARS: Mapping[str, Kind] = MappingProxyType(
    {
        "int": KINDS["bigint"],
        "integer": KINDS["bigint"],
        "float": NUMBER,
        "number": NUMBER,
        "bool": KINDS["boolean"],
        "boolean": KINDS["boolean"],
        "date": KINDS["date"],
        "datetime": DATETIME,
        "uuid": KINDS["uuid"],
    }
)

# Which declared families a column of another family takes as they are.
TAKES: Mapping[Family, tuple[Family, ...]] = MappingProxyType(
    {
        "text": ("integer", "number", "boolean", "date", "datetime", "uuid"),
        "other": ("integer", "number", "boolean", "date", "datetime", "uuid"),
        "number": ("integer",),
        "datetime": ("date",),
    }
)

CONTAINERS: Mapping[TypeName, type] = MappingProxyType(
    {"dict": dict, "object": dict, "list": list, "array": list}
)


def declared_kind(field: Field, declared: DeclaredArgument) -> Kind:
    """The column's kind, narrowed by the declaration; ValueError when the two contradict each other.

    `str` and `any` mean the column's own type: a date in JSON is a text, too.
    """
    kind = _typed(field, declared)
    if kind.item and declared.items and declared.items.enum:
        kind = list_of(one_of(kind.item, declared.items.enum))
    try:
        kind = one_of(kind, declared.enum) if declared.enum else kind
    except ValueError as exc:
        raise ValueError(f"a value of the enum of {field.argument} {exc}") from exc
    for keyword in declared.bounds:
        if not _takes_bound(kind, keyword):
            raise ValueError(f"{keyword} does not fit {field.argument}, which is {field.column.type}")
    return _bounded(kind, declared.bounds) if declared.bounds else kind


def _takes_bound(kind: Kind, keyword: str) -> bool:
    if keyword == "maxItems":
        return kind.schema["type"] == "array"
    if keyword in ("minimum", "maximum"):
        return kind.family in ("integer", "number")
    return kind.schema["type"] == "string" and kind.family != "json"


def _typed(field: Field, declared: DeclaredArgument) -> Kind:
    kind = field.kind
    if kind.family == "json":
        return _json_kind(kind, declared)
    scalar = SCALARS.get(declared.type)
    if scalar is None:
        is_list = CONTAINERS.get(declared.type) is list
        is_dict = CONTAINERS.get(declared.type) is dict
        leaves_it_open = declared.type in ("any", "null")
        if is_dict or (is_list != (kind.family == "array") and not leaves_it_open):
            raise _mismatch(field, declared)
        return kind
    if scalar.family == kind.family:
        return kind
    if scalar.family in TAKES.get(kind.family, ()):
        return replace(scalar, operators=kind.operators)
    raise _mismatch(field, declared)


def _mismatch(field: Field, declared: DeclaredArgument) -> ValueError:
    return ValueError(
        f"{field.argument} is declared as {declared.type}, but the column is {field.column.type}"
    )


def _json_kind(kind: Kind, declared: DeclaredArgument) -> Kind:
    """Any JSON by default; a declared shape is shown to the model, and its outermost type is enforced."""
    if declared.type == "any":
        return kind
    python_type = CONTAINERS.get(declared.type)

    def parse(value: object) -> str:
        if python_type and not isinstance(value, python_type):
            raise not_a("a list" if python_type is list else "an object", value)
        return kind.parse(value)

    shape = as_json_schema(declared)
    return replace(
        kind, schema={key: shape[key] for key in shape if key not in ("description", "enum")}, parse=parse
    )


def _bounded(kind: Kind, bounds: Mapping[str, float]) -> Kind:
    checks = [_bound_check(keyword, bound) for keyword, bound in bounds.items()]

    def parse(value: object) -> str:
        text = kind.parse(value)
        for check in checks:
            check(value, text)
        return text

    return replace(kind, schema={**kind.schema, **bounds}, parse=parse)


def _bound_check(keyword: str, bound: float) -> Callable[[object, str], None]:
    """A check of a JSON value and its text, for one JSON Schema keyword."""
    measures: Mapping[str, tuple[Callable[[Any, str], float], bool, str]] = {
        "minimum": (lambda _, text: float(text), True, "must be at least {}"),
        "maximum": (lambda _, text: float(text), False, "must be at most {}"),
        "minLength": (lambda _, text: len(text), True, "must have at least {} characters"),
        "maxLength": (lambda _, text: len(text), False, "must have at most {} characters"),
        "maxItems": (lambda value, _: len(cast("list[object]", value)), False, "must have at most {} items"),
    }
    measure, is_minimum, sentence = measures[keyword]

    def check(value: object, text: str) -> None:
        size = measure(value, text)
        if size < bound if is_minimum else size > bound:
            raise ValueError(sentence.format(f"{bound:g}"))

    return check
