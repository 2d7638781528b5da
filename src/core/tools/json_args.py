"""Arguments that stay JSON values, for tools that are not about a table: declared, validated, described.

An author declares them as `{"city": {"type": "str"}}`, where each is required unless it says
`"optional": true` or has a default, or as a JSON Schema object, whose `required` decides.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    BaseModel,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    RootModel,
    ValidationError,
    create_model,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from core.tools.args_schema import Arguments
from core.tools.argument_errors import explain_config
from core.tools.declared_args import DeclaredArgument, as_json_schema

ARGUMENT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
# Names that a model class or LangChain has a meaning for.
RESERVED = frozenset(("self", "args", "kwargs", "runtime", "state", "store", "config", *dir(BaseModel)))

# JSON Schema's name for the texts that stand for something else.
FORMATS: Mapping[str, str] = {"date": "date", "datetime": "date-time", "uuid": "uuid"}


class ShortForm(RootModel[Mapping[str, DeclaredArgument]]):
    """`{"city": {"type": "str"}}`."""


@dataclass(frozen=True, kw_only=True)
class JsonArgument:
    """One argument, as Pydantic metadata."""

    declared: DeclaredArgument
    is_required: bool

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _core_schema(self.declared)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return _json_schema(self.declared)


def read_arguments(schema: Mapping[str, Any] | None) -> Mapping[str, JsonArgument]:
    """The declared arguments by name; ValueError when the declaration is neither of the two forms."""
    if schema is None:
        return {}
    is_json_schema = schema.get("type") == "object"
    if is_json_schema:
        root = DeclaredArgument.model_validate(schema)
        members, required = root.properties or {}, root.required or ()
    else:
        members, required = ShortForm.model_validate(schema).root, None
    for name in members:
        if not ARGUMENT_NAME.fullmatch(name) or name in RESERVED or name.startswith("model_"):
            raise ValueError(f"{name} cannot be the name of an argument: choose another, and map it")
    return {
        name: JsonArgument(declared=declared, is_required=_is_required(name, declared, required))
        for name, declared in members.items()
    }


def _is_required(name: str, declared: DeclaredArgument, required: tuple[str, ...] | None) -> bool:
    if declared.has_default or declared.optional is not None:
        return not declared.has_default and not declared.optional
    return required is None or name in required


def arguments_model(name: str, arguments: Mapping[str, JsonArgument]) -> type[BaseModel]:
    """The model named `name`. An optional argument that was not given, and has no default, is None."""
    fields: dict[str, tuple[Any, Any]] = {}
    for key, argument in arguments.items():
        default = argument.declared.default if argument.declared.has_default else None
        settings = Field(
            ... if argument.is_required else default, validate_default=argument.declared.has_default
        )
        fields[key] = (Annotated[Any, argument], settings)
    build: Any = create_model
    return build(name, __base__=Arguments, **fields)


def explain(error: Exception, arguments: Mapping[str, JsonArgument]) -> str:
    """One sentence for each thing that is wrong with the arguments of a call."""
    if not isinstance(error, ValidationError):
        return "The arguments do not fit the tool's schema."
    is_unknown = any(detail["type"] == "extra_forbidden" for detail in error.errors(include_url=False))
    known = f" The arguments are: {', '.join(arguments) or 'none'}." if is_unknown else ""
    return explain_config(error) + known


def _core_schema(declared: DeclaredArgument) -> CoreSchema:
    if declared.enum:
        return core_schema.literal_schema(list(declared.enum))
    match declared.type:
        case "str" | "string":
            return core_schema.str_schema(
                strict=True, min_length=declared.min_length, max_length=declared.max_length
            )
        case "int" | "integer":
            return _integer(declared)
        case "float" | "number":
            fraction = core_schema.float_schema(
                strict=True, allow_inf_nan=False, ge=declared.minimum, le=declared.maximum
            )
            # A whole number stays one: 5 must not be sent as 5.0.
            return core_schema.union_schema([_integer(declared), fraction], mode="left_to_right")
        case "bool" | "boolean":
            return core_schema.bool_schema(strict=True)
        case "list" | "array":
            item = _core_schema(declared.items) if declared.items else core_schema.any_schema()
            return core_schema.list_schema(item, strict=True, max_length=declared.max_items)
        case "dict" | "object":
            return _object(declared)
        case "date" | "datetime" | "uuid":
            return _text_of(declared.type)
        case "any" | "null":
            return core_schema.any_schema()


def _integer(declared: DeclaredArgument) -> CoreSchema:
    low, high = declared.minimum, declared.maximum
    return core_schema.int_schema(
        strict=True,
        ge=None if low is None else int(-(-low // 1)),
        le=None if high is None else int(high // 1),
    )


def _object(declared: DeclaredArgument) -> CoreSchema:
    if declared.properties is None:
        return core_schema.dict_schema(core_schema.str_schema(strict=True), strict=True)
    required = declared.required or ()
    return core_schema.typed_dict_schema(
        {
            name: core_schema.typed_dict_field(
                _core_schema(part), required=_is_required(name, part, required)
            )
            for name, part in declared.properties.items()
        },
        extra_behavior="allow" if declared.additional_properties else "forbid",
    )


def _text_of(kind: str) -> CoreSchema:
    readers: Mapping[str, tuple[Callable[[str], object], str]] = {
        "date": (date.fromisoformat, "must be a date such as 2026-12-31"),
        "datetime": (datetime.fromisoformat, "must be a date and time such as 2026-12-31T09:30:00Z"),
        "uuid": (UUID, "must be a UUID"),
    }
    read, sentence = readers[kind]

    def check(value: str) -> str:
        try:
            read(value)
        except ValueError as exc:
            raise ValueError(sentence) from exc
        return value

    return core_schema.no_info_after_validator_function(check, core_schema.str_schema(strict=True))


def _json_schema(declared: DeclaredArgument) -> dict[str, Any]:
    schema = as_json_schema(declared)
    if declared.type == "any":
        del schema["type"]
    if declared.type in FORMATS:
        schema["format"] = FORMATS[declared.type]
    if declared.properties:
        nested = {name: _json_schema(part) for name, part in declared.properties.items()}
        schema["properties"] = nested
        schema["required"] = [
            name
            for name, part in declared.properties.items()
            if _is_required(name, part, declared.required or ())
        ]
    if declared.items:
        schema["items"] = _json_schema(declared.items)
    if declared.has_default:
        schema["default"] = declared.default
    return schema
