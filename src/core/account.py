"""A user's account as a whole: leaving for good."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from core.db import Pool, database_errors, fetch_one
from core.errors import SignInAgain, UserNotFound
from core.types import User

# Somebody who finds a browser signed in must not be able to do this; whoever means it has signed in just now.
RECENT = timedelta(minutes=10)


async def delete_account(pool: Pool, user: User, *, now: datetime) -> None:
    """Deletes the user and all that is theirs. There is no way back.

    Raises SignInAgain when they signed in longer ago than `RECENT`, UserNotFound when they are gone already.
    """
    if now - signed_in_at(user.claims) > RECENT:
        raise SignInAgain
    with database_errors():
        row = await fetch_one(
            pool, "select private.delete_account(%(user_id)s) as is_deleted", {"user_id": user.id}
        )
    if row is None or not row["is_deleted"]:
        raise UserNotFound


def signed_in_at(claims: Mapping[str, Any]) -> datetime:
    """When the user proved who they are.

    Supabase says so in `amr` (`[{"method": "password", "timestamp": 1700000000}]`), which stays the same when
    a token is renewed; where a token has none, it is when the token was issued, or else long ago.
    """
    # RFC 8176 knows names alone: those tell no time.
    methods = cast("list[object]", claims.get("amr") or [])
    times = [
        cast("Mapping[str, float]", method)["timestamp"] for method in methods if isinstance(method, dict)
    ]
    return datetime.fromtimestamp(max(times) if times else claims.get("iat", 0), UTC)
