"""Types of what an OpenAPI document describes, for TypeScript: its schemas, by name."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import indent
from typing import Any

from cli.errors import UsageRefused
from cli.openapi_document import Document, as_object
from cli.typescript import array_of, key_of, object_type, union_of

NOTICE = "Generated from chatServer/openapi.json by `clarity types --of api`. Do not edit: change the server."
HEAD = f"""\
// {NOTICE}

export type Json = string | number | boolean | null | {{ [key: string]: Json }} | Json[];

"""
SCALARS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
REFERENCE = "#/components/schemas/"


def generate_api_types(document: Document) -> str:
    """The type `Schemas`, with a member for each of `components.schemas`.

    A member that is not required is optional, also when it has a default. Raises UsageRefused for a schema
    of a kind that is not known here.
    """
    schemas = as_object(as_object(document.root.get("components")).get("schemas"))
    members = {f"{_comment(schema)}{key_of(name)}": _type(schema) for name, schema in schemas.items()}
    return f"{HEAD}export type Schemas = {object_type(members)};\n"


def _type(value: Any) -> str:
    """The type of a schema; `Json` for one that lets everything through."""
    schema = as_object(value)
    text = _constructed(schema)
    return f"{text} | null" if schema.get("nullable") else text


def _constructed(schema: Mapping[str, Any]) -> str:
    match schema:
        case {"$ref": str(reference)}:
            return f"Schemas[{union_of([_referenced(reference)])}]"
        case {"const": value}:
            return union_of([value])
        case {"enum": [*values]}:
            return union_of(values)
        case {"anyOf": [*parts]} | {"oneOf": [*parts]}:
            return _joined(" | ", parts)
        case {"allOf": [*parts]}:
            return _joined(" & ", parts)
        case {"type": [*names]}:
            return _joined(" | ", [{**schema, "type": name} for name in names])
        case {"type": "array"}:
            return array_of(_type(schema.get("items")))
        case {"type": "object"}:
            return _object(schema)
        case {"type": str(name)} if name in SCALARS:
            return SCALARS[name]
        case {"type": _}:
            raise UsageRefused(f"The document has a schema of a type that is not known: {schema['type']}.")
        case _:
            return "Json"


def _joined(sign: str, parts: Sequence[Any]) -> str:
    """Each type once, and in brackets where it would fall apart."""
    texts = dict.fromkeys(_type(part) for part in parts)
    return sign.join(f"({text})" if sign == " & " and " | " in text else text for text in texts)


def _object(schema: Mapping[str, Any]) -> str:
    properties = as_object(schema.get("properties"))
    others = schema.get("additionalProperties", not properties)
    return object_type(dict(_members(schema, properties, others)), empty="Record<PropertyKey, never>")


def _members(
    schema: Mapping[str, Any], properties: Mapping[str, Any], others: Any
) -> Iterator[tuple[str, str]]:
    required = schema.get("required", ())
    for name, part in properties.items():
        yield f"{_comment(part)}{key_of(name)}{'' if name in required else '?'}", _type(part)
    if others is not False:
        # An index signature must let the named members through as well.
        yield "[key: string]", "unknown" if properties else _type(others)


def _referenced(reference: str) -> str:
    if not reference.startswith(REFERENCE):
        raise UsageRefused(f"The document has a reference that is not to one of its schemas: {reference}.")
    return reference.removeprefix(REFERENCE).replace("~1", "/").replace("~0", "~")


def _comment(schema: Any) -> str:
    """The description, as a comment above what it describes."""
    text = str(as_object(schema).get("description", "")).strip().replace("*/", "*\\/")
    if "\n" not in text:
        return f"/** {text} */\n" if text else ""
    lines = indent(text, " * ", lambda _: True)
    return "/**\n" + "\n".join(line.rstrip() for line in lines.splitlines()) + "\n */\n"
