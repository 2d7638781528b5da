"""Rows of other tables in the columns of a tool: `project(title, owner:profiles(display_name))`.

Postgres resolves such an entry along the foreign keys (private.resolve_related): an object where a key points
to, a list where it comes from. Each side is read as the user, so its own policies decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from psycopg.sql import SQL, Composed, Identifier

from core.tools.sql_fragments import identifier, rendered

# Rows of one list; a last item {"more":true} says that there are others, which a tool of their own can read.
MAX_RELATED_ROWS = 20
NUMBER = "row number"


@dataclass(frozen=True, kw_only=True)
class RelatedColumn:
    """A column of a related row."""

    argument: str
    name: str
    is_json: bool

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(argument=row["argument"], name=row["column"], is_json=row["is_json"])

    @property
    def holds_json(self) -> bool:
        return self.is_json

    def expression(self, row: str) -> SQL:
        return rendered(identifier(row, self.name))


@dataclass(frozen=True, kw_only=True)
class Related:
    """The rows of `table` whose `other_columns` equal the `own_columns` of a row; the newest first in a list.

    `members` are what comes of each.
    """

    argument: str
    schema: str
    table: str
    is_list: bool
    own_columns: tuple[str, ...]
    other_columns: tuple[str, ...]
    order: tuple[str, ...]
    members: "tuple[RelatedColumn | Related, ...]"

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """From private.resolve_related(); ValueError with its problem, where a table has changed since."""
        if "problem" in row:
            raise ValueError(row["problem"])
        values: dict[str, Any] = dict(row)
        for key in ("own_columns", "other_columns", "order"):
            values[key] = tuple(row[key])
        values["members"] = tuple(
            cls.from_row(member) if "members" in member else RelatedColumn.from_row(member)
            for member in row["members"]
        )
        return cls(**values)

    @property
    def holds_json(self) -> bool:
        return any(member.holds_json for member in self.members)

    def expression(self, row: str, depth: int = 1) -> SQL:
        """The related rows of `row` (an alias in the query around) as one JSON value."""
        alias = f"related {depth}"
        record = SQL("(select row_to_json(m.*) from (select {}) as m)").format(self._selected(alias, depth))
        source = SQL("{} as {} where {}").format(
            identifier(self.schema, self.table), Identifier(alias), self._condition(row, alias)
        )
        if not self.is_list:
            return rendered(SQL("(select {} from {} limit 1)").format(record, source))
        return rendered(self._list(record, source, alias))

    def _selected(self, alias: str, depth: int) -> Composed:
        expressions = [
            member.expression(alias, depth + 1) if isinstance(member, Related) else member.expression(alias)
            for member in self.members
        ]
        return SQL(", ").join(
            [
                SQL("{} as {}").format(expression, identifier(member.argument))
                for expression, member in zip(expressions, self.members, strict=True)
            ]
        )

    def _condition(self, row: str, alias: str) -> Composed:
        pairs = zip(self.own_columns, self.other_columns, strict=True)
        return SQL(" and ").join(
            [SQL("{} = {}").format(identifier(alias, other), identifier(row, own)) for own, other in pairs]
        )

    def _list(self, record: Composed, source: Composed, alias: str) -> Composed:
        order = [SQL("{} desc").format(identifier(alias, name)) for name in self.order]
        window = SQL("order by {}").format(SQL(", ").join(order)) if order else SQL("")
        return SQL(
            "(select concat('[', string_agg(l.item, ',' order by l.{number}), ']')::json from ("
            "select row_number() over w as {number}, case when row_number() over w > {most}"
            """ then '{{"more":true}}' else {record}::text end as item"""
            " from {source} window w as ({window}) order by 1 limit {most} + 1) as l)"
        ).format(
            number=Identifier(NUMBER),
            most=SQL("{}").format(MAX_RELATED_ROWS),
            record=record,
            source=source,
            window=window,
        )
