"""The methods fetch and count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.sql import SQL, Composed

from core.db import Row
from core.tools.args_schema import ArgumentGroups
from core.tools.crud_pages import Order
from core.tools.crud_rows import ROW, answer, column_list, record_among, record_of, rows_object
from core.tools.crud_where import AGENT_PARAM, Where
from core.tools.sql_fragments import Statement, identifier, rendered
from core.tools.tool_table import UNTRUSTED_COLUMN, ToolTable

# What a row of a fetch says of itself besides its record, where its table can. No argument has a space.
UNTRUSTED = "is untrusted"


@dataclass(frozen=True, kw_only=True)
class Count:
    """`{"count": n}`."""

    head: SQL
    where: Where

    @classmethod
    def of(cls, resolved: ToolTable, groups: ArgumentGroups) -> "Count":
        source = identifier(resolved.table.schema, resolved.table.name)
        head = rendered(SQL("select count(*) as count from {}").format(source))
        return cls(head=head, where=Where.of(resolved, groups.filters))

    def statement(self, arguments: Mapping[str, Any], agent_name: str) -> Statement:
        params: dict[str, Any] = {AGENT_PARAM: agent_name}
        where = self.where.clause(arguments.get("filters", {}), params)
        return Statement(query=Composed([self.head, where]), params=params)

    def answer(self, rows: Sequence[Row], arguments: Mapping[str, Any]) -> str:
        return answer(count=rows[0]["count"])


@dataclass(frozen=True, kw_only=True)
class Page:
    """The parts of a fetch in one order: `select ... from (select <columns>`, and `order by ... limit`.

    Rows of a table with a column `is_untrusted` have its value as UNTRUSTED.
    """

    order: Order
    head: SQL
    tail: SQL

    @classmethod
    def of(cls, resolved: ToolTable, order: Order) -> "Page":
        returned = resolved.returned
        column = resolved.table.column(UNTRUSTED_COLUMN)
        is_marked = column is not None and column.type == "boolean"
        own, marked = identifier(ROW, UNTRUSTED_COLUMN), identifier(UNTRUSTED)
        head = SQL("select {}{}{} from (select {}{}{} from {} as {}").format(
            record_among(returned) if order.has_pages or is_marked else record_of(returned),
            order.place_in("t"),
            SQL(", t.{}").format(marked) if is_marked else SQL(""),
            column_list(returned),
            order.place,
            SQL(", {} as {}").format(own, marked) if is_marked else SQL(""),
            identifier(resolved.table.schema, resolved.table.name),
            identifier(ROW),
        )
        tail = SQL("{} limit %(limit)s) as t").format(order.clause)
        return cls(order=order, head=rendered(head), tail=rendered(tail))


@dataclass(frozen=True, kw_only=True)
class Fetch:
    """`{"rows": [...], "more": true, "next": "..."}`.

    It asks for one row more than the limit, to know if there are more. `chosen` has a page for each order
    that the model may name.
    """

    usual: Page
    chosen: Mapping[str, Page]
    where: Where
    default_limit: int

    @classmethod
    def of(cls, resolved: ToolTable, groups: ArgumentGroups) -> "Fetch":
        choices = resolved.order_choices.items()
        return cls(
            usual=Page.of(resolved, Order.of(resolved, resolved.default_order)),
            chosen={name: Page.of(resolved, Order.of(resolved, [ordered])) for name, ordered in choices},
            where=Where.of(resolved, groups.filters),
            default_limit=groups.default_limit,
        )

    def statement(self, arguments: Mapping[str, Any], agent_name: str) -> Statement:
        page = self._page(arguments)
        params: dict[str, Any] = {AGENT_PARAM: agent_name, "limit": self._limit(arguments) + 1}
        place = arguments.get("after")
        after = [page.order.after(place, params)] if place else []
        where = self.where.clause(arguments.get("filters", {}), params, *after)
        return Statement(query=Composed([page.head, where, page.tail]), params=params)

    def answer(self, rows: Sequence[Row], arguments: Mapping[str, Any]) -> str:
        limit = self._limit(arguments)
        order = self._page(arguments).order
        return rows_object(
            rows[:limit], more=len(rows) > limit, place_of=order.place_of if order.has_pages else None
        )

    def _page(self, arguments: Mapping[str, Any]) -> Page:
        return self.chosen.get(arguments.get("order_by") or "", self.usual)

    def _limit(self, arguments: Mapping[str, Any]) -> int:
        return arguments.get("limit") or self.default_limit
