"""The arguments of a CRUDTool as a Pydantic model, and as the JSON Schema that a language model reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Self, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StrictInt,
    create_model,
    model_validator,
)
from pydantic import Field as PydanticField
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from core.tools.crud_config import Method

CHANGES_BY_FILTER: tuple[Method, ...] = ("update", "delete")


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One property of `data` or `filters`. `parse` raises ValueError with the rest of a sentence.

    `default` holds the parsed default in a tuple, or nothing.
    """

    name: str
    schema: Mapping[str, Any]
    parse: Callable[[object], object]
    is_required: bool = False
    default: tuple[object, ...] = ()

    @classmethod
    def of(
        cls,
        name: str,
        schema: Mapping[str, Any],
        parse: Callable[[object], object],
        *,
        description: str | None,
        is_required: bool,
        default: tuple[object, ...],
    ) -> Self:
        """With its description in the schema, and `default` (a JSON value in a tuple, or nothing) parsed."""
        described = {**schema, "description": description} if description else schema
        try:
            parsed = tuple(parse(value) for value in default)
        except ValueError as exc:
            raise ValueError(f"the default of {name} {exc}") from exc
        return cls(name=name, schema=described, parse=parse, is_required=is_required, default=parsed)


@dataclass(frozen=True, kw_only=True, eq=False)
class ArgumentGroup:
    """`data` or `filters`: an object with these arguments and no others, as Pydantic metadata."""

    arguments: tuple[Argument, ...]
    description: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(argument.name for argument in self.arguments)

    @property
    def defaults(self) -> dict[str, Any]:
        return {argument.name: argument.default[0] for argument in self.arguments if argument.default}

    @property
    def has_required(self) -> bool:
        return any(argument.is_required for argument in self.arguments)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.typed_dict_schema(
            {argument.name: _typed_dict_field(argument) for argument in self.arguments},
            extra_behavior="forbid",
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        required = [argument.name for argument in self.arguments if argument.is_required]
        return {
            "type": "object",
            "description": self.description,
            "properties": {argument.name: dict(argument.schema) for argument in self.arguments},
            **({"required": required} if required else {}),
        }


def _typed_dict_field(argument: Argument) -> core_schema.TypedDictField:
    schema: CoreSchema = core_schema.no_info_plain_validator_function(argument.parse)
    if argument.default:
        schema = core_schema.with_default_schema(schema, default=argument.default[0])
    return core_schema.typed_dict_field(schema, required=argument.is_required)


@dataclass(frozen=True, kw_only=True, eq=False)
class RowList:
    """`data` as a list of up to `max_rows` groups, as Pydantic metadata; one group is a list of one."""

    group: ArgumentGroup
    max_rows: int

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        rows = core_schema.list_schema(
            self.group.__get_pydantic_core_schema__(source, handler), min_length=1, max_length=self.max_rows
        )
        return core_schema.no_info_before_validator_function(_as_list, rows)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        row = self.group.__get_pydantic_json_schema__(schema, handler)
        description = (
            f"{row.pop('description')} Up to {self.max_rows} rows at once: all are written, or none."
        )
        return {"type": "array", "description": description, "items": row, "maxItems": self.max_rows}


def _as_list(value: object) -> object:
    return [cast("object", value)] if isinstance(value, dict) else value


@dataclass(frozen=True, kw_only=True, eq=False)
class Option:
    """An argument beside `data` and `filters` that may be left out, as Pydantic metadata.

    `parse` raises ValueError with the rest of a sentence.
    """

    schema: Mapping[str, Any]
    parse: Callable[[object], object]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return dict(self.schema)


@dataclass(frozen=True, kw_only=True)
class ArgumentGroups:
    """The arguments of one tool: a group is None where its method takes none.

    `max_rows` above 1 makes `data` a list; `options` are the other arguments by name.
    """

    data: ArgumentGroup | None
    filters: ArgumentGroup | None
    max_limit: int | None
    default_limit: int
    max_rows: int = 1
    options: Mapping[str, Option] = field(default_factory=dict[str, Option])

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments at the top."""
        offered = {"data": self.data, "filters": self.filters, "limit": self.max_limit}
        return (*(name for name, value in offered.items() if value), *self.options)


class Arguments(BaseModel):
    """The base of every tool's arguments: nothing unknown; a null at the top means nothing to say there."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        members = cast("dict[object, object]", values)
        return {key: value for key, value in members.items() if value is not None}


def build_args_schema(name: str, groups: ArgumentGroups, method: Method) -> type[BaseModel]:
    """The model named `name`, with fields `data`, `filters`, `limit` and options where the groups have them.

    Values of `data` come out as texts for Postgres (None = NULL), values of `filters` as tuples of
    (operator, text); both hold only what was given or has a default. Options are None when left out.
    """
    fields: dict[str, tuple[Any, Any]] = {}
    if groups.data:
        is_needed = groups.data.has_required or (method == "update" and not groups.data.defaults)
        fields["data"] = _group_field(groups.data, is_required=is_needed)
        if groups.max_rows > 1:
            rows = RowList(group=groups.data, max_rows=groups.max_rows)
            fields["data"] = (Annotated[list[dict[str, Any]], rows], ...)
    if groups.filters:
        is_needed = method in CHANGES_BY_FILTER and not groups.filters.defaults
        fields["filters"] = _group_field(groups.filters, is_required=is_needed or groups.filters.has_required)
    if groups.max_limit:
        limit = PydanticField(ge=1, le=groups.max_limit, description="How many rows at most.")
        fields["limit"] = (Annotated[StrictInt, limit], groups.default_limit)
    for option, said in groups.options.items():
        # A factory, since a default would be told to the model.
        fields[option] = (Annotated[Any, said], PydanticField(default_factory=lambda: None))
    build: Any = create_model
    return build(name, __base__=Arguments, **fields)


def _group_field(group: ArgumentGroup, *, is_required: bool) -> tuple[Any, Any]:
    annotation = Annotated[dict[str, Any], group]
    return (annotation, ... if is_required else PydanticField(default_factory=lambda: group.defaults))
