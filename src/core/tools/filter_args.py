"""A filter as the model writes it: a plain value for equality, or an object of operators."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast

from core.tools.column_kinds import TEXT, Kind, list_of
from core.tools.crud_config import Operator
from core.tools.declared_args import DeclaredArgument
from core.tools.tool_table import Field

# An operator and the text of its operand, in the order that the model wrote them.
Conditions: TypeAlias = tuple[tuple[Operator, str], ...]

NULL_TESTS = ("null", "not null")
BOOLEAN_TESTS = (*NULL_TESTS, "true", "false")


def declared_operators(field: Field, declared: DeclaredArgument) -> tuple[Operator, ...]:
    """Equality; or, for a declaration whose properties are operators, just those."""
    if not declared.properties:
        return ("eq",) if "eq" in field.kind.operators else field.kind.operators
    for name in declared.properties:
        if name not in field.kind.operators:
            allowed = ", ".join(field.kind.operators)
            raise ValueError(
                f"{field.argument} has no operator {name}; for {field.column.type} there are {allowed}"
            )
    return cast("tuple[Operator, ...]", tuple(declared.properties))


def filter_schema(kind: Kind, operators: tuple[Operator, ...], *, is_brief: bool) -> dict[str, Any]:
    """JSON Schema of one filter.

    A brief one leaves its operators to the description of `filters`: they are the usual ones of the type, and
    the schema is paid for with every call of the model.
    """
    operands = {op: _operand_schema(kind, op) for op in operators if op != "eq"}
    by_operator: dict[str, Any] = {"type": "object", "properties": operands}
    if "eq" not in operators:
        return by_operator
    if is_brief:
        by_operator = {"type": "object"}
    return {"anyOf": [dict(kind.schema), by_operator]} if operands else dict(kind.schema)


def _operand_schema(kind: Kind, operator: Operator) -> dict[str, Any]:
    if operator == "in":
        return {"type": "array", "items": {"type": kind.schema["type"]}}
    if operator == "is":
        return {"type": "string", "enum": list(_tests(kind))}
    if operator == "contains" and kind.item:
        return {"type": "array", "items": {"type": kind.item.schema["type"]}}
    return {"type": kind.schema["type"]}


def _tests(kind: Kind) -> tuple[str, ...]:
    return BOOLEAN_TESTS if kind.family == "boolean" else NULL_TESTS


def filter_parser(kind: Kind, operators: tuple[Operator, ...]) -> Callable[[object], Conditions]:
    """Gives the conditions of one filter, or raises ValueError with what is wrong."""
    parsers: dict[Operator, Callable[[object], str]] = {
        operator: _operand_parser(kind, operator) for operator in operators
    }

    def parse(value: object) -> Conditions:
        if isinstance(value, dict):
            return tuple(_by_operator(parsers, cast("dict[object, object]", value)))
        if value is None:
            raise ValueError("must not be null; leave it out" + _null_hint(operators))
        if "eq" not in parsers:
            raise ValueError(f"needs an object with an operator: {', '.join(operators)}")
        return (("eq", parsers["eq"](value)),)

    return parse


def _null_hint(operators: tuple[Operator, ...]) -> str:
    return ', or use {"is": "null"}' if "is" in operators else ""


def _by_operator(
    parsers: Mapping[Operator, Callable[[object], str]], value: Mapping[object, object]
) -> list[tuple[Operator, str]]:
    if not value:
        raise ValueError(f"must hold an operator: {', '.join(parsers)}")
    conditions: list[tuple[Operator, str]] = []
    for operator, operand in value.items():
        parser = parsers.get(cast("Operator", operator))
        if parser is None:
            raise ValueError(f"allows only the operators {', '.join(parsers)}")
        try:
            conditions.append((cast("Operator", operator), parser(operand)))
        except ValueError as exc:
            raise ValueError(f"{operator} {exc}") from exc
    return conditions


def _operand_parser(kind: Kind, operator: Operator) -> Callable[[object], str]:
    if operator == "in":
        return list_of(kind).parse
    if operator in ("like", "ilike"):
        return TEXT.parse
    if operator == "contains" and kind.family == "text":
        return TEXT.parse
    return _test_parser(_tests(kind)) if operator == "is" else kind.parse


def _test_parser(tests: tuple[str, ...]) -> Callable[[object], str]:
    def parse(value: object) -> str:
        # JSON's own null, true and false mean the same as their names.
        text = json.dumps(value) if value is None or isinstance(value, bool) else value
        if not isinstance(text, str) or text not in tests:
            raise ValueError(f"must be one of {', '.join(tests)}")
        return text

    return parse
