"""Whose credentials a tool's request carries: nobody's, the operator's, or the caller's own.

They are found for each call and attached last; until then a row, a log and an error only know their names.
"""

import base64
import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, TypeAlias, cast
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.db import database_errors, fetch_one
from core.errors import DatabaseUnavailable, ToolFailed
from core.tools.base import RunContext
from core.tools.hosts import Origin
from core.tools.outbound import Outbound
from core.tools.user_credentials import read_credential

SecretName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,62}$")]
CredentialName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
# RFC 9110, section 5.6.2: a token; for a query parameter the same letters are enough.
PLACEMENT = r"^(bearer|basic|header:[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}|query:[A-Za-z0-9._~-]{1,64})$"
Placement: TypeAlias = Annotated[str, StringConstraints(pattern=PLACEMENT)]

CLOSED = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

# Shorter ones would take ordinary words out of an answer.
MIN_REDACTED_CHARS = 6
# What cannot stand in a header, and what would end it (RFC 9110, section 5.5).
UNFIT_FOR_HEADER = re.compile(r"[^\x20-\x7e]")

NOTHING: Mapping[str, str] = MappingProxyType({})


class OperatorSecret(BaseModel):
    """A secret of the operator: CLARITY_SECRET_<name> in the environment or in Supabase Vault."""

    model_config = CLOSED

    secret: SecretName = Field(description="Its name: the value is never in the row.")
    placement: Placement = Field(
        default="bearer",
        alias="as",
        description="`bearer`, `basic` (the secret is `user:password`), `header:NAME` or `query:NAME`.",
    )


class UserCredential(BaseModel):
    """A secret of the caller's own, which they set with PUT /api/credentials/{name}."""

    model_config = CLOSED

    user_credential: CredentialName = Field(description="The name under which each user sets their own.")
    placement: Placement = Field(
        default="bearer",
        alias="as",
        description="`bearer`, `basic` (the secret is `user:password`), `header:NAME` or `query:NAME`.",
    )


Credentials: TypeAlias = Literal["none", "caller_jwt"] | OperatorSecret | UserCredential


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A value that nobody may read, and what is shown in its place."""

    name: str
    value: str = field(repr=False)

    def __str__(self) -> str:
        return f"[{self.name}]"

    @property
    def forms(self) -> Sequence[str]:
        """How the value may come back in an answer: as it is, percent-encoded, in base64."""
        encoded = base64.b64encode(self.value.encode()).decode()
        forms = {self.value, quote(self.value, safe=""), encoded, encoded.rstrip("=")}
        return sorted((form for form in forms if len(form) >= MIN_REDACTED_CHARS), key=len, reverse=True)


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """What a request carries to say who sends it; `shown` is the same for people, with names for values."""

    headers: Mapping[str, str] = field(default_factory=lambda: NOTHING, repr=False)
    query: Mapping[str, str] = field(default_factory=lambda: NOTHING, repr=False)
    shown: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    secrets: tuple[Secret, ...] = ()

    @classmethod
    def of(cls, secret: Secret, placement: str) -> Self:
        kind, _, name = placement.partition(":")
        if kind == "query":
            return cls(query={name: secret.value}, shown={f"?{name}": str(secret)}, secrets=(secret,))
        prefix = {"bearer": "Bearer ", "basic": "Basic "}.get(kind, "")
        name = name or "Authorization"
        value = base64.b64encode(secret.value.encode()).decode() if kind == "basic" else secret.value
        return cls(headers={name: f"{prefix}{value}"}, shown={name: f"{prefix}{secret}"}, secrets=(secret,))


def check_credentials(credentials: Credentials, outbound: Outbound, origin: Origin) -> None:
    """ValueError with a sentence when these credentials can never be sent to this origin from here."""
    if isinstance(credentials, OperatorSecret) and outbound.is_private:
        raise ValueError("an agent that a user owns may not use the operator's secrets")
    if credentials == "caller_jwt" and not outbound.jwt_hosts.rule_for(origin):
        raise ValueError(
            f"the operator has not allowed to send access tokens to {origin} (CLARITY_HTTP_JWT_HOSTS)"
        )


async def resolve(
    credentials: Credentials, context: RunContext, outbound: Outbound, origin: Origin
) -> Attachment:
    """What to attach to a request to `origin`, for this run's user.

    Raises ToolFailed when it is not to be had.
    """
    try:
        check_credentials(credentials, outbound, origin)
    except ValueError as exc:
        raise ToolFailed(f"This cannot be called: {exc}.") from exc
    match credentials:
        case OperatorSecret():
            return Attachment.of(
                await operator_secret(credentials.secret, context, outbound), credentials.placement
            )
        case UserCredential():
            return Attachment.of(
                await _user_secret(credentials.user_credential, context, outbound), credentials.placement
            )
        case "caller_jwt":
            return Attachment.of(_access_token(context), "bearer")
        case _:
            return Attachment()


async def operator_secret(name: str, context: RunContext, outbound: Outbound) -> Secret:
    """The operator's secret of that name, from the environment or else from the Vault. Raises ToolFailed."""
    if outbound.is_private:
        raise ToolFailed("An agent that a user owns may not use the operator's secrets.")
    value = outbound.secrets.get(name) or await _from_vault(name, context)
    if not value:
        raise ToolFailed(
            f"The server has no secret named {name}. Its operator must set CLARITY_SECRET_{name}."
        )
    return _sendable(Secret(name=name, value=value))


async def _from_vault(name: str, context: RunContext) -> str | None:
    with _failures():
        row = await fetch_one(
            context.pool, "select private.operator_secret(%(name)s) as value", {"name": name}
        )
    return row["value"] if row else None


async def _user_secret(name: str, context: RunContext, outbound: Outbound) -> Secret:
    if outbound.cipher is None:
        raise ToolFailed("This server keeps no credentials of users (CLARITY_CREDENTIALS_KEY is not set).")
    with _failures():
        value = await read_credential(context.pool, outbound.cipher, user_id=context.user.id, name=name)
    if value is None:
        raise ToolFailed(
            f"The user has set no credential named {name}. They can add it in their settings, then ask again."
        )
    return _sendable(Secret(name=name, value=value))


@contextmanager
def _failures() -> Generator[None]:
    """Raises ToolFailed when a secret cannot be read now, or not at all."""
    try:
        with database_errors():
            yield
    except DatabaseUnavailable as exc:
        raise ToolFailed(exc.message) from exc
    except ValueError as exc:
        raise ToolFailed("The user's credential cannot be opened any more: they must set it anew.") from exc


def _access_token(context: RunContext) -> Secret:
    token = context.user.access_token
    if token is None:
        raise ToolFailed("The user's access token is not there in this run, so it cannot be passed on.")
    return Secret(name="access token", value=token)


def _sendable(secret: Secret) -> Secret:
    if UNFIT_FOR_HEADER.search(secret.value):
        raise ToolFailed(f"The secret {secret.name} has a character that cannot be sent. Set it anew.")
    return secret


def redacted(value: Any, secrets: Sequence[Secret]) -> Any:
    """The JSON value with every form of the secrets replaced by their names, in keys too."""
    match value:
        case str():
            for secret in secrets:
                for form in secret.forms:
                    value = value.replace(form, str(secret))
            return value
        case list():
            return [redacted(item, secrets) for item in cast("list[Any]", value)]
        case dict():
            members = cast("dict[str, Any]", value)
            return {redacted(key, secrets): redacted(item, secrets) for key, item in members.items()}
        case _:
            return value
