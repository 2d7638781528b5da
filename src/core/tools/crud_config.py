"""The `config` of a CRUDTool's row in `agent_tools`, as a value."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeAlias, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Method: TypeAlias = Literal["fetch", "count", "aggregate", "create", "update", "upsert", "delete"]
Operator: TypeAlias = Literal[
    "eq", "neq", "gt", "gte", "lt", "lte", "in", "like", "ilike", "is", "contains"
]  # fmt: skip
Calculation: TypeAlias = Literal["count", "sum", "avg", "min", "max"]

ORDER_TERM = re.compile(r"(?P<column>.+?)(?:\s+(?P<direction>asc|desc))?", re.IGNORECASE | re.DOTALL)
ORDER_HINT = 'must be "column", "column desc", a list of these, or {"default": ..., "choices": [...]}'

# Rows of one update or delete where the row says nothing: as many as one fetch can show.
USUAL_MAX_ROWS = 100


class SoftDelete(BaseModel):
    """`delete` sets `column` to `value`; every other method leaves out rows where it already is.

    `value` may be "now" for a date or timestamp column: a row is then deleted once the column is not null.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    value: Any


class OrderTerm(BaseModel):
    """One column to sort by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    # None leaves it to the default, which is ascending, or to the model.
    direction: Literal["asc", "desc"] | None = None

    @classmethod
    def read(cls, text: str) -> Self | None:
        """`due_date` or `due_date desc`; None for an empty text."""
        match = ORDER_TERM.fullmatch(text.strip())
        if match is None:
            return None
        said = (match["direction"] or "").lower()
        return cls(column=match["column"], direction=cast("Literal['asc', 'desc']", said) if said else None)

    @property
    def is_descending(self) -> bool:
        return self.direction == "desc"

    @property
    def ways(self) -> "tuple[OrderTerm, ...]":
        """The term itself, or both directions where it names none."""
        if self.direction:
            return (self,)
        return (self, OrderTerm(column=self.column, direction="desc"))

    def named(self, argument: str) -> str:
        """As a model says it."""
        return f"{argument} desc" if self.is_descending else argument


def _order_terms(value: object) -> tuple[OrderTerm, ...]:
    """`"due_date desc"`, or a list of such terms; a tuple of terms is read already."""
    if isinstance(value, tuple):
        return cast("tuple[OrderTerm, ...]", value)
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed:
        raise ValueError(ORDER_HINT)
    terms = [OrderTerm.read(term) if isinstance(term, str) else None for term in cast("list[object]", listed)]
    if None in terms:
        raise ValueError(ORDER_HINT)
    return tuple(term for term in terms if term)


# What a row writes is told by the schema, not what it is read as.
OrderTerms: TypeAlias = Annotated[
    tuple[OrderTerm, ...], BeforeValidator(_order_terms, json_schema_input_type=str | list[str])
]


class OrderBy(BaseModel):
    """The order of rows: `default` where the model does not choose one of `choices`.

    A choice without a direction offers the model both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    default: OrderTerms = ()
    choices: OrderTerms = ()


def _order_by(value: object) -> object:
    if isinstance(value, dict | OrderBy):
        return cast("object", value)
    return {"default": _order_terms(value)}


def _operators_by_column(value: object) -> object:
    """A list of columns means: with every operator that fits the column, which None stands for."""
    return dict.fromkeys(cast("list[object]", value)) if isinstance(value, list) else value


OperatorsByColumn: TypeAlias = Mapping[str, tuple[Operator, ...] | None]
ListedColumns = BeforeValidator(_operators_by_column, json_schema_input_type=list[str] | OperatorsByColumn)


