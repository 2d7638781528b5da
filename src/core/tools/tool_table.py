"""The table of one tool, under the names that its model knows the columns by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeAlias

from core.tools.column_kinds import Kind, kind_of
from core.tools.crud_config import CRUDConfig, Method, Operator, OrderTerm
from core.tools.crud_related import Related
from core.tools.definition import Column, Table, Write

# The policies and the column's default say whose a row is; the model is never asked.
USER_COLUMN = "user_id"
AGENT_COLUMN = "agent_name"
# A table may say of each row whether it holds somebody else's words.
UNTRUSTED_COLUMN = "is_untrusted"
# Kept by defaults and triggers. A tool may still declare them in its `runtime_args_schema`.
TIMESTAMP_COLUMNS = frozenset({"created_at", "updated_at"})

WRITES: Mapping[Method, tuple[Write, ...]] = MappingProxyType(
    {"create": ("insert",), "update": ("update",), "upsert": ("insert", "update"), "delete": ("delete",)}
)


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column that a model can use, and the argument it is known by."""

    argument: str
    column: Column
    kind: Kind

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def usual_operators(self) -> tuple[Operator, ...]:
        """What fits the column when its author names no operators."""
        return tuple(op for op in self.kind.usual_operators if op != "is" or not self.column.is_required)

    def parse(self, value: object) -> str | None:
        """The text of a JSON value, or None for SQL's NULL; ValueError when it does not fit."""
        if value is None:
            if self.column.is_required:
                raise ValueError("must not be null")
            return None
        return self.kind.parse(value)


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """A column to sort by."""

    column: Column
    is_descending: bool


# What comes back under one name: a column, or related rows.
Returned: TypeAlias = Field | Related


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """A `soft_delete`, resolved: `text` is what the column becomes. A moment is any time but null."""

    field: Field
    text: str | None
    is_moment: bool


