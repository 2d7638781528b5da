"""What the method aggregate of one tool can calculate, and what it can group by."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.tools.column_kinds import Kind
from core.tools.crud_config import Aggregate, Calculation, OrderTerm
from core.tools.tool_table import Field, ToolTable

NUMBERS = ("integer", "number")
# What a derived tool offers to group by: values that come back, rather than measures or moments.
GROUPED = ("text", "integer", "boolean", "date", "uuid", "other")


@dataclass(frozen=True, kw_only=True)
class Calculated:
    """One value: `field` is None for a count of rows."""

    fn: Calculation
    field: Field | None


@dataclass(frozen=True, kw_only=True)
class ToolAggregates:
    """The values and the groups by the names that they have in an answer.

    `are_values_chosen` and `are_groups_chosen` say whether the model names what it wants; else all are given.
    """

    values: Mapping[str, Calculated]
    groups: Mapping[str, Field]
    are_values_chosen: bool
    are_groups_chosen: bool
    default_order: tuple[OrderTerm, ...]
    order_choices: tuple[OrderTerm, ...]

    @classmethod
    def of(cls, resolved: ToolTable) -> "ToolAggregates":
        """ValueError, with a sentence for the author of the row, for what cannot be calculated."""
        config = resolved.config
        values = _declared(resolved, config.aggregates) if config.aggregates else _derived(resolved)
        chosen = config.aggregates is None and config.group_by is None
        groups = _derived_groups(resolved) if chosen else _groups(resolved, config.group_by or ())
        for name in values:
            if name in groups:
                raise ValueError(f"aggregates and group_by both name {name}")
        order = config.order_by
        offered = cls(
            values=MappingProxyType(values),
            groups=MappingProxyType(groups),
            are_values_chosen=config.aggregates is None,
            are_groups_chosen=chosen,
            default_order=order.default if order else (),
            order_choices=order.choices if order else (),
        )
        for term in (*offered.default_order, *offered.order_choices):
            if term.column not in offered.names:
                raise ValueError(f"order_by names {term.column}, which is neither calculated nor grouped by")
        return offered

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.groups, *self.values)


def _declared(resolved: ToolTable, said: Mapping[str, Aggregate]) -> dict[str, Calculated]:
    values: dict[str, Calculated] = {}
    for name, one in said.items():
        field = None if one.column is None else resolved.field(one.column, "aggregates")
        if field and not _fits(one.fn, field.kind):
            raise ValueError(
                f"aggregates ask for the {one.fn} of {field.argument}, but the column is {field.column.type}"
            )
        values[name] = Calculated(fn=one.fn, field=field)
    return values


def _fits(fn: Calculation, kind: Kind) -> bool:
    if fn in ("sum", "avg"):
        return kind.family in NUMBERS
    return fn == "count" or kind.is_ordered


def _derived(resolved: ToolTable) -> dict[str, Calculated]:
    values = {"count": Calculated(fn="count", field=None)}
    for field in _offered(resolved):
        is_measure = field.kind.family in NUMBERS and "enum" not in field.kind.schema
        functions: tuple[Calculation, ...] = ("sum", "avg", "min", "max") if is_measure else ()
        if field.kind.family in ("date", "datetime", "time"):
            functions = ("min", "max")
        values |= {f"{fn}({field.argument})": Calculated(fn=fn, field=field) for fn in functions}
    return values


def _derived_groups(resolved: ToolTable) -> dict[str, Field]:
    return {
        field.argument: field
        for field in _offered(resolved)
        if field.kind.family in GROUPED and field.kind.is_comparable
    }


def _offered(resolved: ToolTable) -> list[Field]:
    """The columns that come back, without those that say nothing about several rows."""
    return [
        field
        for field in resolved.returned_fields
        if not resolved.is_kept(field) and field.name not in resolved.table.primary_key
    ]


def _groups(resolved: ToolTable, said: tuple[str, ...]) -> dict[str, Field]:
    groups: dict[str, Field] = {}
    for key in said:
        field = resolved.field(key, "group_by")
        if not field.kind.is_comparable:
            raise ValueError(f"group_by names {field.argument}, but {field.column.type} has no equality")
        if field.argument in groups:
            raise ValueError(f"group_by names {field.argument} twice")
        groups[field.argument] = field
    return groups
