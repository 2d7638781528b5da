"""The methods update and delete: one statement that counts, changes if it is not too much, and returns rows.

A write that touches no row raises ToolInputError: it is never reported as success.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.sql import SQL, Composed

from core.db import Row
from core.errors import ToolInputError
from core.tools.args_schema import ArgumentGroups
from core.tools.crud_config import USUAL_MAX_ROWS
from core.tools.crud_rows import ROW, rows_object
from core.tools.crud_where import AGENT_PARAM, Where
from core.tools.crud_writes import Payload, Returning
from core.tools.sql_fragments import Statement, identifier, rendered
from core.tools.tool_table import ToolTable

# Counted and changed under one snapshot: what one of the two does not see, the other does not either.
GUARD = SQL("(select n from matched) <= %(max_rows)s")


@dataclass(frozen=True, kw_only=True)
class Change:
    """update: `{"updated": n, "rows": [...]}`; delete: `{"deleted": n, "rows": [...]}`.

    A delete of a tool with `soft_delete` is an update that sets the one column, by `params`. When more than
    `max_rows` rows match that the user can see, none is changed.
    """

    count: SQL
    head: SQL
    payload: Payload
    params: Mapping[str, Any]
    where: Where
    returning: Returning
    takes_data: bool
    takes_filters: bool
    table_name: str
    max_rows: int

    @classmethod
    def of(cls, resolved: ToolTable, groups: ArgumentGroups) -> "Change":
        target = identifier(resolved.table.schema, resolved.table.name)
        deletion = resolved.deletion if resolved.config.method == "delete" else None
        max_rows = resolved.config.max_rows or USUAL_MAX_ROWS
        params: dict[str, Any] = {"max_rows": max_rows, "shown": resolved.config.default_limit}
        if resolved.config.method == "update":
            head = SQL("update {} as {} set ").format(target, identifier(ROW))
        elif deletion:
            params["deletion"] = deletion.text
            column = identifier(deletion.field.name)
            head = SQL("update {} as {} set {} = %(deletion)s").format(target, identifier(ROW), column)
        else:
            head = SQL("delete from {} as {}").format(target, identifier(ROW))
        return cls(
            count=rendered(SQL("with matched as (select count(*) as n from {}").format(target)),
            head=rendered(SQL("), t as ({}").format(head)),
            payload=Payload.of(resolved, groups.data),
            params=params,
            where=Where.of(resolved, groups.filters),
            returning=Returning.of(resolved),
            takes_data=groups.data is not None,
            takes_filters=groups.filters is not None,
            table_name=resolved.name,
            max_rows=max_rows,
        )

    def statement(self, arguments: Mapping[str, Any], agent_name: str) -> Statement:
        data, filters = arguments.get("data", {}), arguments.get("filters", {})
        if self.takes_data and not data:
            raise ToolInputError("data: name at least one column to change.")
        if self.takes_filters and not filters:
            raise ToolInputError("filters: give at least one, to say which rows you mean.")
        params = {AGENT_PARAM: agent_name, **self.params, **self.payload.params(data)}
        matching = self.where.clause(filters, params)
        changing = self.where.clause(filters, params, GUARD)
        tail = SQL(
            "{}) select {}, matched.n as matched, (select count(*) from t) as touched"
            " from matched left join t on true limit %(shown)s"
        ).format(self.returning.clause, self.returning.record)
        parts = [self.count, matching, self.head, self.payload.assignments(data), changing, tail]
        return Statement(query=Composed(parts), params=params)

    def answer(self, rows: Sequence[Row], arguments: Mapping[str, Any]) -> str:
        matched, touched = rows[0]["matched"], rows[0]["touched"]
        if not touched:
            raise ToolInputError(f"Nothing was {self.verb}: {self._reason(matched)}")
        return rows_object(rows, more=touched > len(rows), counts={self.verb: touched})

    def _reason(self, matched: int) -> str:
        if not matched:
            return f"no row of {self.table_name} matches, or it is not yours to change."
        if matched > self.max_rows:
            most = f"at most {self.max_rows} may be {self.verb} at once"
            return f"{matched} rows of {self.table_name} match, and {most}. Narrow the filters."
        which = "1 row matches" if matched == 1 else f"{matched} rows match"
        return f"{which} in {self.table_name}, but not yours to change."

    @property
    def verb(self) -> str:
        return "updated" if self.takes_data else "deleted"
