"""What a model is told about a tool, in words for a person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One argument: `path` is dotted (`filters.status`), `type` in JSON Schema's words."""

    path: str
    type: str
    is_required: bool
    description: str


def arguments(schema: Mapping[str, Any]) -> list[Argument]:
    """The arguments of a tool's JSON schema, nested objects flattened, in their order."""
    return list(_walk(schema, schema, ""))


def _walk(schema: Mapping[str, Any], root: Mapping[str, Any], prefix: str) -> Iterator[Argument]:
    required = schema.get("required", ())
    for name, unresolved in schema.get("properties", {}).items():
        part = _resolve(unresolved, root)
        nested = _object_in(part, root)
        if nested is not None and not prefix:
            yield from _walk(nested, root, f"{name}.")
        else:
            yield Argument(
                path=f"{prefix}{name}",
                type=type_in_words(part, root),
                is_required=name in required,
                description=str(part.get("description", "")),
            )


def type_in_words(schema: Mapping[str, Any], root: Mapping[str, Any]) -> str:
    """`string`, `integer`, `one of low, high`, `list of string`, `date`; alternatives joined by "or"."""
    schema = _resolve(schema, root)
    if "enum" in schema:
        return f"one of {', '.join(str(value) for value in schema['enum'])}"
    if "const" in schema:
        return str(schema["const"])
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        words = [type_in_words(part, root) for part in alternatives]
        return " or ".join(dict.fromkeys(word for word in words if word != "null")) or "null"
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return " or ".join(name for name in cast("list[str]", kind) if name != "null")
    if kind == "array":
        return f"list of {type_in_words(schema.get('items', {}), root)}"
    if kind == "object" and schema.get("properties"):
        return f"{{{', '.join(schema['properties'])}}}"
    return str(schema.get("format", kind))


def _object_in(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The object with named properties that this is, alone or as the alternative to null."""
    candidates = [_resolve(part, root) for part in schema.get("anyOf", ())] or [schema]
    objects = [part for part in candidates if part.get("type") != "null"]
    return objects[0] if len(objects) == 1 and objects[0].get("properties") else None


def _resolve(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref", "")
    if not reference:
        return schema
    found: Any = root
    for key in reference.removeprefix("#/").split("/"):
        found = found[key]
    # A description beside the reference belongs to this place and wins.
    return {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
