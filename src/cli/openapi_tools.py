"""From the operations of an OpenAPI document to rows of `agent_tools`."""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.agent_rows import NewTool
from cli.openapi_arguments import argument_name, declared, members
from cli.openapi_document import Document, Json, Operation, as_object

MAX_DESCRIPTION_CHARS = 1_000
MAX_NAME_CHARS = 60
# OpenAPI says that parameters of these names are to be ignored.
IGNORED_HEADERS = frozenset(("accept", "content-type", "authorization"))
BODY_TYPES = {"json": "json", "application/x-www-form-urlencoded": "form"}


class Unsupported(Exception):
    """An operation that a row cannot say; the message completes "... is left out: "."""


@dataclass(frozen=True, kw_only=True)
class Import:
    """What a document gives: rows, and for each operation that gives none, the reason."""

    tools: list[NewTool] = field(default_factory=list[NewTool])
    left_out: dict[str, str] = field(default_factory=dict[str, str])


def tools_of(
    document: Document,
    operations: Iterable[Operation],
    *,
    server: str | None,
    is_private: bool,
    taken: Container[str],
) -> Import:
    """A row for each operation. `server` takes the place of the document's; `taken` are names that exist.

    In an agent that a user owns, credentials are each user's own; in a shared one, the operator's.
    """
    found = Import()
    for operation in operations:
        try:
            tool = _tool(document, operation, server, is_private)
        except Unsupported as exc:
            found.left_out[operation.id] = str(exc)
            continue
        if tool.name in taken or tool.name in {other.name for other in found.tools}:
            found.left_out[operation.id] = f"the agent has a tool {tool.name} already"
        else:
            found.tools.append(tool)
    return found


def tool_name(operation_id: str) -> str:
    """`listPets` -> `list_pets`, `GET /pets/{id}` -> `get_pets_id`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation_id)
    name = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:MAX_NAME_CHARS].rstrip("_")
    return name if name[:1].isalpha() else f"call_{name}".rstrip("_")


def _tool(document: Document, operation: Operation, server: str | None, is_private: bool) -> NewTool:
    base = server or operation.server
    if not re.match(r"https?://", base):
        raise Unsupported("the document names no server with a whole address: give one with --server")
    parts = _Parts(document=document)
    path = parts.add_parameters(operation)
    parts.add_body(operation.body)
    credentials = _credentials(document, operation.security, is_private)
    config = {
        "method": operation.method,
        "url": f"{base.rstrip('/')}{path}",
        "runtime_args_schema": parts.arguments,
        "query": parts.query,
        "headers": parts.headers,
        "body": parts.body,
        "body_format": parts.body_format if parts.body_format != "json" else None,
        "credentials": credentials,
    }
    return NewTool(
        name=tool_name(operation.id),
        type="HTTPTool",
        description=(operation.description or f"{operation.method} {operation.path}")[:MAX_DESCRIPTION_CHARS],
        config={key: value for key, value in config.items() if value},
        approval="auto" if operation.method in ("GET", "HEAD") else "ask",
    )


@dataclass(kw_only=True)
class _Parts:
    """A row's config in the making."""

    document: Document
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    query: dict[str, str] = field(default_factory=dict[str, str])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: Any = None
    body_format: str = "json"

    def add_parameters(self, operation: Operation) -> str:
        """The path, with its placeholders named as the arguments are."""
        path = operation.path
        for parameter in operation.parameters:
            name, place = str(parameter.get("name")), parameter.get("in")
            if place == "header" and name.lower() in IGNORED_HEADERS:
                continue
            if not _is_plain(parameter):
                if parameter.get("required"):
                    raise Unsupported(f"it needs the parameter {name} in a form that a row cannot say")
                continue
            argument = self._add(name, parameter.get("schema"), parameter, bool(parameter.get("required")))
            match place:
                case "path":
                    path = path.replace(f"{{{name}}}", f"{{{argument}}}")
                case "query":
                    self.query[name] = f"{{{argument}}}"
                case _:
                    self.headers[name] = f"{{{argument}}}"
        return path

    def add_body(self, body: Json | None) -> None:
        content = as_object(body.get("content") if body else None)
        if not body or not content:
            return
        kind = next((name for name in content if _body_format(name)), None)
        if kind is None:
            if body.get("required"):
                raise Unsupported(f"its body is {', '.join(content)}, and only JSON and web forms are sent")
            return
        self.body_format = _body_format(kind) or "json"
        schema = as_object(content[kind]).get("schema")
        is_required = bool(body.get("required"))
        parts = members(self.document, schema)
        if parts is None:
            self.body = f"{{{self._add('body', schema, body, is_required)}}}"
            return
        properties, required = parts
        self.body = {
            name: f"{{{self._add(name, part, {}, is_required and name in required)}}}"
            for name, part in properties.items()
        }

    def _add(self, name: str, schema: Any, beside: Json, is_required: bool) -> str:
        argument = argument_name(name, self.arguments)
        described = declared(self.document, schema, description=beside.get("description"))
        self.arguments[argument] = described if is_required else {**described, "optional": True}
        return argument


def _is_plain(parameter: Json) -> bool:
    """Whether a template can write it: no cookie, no JSON in a parameter, no style but the ordinary one."""
    style = parameter.get("style", "form" if parameter.get("in") == "query" else "simple")
    return (
        parameter.get("in") in ("path", "query", "header")
        and "schema" in parameter
        and style in ("form", "simple")
        and parameter.get("explode", True) is not False
    )


def _body_format(media_type: str) -> str | None:
    kind = media_type.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return "json"
    return BODY_TYPES.get(kind)


def _credentials(
    document: Document, security: tuple[Json, ...], is_private: bool
) -> Mapping[str, str] | None:
    """The first way to identify oneself that needs one secret; None where none is needed."""
    if not security or any(not requirement for requirement in security):
        return None
    for requirement in security:
        placements = {name: _placement(document.security_scheme(name)) for name in requirement}
        if len(placements) == 1 and all(placements.values()):
            ((name, placement),) = placements.items()
            return _named(name, placement or "bearer", is_private)
    raise Unsupported("it wants credentials in a way that a row cannot say")


def _placement(scheme: Json) -> str | None:
    match scheme.get("type"), str(scheme.get("scheme", scheme.get("in", ""))).lower():
        case "http", ("bearer" | "basic") as kind:
            return kind
        case "apiKey", ("header" | "query") as place:
            return f"{place}:{scheme.get('name')}"
        case (("oauth2" | "openIdConnect"), _):
            return "bearer"
        case _:
            return None


def _named(scheme: str, placement: str, is_private: bool) -> dict[str, str]:
    word = re.sub(r"[^A-Za-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", scheme)).strip("_")[:50]
    word = word if word[:1].isalpha() else f"api_{word}".rstrip("_")
    secret = {"user_credential": word.lower()} if is_private else {"secret": word.upper()}
    return {**secret, "as": placement}
