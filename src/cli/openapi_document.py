"""An OpenAPI 3.0 or 3.1 document: read, its local references followed, its operations listed."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from cli.errors import UsageRefused

METHODS = ("get", "put", "post", "delete", "patch", "head")
MAX_FILE_BYTES = 20_000_000
MAX_REFERENCES = 20

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation, with the parameters of its path. `server` is the address that its path is below."""

    id: str
    method: str
    path: str
    server: str
    description: str
    parameters: tuple[Json, ...]
    body: Json | None
    security: tuple[Json, ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole document."""

    root: Json

    @classmethod
    def read(cls, file: Path) -> "Document":
        """From a file of JSON or YAML. UsageRefused when it is not an OpenAPI 3 document."""
        try:
            if file.stat().st_size > MAX_FILE_BYTES:
                raise UsageRefused(f"{file} is larger than {MAX_FILE_BYTES:,} bytes.")
            text = file.read_text(encoding="utf-8")
            root: Any = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
        except (OSError, UnicodeDecodeError) as exc:
            raise UsageRefused(f"{file} cannot be read: {exc}.") from exc
        except (ValueError, yaml.YAMLError, RecursionError) as exc:
            raise UsageRefused(f"{file} is neither JSON nor YAML: {str(exc).splitlines()[0]}.") from exc
        version = str(as_object(root).get("openapi", ""))
        if not version.startswith("3."):
            raise UsageRefused(
                f"{file} is not an OpenAPI 3 document.", hint="Convert Swagger 2 first: converter.swagger.io."
            )
        return cls(root=as_object(root))

    def resolved(self, value: Any) -> Json:
        """The object itself, or what its `$ref` leads to. UsageRefused for a reference into another file."""
        found = as_object(value)
        for _ in range(MAX_REFERENCES):
            reference = found.get("$ref")
            if not isinstance(reference, str):
                return found
            # A description beside the reference belongs to this place and wins (OpenAPI 3.1).
            beside = {key: part for key, part in found.items() if key != "$ref"}
            found = {**self._at(reference), **beside}
        raise UsageRefused("A reference in the document leads to itself.")

    def _at(self, reference: str) -> Json:
        if not reference.startswith("#/"):
            raise UsageRefused(
                f"The document refers to another one ({reference}).",
                hint="Bundle it into one file first, for example with: npx @redocly/cli bundle",
            )
        found: Any = self.root
        for step in reference[2:].split("/"):
            found = as_object(found).get(step.replace("~1", "/").replace("~0", "~"))
        if found is None:
            raise UsageRefused(f"The document has nothing at {reference}.")
        return as_object(found)

    def operations(self) -> Iterator[Operation]:
        """All of them, in the document's order."""
        for path, unresolved in as_object(self.root.get("paths")).items():
            item = self.resolved(unresolved)
            for method in METHODS:
                if method in item:
                    yield self._operation(method, path, item, as_object(item[method]))

    def _operation(self, method: str, path: str, item: Json, operation: Json) -> Operation:
        # An operation's own parameter takes the place of its path's.
        parameters = {
            (parameter.get("name"), parameter.get("in")): parameter
            for unresolved in (*item.get("parameters", ()), *operation.get("parameters", ()))
            for parameter in (self.resolved(unresolved),)
        }
        words = (operation.get("summary"), operation.get("description"))
        servers = operation.get("servers") or item.get("servers") or self.root.get("servers")
        return Operation(
            id=operation.get("operationId") or f"{method} {path}",
            method=method.upper(),
            path=path,
            server=_server(servers),
            description="\n".join(dict.fromkeys(str(part).strip() for part in words if part)),
            parameters=tuple(parameters.values()),
            body=self.resolved(operation["requestBody"]) if "requestBody" in operation else None,
            security=tuple(operation.get("security", self.root.get("security", ()))),
        )

    def security_scheme(self, name: str) -> Json:
        components = as_object(self.root.get("components"))
        return self.resolved(as_object(components.get("securitySchemes")).get(name))


def as_object(value: Any) -> Json:
    """The value if it is an object, else an empty one: a document may hold anything."""
    return cast("Json", value) if isinstance(value, dict) else {}


def _server(servers: Any) -> str:
    """The first server's address, its variables filled with their defaults; empty when there is none."""
    first = as_object(cast("list[Any]", servers)[0] if isinstance(servers, list) and servers else None)
    variables = as_object(first.get("variables"))

    def default(match: re.Match[str]) -> str:
        return str(as_object(variables.get(match[1])).get("default", match[0]))

    return re.sub(r"\{([^{}]+)\}", default, str(first.get("url", ""))).rstrip("/")
