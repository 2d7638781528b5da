"""A row of `agent_tools` as a frozen value, and the table or function it works on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal, Self, TypeAlias
from uuid import UUID

from core.types import Approval

Write: TypeAlias = Literal["insert", "update", "delete"]


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
    A view has none. `writes` is what the table, or the query of the view, can take.
    """

    schema: str
    name: str
    comment: str | None
    columns: tuple[Column, ...]
    unique_keys: tuple[tuple[str, ...], ...]
    primary_key: tuple[str, ...] = ()
    writes: tuple[Write, ...] = ("insert", "update", "delete")

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            schema=row["schema"],
            name=row["name"],
            comment=row["comment"],
            columns=tuple(Column.from_row(column) for column in row["columns"]),
            unique_keys=tuple(tuple(key) for key in row["unique_keys"]),
            primary_key=tuple(row["primary_key"]),
            writes=tuple(row["writes"]),
        )

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function that a tool calls.

    An argument is described like a column: `is_required` is one without a default. `returns` is the name of
    the SQL type; `columns` are those of each row that it returns, none for single values. An `is_definer`
    function works with its owner's rights.
    """

    schema: str
    name: str
    comment: str | None
    arguments: tuple[Column, ...]
    returns: str
    returns_set: bool
    columns: tuple[Column, ...]
    volatility: Literal["immutable", "stable", "volatile"]
    is_definer: bool

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """From private.describe_function()'s JSON."""
        values: dict[str, Any] = dict(row)
        for name in ("arguments", "columns"):
            values[name] = tuple(Column.from_row(column) for column in row[name])
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class AskedAgent:
    """An agent that a tool hands tasks to, as far as it concerns who asks."""

    agent_name: str
    display_name: str | None
    description: str | None


@dataclass(frozen=True, kw_only=True)
class ToolDefinition:
    """A row of `agent_tools`.

    `table`, `function` and `agent` are None when the tool names none, or one that is gone. `related` is what
    entries of `columns` that reach into other tables stand for (private.describe_related). `is_private` is a
    tool of an agent that a user owns, who decides what the row says.
    """

    id: UUID
    name: str
    type: str
    description: str
    config: Mapping[str, Any]
    approval: Approval
    table: Table | None
    function: Function | None = None
    agent: AskedAgent | None = None
    related: Mapping[str, Any] = field(default_factory=dict[str, Any])
    is_private: bool = False

    @cached_property
    def content_hash(self) -> str:
        """16 hex digits that differ as soon as what the row says does."""
        content = [self.name, self.type, self.description, dict(self.config), self.approval]
        return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """From an element of `tools` of private.load_agent()."""
        return cls(
            id=UUID(row["id"]),
            name=row["name"],
            type=row["type"],
            description=row["description"],
            config=row["config"],
            approval=row["approval"],
            table=Table.from_row(row["table"]) if row["table"] else None,
            function=Function.from_row(row["function"]) if row["function"] else None,
            agent=AskedAgent(**row["agent"]) if row["agent"] else None,
            related=row["related"],
            is_private=row["is_private"],
        )
