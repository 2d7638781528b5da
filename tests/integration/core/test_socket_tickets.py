"""Tickets for WebSockets: one socket, once, in time, and only for somebody who may act."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from core.chats.tickets import (
    MAX_TICKETS,
    delete_expired_socket_tickets,
    make_socket_ticket,
    redeem_socket_ticket,
)
from core.db import Pool
from core.errors import UserNotFound
from core.types import User
from fixtures.people import Person, act_as


@pytest.fixture
def person(make_user: Callable[[], Person]) -> Person:
    return make_user()


@pytest.fixture
def user(person: Person) -> User:
    expires = datetime.now(UTC) + timedelta(hours=1)
    return User.from_claims({**person.claims, "exp": int(expires.timestamp())}, access_token="a token")


async def test_a_ticket_stands_for_the_claims_of_the_token_that_asked_for_it(pool: Pool, user: User) -> None:
    ticket = await make_socket_ticket(pool, user)
    redeemed = await redeem_socket_ticket(pool, ticket.ticket)

    assert redeemed == user
    assert redeemed
    assert redeemed.access_token is None
    assert timedelta(seconds=50) < ticket.expires_at - datetime.now(UTC) <= timedelta(seconds=60)


async def test_a_ticket_is_good_once_however_many_come_with_it(pool: Pool, user: User) -> None:
    ticket = await make_socket_ticket(pool, user)
    redeemed = await asyncio.gather(*(redeem_socket_ticket(pool, ticket.ticket) for _ in range(8)))

    assert redeemed.count(user) == 1
    assert redeemed.count(None) == 7


async def test_a_ticket_is_not_good_after_its_time(pool: Pool, user: User, owner: psycopg.Connection) -> None:
    ticket = await make_socket_ticket(pool, user)
    owner.execute("update private.socket_tickets set expires_at = now()")

    assert await redeem_socket_ticket(pool, ticket.ticket) is None
    assert owner.execute("select count(*) from private.socket_tickets").fetchone() == (0,)


async def test_a_ticket_lives_no_longer_than_the_token_that_asked_for_it(pool: Pool, person: Person) -> None:
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=20)
    user = User.from_claims({**person.claims, "exp": int(expires.timestamp())})

    assert (await make_socket_ticket(pool, user)).expires_at == expires


async def test_what_was_never_a_ticket_is_none(pool: Pool) -> None:
    assert await redeem_socket_ticket(pool, "guessed") is None


async def test_nobody_who_is_banned_or_gone_gets_a_ticket_or_uses_one(
    pool: Pool, user: User, owner: psycopg.Connection
) -> None:
    ticket = await make_socket_ticket(pool, user)
    owner.execute("update auth.users set banned_until = now() + interval '1 hour'")

    with pytest.raises(UserNotFound):
        await make_socket_ticket(pool, user)
    assert await redeem_socket_ticket(pool, ticket.ticket) is None


async def test_the_tickets_of_one_user_are_bounded_and_the_newest_are_good(
    pool: Pool, user: User, make_user: Callable[[], Person], owner: psycopg.Connection
) -> None:
    other = await make_socket_ticket(pool, User.from_claims(make_user().claims))
    tickets = [await make_socket_ticket(pool, user) for _ in range(MAX_TICKETS + 1)]

    of_user = owner.execute(
        "select count(*) from private.socket_tickets where user_id = %(id)s", {"id": user.id}
    ).fetchone()
    assert of_user == (MAX_TICKETS,)
    assert await redeem_socket_ticket(pool, tickets[0].ticket) is None
    assert await redeem_socket_ticket(pool, tickets[-1].ticket) == user
    assert await redeem_socket_ticket(pool, other.ticket) is not None


async def test_the_sweep_deletes_what_has_expired_and_nothing_else(
    pool: Pool, user: User, owner: psycopg.Connection
) -> None:
    tickets = [await make_socket_ticket(pool, user) for _ in range(4)]
    now = datetime.now(UTC)
    for ticket, age in zip(tickets, (3, 2, 1), strict=False):
        owner.execute(
            "update private.socket_tickets set expires_at = %(at)s where ticket_hash = sha256(%(ticket)s)",
            {"at": now - timedelta(seconds=age), "ticket": ticket.ticket.encode()},
        )

    swept = [await delete_expired_socket_tickets(pool, at=now, limit=2) for _ in range(3)]

    assert swept == [2, 1, 0]
    assert await redeem_socket_ticket(pool, tickets[3].ticket) == user


async def test_the_database_keeps_the_hash_and_nobody_but_the_server_reaches_it(
    pool: Pool, user: User, person: Person, owner: psycopg.Connection
) -> None:
    ticket = await make_socket_ticket(pool, user)

    kept = owner.execute("select ticket_hash from private.socket_tickets").fetchone()
    assert kept == (hashlib.sha256(ticket.ticket.encode()).digest(),)
    assert ticket.ticket not in repr(ticket)
    for statement in ("table private.socket_tickets", "select private.redeem_socket_ticket('x')"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, person) as connection:
            connection.execute(statement)
    async with pool.connection() as conn:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await conn.execute("table private.socket_tickets")