@dataclass(frozen=True, kw_only=True)
class ToolTable:
    """What `config` says about `table`, with every name resolved.

    `fixed` and the agent's and the user's columns are not in `payload_fields` or `filter_fields`: no argument
    can name them. All methods raise ValueError, with a sentence for the author of the row.
    """

    table: Table
    config: CRUDConfig
    fields: Mapping[str, Field]
    related: Mapping[str, Related]

    @classmethod
    def of(
        cls, table: Table, config: CRUDConfig, related: Mapping[str, Any] = MappingProxyType({})
    ) -> "ToolTable":
        """`related` is a row's ToolDefinition.related."""
        resolved = cls(
            table=table,
            config=config,
            fields=_fields_by_argument(table, config.field_map),
            related={entry: Related.from_row(row) for entry, row in related.items()},
        )
        resolved._check_names()
        return resolved

    def _check_names(self) -> None:
        if self.config.apply_agent_name_context and not self.table.column(AGENT_COLUMN):
            raise ValueError(
                f"apply_agent_name_context needs a column {AGENT_COLUMN}, which {self.name} has not"
            )
        for where, keys in (("filters", self.config.filters or {}), ("fixed", self.config.fixed)):
            for key in keys:
                if self.is_user_column(self.field(key, where).column):
                    raise ValueError(
                        f"{where} names {key}, the user's own id: policies decide that, not a tool"
                    )
        self._check_writes()
        # Each raises for what it cannot resolve, now rather than in the middle of a turn.
        _refuse_twice("columns", [one.argument for one in self.returned])
        _ = self.fixed, self.deletion, self.filter_fields
        if self.config.method != "aggregate":
            _ = self.default_order, self.order_choices

    def _check_writes(self) -> None:
        method = self.config.method
        needed = ("update",) if method == "delete" and self.config.soft_delete else WRITES.get(method, ())
        if not set(needed) <= set(self.table.writes):
            raise ValueError(f"no tool can {method} in {self.name}: the view is not updatable")

    @property
    def name(self) -> str:
        return self.table.name

    def field(self, key: str, where: str) -> Field:
        """The field of an argument's or a column's name; `where` is the config key that names it."""
        found = self.fields.get(key) or next((f for f in self.fields.values() if f.name == key), None)
        if found:
            return found
        hidden = self.table.column(key)
        if hidden:
            raise ValueError(f"{where} names {key}, which no model can use here ({hidden.type})")
        known = ", ".join(self.fields)
        raise ValueError(f"{where} names {key}, which {self.name} does not have. It has {known}")

    @cached_property
    def fixed(self) -> Mapping[str, str | None]:
        """The texts of the fixed values by column name."""
        fields = [(self.field(key, "fixed"), value) for key, value in self.config.fixed.items()]
        return {field.name: _constant(field, "fixed", value) for field, value in fields}

    @cached_property
    def deletion(self) -> Deletion | None:
        said = self.config.soft_delete
        if said is None:
            return None
        field = self.field(said.column, "soft_delete")
        if said.value == "now" and field.kind.family in ("date", "datetime"):
            return Deletion(field=field, text="now", is_moment=True)
        return Deletion(field=field, text=_constant(field, "soft_delete", said.value), is_moment=False)

    @cached_property
    def returned(self) -> tuple[Returned, ...]:
        """What comes back, in the order of `columns` or of the table."""
        if self.config.columns is None:
            return tuple(self.fields.values())
        return tuple(self.related.get(key) or self.field(key, "columns") for key in self.config.columns)

    @property
    def returned_fields(self) -> tuple[Field, ...]:
        """The table's own columns of those."""
        return tuple(one for one in self.returned if isinstance(one, Field))

    @property
    def default_order(self) -> tuple[Ordered, ...]:
        """As the tool's row says; else newest first: by `created_at`, or by the primary key."""
        said = self.config.order_by.default if self.config.order_by else ()
        if said:
            return tuple(self.ordered(term) for term in said)
        newest = self.table.column("created_at")
        keys = self.table.unique_keys[:1]
        columns = [newest] if newest else [self.table.column(name) for key in keys for name in key]
        return tuple(Ordered(column=column, is_descending=True) for column in columns if column)

    @property
    def order_choices(self) -> Mapping[str, Ordered]:
        """What the model may order by, as it says so: `due_date`, `due_date desc`."""
        said = self.config.order_by.choices if self.config.order_by else ()
        ways = [way for term in said for way in term.ways]
        return {way.named(self.field(way.column, "order_by").argument): self.ordered(way) for way in ways}

    def ordered(self, term: OrderTerm) -> Ordered:
        field = self.field(term.column, "order_by")
        if not field.kind.is_comparable:
            raise ValueError(f"order_by names {field.argument}, but {field.column.type} has no order")
        return Ordered(column=field.column, is_descending=term.is_descending)

    @property
    def payload_fields(self) -> tuple[Field, ...]:
        """What a derived `data` offers: nothing that the database or the tool itself fills in."""
        return tuple(field for field in self.fields.values() if self._is_payload(field))

    @property
    def filter_fields(self) -> Mapping[str, tuple[Field, tuple[Operator, ...]]]:
        """What the model may filter by, and the operators, by argument name."""
        named = self.config.filters
        if named is None:
            named = {
                field.argument: None for field in self.returned_fields if not self._is_deletion_mark(field)
            }
        fields = [(self.field(key, "filters"), operators) for key, operators in named.items()]
        fitting = [(field, self._operators(field, operators)) for field, operators in fields]
        return {field.argument: (field, operators) for field, operators in fitting if not self.is_kept(field)}

    def is_kept(self, field: Field) -> bool:
        """Whether the tool or the policies decide about the column, so that no argument may."""
        is_agent = self.config.apply_agent_name_context and field.name == AGENT_COLUMN
        return field.name in self.fixed or is_agent or self.is_user_column(field.column)

    def is_user_column(self, column: Column) -> bool:
        """A column that holds the user's id: by its name, or because `default auth.uid()` fills it in."""
        is_key = any(column.name in key for key in self.table.unique_keys[:1])
        return column.name == USER_COLUMN or (column.is_generated and column.type == "uuid" and not is_key)

    def _is_deletion_mark(self, field: Field) -> bool:
        """A column that says nothing but whether the row is deleted (a status says more)."""
        marks = self.deletion is not None and self.deletion.field is field
        return marks and field.kind.family in ("boolean", "date", "datetime")

    def _is_payload(self, field: Field) -> bool:
        column = field.column
        is_key = column.has_default and (column.name,) in self.table.unique_keys[:1]
        if column.is_generated or column.name in TIMESTAMP_COLUMNS or self.is_kept(field):
            return False
        if self._is_deletion_mark(field):
            return False
        return not is_key or (self.config.method == "upsert" and not self._has_natural_key(column.name))

    def _has_natural_key(self, primary: str) -> bool:
        """Whether a row can be told by something better than its generated primary key."""
        return any(
            primary not in key and all(self._is_suppliable(name) for name in key)
            for key in self.table.unique_keys
        )

    def _is_suppliable(self, column_name: str) -> bool:
        columns = (field.column for field in self.fields.values() if field.name == column_name)
        return any(self.is_user_column(column) or not column.is_generated for column in columns)

    def conflict_key(self, arguments: Iterable[str]) -> tuple[str, ...]:
        """The unique key by which an upsert with these arguments finds its row.

        It is the first whose columns all get a value; one that the model chooses goes before a generated one.
        """
        given = {self.field(name, "data").name for name in arguments} | self.fixed.keys()
        given |= {AGENT_COLUMN} if self.config.apply_agent_name_context else set()
        given |= {column.name for column in self.table.columns if self.is_user_column(column)}
        fitting = [key for key in self.table.unique_keys if given.issuperset(key)]
        if not fitting:
            raise ValueError(f"an upsert needs a unique key of {self.name} among its arguments")
        return next((key for key in fitting if not all(map(self._has_default, key))), fitting[0])

    def _has_default(self, column_name: str) -> bool:
        column = self.table.column(column_name)
        return column is not None and column.has_default

    def _operators(self, field: Field, named: tuple[Operator, ...] | None) -> tuple[Operator, ...]:
        fitting = field.kind.operators
        if named is None:
            return field.usual_operators
        if not named:
            raise ValueError(f"filters allow no operator on {field.argument}")
        for operator in named:
            if operator not in fitting:
                known = f"for {field.column.type} there are only {', '.join(fitting)}"
                raise ValueError(f"filters allow {operator} on {field.argument}, but {known}")
        return named


def _refuse_twice(where: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{where} names {name} twice")


def _constant(field: Field, where: str, value: object) -> str | None:
    try:
        return None if value is None else field.kind.parse(value)
    except ValueError as exc:
        raise ValueError(f"the value of {where} for {field.argument} {exc}") from exc


def _fields_by_argument(table: Table, field_map: Mapping[str, str]) -> dict[str, Field]:
    """Every usable column by argument name. A column whose own name `field_map` gives away is hidden."""
    arguments: dict[str, str] = {}
    for argument, column_name in field_map.items():
        if not table.column(column_name):
            raise ValueError(f"field_map maps {argument} to {column_name}, which {table.name} does not have")
        if column_name in arguments:
            raise ValueError(f"field_map maps two arguments to {column_name}")
        arguments[column_name] = argument
    fields: dict[str, Field] = {}
    for column in table.columns:
        argument = arguments.get(column.name, column.name)
        kind = kind_of(column)
        if kind and (column.name in arguments or argument not in field_map):
            fields[argument] = Field(argument=argument, column=column, kind=kind)
    return fields
