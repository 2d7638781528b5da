"""Who may read, write and delete the summary of a chat, and what makes it go."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from fixtures.databases import Database
from fixtures.people import Person, act_as
from integration.database.world import World


@pytest.fixture
def server(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.server_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def chat(owner: psycopg.Connection, world: World) -> UUID:
    """Ada's second chat, with four messages and no summary."""
    row = owner.execute(
        "insert into chats (user_id, agent_name) values (%(user)s, 'helper') returning id",
        {"user": world.ada.id},
    ).fetchone()
    assert row
    owner.execute(
        """insert into chat_message_history (session_id, user_id, message)
        select %(chat)s, %(user)s, '{"type": "human"}' from generate_series(1, 4)""",
        {"chat": row[0], "user": world.ada.id},
    )
    return row[0]


def message_ids(owner: psycopg.Connection, chat: UUID) -> list[int]:
    query = "select id from chat_message_history where session_id = %(chat)s order by id"
    return [row[0] for row in owner.execute(query, {"chat": chat}).fetchall()]


def save(server: psycopg.Connection, person: Person, chat: UUID, **values: Any) -> bool:
    summary = {
        "content": "Talked.",
        "is_untrusted": False,
        "model": "openai:gpt-5-mini",
        "earlier_id": None,
        "after_message_id": 0,
        **values,
    }
    row = server.execute(
        "select private.save_chat_summary(%(user)s, %(chat)s, %(summary)s)",
        {"user": person.id, "chat": chat, "summary": Jsonb(summary)},
    ).fetchone()
    assert row
    return row[0]


def summaries(owner: psycopg.Connection, chat: UUID) -> list[tuple[Any, ...]]:
    query = "select content, up_to_message_id, is_untrusted from chat_summaries where chat_id = %(chat)s"
    return owner.execute(query, {"chat": chat}).fetchall()


def test_the_summary_is_seen_by_its_user_and_by_nobody_else(owner: psycopg.Connection, world: World) -> None:
    query = "select content from chat_summaries"
    with act_as(owner, world.ada):
        assert owner.execute(query).fetchall() == [("Ada plans a trip.",)]
    with act_as(owner, world.bob):
        assert owner.execute(query).fetchall() == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, None):
        owner.execute(query)


@pytest.mark.parametrize(
    "statement",
    [
        "update chat_summaries set content = 'Obey.'",
        "update chat_summaries set is_untrusted = false",
        """insert into chat_summaries (user_id, chat_id, content, up_to_message_id, is_untrusted, model)
        select user_id, id, 'Obey.', 1, false, 'me' from chats""",
        """insert into chat_summaries (user_id, chat_id, content, up_to_message_id, is_untrusted, model)
        select user_id, id, 'Obey.', 1, false, 'me' from chats
        on conflict (chat_id) do update set content = excluded.content""",
    ],
)
def test_not_even_its_user_writes_a_summary(statement: Any, owner: psycopg.Connection, world: World) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, world.ada):
        owner.execute(statement)


def test_its_user_deletes_a_summary_and_another_user_finds_none_to_delete(
    owner: psycopg.Connection, world: World
) -> None:
    with act_as(owner, world.bob):
        assert owner.execute("delete from chat_summaries").rowcount == 0
    with act_as(owner, world.ada):
        assert owner.execute("delete from chat_summaries").rowcount == 1


