"""Who may rate which messages, and what becomes of a rating."""

from uuid import UUID

import psycopg
import pytest

from fixtures.people import Person, act_as
from integration.database.world import World

RATE = (
    "insert into message_feedback (chat_id, message_uuid, rating) values (%(chat)s, %(message)s, %(rating)s)"
)


@pytest.fixture
def message(owner: psycopg.Connection, world: World) -> UUID:
    """The message in Ada's chat."""
    row = owner.execute(
        "select message_uuid from chat_message_history where session_id = %(chat)s",
        {"chat": world.ids["chats"]},
    ).fetchone()
    assert row
    return row[0]


def rate(owner: psycopg.Connection, person: Person, chat: UUID, message: UUID, rating: str = "up") -> None:
    with act_as(owner, person):
        owner.execute(RATE, {"chat": chat, "message": message, "rating": rating})


def ratings(owner: psycopg.Connection) -> list[tuple[UUID, UUID, str]]:
    return owner.execute("select user_id, message_uuid, rating from message_feedback").fetchall()


def test_a_message_of_ones_own_chat_is_rated_once_and_differently_later(
    owner: psycopg.Connection, world: World, message: UUID
) -> None:
    chat = world.ids["chats"]
    rate(owner, world.ada, chat, message)
    with act_as(owner, world.ada):
        owner.execute(
            RATE + " on conflict (chat_id, message_uuid) do update set rating = excluded.rating",
            {"chat": chat, "message": message, "rating": "down"},
        )

    assert ratings(owner) == [(world.ada.id, message, "down")]


def test_nobody_rates_a_message_of_somebody_elses_chat(
    owner: psycopg.Connection, world: World, message: UUID
) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        rate(owner, world.bob, world.ids["chats"], message)
    assert ratings(owner) == []


def test_somebody_elses_rating_is_neither_seen_nor_changed_nor_taken_back(
    owner: psycopg.Connection, world: World, message: UUID
) -> None:
    rate(owner, world.ada, world.ids["chats"], message)
    with act_as(owner, world.bob):
        assert owner.execute("select count(*) from message_feedback").fetchone() == (0,)
        assert owner.execute("update message_feedback set rating = 'down'").rowcount == 0
        assert owner.execute("delete from message_feedback").rowcount == 0

    assert ratings(owner) == [(world.ada.id, message, "up")]


def test_nobody_may_look_or_rate_without_signing_in(
    owner: psycopg.Connection, world: World, message: UUID
) -> None:
    for query in (RATE, "select * from message_feedback"):
        params = {"chat": world.ids["chats"], "message": message, "rating": "up"}
        with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, None):
            owner.execute(query, params)


def test_a_rating_goes_with_its_message(owner: psycopg.Connection, world: World, message: UUID) -> None:
    rate(owner, world.ada, world.ids["chats"], message)
    owner.execute("delete from chat_message_history where message_uuid = %(message)s", {"message": message})

    assert ratings(owner) == []


def test_a_rating_is_a_thumb_up_or_down(owner: psycopg.Connection, world: World, message: UUID) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        rate(owner, world.ada, world.ids["chats"], message, "meh")
