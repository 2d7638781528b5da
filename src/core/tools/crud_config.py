"""The `config` of a CRUDTool's row in `agent_tools`, as a value."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeAlias, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Method: TypeAlias = Literal["fetch", "count", "create", "update", "upsert", "delete"]
Operator: TypeAlias = Literal[
    "eq", "neq", "gt", "gte", "lt", "lte", "in", "like", "ilike", "is", "contains"
]  # fmt: skip

ORDER_TERM = re.compile(r"(?P<column>.+?)(?:\s+(?P<direction>asc|desc))?", re.IGNORECASE | re.DOTALL)


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
    is_descending: bool = False


def _order_terms(value: object) -> object:
    """`"due_date desc"`, or a list of such terms, as fields of OrderTerm."""
    terms = [value] if isinstance(value, str) else value
    if not isinstance(terms, list) or not terms:
        raise ValueError('must be "column", "column desc", or a list of these')
    matches = [ORDER_TERM.fullmatch(str(term).strip()) for term in cast("list[object]", terms)]
    return tuple(
        {"column": match["column"], "is_descending": (match["direction"] or "").lower() == "desc"}
        for match in matches
        if match
    )


def _operators_by_column(value: object) -> object:
    """A list of columns means: with every operator that fits the column, which None stands for."""
    return dict.fromkeys(cast("list[object]", value)) if isinstance(value, list) else value


class CRUDConfig(BaseModel):
    """What a CRUDTool does, on which table, and what the model may say about it.

    Column names may be written as the table has them or, where `field_map` renames them, as the model does.
    The model knows a column by its argument name everywhere: in arguments and in the rows that come back.

    * `columns` come back; left out = every column that can be shown.
    * `filters` maps a column to its allowed operators (None = all that fit); left out = every column of
      `columns`.
    * `fixed` goes into the payload of create and upsert, and into the filters of every other method. An
      upsert changes no row whose fixed columns hold something else.
    * `limit` rows come back when the model does not ask for a number; it may ask for up to `max_limit`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table_name: str
    method: Method
    runtime_args_schema: Mapping[str, Any] | None = None
    field_map: Mapping[str, str] = Field(default_factory=dict)
    columns: tuple[str, ...] | None = Field(default=None, min_length=1)
    filters: Annotated[
        Mapping[str, tuple[Operator, ...] | None] | None, BeforeValidator(_operators_by_column)
    ] = None
    fixed: Mapping[str, Any] = Field(default_factory=dict)
    order_by: Annotated[tuple[OrderTerm, ...] | None, BeforeValidator(_order_terms)] = None
    limit: int = Field(default=25, ge=1, strict=True)
    max_limit: int = Field(default=100, ge=1, le=1000, strict=True)
    soft_delete: SoftDelete | None = None
    apply_agent_name_context: bool = Field(default=False, strict=True)

    @model_validator(mode="after")
    def _limits_agree(self) -> Self:
        if self.limit > self.max_limit and "limit" in self.model_fields_set:
            raise ValueError(f"limit {self.limit} is more than max_limit {self.max_limit}")
        return self

    @property
    def default_limit(self) -> int:
        """Rows of a fetch that names no limit."""
        return min(self.limit, self.max_limit)