class Aggregate(BaseModel):
    """One value calculated over rows: `{"fn": "sum", "column": "amount"}`; `count` needs no column."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fn: Calculation
    column: str | None = None

    @model_validator(mode="after")
    def _has_a_column(self) -> Self:
        if self.column is None and (self.fn != "count" or "column" in self.model_fields_set):
            raise ValueError(f"{self.fn} needs a column")
        return self


class CRUDConfig(BaseModel):
    """What a CRUDTool does, on which table, and what the model may say about it.

    Column names may be written as the table has them or, where `field_map` renames them, as the model does.
    The model knows a column by its argument name everywhere: in arguments and in the rows that come back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table_name: str = Field(description="The table or view of schema public that the tool works on.")
    method: Method = Field(description="What it does there.")
    runtime_args_schema: Mapping[str, Any] | None = Field(
        default=None, description="What the model may pass; left out, it is derived from the table."
    )
    field_map: Mapping[str, str] = Field(
        default_factory=dict, description="Argument name -> column, for columns the model knows otherwise."
    )
    columns: tuple[str, ...] | None = Field(
        default=None,
        min_length=1,
        description="What comes back, related rows as project(title, owner:profiles(name)) included; "
        "left out, every column that users may read and a model can use.",
    )
    filters: Annotated[OperatorsByColumn | None, ListedColumns] = Field(
        default=None,
        description="Column -> operators that the model may filter by, or a list of columns; left out, "
        "every column that comes back, with every operator that fits.",
    )
    fixed: Mapping[str, Any] = Field(
        default_factory=dict,
        description="Constants that the model cannot change: in the payload of create and upsert, in the "
        "filters of the rest. An upsert changes no row whose fixed columns hold something else.",
    )
    aggregates: Mapping[str, Aggregate] | None = Field(
        default=None,
        min_length=1,
        description="For aggregate, name -> {fn, column}; left out, the model chooses from what fits.",
    )
    group_by: tuple[str, ...] | None = Field(
        default=None,
        min_length=1,
        description="For aggregate, the columns to group by; left out beside aggregates, one row for all; "
        "left out alone, the model chooses.",
    )
    order_by: Annotated[
        OrderBy | None, BeforeValidator(_order_by, json_schema_input_type=str | list[str] | OrderBy)
    ] = Field(
        default=None,
        description='"column", "column desc", a list of these, or {"default": ..., "choices": [...]} to let '
        "the model choose; left out, newest first.",
    )
    limit: int = Field(
        default=25, ge=1, strict=True, description="Rows that come back when the model names no number."
    )
    max_limit: int = Field(default=100, ge=1, le=1000, strict=True, description="The most it may ask for.")
    max_rows: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        strict=True,
        description="The most rows that one call may write: more matches of an update or delete than that "
        "(100 when left out) and nothing is changed; above 1, a create takes a list.",
    )
    soft_delete: SoftDelete | None = Field(
        default=None, description="{column, value}: delete becomes an update, and such rows are left out."
    )
    apply_agent_name_context: bool = Field(
        default=False, strict=True, description="The agent's name goes into filters and payload (agent_name)."
    )
    untrusted: bool = Field(
        default=False,
        strict=True,
        description="Whether what comes back may be somebody else's words: rows that other people write.",
    )

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, values: object) -> object:
        if isinstance(values, dict):
            for key, value in cast("dict[object, object]", values).items():
                if value is None:
                    raise ValueError(f"{key} must not be null; leave it out")
        return cast("object", values)

    @model_validator(mode="after")
    def _keys_agree(self) -> Self:
        if self.limit > self.max_limit and "limit" in self.model_fields_set:
            raise ValueError(f"limit {self.limit} is more than max_limit {self.max_limit}")
        if self.method != "aggregate" and (self.aggregates or self.group_by):
            raise ValueError(f"aggregates and group_by are for the method aggregate, not for {self.method}")
        if self.max_rows is not None and self.method not in ("create", "update", "delete"):
            raise ValueError(f"max_rows is for create, update and delete, not for {self.method}")
        if self.soft_delete and self.method == "create":
            raise ValueError("soft_delete is not for create, which neither finds nor deletes rows")
        return self

    @property
    def default_limit(self) -> int:
        """Rows of a fetch that names no limit."""
        return min(self.limit, self.max_limit)
