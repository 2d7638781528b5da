"""How a user keeps their chats: pins, tags, and the list of them page by page."""

from typing import LiteralString

import psycopg
import pytest

from fixtures.people import act_as
from integration.database.world import World

TAG: LiteralString = "update chats set tags = %(tags)s returning tags"


@pytest.mark.parametrize(
    "tags",
    [
        [],
        ["garden"],
        ["to do", "garden", "Überfällig", "買い物"],
        [f"tag {number}" for number in range(20)],
        ["x" * 50],
        ["ü" * 50],
    ],
)
def test_tags_are_words_to_find_a_chat_by(tags: list[str], owner: psycopg.Connection, world: World) -> None:
    with act_as(owner, world.ada):
        assert owner.execute(TAG, {"tags": tags}).fetchone() == (tags,)


@pytest.mark.parametrize(
    "tags",
    [
        [f"tag {number}" for number in range(21)],
        ["x" * 51],
        ["garden", "x" * 51],
        [""],
        ["garden", ""],
        [" "],
        [" garden"],
        ["garden "],
        ["garden", "\tto do"],
        ["two\nlines"],
        ["\n"],
        [None],
        ["garden", None],
    ],
)
def test_tags_that_no_client_could_show_are_refused(
    tags: list[str | None], owner: psycopg.Connection, world: World
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="tags_are_few_short"), act_as(owner, world.ada):
        owner.execute(TAG, {"tags": tags})


def test_a_chat_is_pinned_by_its_user_alone(owner: psycopg.Connection, world: World) -> None:
    pin: LiteralString = "update chats set is_pinned = true returning id"
    with act_as(owner, world.bob):
        assert owner.execute(pin).fetchall() == []
    with act_as(owner, world.ada):
        assert owner.execute(pin).fetchall() == [(world.ids["chats"],)]


# What PostgREST makes of the query in memory-bank/chats.md.
PAGE: LiteralString = """
select id, last_message_at from chats
 where is_archived = false and last_message_at is not null
   and last_message_at <= %(at)s and (last_message_at < %(at)s or id > %(id)s)
 order by last_message_at desc nulls last, id
 limit 20
"""
MANY: LiteralString = """
insert into chats (user_id, agent_name, last_message_at)
select %(user)s, 'helper', now() - make_interval(mins => i) from generate_series(1, %(chats)s) as i
"""


def pages_read(owner: psycopg.Connection, world: World, *, after: int) -> int:
    """How many pages of 8 kB Postgres looks at for the chats that follow Ada's first ones."""
    owner.execute("vacuum analyze chats")
    with act_as(owner, world.ada):
        place = owner.execute(
            """
            select last_message_at, id from chats where last_message_at is not null
            order by last_message_at desc nulls last, id offset %(after)s limit 1
            """,
            {"after": after},
        ).fetchone()
        assert place
        explain: LiteralString = "explain (analyze, buffers, format json)" + PAGE
        row = owner.execute(explain, {"at": place[0], "id": place[1]}).fetchone()
    assert row
    plan = row[0][0]["Plan"]
    assert plan["Actual Rows"] == 20
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def test_a_page_of_the_list_costs_the_same_whatever_chats_others_have(
    owner: psycopg.Connection, world: World
) -> None:
    owner.execute(MANY, {"user": world.ada.id, "chats": 100})
    alone = pages_read(owner, world, after=20)
    owner.execute(MANY, {"user": world.bob.id, "chats": 20_000})
    assert pages_read(owner, world, after=20) <= alone + 10


def test_a_page_of_the_list_costs_the_same_wherever_it_begins(
    owner: psycopg.Connection, world: World
) -> None:
    owner.execute(MANY, {"user": world.ada.id, "chats": 20_000})
    first, last = (pages_read(owner, world, after=after) for after in (20, 19_900))
    assert last <= first + 10
