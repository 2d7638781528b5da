"""The methods create, upsert, update and delete: each one statement that returns the rows it touched.

A write that touches no row raises ToolInputError: it is never reported as success.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from psycopg.sql import SQL, Composed, Placeholder

from core.db import Row
from core.errors import ToolInputError
from core.tools.args_schema import ArgumentGroup, ArgumentGroups
from core.tools.crud_rows import column_list, record_of, row_object, rows_object
from core.tools.crud_where import AGENT_PARAM, Where, standing_conditions
from core.tools.sql_fragments import Statement, identifier, joined, rendered
from core.tools.tool_table import AGENT_COLUMN, ToolTable

# Qualifies the row that an upsert finds, apart from the one that it was given.
UPSERT_TARGET = "present"


@dataclass(frozen=True, kw_only=True)
class Returning:
    """What follows a write, so that its rows come back as the policies show them, with their number."""

    clause: SQL
    tail: SQL

    @classmethod
    def of(cls, resolved: ToolTable, limit: int) -> "Returning":
        fields = resolved.returned_fields
        tail = SQL(") select {}, count(*) over () as touched from t limit {}").format(
            record_of(fields), limit
        )
        return cls(clause=rendered(SQL(" returning {}").format(column_list(fields))), tail=rendered(tail))

    def around(self, *parts: SQL | Composed) -> Composed:
        return Composed([SQL("with t as ("), *parts, self.clause, self.tail])


# A column, and the name of the placeholder that fills it.
Assigned: TypeAlias = tuple[SQL, str]


@dataclass(frozen=True, kw_only=True)
class Payload:
    """What each argument of `data` fills."""

    assigned: Mapping[str, Assigned]

    @classmethod
    def of(cls, resolved: ToolTable, data: ArgumentGroup | None) -> "Payload":
        names = data.names if data else ()
        columns = [rendered(identifier(resolved.field(name, "data").name)) for name in names]
        return cls(assigned={name: (columns[n], f"value{n}") for n, name in enumerate(names)})

    def assignments(self, data: Mapping[str, Any]) -> Composed:
        """`"title" = %(value0)s, ...`, or nothing."""
        pairs = [self.assigned[name] for name in data]
        return SQL(", ").join([Composed([column, SQL(" = "), Placeholder(param)]) for column, param in pairs])

    def params(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {self.assigned[name][1]: value for name, value in data.items()}


@dataclass(frozen=True, kw_only=True)
class Insert:
    """create: `{"created": {...}}`; upsert: `{"saved": {...}}`.

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
            head=rendered(SQL("insert into {} as {}").format(target, identifier(UPSERT_TARGET))),
            payload=Payload.of(resolved, groups.data),
            constants=tuple(constants),
            params={**params, **(conflict.params if conflict else {})},
            conflict=conflict,
            returning=Returning.of(resolved, limit=1),
        )

    def statement(self, arguments: Mapping[str, Any], agent_name: str) -> Statement:
        data = arguments.get("data", {})
        assigned = [*(self.payload.assigned[name] for name in data), *self.constants]
        parts = [self.head, self._values(assigned)]
        if self.conflict:
            parts.append(self.conflict.clause([column for column, _ in assigned]))
        params = {AGENT_PARAM: agent_name, **self.params, **self.payload.params(data)}
        return Statement(query=self.returning.around(*parts), params=params)

    def _values(self, assigned: Sequence[Assigned]) -> Composed:
        if not assigned:
            return Composed([SQL(" default values")])
        columns = joined(", ", [column for column, _ in assigned])
        values = SQL(", ").join([Placeholder(param) for _, param in assigned])
        return SQL(" ({}) values ({})").format(columns, values)

    def answer(self, rows: Sequence[Row], arguments: Mapping[str, Any]) -> str:
        if rows:
            return row_object("saved" if self.conflict else "created", rows[0])
        if self.conflict:
            raise ToolInputError("A row with these key values exists, but this tool may not change it.")
        raise ToolInputError("The database took no row: nothing was created.")


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
        conditions, params = standing_conditions(resolved, (UPSERT_TARGET,))
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


@dataclass(frozen=True, kw_only=True)
class Change:
    """update: `{"updated": n, "rows": [...]}`; delete: `{"deleted": n, "rows": [...]}`.

    A delete of a tool with `soft_delete` is an update that sets the one column, by `params`.
    """

    head: SQL
    payload: Payload
    params: Mapping[str, Any]
    where: Where
    returning: Returning
    takes_data: bool
    takes_filters: bool
    table_name: str

    @classmethod
    def of(cls, resolved: ToolTable, groups: ArgumentGroups) -> "Change":
        target = identifier(resolved.table.schema, resolved.table.name)
        deletion = resolved.deletion if resolved.config.method == "delete" else None
        params: dict[str, Any] = {}
        if resolved.config.method == "update":
            head = SQL("update {} set ").format(target)
        elif deletion:
            params["deletion"] = deletion.text
            column = identifier(deletion.field.name)
            head = SQL("update {} set {} = %(deletion)s").format(target, column)
        else:
            head = SQL("delete from {}").format(target)
        return cls(
            head=rendered(head),
            payload=Payload.of(resolved, groups.data),
            params=params,
            where=Where.of(resolved, groups.filters),
            returning=Returning.of(resolved, limit=resolved.config.default_limit),
            takes_data=groups.data is not None,
            takes_filters=groups.filters is not None,
            table_name=resolved.name,
        )

    def statement(self, arguments: Mapping[str, Any], agent_name: str) -> Statement:
        data, filters = arguments.get("data", {}), arguments.get("filters", {})
        if self.takes_data and not data:
            raise ToolInputError("data: name at least one column to change.")
        if self.takes_filters and not filters:
            raise ToolInputError("filters: give at least one, to say which rows you mean.")
        params = {AGENT_PARAM: agent_name, **self.params, **self.payload.params(data)}
        where = self.where.clause(filters, params)
        return Statement(
            query=self.returning.around(self.head, self.payload.assignments(data), where), params=params
        )

    def answer(self, rows: Sequence[Row], arguments: Mapping[str, Any]) -> str:
        if not rows:
            raise ToolInputError(
                f"Nothing was {self.verb}: no row of {self.table_name} matches, or it is not yours to change."
            )
        touched = rows[0]["touched"]
        return rows_object(rows, more=touched > len(rows), **{self.verb: touched})

    @property
    def verb(self) -> str:
        return "updated" if self.takes_data else "deleted"
