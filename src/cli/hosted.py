"""A Supabase that is already there, hosted or of the Supabase CLI, as the environment or `.env` names it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, unquote, urlsplit

from cli.errors import UsageRefused
from cli.state import Stack

SERVER_LOGIN = "clarity_server"

# scrypt's cost: about 50 ms and 16 MB. The salt is fixed because every checkout that knows the owner's
# password must come to the same result; it keeps this use apart from others of the same password.
SCRYPT_COST = 2**14
SCRYPT_SALT = b"clarity_server login"

_PLACEHOLDERS = ("[YOUR-PASSWORD]", "<", "your-project", "your_")


@dataclass(frozen=True, kw_only=True)
class HostedSettings:
    """The settings that name a Supabase. `jwt_secret` is None when it publishes its keys (JWKS)."""

    supabase_url: str
    publishable_key: str
    database_url: str = field(repr=False)
    jwt_secret: str | None = field(repr=False)

    @property
    def knows_owner(self) -> bool:
        """Whether the database URL is the owner's; else it already is the server's own login."""
        return _user(self.database_url).partition(".")[0] != SERVER_LOGIN

    def to_stack(self) -> Stack:
        return Stack(
            mode="hosted",
            supabase_url=self.supabase_url,
            publishable_key=self.publishable_key,
            owner_url=self.database_url if self.knows_owner else None,
            server_url=server_url(self.database_url) if self.knows_owner else self.database_url,
            jwt_secret=self.jwt_secret,
        )


def read_hosted(environment: Mapping[str, str]) -> HostedSettings | None:
    """The Supabase that the settings name; None when they name none, so that the embedded one is meant.

    Raises UsageRefused when the set is incomplete or still holds a placeholder.
    """
    values = {
        "SUPABASE_URL": environment.get("SUPABASE_URL"),
        "DATABASE_URL": environment.get("DATABASE_URL"),
        "SUPABASE_PUBLISHABLE_KEY": environment.get("SUPABASE_PUBLISHABLE_KEY")
        or environment.get("SUPABASE_ANON_KEY"),
    }
    given = {name: value for name, value in values.items() if value}
    if not given:
        return None
    if missing := [name for name in values if name not in given]:
        raise UsageRefused(
            f"{_list(given)} {_is(given)} set, but {_list(missing)} {_is(missing)} not.",
            hint="Set all three to use that Supabase, or none of them to use the embedded one.",
        )
    for name, value in given.items():
        _refuse_placeholder(name, value)
    _refuse_bad_database_url(given["DATABASE_URL"])
    return HostedSettings(
        supabase_url=given["SUPABASE_URL"].rstrip("/"),
        publishable_key=given["SUPABASE_PUBLISHABLE_KEY"],
        database_url=given["DATABASE_URL"],
        jwt_secret=environment.get("SUPABASE_JWT_SECRET"),
    )


def server_password(owner_password: str) -> str:
    """clarity_server's password, 48 hexadecimal digits derived from the owner's (scrypt, RFC 7914)."""
    key = hashlib.scrypt(owner_password.encode(), salt=SCRYPT_SALT, n=SCRYPT_COST, r=8, p=1, dklen=24)
    return key.hex()


def server_url(owner_url: str) -> str:
    """The owner's URL with clarity_server's login; a pooler's user name keeps its project (`.ref`)."""
    parts = urlsplit(owner_url)
    project = _user(owner_url).partition(".")[2]
    user = quote(f"{SERVER_LOGIN}.{project}" if project else SERVER_LOGIN, safe="")
    address = parts.netloc.rpartition("@")[2]
    return _with_netloc(parts, f"{user}:{server_password(unquote(parts.password or ''))}@{address}")


def without_password(database_url: str) -> str:
    """The URL as it may be shown."""
    parts = urlsplit(database_url)
    return _with_netloc(parts, f"{_user(database_url)}:•••@{parts.netloc.rpartition('@')[2]}")


def _with_netloc(parts: SplitResult, netloc: str) -> str:
    return parts._replace(netloc=netloc).geturl()


def _user(database_url: str) -> str:
    return unquote(urlsplit(database_url).username or "")


def _refuse_placeholder(name: str, value: str) -> None:
    if any(placeholder in value for placeholder in _PLACEHOLDERS):
        raise UsageRefused(
            f"{name} still holds a placeholder.", hint="Your project's settings page has the value."
        )


def _refuse_bad_database_url(value: str) -> None:
    try:
        parts = urlsplit(value)
        complete = parts.scheme in ("postgres", "postgresql") and all(
            (parts.username, parts.password, parts.hostname)
        )
    except ValueError:
        complete = False
    if not complete:
        raise UsageRefused(
            "DATABASE_URL is not a complete connection URL.",
            hint="It looks like postgresql://user:password@host:port/postgres, specials %-encoded.",
        )


def _list(names: Mapping[str, str] | list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _is(names: Mapping[str, str] | list[str]) -> str:
    return "is" if len(names) == 1 else "are"
