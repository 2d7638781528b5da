"""What a remote server says of its tools, made fit for a model: names, descriptions and schemas, all bounded.

A server can write anything here. It is read by the model, so it is kept short, and by nothing else.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import mcp_types

from core.tools.mcp_listing import RemoteToolInfo
from core.tools.mcp_results import storable

# What the tool-calling APIs of model providers accept.
MAX_NAME_CHARS = 64
UNFIT_FOR_NAME = re.compile(r"[^a-zA-Z0-9_]")
MAX_DESCRIPTION_CHARS = 2_000
# Every schema is sent with every call of the model.
MAX_SCHEMA_CHARS = 20_000


def described(tools: Iterable[mcp_types.Tool]) -> Iterator[RemoteToolInfo]:
    """The tools as values; without those whose schema is too large for a model."""
    for tool in tools:
        schema: dict[str, Any] = {"properties": {}, **tool.input_schema, "type": "object"}
        if len(json.dumps(schema)) <= MAX_SCHEMA_CHARS:
            yield RemoteToolInfo(name=tool.name, description=_text(tool), schema=schema)


def tools_by_name(
    tools: Iterable[RemoteToolInfo], allowed: Collection[str] | None, *, prefix: str
) -> dict[str, RemoteToolInfo]:
    """The allowed tools by the names that the model knows. Of two that come out alike, the first stays."""
    named: dict[str, RemoteToolInfo] = {}
    for tool in tools:
        if allowed is None or tool.name in allowed:
            named.setdefault(_name(prefix, tool.name), tool)
    return named


def _text(tool: mcp_types.Tool) -> str:
    """Its description, or else its title, in one line."""
    said = storable((tool.description or tool.title or "")[:MAX_DESCRIPTION_CHARS])
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())


def _name(prefix: str, name: str) -> str:
    whole = UNFIT_FOR_NAME.sub("_", f"{prefix}_{name}")
    if len(whole) <= MAX_NAME_CHARS:
        return whole
    # Long names often differ at the end only.
    digest = hashlib.sha256(name.encode(errors="replace")).hexdigest()[:8]
    return f"{whole[: MAX_NAME_CHARS - 9]}_{digest}"
