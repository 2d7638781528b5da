"""Which tables a tool may be made for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from core.agents.directory import read_agent
from core.db import Pool, database_errors, fetch_one
from core.errors import NotPermitted
from core.tools.definition import Write
from core.types import User


@dataclass(frozen=True, kw_only=True)
class ToolColumn:
    """A column that users may read. `is_generated`: the database alone decides it, the user's id included.

    `enum_values` are the only ones that it takes; None when there is no list.
    """

    name: str
    type: str
    comment: str | None
    is_required: bool
    is_generated: bool
    enum_values: tuple[str, ...] | None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        values = row["enum_values"]
        return cls(
            name=row["name"],
            type=row["type"],
            comment=row["comment"],
            is_required=row["is_required"],
            is_generated=row["is_generated"],
            enum_values=tuple(values) if values else None,
        )


@dataclass(frozen=True, kw_only=True)
class ToolTable:
    """A table or view; `writes` are those of insert, update and delete that it takes at all."""

    name: str
    comment: str | None
    columns: tuple[ToolColumn, ...]
    writes: tuple[Write, ...]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """From the JSON of private.describe_table()."""
        return cls(
            name=row["name"],
            comment=row["comment"],
            columns=tuple(ToolColumn.from_row(column) for column in row["columns"]),
            writes=tuple(row["writes"]),
        )


async def list_tables(pool: Pool, user: User, agent_name: str) -> tuple[ToolTable, ...]:
    """The tables that a tool of this agent may work on, by name.

    Raises AgentNotFound, NotPermitted (for whoever may not change the agent) or DatabaseUnavailable.
    """
    _, content = await read_agent(pool, user, agent_name)
    if content is None:
        raise NotPermitted
    with database_errors():
        row = await fetch_one(pool, "select private.list_tables() as tables", {})
    return tuple(ToolTable.from_row(table) for table in row["tables"]) if row else ()
