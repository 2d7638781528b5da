"""From an OpenAPI schema to the declaration of an argument, as a tool's row writes it."""

import re
from collections.abc import Mapping
from typing import Any, cast

from cli.openapi_document import Document, Json, as_object

# A model reads every level; below this, any JSON will do.
MAX_DEPTH = 4
MAX_DESCRIPTION_CHARS = 300
FORMATS = {"date": "date", "date-time": "datetime", "uuid": "uuid"}
BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "maxItems")
SCALARS = (str, int, float, bool)


def declared(document: Document, schema: Any, *, description: str | None = None) -> dict[str, Any]:
    """`{"type": "str", "description": ...}`; what has no short form becomes `any`."""
    found = _declared(document, schema, MAX_DEPTH)
    if description:
        found["description"] = _short(description)
    return found


def argument_name(name: str, taken: Mapping[str, Any]) -> str:
    """`X-Trace-Id` -> `x_trace_id`, `petId` -> `petId`; another one when that is taken or means something."""
    # Pydantic takes a moment to import: not for --help.
    from core.tools.json_args import RESERVED

    word = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
    word = (word.lower() if "-" in name else word)[:60]
    if not word or not word[0].isalpha():
        word = f"arg_{word}".rstrip("_")
    while word in taken or word in RESERVED or word.startswith("model_"):
        word = f"{word.removeprefix('model_')}_"
    return word


def members(document: Document, schema: Any) -> tuple[Mapping[str, Any], tuple[str, ...]] | None:
    """An object's properties that a client may write, and which are required; None for another schema."""
    found = _merged(document, schema)
    properties = as_object(found.get("properties"))
    writable = {
        name: part for name, part in properties.items() if not document.resolved(part).get("readOnly")
    }
    return (writable, tuple(found.get("required", ()))) if writable else None


def _declared(document: Document, schema: Any, depth: int) -> dict[str, Any]:
    found = _merged(document, schema)
    kind = _type(found)
    values = found.get("enum")
    result: dict[str, Any] = {"type": kind}
    if found.get("description"):
        result["description"] = _short(str(found["description"]))
    if values and all(isinstance(value, SCALARS) for value in values):
        result["enum"] = values
    result |= {bound: found[bound] for bound in BOUNDS if _is_number(found.get(bound))}
    if kind == "list" and depth:
        result["items"] = _declared(document, found.get("items"), depth - 1)
    parts = members(document, found) if kind == "dict" and depth else None
    if parts:
        properties, required = parts
        result["properties"] = {
            name: _declared(document, part, depth - 1) for name, part in properties.items()
        }
        result["required"] = [name for name in required if name in properties]
        result["additionalProperties"] = found.get("additionalProperties") is not False
    return result


def _type(schema: Json) -> str:
    kind = schema.get("type")
    names = [name for name in cast("list[str]", kind) if name != "null"] if isinstance(kind, list) else [kind]
    name = names[0] if len(names) == 1 else None
    if name == "string":
        return FORMATS.get(str(schema.get("format")), "str")
    words = {"integer": "int", "number": "float", "boolean": "bool", "array": "list", "object": "dict"}
    return words.get(str(name), "dict" if schema.get("properties") else "any")


def _merged(document: Document, schema: Any) -> Json:
    """The schema with the parts of `allOf` in it, or the one alternative to null."""
    found = document.resolved(schema)
    for part in found.get("allOf", ()):
        merged = document.resolved(part)
        found = {
            **merged,
            **found,
            "properties": {**as_object(merged.get("properties")), **as_object(found.get("properties"))},
            "required": [*merged.get("required", ()), *found.get("required", ())],
        }
    for key in ("anyOf", "oneOf"):
        alternatives = [document.resolved(part) for part in found.get(key, ())]
        real = [part for part in alternatives if part.get("type") != "null"]
        if len(real) == 1:
            found = {**real[0], **found}
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= MAX_DESCRIPTION_CHARS else f"{words[: MAX_DESCRIPTION_CHARS - 3]}..."
