"""What a remote MCP tool gave, as the text that the model reads."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import mcp_types

from core.tools.credentials import Secret, redacted
from core.tools.crud_rows import MAX_RESULT_CHARS


def storable(text: str) -> str:
    """The text without what Postgres cannot keep: NUL, and halves of characters (lone surrogates)."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def readable(result: mcp_types.CallToolResult, secrets: Sequence[Secret]) -> str:
    """Texts as they are, structured content as JSON, other content as a note of what it was.

    A secret that the server sends back is shown by its name. At most about MAX_RESULT_CHARS: what does not
    fit is left out, and the text says how much that was.
    """
    parts = [storable(part) for part in _parts(result, secrets)]
    kept: list[str] = []
    room = MAX_RESULT_CHARS
    for index, part in enumerate(parts):
        if len(part) > room:
            kept.append(f"{part[:room]}\n[{_left_out(parts, index, room)}]")
            break
        kept.append(part)
        room -= len(part)
    return "\n".join(kept) or "(The tool gave nothing back.)"


def _left_out(parts: list[str], index: int, room: int) -> str:
    characters = sum(map(len, parts[index:])) - room
    return f"The answer is too long: {characters:,} characters are left out."


def _parts(result: mcp_types.CallToolResult, secrets: Sequence[Secret]) -> Iterator[str]:
    structured = result.structured_content
    if structured is not None:
        yield json.dumps(redacted(structured, secrets), ensure_ascii=False, separators=(",", ":"))
    for block in result.content:
        # Servers repeat structured content as a text, for clients that know no better.
        if structured is None or not _says(block, structured):
            yield redacted(_block(block), secrets)


def _says(block: mcp_types.ContentBlock, structured: Any) -> bool:
    if not isinstance(block, mcp_types.TextContent):
        return False
    try:
        said = json.loads(block.text)
    except (ValueError, RecursionError):
        return False
    return said == structured or (isinstance(structured, dict) and structured == {"result": said})


def _block(block: mcp_types.ContentBlock) -> str:
    match block:
        case mcp_types.TextContent():
            return block.text
        case mcp_types.ImageContent():
            return f"[An image is not shown: {block.mime_type}, {_size(block.data)}.]"
        case mcp_types.AudioContent():
            return f"[A sound is not played: {block.mime_type}, {_size(block.data)}.]"
        case mcp_types.ResourceLink():
            return f"[A link: {block.title or block.name}, {block.uri}]"
        case mcp_types.EmbeddedResource():
            return _resource(block.resource)


def _resource(resource: mcp_types.TextResourceContents | mcp_types.BlobResourceContents) -> str:
    if isinstance(resource, mcp_types.TextResourceContents):
        return resource.text
    return f"[A file is not shown: {resource.uri}, {_size(resource.blob)}.]"


def _size(data: str) -> str:
    """Of base64, which writes three bytes as four characters."""
    return f"{len(data.rstrip('=')) * 3 // 4:,} bytes"
