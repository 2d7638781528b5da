"""From the options of `clarity tools add` to a tool's `config`. The database checks what it says."""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, cast

from cli.errors import UsageRefused


class Method(StrEnum):
    """What a CRUDTool does with its table."""

    FETCH = "fetch"
    COUNT = "count"
    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"
    DELETE = "delete"


# A tool's name begins with what a person would say: models and the offline rules choose by these words.
VERBS: Mapping[Method, str] = {
    Method.FETCH: "list",
    Method.COUNT: "count",
    Method.CREATE: "add",
    Method.UPDATE: "update",
    Method.UPSERT: "save",
    Method.DELETE: "delete",
}


def default_name(table: str, method: Method) -> str:
    """`list_books`, `add_books` ..."""
    return f"{VERBS[method]}_{table.removeprefix('public.')}"


def build_config(
    table: str,
    method: Method,
    *,
    columns: str | None,
    filters: str | None,
    fixed: Sequence[str],
    more: str | None,
) -> dict[str, Any]:
    """The config with the keys that were given; UsageRefused when an option cannot be read."""
    config: dict[str, Any] = {"table_name": table, "method": method.value}
    if filters:
        config["filters"] = parse_filters(filters)
    return config | _shared_keys(columns, fixed, more)


def build_function_config(
    function: str, *, columns: str | None, fixed: Sequence[str], more: str | None
) -> dict[str, Any]:
    """The same for a tool that calls a function."""
    return {"function_name": function, **_shared_keys(columns, fixed, more)}


def _shared_keys(columns: str | None, fixed: Sequence[str], more: str | None) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if columns:
        config["columns"] = split(columns)
    if fixed:
        config["fixed"] = dict(parse_pair(pair) for pair in fixed)
    return config | (parse_object(more, "--config") if more else {})


def split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def parse_filters(text: str) -> list[str] | dict[str, list[str]]:
    """`status,due:gte` -> {"status": ["eq"], "due": ["gte"]}; a list when there are no operators."""
    parts = [part.split(":") for part in split(text)]
    if all(len(part) == 1 for part in parts):
        return [column for (column,) in parts]
    return {column: operators or ["eq"] for column, *operators in parts}


def parse_pair(text: str) -> tuple[str, Any]:
    """`priority=3` -> ("priority", 3): the value as JSON where it is JSON, else as text."""
    name, separator, value = text.partition("=")
    if not separator or not name.strip():
        raise UsageRefused(f"'{text}' is not of the form name=value.")
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value


def parse_object(text: str, what: str) -> dict[str, Any]:
    """A JSON object given on the command line."""
    try:
        value: Any = json.loads(text)
    except ValueError as exc:
        raise UsageRefused(
            f"{what} is not JSON: {exc}.", hint="""Quote it: '{"filters": {"status": "done"}}'"""
        ) from exc
    if not isinstance(value, dict):
        raise UsageRefused(f"{what} must be a JSON object.")
    return cast("dict[str, Any]", value)
