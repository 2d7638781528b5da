"""TypeScript's types as text: what the generators of types share."""

import json
import re
from collections.abc import Iterable, Mapping
from textwrap import indent


def object_type(members: Mapping[str, str], empty: str = "{ [_ in never]: never }") -> str:
    """An object type, one member a line; its keys are written as they are."""
    lines = "\n".join(f"{key}: {text};" for key, text in members.items())
    return "{\n" + indent(lines, "  ") + "\n}" if lines else empty


def union_of(values: Iterable[object]) -> str:
    """One of these values of JSON."""
    return " | ".join(json.dumps(value, ensure_ascii=False) for value in values)


def array_of(text: str) -> str:
    return f"({text})[]" if re.search(r"[|&]", text) else f"{text}[]"


def key_of(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_$][\w$]*", name, re.ASCII) else json.dumps(name, ensure_ascii=False)
