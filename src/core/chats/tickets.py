"""Tickets for WebSockets: what a client may put into a URL in place of its access token, once."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psycopg.types.json import Jsonb

from core.chats.sweeps import SweepLock, sweep
from core.db import Pool, database_errors, fetch_one
from core.errors import UserNotFound
from core.types import User

# A client opens its socket right after it has asked; a slow network takes seconds.
LIFETIME = timedelta(seconds=60)
# Of one user: more than anybody's tabs open at once. A further ticket ends the oldest.
MAX_TICKETS = 20
# A sweep that finds more leaves them to the next one.
SWEPT_AT_ONCE = 10_000


@dataclass(frozen=True, kw_only=True)
class SocketTicket:
    """A ticket, which is kept nowhere but here: the database has its hash."""

    ticket: str = field(repr=False)
    expires_at: datetime


async def make_socket_ticket(pool: Pool, user: User, *, lifetime: timedelta = LIFETIME) -> SocketTicket:
    """A new ticket of this user, for one socket at any replica.

    Raises UserNotFound or DatabaseUnavailable.
    """
    ticket = secrets.token_urlsafe(32)
    with database_errors():
        row = await fetch_one(
            pool,
            "select private.make_socket_ticket(%(hash)s, %(claims)s, %(seconds)s, %(most)s) as expires_at",
            {
                "hash": _hash(ticket),
                "claims": Jsonb(dict(user.claims)),
                "seconds": lifetime.total_seconds(),
                "most": MAX_TICKETS,
            },
        )
    if row is None or row["expires_at"] is None:
        raise UserNotFound
    return SocketTicket(ticket=ticket, expires_at=row["expires_at"])


async def redeem_socket_ticket(pool: Pool, ticket: str) -> User | None:
    """The user whom the ticket stands for, and then it is used up; None when it is not good.

    They come without an access token. Raises DatabaseUnavailable.
    """
    with database_errors():
        row = await fetch_one(
            pool,
            "select private.redeem_socket_ticket(%(hash)s) as claims",
            {"hash": _hash(ticket)},
        )
    return User.from_claims(row["claims"]) if row and row["claims"] else None


async def delete_expired_socket_tickets(
    pool: Pool, *, at: datetime | None = None, limit: int = SWEPT_AT_ONCE
) -> int:
    """Deletes tickets that were not redeemed by then, or by now; how many there were.

    Run by several replicas at once, one does the work. Raises DatabaseUnavailable.
    """
    return await sweep(
        pool,
        SweepLock.OLD_TICKETS,
        "private.delete_expired_socket_tickets(%(limit)s, coalesce(%(at)s::timestamptz, now()))",
        {"limit": limit, "at": at},
    )


def _hash(ticket: str) -> bytes:
    # A ticket is as random as the hash is long: neither salt nor slowness would add anything.
    return hashlib.sha256(ticket.encode()).digest()
