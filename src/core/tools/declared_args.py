"""`runtime_args_schema` as the author of a tool writes it: the short form, or JSON Schema.

Short form: `{"data": {"type": "dict", "properties": {"title": {"type": "str"}}}, "filters": {...}}`, where an
argument may say `"optional": true` or `false`. JSON Schema: `{"type": "object", "properties": {...}}`, whose
properties are `data` and `filters`, or the columns themselves; there `required` decides. Where neither is
said, the column decides: what a new row cannot do without is required, everything else is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias, cast

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from core.tools.crud_config import Method

TypeName: TypeAlias = Literal[
    "str", "string", "int", "integer", "float", "number", "bool", "boolean", "dict", "object", "list",
    "array", "date", "datetime", "uuid", "any", "null",
]  # fmt: skip

# Said in JSON Schema, and enforced: one place for both.
BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "maxItems")


class DeclaredArgument(BaseModel):
    """One argument, or (with `properties`) a group of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    type: TypeName = "any"
    description: str | None = None
    enum: tuple[str | int | float | bool, ...] | None = Field(default=None, min_length=1)
    optional: bool | None = None
    default: Any = None
    properties: Mapping[str, "DeclaredArgument"] | None = None
    required: tuple[str, ...] | None = None
    items: "DeclaredArgument | None" = None
    format: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = Field(default=None, alias="minLength")
    max_length: int | None = Field(default=None, alias="maxLength")
    max_items: int | None = Field(default=None, alias="maxItems")
    # Read and dropped: every group of arguments is closed, and a model has no use for titles.
    additional_properties: bool | None = Field(default=None, alias="additionalProperties", exclude=True)
    title: str | None = Field(default=None, exclude=True)
    schema_uri: str | None = Field(default=None, alias="$schema", exclude=True)

    @model_validator(mode="after")
    def _required_ones_exist(self) -> Self:
        for name in self.required or ():
            if name not in (self.properties or {}):
                raise ValueError(f"requires {name}, which is not among its properties")
        return self

    @property
    def has_default(self) -> bool:
        return "default" in self.model_fields_set

    @property
    def bounds(self) -> dict[str, float]:
        """The keywords of BOUNDS that are set."""
        said = self.model_dump(by_alias=True, exclude_none=True, include=set(BOUND_FIELDS))
        return {keyword: said[keyword] for keyword in BOUNDS if keyword in said}


class ShortForm(RootModel[Mapping[str, DeclaredArgument]]):
    """`{"data": {...}, "filters": {...}}`."""


BOUND_FIELDS = ("minimum", "maximum", "min_length", "max_length", "max_items")

Group: TypeAlias = Mapping[str, tuple[DeclaredArgument, bool | None]]


@dataclass(frozen=True, kw_only=True)
class DeclaredArguments:
    """The arguments of `data` and of `filters` with whether they are required (None: the column decides).

    A group is None when the author left it to be derived from the table.
    """

    data: Group | None = None
    filters: Group | None = None


def read_declared(schema: Mapping[str, Any] | None, method: Method) -> DeclaredArguments:
    """Either form as one value; ValueError when it is neither."""
    if schema is None:
        return DeclaredArguments()
    if schema.get("type") != "object":
        return _grouped(ShortForm.model_validate(schema).root, method)
    root = DeclaredArgument.model_validate(schema)
    properties = root.properties or {}
    if properties.keys() <= {"data", "filters"}:
        return _grouped(properties, method)
    if method == "update":
        raise ValueError("runtime_args_schema of an update needs the properties data and filters")
    name = "data" if method in ("create", "upsert") else "filters"
    return _grouped({name: root}, method)


def read_flat(schema: Mapping[str, Any]) -> Group:
    """Arguments without groups, `{"title": {"type": "str"}}` or a JSON Schema object; else ValueError."""
    is_schema = schema.get("type") == "object"
    root = DeclaredArgument.model_validate(schema if is_schema else {"properties": schema})
    return _group(root) or {}


def _grouped(groups: Mapping[str, DeclaredArgument], method: Method) -> DeclaredArguments:
    known = {"create": ("data",), "upsert": ("data",), "update": ("data", "filters")}.get(
        method, ("filters",)
    )
    for name, group in groups.items():
        if name not in known:
            raise ValueError(f"runtime_args_schema names {name}; a {method} takes {' and '.join(known)}")
        if group.type not in ("dict", "object", "any"):
            raise ValueError(f"runtime_args_schema: {name} must be a dict with properties")
    return DeclaredArguments(**{name: _group(declared) for name, declared in groups.items()})


def _group(declared: DeclaredArgument) -> Group | None:
    if declared.properties is None:
        return None
    return {
        name: (argument, _is_required(declared, name, argument))
        for name, argument in declared.properties.items()
    }


def _is_required(group: DeclaredArgument, name: str, argument: DeclaredArgument) -> bool | None:
    if argument.has_default:
        return False
    if argument.optional is not None:
        return not argument.optional
    return None if group.required is None else name in group.required


def json_schema_type(name: TypeName) -> str | None:
    """JSON Schema's name of a declared type; None leaves it to the column."""
    names: Mapping[str, str] = {
        "int": "integer", "integer": "integer", "float": "number", "number": "number", "bool": "boolean",
        "boolean": "boolean", "dict": "object", "object": "object", "list": "array", "array": "array",
    }  # fmt: skip
    return names.get(name)


def as_json_schema(declared: DeclaredArgument) -> dict[str, Any]:
    """The shape of a declared JSON value (a jsonb column's argument), for the model to read."""
    schema: dict[str, Any] = {"type": json_schema_type(declared.type) or "string"}
    if declared.properties:
        schema["properties"] = {name: as_json_schema(part) for name, part in declared.properties.items()}
    if declared.items:
        schema["items"] = as_json_schema(declared.items)
    if declared.enum:
        schema["enum"] = list(declared.enum)
    if declared.description:
        schema["description"] = declared.description
    return cast("dict[str, Any]", {**schema, **declared.bounds})
