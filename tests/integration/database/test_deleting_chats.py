"""Deleting a chat: all that was said in it goes, and only its user can do it."""

from collections.abc import Mapping
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from fixtures.people import act_as
from integration.database.world import World

# Every table whose rows hang, at whatever distance, on a chat; from the catalog, so that one that is added
# later is looked at as well.
BELOW_A_CHAT: LiteralString = """
with recursive below as (
  select 'public.chats'::regclass::oid as id
  union
  select conrelid from pg_constraint join below on confrelid = below.id where contype = 'f'
)
select nspname, relname from below
join pg_class on pg_class.oid = below.id
join pg_namespace on pg_namespace.oid = relnamespace
"""

# Rows of tables that the small world has none of: one is enough for each.
MORE_ROWS: Mapping[str, LiteralString] = {
    "action_decisions": """insert into action_decisions (action_id, user_id, decision)
      values (%(pending_actions)s, %(user)s, 'reject')""",
    "run_journal": """insert into private.run_journal (run_id, tool_call_id, tool_name, arguments, is_done)
      values (%(chat_runs)s, 'call-1', 'create_note', '{}', true)""",
    "chat_summaries": """insert into chat_summaries (chat_id, user_id, content, up_to_message_id)
      values (%(chats)s, %(user)s, 'Ada likes tea.', %(chat_message_history)s)""",
    "message_feedback": """insert into message_feedback (chat_id, message_uuid, user_id, rating)
      select session_id, message_uuid, user_id, 'up' from chat_message_history
       where id = %(chat_message_history)s""",
}

# What a run cost is not the user's to delete. Its journal is gone when it ends.
ACCOUNT = {"chat_runs": 1, "run_journal": 1}

DELETE: LiteralString = "delete from chats where id = %(chats)s"


def rows_below(owner: psycopg.Connection) -> dict[str, int]:
    """The number of rows of each table that hangs on chats."""
    counts: dict[str, int] = {}
    for schema, table in owner.execute(BELOW_A_CHAT).fetchall():
        row = owner.execute(
            sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
        ).fetchone()
        assert row
        counts[table] = row[0]
    return counts


@pytest.fixture
def full_chat(owner: psycopg.Connection, world: World) -> World:
    """The small world, whose one chat has a row of everything that a chat can have."""
    for table, count in rows_below(owner).items():
        if not count:
            owner.execute(MORE_ROWS[table], {"user": world.ada.id, **world.ids})
    assert all(rows_below(owner).values())
    return world


def test_a_deleted_chat_takes_along_all_but_the_account_of_its_runs(
    owner: psycopg.Connection, full_chat: World
) -> None:
    with act_as(owner, full_chat.ada):
        assert owner.execute(DELETE, full_chat.ids).rowcount == 1
    left = rows_below(owner)
    assert {"chats", "chat_sessions", "chat_runs", "chat_message_history", "pending_actions"} <= left.keys()
    assert left == dict.fromkeys(left, 0) | ACCOUNT
    assert owner.execute("select chat_id, user_id from chat_runs").fetchall() == [(None, full_chat.ada.id)]


def test_another_user_deletes_nothing_and_nobody_may_try(owner: psycopg.Connection, full_chat: World) -> None:
    before = rows_below(owner)
    with act_as(owner, full_chat.bob):
        assert owner.execute(DELETE, full_chat.ids).rowcount == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, None):
        owner.execute(DELETE, full_chat.ids)
    assert rows_below(owner) == before


def test_the_other_chats_of_the_user_keep_what_is_theirs(owner: psycopg.Connection, full_chat: World) -> None:
    owner.execute(
        """
        with chat as (
          insert into chats (user_id, agent_name) values (%(user)s, 'helper') returning id
        ), session as (
          insert into chat_sessions (user_id, chat_id, agent_name) select %(user)s, id, 'helper' from chat
        )
        insert into chat_message_history (user_id, session_id, message)
        select %(user)s, id, '{"type": "human"}' from chat
        """,
        {"user": full_chat.ada.id},
    )
    with act_as(owner, full_chat.ada):
        owner.execute(DELETE, full_chat.ids)
    left = {table: count for table, count in rows_below(owner).items() if count}
    assert left == {"chats": 1, "chat_sessions": 1, "chat_message_history": 1, **ACCOUNT}


@pytest.mark.parametrize(("status", "after"), [("running", "running"), ("waiting", "cancelled")])
def test_what_runs_or_waits_in_a_deleted_chat_is_stopped(
    owner: psycopg.Connection, full_chat: World, status: str, after: str
) -> None:
    owner.execute("update chat_runs set status = %(status)s", {"status": status})
    with act_as(owner, full_chat.ada):
        owner.execute(DELETE, full_chat.ids)

    # The server of one that runs sees with its next lease that it is to stop, and closes it then.
    [(left, is_asked_to_stop, is_over)] = owner.execute(
        "select status, cancel_requested_at is not null, finished_at is not null from chat_runs"
    ).fetchall()
    assert (left, is_asked_to_stop, is_over) == (after, status == "running", status == "waiting")
