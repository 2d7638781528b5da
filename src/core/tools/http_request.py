"""From a row's templates and a call's arguments to one HTTP request, with all of the model's words quoted.

The host is the row's alone. What a model says can become a piece of the path, a value in the query, in a
header or in the body, and never more than that.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, cast
from urllib.parse import quote, urlencode

from core.errors import ToolInputError
from core.tools.hosts import Origin
from core.tools.http_config import HTTPConfig, SecretHeader

PLACEHOLDER = re.compile(r"\{([A-Za-z][A-Za-z0-9_]{0,63})\}")
URL = re.compile(r"(?P<origin>https?://[^/?#]+)(?P<path>/[^?#\s\\]*)?")
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
# Visible ASCII and spaces (RFC 9110, section 5.5), so no line can be ended or begun.
HEADER_VALUE = re.compile(r"[\x20-\x7e]*")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# What frames the message, names the host or the connection: the client's own business.
RESERVED_HEADERS = frozenset((
    "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer",
    "expect", "accept-encoding", "proxy-authorization", "proxy-connection", "forwarded", "x-forwarded-for",
))  # fmt: skip
# These say who asks: filled from `credentials` or by a secret's name, never in clear or by the model.
IDENTIFYING_HEADERS = frozenset(("authorization", "cookie"))
BODILESS = frozenset(("GET", "HEAD", "DELETE"))

MAX_URL_CHARS = 8_000
MAX_BODY_BYTES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class FilledRequest:
    """A request without its secrets; `secret_headers` maps a header to the name of the one that it needs."""

    method: str
    url: str
    headers: Mapping[str, str]
    secret_headers: Mapping[str, str]
    content: bytes | None

    def readable(self, attached: Mapping[str, str]) -> str:
        """For people: secrets by their names, those that are attached as `attached` shows them."""
        secrets = {name: f"[{secret}]" for name, secret in self.secret_headers.items()}
        lines = [f"{self.method} {self.url}"]
        lines += [f"{name}: {value}" for name, value in {**self.headers, **secrets, **attached}.items()]
        return "\n".join(lines) + (f"\n\n{self.content.decode()}" if self.content else "")


@dataclass(frozen=True, kw_only=True)
class RequestTemplate:
    """A config that was found to fit its arguments. `spread` are those that stand in no template."""

    config: HTTPConfig
    origin: Origin
    path: str
    arguments: frozenset[str]
    spread: Sequence[str] = field(default=())

    @classmethod
    def of(cls, config: HTTPConfig, arguments: Iterable[str]) -> Self:
        """ValueError with a sentence for a config that cannot be filled or would not be safe."""
        names = frozenset(arguments)
        origin, path = _split_url(config.url)
        for place in PLACEHOLDER.findall(path):
            _require_declared(place, names, "url")
        for name, value in config.headers.items():
            _check_header(name, value, names)
        used = {
            *PLACEHOLDER.findall(path),
            *_placeholders(config.query, names),
            *_placeholders(config.body, names),
            *_placeholders([value for value in config.headers.values() if isinstance(value, str)], names),
        }
        spread = tuple(name for name in arguments if name not in used)
        given = config.query if config.method in BODILESS else config.body
        if spread and given is not None:
            raise ValueError(f"the argument {spread[0]} stands nowhere in url, query, headers or body")
        return cls(config=config, origin=origin, path=path, arguments=names, spread=spread)

    def address(self, arguments: Mapping[str, Any]) -> str:
        """Where the request goes, without its query. Raises ToolInputError."""
        return f"{self.origin}{self._filled_path(arguments)}"

    def fill(self, arguments: Mapping[str, Any]) -> FilledRequest:
        """The request for these arguments; None is an argument that was not given. Raises ToolInputError."""
        spread = {name: arguments[name] for name in self.spread if arguments.get(name) is not None}
        into_query = self.config.method in BODILESS
        query = _filled(dict(self.config.query or {}), arguments) | (spread if into_query else {})
        body = _filled(self.config.body, arguments)
        if not into_query and self.config.body is None:
            body = spread or None
        content = self._content(None if body is _ABSENT else body)
        return FilledRequest(
            method=self.config.method,
            url=with_query(self.address(arguments), _pairs(query)),
            headers=self._headers(arguments, has_body=content is not None),
            secret_headers={
                name: value.secret
                for name, value in self.config.headers.items()
                if isinstance(value, SecretHeader)
            },
            content=content,
        )

    def _filled_path(self, arguments: Mapping[str, Any]) -> str:
        def piece(match: re.Match[str]) -> str:
            return _path_piece(match[1], arguments.get(match[1]))

        return PLACEHOLDER.sub(piece, self.path)

    def _headers(self, arguments: Mapping[str, Any], *, has_body: bool) -> dict[str, str]:
        headers = {"Accept": "application/json, text/*;q=0.8, */*;q=0.1", "User-Agent": "clarity"}
        if has_body:
            is_form = self.config.body_format == "form"
            headers["Content-Type"] = "application/x-www-form-urlencoded" if is_form else "application/json"
        for name, template in self.config.headers.items():
            if not isinstance(template, str):
                continue
            value = _filled(template, arguments)
            if value is _ABSENT:
                continue
            text = _text(value)
            if not HEADER_VALUE.fullmatch(text):
                raise ToolInputError(f"What goes into the header {name} must be plain ASCII on one line.")
            headers = {key: kept for key, kept in headers.items() if key.lower() != name.lower()}
            headers[name] = text
        return headers

    def _content(self, body: object) -> bytes | None:
        if body is None:
            return None
        if self.config.body_format == "form":
            content = urlencode(_pairs(cast("dict[str, Any]", body))).encode()
        else:
            content = _json(body).encode()
        if len(content) > MAX_BODY_BYTES:
            raise ToolInputError(f"The request is larger than {MAX_BODY_BYTES:,} bytes.")
        return content


def with_query(url: str, pairs: Sequence[tuple[str, str]]) -> str:
    """The address with these parameters added. Raises ToolInputError when that is too long."""
    if pairs:
        url += ("&" if "?" in url else "?") + urlencode(pairs, quote_via=quote, safe="")
    if len(url) > MAX_URL_CHARS:
        raise ToolInputError("The arguments make an address that is too long.")
    return url


def _split_url(url: str) -> tuple[Origin, str]:
    match = URL.fullmatch(url)
    if not match or not url.isascii() or not url.isprintable():
        raise ValueError(
            "url must be https://host/path in plain ASCII; constants of the query belong into query"
        )
    try:
        origin = Origin.of(match["origin"])
    except ValueError as exc:
        raise ValueError(f"url {exc}") from exc
    path = match["path"] or "/"
    if any(segment in (".", "..") for segment in path.split("/")):
        raise ValueError("url must not have . or .. in its path")
    return origin, path


def _check_header(name: str, value: str | SecretHeader, names: frozenset[str]) -> None:
    lower = name.lower()
    if not HEADER_NAME.fullmatch(name) or lower in RESERVED_HEADERS:
        raise ValueError(f"headers may not have {name[:64]!r}")
    if isinstance(value, SecretHeader):
        return
    if lower in IDENTIFYING_HEADERS:
        raise ValueError(f'the header {name} takes {{"secret": "NAME"}} only, or use credentials')
    if not HEADER_VALUE.fullmatch(value):
        raise ValueError(f"the header {name} must be plain ASCII on one line")


def _require_declared(name: str, names: frozenset[str], where: str) -> None:
    if name not in names:
        raise ValueError(f"{where} holds {{{name}}}, which is no argument of runtime_args_schema")


def _placeholders(value: object, names: frozenset[str]) -> set[str]:
    """The arguments that stand in a template. Within a longer text other braces are only braces."""
    match value:
        case str():
            whole = PLACEHOLDER.fullmatch(value)
            if whole:
                _require_declared(whole[1], names, "the config")
            return set(PLACEHOLDER.findall(value)) & names
        case list() | tuple():
            items = cast("Sequence[object]", value)
        case dict():
            items = list(cast("dict[str, object]", value).values())
        case _:
            return set()
    return {name for item in items for name in _placeholders(item, names)}


class _Absent:
    """Stands for a value whose argument was not given."""


_ABSENT = _Absent()


def _filled(template: Any, arguments: Mapping[str, Any]) -> Any:
    """The JSON value that a template gives; members and items whose argument was not given are left out."""
    match template:
        case str():
            whole = PLACEHOLDER.fullmatch(template)
            if whole:
                value = arguments.get(whole[1])
                return _ABSENT if value is None else value
            return PLACEHOLDER.sub(lambda found: _inner(found, arguments), template)
        case list() | tuple():
            values = [_filled(item, arguments) for item in cast("Sequence[Any]", template)]
            return [value for value in values if value is not _ABSENT]
        case dict():
            members = cast("dict[str, Any]", template).items()
            filled = {key: _filled(value, arguments) for key, value in members}
            return {key: value for key, value in filled.items() if value is not _ABSENT}
        case _:
            return template


def _inner(found: re.Match[str], arguments: Mapping[str, Any]) -> str:
    """Within a text, an argument that was not given is nothing; braces around another word stay."""
    if found[1] not in arguments:
        return found[0]
    value = arguments[found[1]]
    return "" if value is None else _text(value)


def _path_piece(name: str, value: object) -> str:
    text = "" if value is None else _text(value)
    if not text or CONTROL.search(text):
        raise ToolInputError(f"{name} must be a text on one line, and not empty.")
    # An encoded slash is decoded by some servers, and then leads where it should not.
    if any(part in (".", "..") for part in re.split(r"[/\\]", text)):
        raise ToolInputError(f"{name} must not be a relative path.")
    return quote(text, safe="")


def _pairs(members: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Parameters of a query or a form; a list gives its name several times."""
    pairs: list[tuple[str, str]] = []
    for name, value in members.items():
        items = cast("Sequence[object]", value) if isinstance(value, (list, tuple)) else [value]
        pairs += [(name, _text(item)) for item in items]
    return pairs


def _text(value: object) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: object) -> str:
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except (ValueError, RecursionError) as exc:
        raise ToolInputError("The arguments hold a number or a nesting that JSON has no form for.") from exc
