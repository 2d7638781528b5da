"""The arguments beside `data` and `filters`: which order, which page, what to calculate."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

from core.tools.args_schema import Option
from core.tools.column_kinds import not_a, parse_text
from core.tools.crud_pages import MAX_PLACE_CHARS
from core.tools.tool_aggregates import ToolAggregates
from core.tools.tool_table import ToolTable

MAX_NAME_CHARS = 200


def fetch_options(resolved: ToolTable) -> Mapping[str, Option]:
    """`order_by` where the row lets the model choose, and `after` where rows can be told apart."""
    options: dict[str, Option] = {}
    if resolved.order_choices:
        options["order_by"] = _one_of(tuple(resolved.order_choices))
    if resolved.table.primary_key:
        options["after"] = Option(
            schema={"type": "string", "description": "`next` of the last answer: goes on after it."},
            parse=lambda value: parse_text(value, MAX_PLACE_CHARS),
        )
    return options


def aggregate_options(offered: ToolAggregates) -> Mapping[str, Option]:
    """`calculate` and `group_by` where the row leaves them to the model, `order_by` if there are groups."""
    options: dict[str, Option] = {}
    if offered.are_values_chosen:
        options["calculate"] = _some_of(tuple(offered.values), 'What to calculate; left out, "count".')
    if offered.are_groups_chosen and offered.groups:
        options["group_by"] = _some_of(tuple(offered.groups), "For each value of these columns.")
    if offered.groups:
        options["order_by"] = _order_option(offered)
    return options


def _order_option(offered: ToolAggregates) -> Option:
    terms = offered.order_choices
    if terms:
        return _one_of(tuple(way.named(way.column) for term in terms for way in term.ways))
    if offered.are_values_chosen:
        text = "A calculated value or a column of group_by, with ` desc` for the highest first."
        schema = {"type": "string", "description": text}
        return Option(schema=schema, parse=lambda value: parse_text(value, MAX_NAME_CHARS))
    return _one_of(tuple(name + direction for name in offered.names for direction in ("", " desc")))


def _one_of(names: Sequence[str]) -> Option:
    return Option(schema={"type": "string", "enum": list(names)}, parse=_name_parser(names))


def _some_of(names: Sequence[str], description: str) -> Option:
    parse_name = _name_parser(names)

    def parse(value: object) -> tuple[str, ...]:
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list):
            raise not_a("a list", listed)
        return _unique(parse_name(name) for name in cast("list[object]", listed))

    items = {"type": "string", "enum": list(names)}
    return Option(schema={"type": "array", "items": items, "description": description}, parse=parse)


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _name_parser(names: Sequence[str]) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if not isinstance(value, str) or value not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return value

    return parse
