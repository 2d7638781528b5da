"""The methods create and upsert: one statement that returns the rows it wrote.

A write that touches no row raises ToolInputError: it is never reported as success.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from psycopg.sql import SQL, Composed, Placeholder

from core.db import Row
from core.errors import ToolInputError
from core.tools.args_schema import ArgumentGroup, ArgumentGroups
from core.tools.crud_rows import ROW, row_object, rows_object
from core.tools.crud_where import AGENT_PARAM, standing_conditions
from core.tools.crud_writes import Assigned, Payload, Returning
from core.tools.sql_fragments import Statement, identifier, joined, rendered
from core.tools.tool_table import AGENT_COLUMN, ToolTable


@dataclass(frozen=True, kw_only=True)
class Insert:
    """create: `{"created": {...}}`, or `{"created": n, "rows": [...]}` of a list; upsert: `{"saved": {...}}`.

    `constants` are the columns that the tool itself fills in with `params`, and the agent's name.
    """

    head: SQL
    payload: Payload
    constants: tuple[Assigned, ...]
    params: Mapping[str, Any]
    conflict: "Conflict | None"
    returning: Returning

    @classmethod
    def of(cls, resolved: ToolTable, groups: ArgumentGroups) -> "Insert":
        target = identifier(resolved.table.schema, resolved.table.name)
        conflict = Conflict.of(resolved, groups.data) if resolved.config.method == "upsert" else None
        constants = [(rendered(identifier(name)), f"constant{n}") for n, name in enumerate(resolved.fixed)]
        params = {param: text for (_, param), text in zip(constants, resolved.fixed.values(), strict=True)}
        if resolved.config.apply_agent_name_context:
            constants.append((rendered(identifier(AGENT_COLUMN)), AGENT_PARAM))
        return cls(
            head=rendered(SQL("with t as (insert into {} as {}").format(target, identifier(ROW))),
            payload=Payload.of(resolved, groups.data),
            constants=tuple(constants),
            params={**params, **(conflict.params if conflict else {})},
            conflict=conflict,
            returning=Returning.of(resolved),
        )

    def statement(self, arguments: Mapping[str, Any], agent_name: str) -> Statement:
        params: dict[str, Any] = {AGENT_PARAM: agent_name, **self.params}
        data = _data(arguments)
        if isinstance(data, Mapping):
            assigned = [*(self.payload.assigned[name] for name in data), *self.constants]
            parts = [self._one(assigned)]
            parts += [self.conflict.clause([column for column, _ in assigned])] if self.conflict else []
            params |= self.payload.params(data)
        else:
            parts = [self._many(data)]
            for n, row in enumerate(data):
                params |= self.payload.params(row, f"_{n}")
        tail = SQL("{}) select {} from t").format(self.returning.clause, self.returning.record)
        return Statement(query=Composed([self.head, *parts, tail]), params=params)

    def _one(self, assigned: Sequence[Assigned]) -> Composed:
        if not assigned:
            return Composed([SQL(" default values")])
        columns = joined(", ", [column for column, _ in assigned])
        values = SQL(", ").join([Placeholder(param) for _, param in assigned])
        return SQL(" ({}) values ({})").format(columns, values)

    def _many(self, rows: Sequence[Mapping[str, Any]]) -> Composed:
        """All rows at once: what one of them leaves out becomes its column's default."""
        named = [name for name in self.payload.assigned if any(name in row for row in rows)]
        # Without any value, a column has to stand for the row.
        named = named if named or self.constants else list(self.payload.assigned)[:1]
        columns = [*(self.payload.assigned[name][0] for name in named), *(one for one, _ in self.constants)]
        tuples: list[Composed] = []
        for n, row in enumerate(rows):
            params = [f"{self.payload.assigned[name][1]}_{n}" if name in row else None for name in named]
            values = [Placeholder(param) if param else SQL("default") for param in params]
            constants = [Placeholder(param) for _, param in self.constants]
            tuples.append(SQL("({})").format(SQL(", ").join([*values, *constants])))
        return SQL(" ({}) values {}").format(joined(", ", columns), SQL(", ").join(tuples))

    def answer(self, rows: Sequence[Row], arguments: Mapping[str, Any]) -> str:
        data = _data(arguments)
        if rows and not isinstance(data, Mapping):
            swallowed = len(data) - len(rows)
            # A trigger of the table may take a row away without a word.
            left = {"not_created": swallowed} if swallowed else {}
            return rows_object(rows, counts={"created": len(rows), **left})
        if rows:
            return row_object("saved" if self.conflict else "created", rows[0])
        if self.conflict:
            raise ToolInputError("A row with these key values exists, but this tool may not change it.")
        raise ToolInputError("The database took no row: nothing was created.")


def _data(arguments: Mapping[str, Any]) -> Mapping[str, Any] | Sequence[Mapping[str, Any]]:
    return arguments.get("data") or cast("Mapping[str, Any]", {})


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """What an upsert does with the row that it finds: nothing to one that the tool may not touch."""

    head: SQL
    key: tuple[SQL, ...]
    tail: SQL
    params: Mapping[str, Any]

    @classmethod
    def of(cls, resolved: ToolTable, data: ArgumentGroup | None) -> "Conflict":
        key = resolved.conflict_key(data.names if data else ())
        columns = tuple(rendered(identifier(name)) for name in key)
        conditions, params = standing_conditions(resolved, (ROW,))
        where = SQL(" where {}").format(joined(" and ", conditions)) if conditions else SQL("")
        return cls(
            head=rendered(SQL(" on conflict ({}) do update set ").format(joined(", ", columns))),
            key=columns,
            tail=rendered(where),
            params=params,
        )

    def clause(self, columns: Sequence[SQL]) -> Composed:
        # With nothing but the key, the row is touched all the same, or it would not be returned.
        changed = [column for column in columns if column not in self.key] or self.key
        assignments = [SQL("{0} = excluded.{0}").format(column) for column in changed]
        return Composed([self.head, SQL(", ").join(assignments), self.tail])
