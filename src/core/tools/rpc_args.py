"""The arguments of an RPCTool: derived from its function's signature, or declared by its row."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, StrictInt, create_model
from pydantic import Field as PydanticField
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from core.tools.args_schema import Argument, Arguments
from core.tools.column_kinds import kind_of
from core.tools.declared_args import DeclaredArgument, Group, read_flat
from core.tools.declared_kinds import declared_kind
from core.tools.definition import Function
from core.tools.rpc_config import RPCConfig
from core.tools.tool_table import Field

# What the tool-calling APIs of model providers accept.
ARGUMENT_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
LIMIT = "limit"


@dataclass(frozen=True, kw_only=True, eq=False)
class Offered:
    """An argument that the model may pass, as Pydantic metadata, and what it fills.

    `key` names it in the validated arguments and in the statement: what the model calls it may be a word that
    Python or Pydantic has another use for.
    """

    key: str
    field: Field
    argument: Argument

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.argument.parse)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return dict(self.argument.schema)


@dataclass(frozen=True, kw_only=True)
class RPCArguments:
    """What each call passes: `offered` by the model, and the texts of the constants by argument field."""

    offered: tuple[Offered, ...]
    fixed: tuple[tuple[Field, str | None], ...]
    has_limit: bool

    @classmethod
    def of(cls, function: Function, config: RPCConfig) -> "RPCArguments":
        """ValueError, with the rest of a sentence for the row's author, when the two do not fit."""
        fields = _fields(function, config.field_map)
        fixed = [(_field(fields, name, "fixed"), value) for name, value in config.fixed.items()]
        kept = [field.argument for field, _ in fixed]
        declared = _declared(fields, kept, config)
        offered = [_offered(n, fields, name, kept, *declared[name]) for n, name in enumerate(declared)]
        _require_all(
            function, kept=[field.name for field, _ in fixed], offered=[one.field.name for one in offered]
        )
        return cls(
            offered=tuple(offered),
            fixed=tuple((field, _constant(field, value)) for field, value in fixed),
            # A function that has a limit of its own knows better what it counts.
            has_limit=function.returns_set and LIMIT not in declared,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """What the model calls them."""
        return (*(one.argument.name for one in self.offered), *([LIMIT] if self.has_limit else []))

    def schema(self, name: str, config: RPCConfig) -> type[BaseModel]:
        """The model of the arguments; values come out as texts for Postgres, None for one not given."""
        fields: dict[str, tuple[Any, Any]] = {one.key: _model_field(one) for one in self.offered}
        if self.has_limit:
            limit = PydanticField(ge=1, le=config.max_limit, description="How many rows at most.")
            fields[LIMIT] = (Annotated[StrictInt, limit], config.default_limit)
        build: Any = create_model
        return build(name, __base__=Arguments, **fields)


def _model_field(offered: Offered) -> tuple[Any, Any]:
    argument = offered.argument
    annotation = Annotated[Any, offered]
    if argument.is_required:
        return (annotation, PydanticField(alias=argument.name))
    value = argument.default[0] if argument.default else None
    # A factory keeps the default, a text for Postgres, out of the schema that the model reads.
    return (annotation, PydanticField(alias=argument.name, default_factory=lambda: value))


def _fields(function: Function, field_map: Mapping[str, str]) -> dict[str, Field]:
    """Every argument that a model can pass, by its name for the model."""
    names = {argument.name for argument in function.arguments}
    for name in field_map.values():
        if name not in names:
            raise ValueError(f"field_map names {name}, which {function.name} does not take")
    renamed = {name: argument for argument, name in field_map.items()}
    fields: dict[str, Field] = {}
    for argument in function.arguments:
        kind, name = kind_of(argument), renamed.get(argument.name, argument.name)
        if name in fields:
            raise ValueError(f"two arguments of {function.name} would be called {name}")
        if kind:
            fields[name] = Field(argument=name, column=argument, kind=kind)
    return fields


def _field(fields: Mapping[str, Field], key: str, where: str) -> Field:
    found = fields.get(key) or next((field for field in fields.values() if field.name == key), None)
    if found is None:
        raise ValueError(f"{where} names {key}. The function takes {', '.join(fields) or 'no arguments'}")
    return found


def _declared(fields: Mapping[str, Field], kept: list[str], config: RPCConfig) -> Group:
    if config.runtime_args_schema is not None:
        return read_flat(config.runtime_args_schema)
    return {name: (DeclaredArgument(), None) for name in fields if name not in kept}


def _offered(
    number: int,
    fields: Mapping[str, Field],
    name: str,
    kept: list[str],
    declared: DeclaredArgument,
    is_required: bool | None,
) -> Offered:
    field = _field(fields, name, "runtime_args_schema")
    if field.argument in kept:
        raise ValueError(f"runtime_args_schema names {name}, which the tool itself decides")
    if not ARGUMENT_NAME.fullmatch(field.argument):
        raise ValueError(f"no model can pass an argument called {field.argument}: rename it by field_map")
    kind = declared_kind(field, declared)
    argument = Argument.of(
        field.argument,
        kind.schema,
        kind.parse,
        description=declared.description or field.column.comment,
        is_required=not declared.has_default and (field.column.is_required or bool(is_required)),
        default=(declared.default,) if declared.has_default else (),
    )
    return Offered(key=f"argument{number}", field=field, argument=argument)


def _require_all(function: Function, *, kept: list[str], offered: list[str]) -> None:
    for argument in function.arguments:
        if argument.is_required and argument.name not in (*kept, *offered):
            raise ValueError(
                f"{function.name} needs {argument.name} ({argument.type}), which is neither offered nor fixed"
            )


def _constant(field: Field, value: object) -> str | None:
    try:
        return None if value is None else field.kind.parse(value)
    except ValueError as exc:
        raise ValueError(f"the value of fixed for {field.argument} {exc}") from exc
