"""Secrets that users entrust to the server, to be used in their own runs: written, listed by name, deleted.

Nobody reads one back: users have no right to the ciphertext, and the database has no key.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from psycopg.errors import ForeignKeyViolation

from core.db import Pool, as_user, database_errors, fetch_one
from core.errors import CredentialNotFound, CredentialsUnavailable, UserNotFound
from core.tools.credential_cipher import CredentialCipher
from core.types import User


@dataclass(frozen=True, kw_only=True)
class CredentialInfo:
    """What its owner may see of a credential: everything but the secret."""

    name: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        return cls(name=row["name"], created_at=row["created_at"], updated_at=row["updated_at"])


async def save_credential(
    pool: Pool, cipher: CredentialCipher | None, user: User, *, name: str, value: str
) -> None:
    """Sets the user's credential of that name.

    Raises CredentialsUnavailable when the server has no key, UserNotFound when the user is gone.
    """
    if cipher is None:
        raise CredentialsUnavailable
    ciphertext = cipher.encrypt(value, user_id=user.id, name=name)
    with database_errors(), _owner_exists():
        async with as_user(pool, user) as conn:
            await conn.execute(
                """
                insert into public.user_credentials (name, ciphertext) values (%(name)s, %(ciphertext)s)
                on conflict (user_id, name) do update set ciphertext = %(ciphertext)s
                """,
                {"name": name, "ciphertext": ciphertext},
            )


@contextmanager
def _owner_exists() -> Generator[None]:
    try:
        yield
    except ForeignKeyViolation as exc:
        raise UserNotFound from exc


async def list_credentials(pool: Pool, user: User) -> list[CredentialInfo]:
    """The user's own, by name."""
    with database_errors():
        async with as_user(pool, user) as conn:
            cursor = await conn.execute(
                "select name, created_at, updated_at from public.user_credentials order by name"
            )
            return [CredentialInfo.from_row(row) for row in await cursor.fetchall()]


async def delete_credential(pool: Pool, user: User, *, name: str) -> None:
    """Raises CredentialNotFound when the user has none of that name."""
    with database_errors():
        async with as_user(pool, user) as conn:
            cursor = await conn.execute(
                "delete from public.user_credentials where name = %(name)s", {"name": name}
            )
    if not cursor.rowcount:
        raise CredentialNotFound(name)


async def read_credential(pool: Pool, cipher: CredentialCipher, *, user_id: UUID, name: str) -> str | None:
    """The secret itself, for a request made in this user's run; None when they have set none.

    Raises ValueError when no key of the server opens it.
    """
    row = await fetch_one(
        pool,
        "select private.user_credential(%(user_id)s, %(name)s) as ciphertext",
        {"user_id": user_id, "name": name},
    )
    if row is None or row["ciphertext"] is None:
        return None
    return cipher.decrypt(bytes(row["ciphertext"]), user_id=user_id, name=name)
