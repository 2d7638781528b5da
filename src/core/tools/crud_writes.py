"""What create, upsert, update and delete share: the values that they write, and the rows that come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from psycopg.sql import SQL, Composed, Placeholder

from core.tools.args_schema import ArgumentGroup
from core.tools.crud_rows import column_list, record_of
from core.tools.sql_fragments import identifier, rendered
from core.tools.tool_table import ToolTable


@dataclass(frozen=True, kw_only=True)
class Returning:
    """What follows a write `t`, so that its rows come back as the policies show them.

    `clause` belongs to the write, `record` to the select around it.
    """

    clause: SQL
    record: SQL

    @classmethod
    def of(cls, resolved: ToolTable) -> "Returning":
        clause = SQL(" returning {}").format(column_list(resolved.returned))
        return cls(clause=rendered(clause), record=record_of(resolved.returned))


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

    def params(self, data: Mapping[str, Any], suffix: str = "") -> dict[str, Any]:
        return {self.assigned[name][1] + suffix: value for name, value in data.items()}
