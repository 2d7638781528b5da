"""The methods fetch and count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.sql import SQL, Composed

from core.db import Row
from core.tools.args_schema import ArgumentGroups
from core.tools.crud_rows import answer, column_list, record_of, rows_object
from core.tools.crud_where import AGENT_PARAM, Where
from core.tools.sql_fragments import Statement, identifier, rendered
from core.tools.tool_table import ToolTable


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
class Fetch:
    """`{"rows": [...], "more": true}`: it asks for one row more than the limit, to know if there are more."""

    head: SQL
    where: Where
    tail: SQL
    default_limit: int

    @classmethod
    def of(cls, resolved: ToolTable, groups: ArgumentGroups) -> "Fetch":
        fields = resolved.returned_fields
        source = identifier(resolved.table.schema, resolved.table.name)
        head = SQL("select {} from (select {} from {}").format(record_of(fields), column_list(fields), source)
        tail = SQL("{} limit %(limit)s) as t").format(_order_by(resolved))
        return cls(
            head=rendered(head),
            where=Where.of(resolved, groups.filters),
            tail=rendered(tail),
            default_limit=groups.default_limit,
        )

    def statement(self, arguments: Mapping[str, Any], agent_name: str) -> Statement:
        params: dict[str, Any] = {AGENT_PARAM: agent_name, "limit": self._limit(arguments) + 1}
        where = self.where.clause(arguments.get("filters", {}), params)
        return Statement(query=Composed([self.head, where, self.tail]), params=params)

    def answer(self, rows: Sequence[Row], arguments: Mapping[str, Any]) -> str:
        limit = self._limit(arguments)
        return rows_object(rows[:limit], more=len(rows) > limit)

    def _limit(self, arguments: Mapping[str, Any]) -> int:
        return arguments.get("limit", self.default_limit)


def _order_by(resolved: ToolTable) -> SQL:
    """As the tool's row says; else newest first: by `created_at`, or by the primary key."""
    terms = [
        (resolved.field(term.column, "order_by").name, term.is_descending)
        for term in resolved.config.order_by or ()
    ]
    if not terms and resolved.table.column("created_at"):
        terms = [("created_at", True)]
    if not terms and resolved.table.unique_keys:
        terms = [(name, True) for name in resolved.table.unique_keys[0]]
    if not terms:
        return SQL("")
    rendered_terms = [
        SQL("{} {}").format(identifier(name), SQL("desc" if down else "asc")) for name, down in terms
    ]
    return rendered(SQL(" order by {}").format(SQL(", ").join(rendered_terms)))
