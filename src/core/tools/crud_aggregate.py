"""The method aggregate: values calculated over rows, for all of them or for each group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from psycopg.sql import SQL, Composed

from core.db import Row
from core.errors import ToolInputError
from core.tools.args_schema import ArgumentGroups
from core.tools.crud_config import Calculation, OrderTerm
from core.tools.crud_rows import MAX_RESULT_CHARS, rows_object
from core.tools.crud_where import AGENT_PARAM, Where
from core.tools.sql_fragments import Statement, identifier, joined, rendered
from core.tools.tool_aggregates import Calculated, ToolAggregates
from core.tools.tool_table import ToolTable

CALCULATIONS: Mapping[Calculation, SQL] = MappingProxyType(
    {
        "count": SQL("count({})"),
        "sum": SQL("sum({})"),
        # Sixteen decimals of a mean are noise that a model pays for.
        "avg": SQL("trim_scale(round(avg({})::numeric, 6))"),
        "min": SQL("min({})"),
        "max": SQL("max({})"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Output:
    """One value of an answer: what the select list needs, and its name there."""

    selected: SQL
    name: SQL

    @classmethod
    def of(cls, expression: SQL | Composed, name: str) -> "Output":
        named = rendered(identifier(name))
        return cls(selected=rendered(SQL("{} as {}").format(expression, named)), name=named)


@dataclass(frozen=True, kw_only=True)
class Calculate:
    """`{"count": 3, "sum(price)": 20}`, or `{"groups": [{"status": "read", "count": 3}], "more": true}`.

    Groups come in the order that was asked for, else those with the highest first value first.
    """

    offered: ToolAggregates
    outputs: Mapping[str, Output]
    head: SQL
    source: SQL
    where: Where
    default_limit: int

    @classmethod
    def of(cls, resolved: ToolTable, groups: ArgumentGroups) -> "Calculate":
        offered = ToolAggregates.of(resolved)
        outputs = {name: Output.of(_calculation(one), name) for name, one in offered.values.items()}
        outputs |= {
            name: Output.of(SQL("{}").format(identifier(field.name)), name)
            for name, field in offered.groups.items()
        }
        head = SQL("select left(row_to_json(t.*)::text, {}) as record from (select ")
        source = SQL(" from {}").format(identifier(resolved.table.schema, resolved.table.name))
        return cls(
            offered=offered,
            outputs=outputs,
            head=rendered(head.format(MAX_RESULT_CHARS + 1)),
            source=rendered(source),
            where=Where.of(resolved, groups.filters),
            default_limit=groups.default_limit,
        )

    def statement(self, arguments: Mapping[str, Any], agent_name: str) -> Statement:
        values, groups = self._values(arguments), self._groups(arguments)
        params: dict[str, Any] = {AGENT_PARAM: agent_name}
        where = self.where.clause(arguments.get("filters", {}), params)
        selected = joined(", ", [self.outputs[name].selected for name in (*groups, *values)])
        parts = [self.head, selected, self.source, where]
        if groups:
            params["limit"] = self._limit(arguments) + 1
            # By position: a name in `group by` would mean a column of the table first.
            positions = joined(", ", [rendered(SQL("{}").format(n + 1)) for n in range(len(groups))])
            order = self._order(arguments.get("order_by"), values, groups)
            parts.append(SQL(" group by {} order by {} limit %(limit)s").format(positions, order))
        return Statement(query=Composed([*parts, SQL(") as t")]), params=params)

    def answer(self, rows: Sequence[Row], arguments: Mapping[str, Any]) -> str:
        if not self._groups(arguments):
            return rows[0]["record"]
        limit = self._limit(arguments)
        return rows_object(rows[:limit], name="groups", more=len(rows) > limit)

    def _values(self, arguments: Mapping[str, Any]) -> Sequence[str]:
        if not self.offered.are_values_chosen:
            return tuple(self.offered.values)
        return arguments.get("calculate") or ("count",)

    def _groups(self, arguments: Mapping[str, Any]) -> Sequence[str]:
        if not self.offered.are_groups_chosen:
            return tuple(self.offered.groups)
        return arguments.get("group_by") or ()

    def _order(self, asked: str | None, values: Sequence[str], groups: Sequence[str]) -> Composed:
        """What was asked for, then the groups themselves, so that equal values have one order, too."""
        term = OrderTerm.read(asked) if asked else None
        names = (*groups, *values)
        if term and term.column not in names:
            raise ToolInputError(f"order_by: it is not part of this answer. There are: {', '.join(names)}")
        usual = tuple(one for one in self.offered.default_order if one.column in names)
        terms = (term,) if term else usual or (OrderTerm(column=values[0], direction="desc"),)
        named = {one.column for one in terms}
        terms += tuple(OrderTerm(column=name) for name in groups if name not in named)
        return joined(", ", [self._term(one) for one in terms])

    def _term(self, term: OrderTerm) -> SQL:
        # No value is not the highest value.
        direction = SQL("desc nulls last" if term.is_descending else "asc")
        return rendered(SQL("{} {}").format(self.outputs[term.column].name, direction))

    def _limit(self, arguments: Mapping[str, Any]) -> int:
        return arguments.get("limit") or self.default_limit


def _calculation(one: Calculated) -> Composed:
    column = identifier(one.field.name) if one.field else SQL("*")
    return CALCULATIONS[one.fn].format(column)