def test_the_server_writes_summaries_of_the_chats_of_the_user_it_names_only(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    ids = message_ids(owner, chat)
    assert save(server, world.bob, chat, up_to_message_id=ids[1], message_count=2) is False
    assert summaries(owner, chat) == []
    assert save(server, world.ada, chat, up_to_message_id=ids[1], message_count=2) is True
    assert summaries(owner, chat) == [("Talked.", ids[1], False)]


def test_a_summary_gives_way_only_to_one_that_covers_more(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    ids = message_ids(owner, chat)
    assert save(server, world.ada, chat, up_to_message_id=ids[2], message_count=3, is_untrusted=True)
    for up_to in (1, 2):
        other = {"content": "Other.", "up_to_message_id": ids[up_to], "message_count": up_to + 1}
        assert save(server, world.ada, chat, **other) is False
    assert summaries(owner, chat) == [("Talked.", ids[2], True)]
    assert save(server, world.ada, chat, content="More.", up_to_message_id=ids[3], message_count=4)
    assert summaries(owner, chat) == [("More.", ids[3], False)]


def test_a_summary_made_of_one_that_was_deleted_meanwhile_is_not_kept(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    ids = message_ids(owner, chat)
    assert save(server, world.ada, chat, up_to_message_id=ids[1], message_count=2)
    row = owner.execute("select id from chat_summaries where chat_id = %(chat)s", {"chat": chat}).fetchone()
    assert row
    made_of = {"earlier_id": str(row[0]), "after_message_id": ids[1]}
    with act_as(owner, world.ada):
        owner.execute("delete from chat_summaries where chat_id = %(chat)s", {"chat": chat})
    assert save(server, world.ada, chat, up_to_message_id=ids[3], message_count=2, **made_of) is False
    assert save(server, world.ada, chat, up_to_message_id=ids[0], message_count=1)
    assert save(server, world.ada, chat, up_to_message_id=ids[3], message_count=2, **made_of) is False


def test_a_summary_of_messages_that_are_gone_is_not_kept(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    ids = message_ids(owner, chat)
    with act_as(owner, world.ada):
        owner.execute("delete from chat_message_history where id = %(id)s", {"id": ids[0]})
    assert save(server, world.ada, chat, up_to_message_id=ids[2], message_count=3) is False
    assert save(server, world.ada, chat, up_to_message_id=ids[2], message_count=2) is True


def test_deleting_a_message_deletes_the_summary_that_covers_it_and_no_other(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    ids = message_ids(owner, chat)
    save(server, world.ada, chat, up_to_message_id=ids[1], message_count=2)
    delete = "delete from chat_message_history where id = %(id)s"
    with act_as(owner, world.ada):
        owner.execute(delete, {"id": ids[2]})
    assert len(summaries(owner, chat)) == 1
    with act_as(owner, world.ada):
        owner.execute(delete, {"id": ids[1]})
    assert summaries(owner, chat) == []
    with act_as(owner, world.ada):
        assert owner.execute("select content from chat_summaries").fetchall() == [("Ada plans a trip.",)]


def test_deleting_a_chat_deletes_its_summary(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    save(server, world.ada, chat, up_to_message_id=message_ids(owner, chat)[1], message_count=2)
    with act_as(owner, world.ada):
        owner.execute("delete from chats where id = %(chat)s", {"chat": chat})
    assert summaries(owner, chat) == []


def test_users_and_nobody_cannot_call_the_server_s_function(
    owner: psycopg.Connection, world: World, chat: UUID
) -> None:
    for person in (world.ada, None):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, person):
            owner.execute("select private.save_chat_summary(auth.uid(), %(chat)s, '{}')", {"chat": chat})


# Instructions, which are read with every turn


def test_an_agent_is_given_no_more_instructions_than_the_limit_says(
    owner: psycopg.Connection, world: World
) -> None:
    owner.execute("update private.limits set value = 2 where name = 'instructions for one agent'")
    insert = "insert into user_agent_prompt_customizations (agent_name, content) values (%(agent)s, 'Rhyme.')"
    with act_as(owner, world.ada):
        owner.execute(insert, {"agent": "helper"})
        owner.execute(insert, {"agent": "another"})
        owner.execute("update user_agent_prompt_customizations set content = 'Be kind.'")
    for statement in (insert, "update user_agent_prompt_customizations set agent_name = %(agent)s"):
        with (
            pytest.raises(psycopg.errors.CheckViolation, match="2 instructions for one agent"),
            act_as(owner, world.ada),
        ):
            owner.execute(statement, {"agent": "helper"})
    with act_as(owner, world.bob):
        owner.execute(insert, {"agent": "helper"})
