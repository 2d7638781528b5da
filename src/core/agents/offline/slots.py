"""The arguments of a tool, read from its JSON schema as a flat list of places that a sentence may fill."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, cast

from core.agents.offline.words import stems, word_set

Kind: TypeAlias = Literal[
    "text", "integer", "number", "boolean", "date", "datetime", "uuid", "list", "object"
]

# A schema nests data or filters one level deep; the rest is for schemas that other people write.
MAX_DEPTH = 5
MAX_SLOTS = 100

OPERATORS = word_set("eq neq gt gte lt lte in like ilike is contains")
# A tool may leave the list of a filter's operators to its description: these fit the type.
_TEXT_OPERATORS = word_set("neq in like ilike is contains")
_ORDER_OPERATORS = word_set("neq in gt gte lt lte is")

FILTER_SECTIONS = frozenset({"filters", "filter", "where", "match", "criteria"})

# The names under which a row's main text is usually kept, best first.
MAIN_NAMES = ("title", "name", "content", "text", "query", "question", "message", "subject", "body", "label")

_NO_MAPPING: Mapping[str, Any] = {}


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One argument: `path` leads to it through nested objects.

    `operators` are those of a filter that takes {"gte": ...}; `is_plain` is false when it takes nothing else.
    `always` is true when every object around it is required too.
    """

    path: tuple[str, ...]
    kind: Kind
    required: bool
    always: bool
    choices: tuple[Any, ...]
    operators: frozenset[str]
    is_plain: bool

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def roots(self) -> tuple[str, ...]:
        return tuple(stems(self.name))

    @property
    def is_filter(self) -> bool:
        return any(part in FILTER_SECTIONS for part in self.path[:-1])


def slots_of(schema: Mapping[str, Any]) -> tuple[Slot, ...]:
    """All arguments of a tool's schema, in its order; at most MAX_SLOTS."""
    found: list[Slot] = []
    for slot in _walk(schema, schema, (), always=True):
        found.append(slot)
        if len(found) == MAX_SLOTS:
            break
    return tuple(found)


def main_text(slots: tuple[Slot, ...]) -> Slot | None:
    """Where a sentence's main text belongs: required ones first, then by the usual names, then in order."""
    ranks = {name: rank for rank, name in enumerate(MAIN_NAMES)}
    return min(
        (slot for slot in slots if slot.kind == "text" and not slot.choices),
        key=lambda slot: (not slot.required, ranks.get(slot.name, len(ranks))),
        default=None,
    )


def coerce(slot: Slot, raw: str) -> Any:
    """The text as the slot's type where it reads so, else unchanged: the tool explains what is wrong."""
    for choice in slot.choices:
        if stems(str(choice)) == stems(raw):
            return choice
    try:
        if slot.kind == "integer":
            return int(raw)
        if slot.kind == "number":
            return json.loads(raw) if raw[:1].isdigit() or raw[:1] == "-" else raw
        if slot.kind == "object" or raw[:1] in ("[", "{"):
            return json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    if slot.kind == "boolean":
        return {"true": True, "yes": True, "false": False, "no": False}.get(raw.lower(), raw)
    if slot.kind == "list":
        return [part.strip() for part in raw.split(",") if part.strip()]
    return raw


def _walk(
    schema: Mapping[str, Any], root: Mapping[str, Any], path: tuple[str, ...], *, always: bool
) -> Iterator[Slot]:
    if len(path) >= MAX_DEPTH:
        return
    required = schema.get("required")
    names = cast(list[str], required) if isinstance(required, list) else []
    for name, raw in _mapping(schema.get("properties")).items():
        here = (*path, name)
        variants = _variants(_mapping(raw), root)
        nested = next((variant for variant in variants if _mapping(variant.get("properties"))), None)
        if nested and not _mapping(nested["properties"]).keys() <= OPERATORS:
            yield from _walk(nested, root, here, always=always and name in names)
        else:
            slot = Slot(path=here, required=name in names, always=always, **_value(name, variants, root))
            yield slot if slot.is_filter else replace(slot, operators=frozenset())


def _value(name: str, variants: Sequence[Mapping[str, Any]], root: Mapping[str, Any]) -> dict[str, Any]:
    """What a value's alternatives say: a plain one, and perhaps an object of operators."""
    objects = [variant for variant in variants if variant.get("type") == "object"]
    plain = next((variant for variant in variants if variant not in objects), None)
    listed = _mapping(objects[0].get("properties")) if objects else _NO_MAPPING
    operand = plain or _mapping(listed.get("eq")) or next(iter(listed.values()), None) or variants[0]
    value = _variants(_mapping(operand), root)[0]
    kind = _kind(value, name)
    unlisted = _TEXT_OPERATORS if kind == "text" else _ORDER_OPERATORS
    return {
        "kind": kind,
        "choices": _choices(value),
        "operators": frozenset(listed) or (unlisted if objects and plain else frozenset[str]()),
        "is_plain": plain is not None or not listed,
    }


def _variants(schema: Mapping[str, Any], root: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The alternatives of a schema without null, references followed; never empty."""
    schema = _resolve(schema, root)
    for key in ("anyOf", "oneOf", "allOf"):
        options = schema.get(key)
        if isinstance(options, list):
            resolved = [_resolve(_mapping(option), root) for option in cast(list[Any], options)]
            return [option for option in resolved if option.get("type") != "null"] or [schema]
    return [schema]


def _resolve(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    for _ in range(MAX_DEPTH):
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return schema
        target = root
        for part in reference[2:].split("/"):
            target = _mapping(target.get(part))
        schema = target
    return schema


def _kind(schema: Mapping[str, Any], name: str) -> Kind:
    declared = schema.get("type")
    if isinstance(declared, list):
        declared = next((kind for kind in cast(list[Any], declared) if kind != "null"), None)
    if declared in ("integer", "number", "boolean", "object"):
        return cast(Kind, declared)
    if declared == "array":
        return "list"
    match schema.get("format"):
        case "date":
            return "date"
        case "date-time":
            return "datetime"
        case "uuid":
            return "uuid"
        case _:
            if name == "date" or name.endswith(("_date", "_on")):
                return "date"
            return "datetime" if name.endswith("_at") else "text"


def _choices(schema: Mapping[str, Any]) -> tuple[Any, ...]:
    if "const" in schema:
        return (schema["const"],)
    values = schema.get("enum")
    return (
        tuple(value for value in cast(list[Any], values) if value is not None)
        if isinstance(values, list)
        else ()
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], value) if isinstance(value, Mapping) else _NO_MAPPING
