"""Chats, their sessions and messages: what the database itself guarantees about them."""

import json
from collections.abc import Iterator
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_postgres import PostgresChatMessageHistory

from fixtures.databases import Database
from fixtures.people import act_as
from integration.database.world import World

AGE_ALL: LiteralString = """
alter table chat_sessions disable trigger user;
update chat_sessions set updated_at = now() - interval '40 minutes';
alter table chat_sessions enable trigger user;
"""


def one(owner: psycopg.Connection, query: LiteralString) -> Any:
    row = owner.execute(query).fetchone()
    assert row
    return row[0]


@pytest.fixture
def server(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.server_url, autocommit=True) as connection:
        yield connection


def test_every_update_of_a_client_is_a_sign_of_life(owner: psycopg.Connection, world: World) -> None:
    owner.execute(AGE_ALL)
    with act_as(owner, world.ada):
        owner.execute("update chat_sessions set metadata = '{\"tab\": 1}', updated_at = '2001-01-01'")
    assert one(owner, "select updated_at > now() - interval '1 minute' from chat_sessions") is True


def test_the_sweep_ends_stale_sessions_alone_and_is_no_sign_of_life(
    owner: psycopg.Connection, world: World, server: psycopg.Connection
) -> None:
    owner.execute(AGE_ALL)
    with act_as(owner, world.ada):
        owner.execute(
            "insert into chat_sessions (chat_id, agent_name) values (%(chat)s, 'fresh')",
            {"chat": world.ids["chats"]},
        )
    sweep: LiteralString = "select private.deactivate_stale_chat_session_instances('30 minutes')"
    assert server.execute(sweep).fetchone() == (1,)
    assert server.execute(sweep).fetchone() == (0,)
    assert owner.execute(
        """select agent_name, is_active, updated_at < now() - interval '39 minutes'
        from chat_sessions order by agent_name"""
    ).fetchall() == [("fresh", True, False), ("helper", False, True)]


def test_the_sweep_counts_from_the_time_it_is_given(world: World, server: psycopg.Connection) -> None:
    query: LiteralString = (
        "select private.deactivate_stale_chat_session_instances('30 minutes', now() + %(ahead)s::interval)"
    )
    assert server.execute(query, {"ahead": "29 minutes"}).fetchone() == (0,)
    assert server.execute(query, {"ahead": "31 minutes"}).fetchone() == (1,)


def test_executors_without_an_active_session_are_named_and_no_others(
    owner: psycopg.Connection, world: World, server: psycopg.Connection
) -> None:
    def inactive(*executors: tuple[UUID, str]) -> set[int]:
        agents = ["helper", "other"]
        [row] = server.execute(
            "select private.inactive_executors(%(users)s, %(agents)s, %(agents_of)s::integer[])",
            {
                "users": [user_id for user_id, _ in executors],
                "agents": agents,
                "agents_of": [agents.index(agent_name) + 1 for _, agent_name in executors],
            },
        ).fetchall()
        return set(row[0])

    executors = ((world.ada.id, "helper"), (world.ada.id, "other"), (world.bob.id, "helper"))
    assert inactive(*executors) == {1, 2}
    owner.execute("update chat_sessions set is_active = false")
    assert inactive(*executors) == {0, 1, 2}
    assert inactive() == set()


def test_a_chat_has_one_turn_at_most_that_runs_or_waits(owner: psycopg.Connection, world: World) -> None:
    start: LiteralString = (
        "insert into chat_runs (chat_id, user_id, agent_name) values (%(chat)s, %(user)s, 'h')"
    )
    chat = {"chat": world.ids["chats"], "user": world.ada.id}
    owner.execute(start, chat)
    for status in ("running", "waiting"):
        owner.execute(
            "update chat_runs set status = %(status)s where status in ('running', 'waiting')",
            {"status": status},
        )
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute(start, chat)
    owner.execute("update chat_runs set status = 'completed'")
    owner.execute(start, chat)


def test_a_message_is_stored_once_under_its_identity(owner: psycopg.Connection, world: World) -> None:
    add: LiteralString = """insert into chat_message_history (session_id, message, message_uuid)
      values (%(chat)s, '{"type": "human"}', '00000000-0000-0000-0000-000000000001')"""
    with act_as(owner, world.ada):
        owner.execute(add, {"chat": world.ids["chats"]})
    with pytest.raises(psycopg.errors.UniqueViolation), act_as(owner, world.ada):
        owner.execute(add, {"chat": world.ids["chats"]})


def test_a_deleted_agent_leaves_the_runs_and_actions_of_its_chats(
    owner: psycopg.Connection, world: World
) -> None:
    agent = {"agent": world.ids["agent_configurations"]}
    owner.execute("update chat_runs set agent_id = %(agent)s", agent)
    owner.execute("delete from agent_configurations where id = %(agent)s", agent)
    assert one(owner, "select agent_id from chat_runs") is None
    assert one(owner, "select tool_id from pending_actions") is None


def test_langchains_own_history_reads_and_writes_the_table(owner: psycopg.Connection, world: World) -> None:
    messages = [
        HumanMessage("How many?"),
        AIMessage("", tool_calls=[{"name": "count_notes", "args": {"a": 1}, "id": "call-1"}]),
        ToolMessage("3", tool_call_id="call-1"),
        AIMessage("Three.", usage_metadata={"input_tokens": 5, "output_tokens": 2, "total_tokens": 7}),
    ]
    chat = {"chat": world.ids["chats"]}
    owner.execute("delete from chat_message_history")
    # It commits, which drops a role that was set for a transaction: here it is set for the session.
    owner.execute(
        """select set_config('request.jwt.claims', %(claims)s, false),
        set_config('role', 'authenticated', false)""",
        {"claims": json.dumps(world.ada.claims)},
    )
    history = PostgresChatMessageHistory(
        "chat_message_history", str(world.ids["chats"]), sync_connection=owner
    )
    history.add_messages(messages)
    assert [message.model_dump() for message in history.get_messages()] == [
        message.model_dump() for message in messages
    ]
    assert owner.execute(
        "select count(distinct message_uuid) from chat_message_history where session_id = %(chat)s", chat
    ).fetchone() == (4,)
    history.clear()
    assert history.get_messages() == []
