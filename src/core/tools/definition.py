"""A row of `agent_tools` as a frozen value, and the table it works on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from core.types import Approval


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table, as the catalog describes it.

    `type` is the SQL type's name (`text`, `timestamp with time zone`, `integer[]`, an enum's name);
    `enum_values` are the labels of an enum, or the values that a check of the form `column in (...)` allows.
    """

    name: str
    type: str
    is_required: bool
    has_default: bool
    is_generated: bool
    comment: str | None
    enum_values: tuple[str, ...] | None = None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        values: dict[str, Any] = dict(row)
        values["enum_values"] = tuple(row["enum_values"]) if row["enum_values"] else None
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table or view that a tool works on.

    `unique_keys` are the column sets that an upsert may use; the primary key comes first, if there is one.
    """

    schema: str
    name: str
    comment: str | None
    columns: tuple[Column, ...]
    unique_keys: tuple[tuple[str, ...], ...]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            schema=row["schema"],
            name=row["name"],
            comment=row["comment"],
            columns=tuple(Column.from_row(column) for column in row["columns"]),
            unique_keys=tuple(tuple(key) for key in row["unique_keys"]),
        )

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, kw_only=True)
class ToolDefinition:
    """A row of `agent_tools`. `table` is None when the tool names no table, or one that is gone."""

    id: UUID
    name: str
    type: str
    description: str
    config: Mapping[str, Any]
    approval: Approval
    table: Table | None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """From an element of `tools` of private.load_agent(); `table` is private.describe_table()'s JSON."""
        return cls(
            id=UUID(row["id"]),
            name=row["name"],
            type=row["type"],
            description=row["description"],
            config=row["config"],
            approval=row["approval"],
            table=Table.from_row(row["table"]) if row["table"] else None,
        )
