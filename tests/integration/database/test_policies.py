"""Who may do what with whose rows: every table, every verb, by its owner, another user and nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from fixtures.databases import Database
from fixtures.people import Person, act_as
from integration.database.world import AddTool, World

Outcome = Literal["done", "nothing found", "refused"]
VERBS = ("select", "insert", "update", "delete")


@dataclass(frozen=True, kw_only=True)
class Access:
    """What the owner of a row may do with a table. Texts of `row` that begin with $ are ids of the world."""

    may: frozenset[str]
    row: Mapping[str, Any]
    change: tuple[str, Any]
    # What has to be gone before the row can be inserted.
    in_the_way: bool = False


ALL = frozenset(VERBS)
CONFIG = {"table_name": "notes", "method": "count"}

ACCESS: Mapping[str, Access] = {
    "agent_configurations": Access(
        may=ALL, row={"agent_name": "another", "owner_id": "$user"}, change=("description", "new")
    ),
    "agent_tools": Access(
        may=ALL,
        row={"agent_id": "$agent_configurations", "name": "count_notes", "config": Jsonb(CONFIG)},
        change=("description", "new"),
    ),
    "agent_config_history": Access(
        may=frozenset({"select"}),
        row={
            "agent_id": "$agent_configurations",
            "table_name": "agent_tools",
            "action": "insert",
            "owner_id": "$user",
        },
        change=("action", "delete"),
    ),
    "chats": Access(may=ALL, row={"user_id": "$user", "agent_name": "helper"}, change=("title", "new")),
    "chat_sessions": Access(
        may=ALL,
        row={"user_id": "$user", "chat_id": "$chats", "agent_name": "helper"},
        change=("is_active", False),
    ),
    "chat_runs": Access(
        may=frozenset({"select"}),
        row={"user_id": "$user", "chat_id": "$chats", "agent_name": "helper"},
        change=("status", "failed"),
    ),
    "chat_message_history": Access(
        may=ALL - {"update"},
        row={"user_id": "$user", "session_id": "$chats", "message": Jsonb({"type": "human"})},
        change=("message", Jsonb({})),
    ),
    "chat_summaries": Access(
        may=frozenset({"select", "delete"}),
        row={
            "user_id": "$user",
            "chat_id": "$chats",
            "content": "Talked.",
            "up_to_message_id": 1,
            "is_untrusted": False,
            "model": "openai:gpt-5-mini",
        },
        change=("content", "new"),
        in_the_way=True,
    ),
    "pending_actions": Access(
        may=frozenset({"select"}),
        row={
            "user_id": "$user",
            "chat_id": "$chats",
            "run_id": "$chat_runs",
            "agent_name": "helper",
            "tool_name": "list_notes",
            "tool_call_id": "call-2",
        },
        change=("status", "approved"),
    ),
    "action_decisions": Access(
        may=frozenset({"select"}),
        row={"user_id": "$user", "action_id": "$pending_actions", "decision": "approve"},
        change=("decision", "reject"),
    ),
    "user_agent_prompt_customizations": Access(
        may=ALL, row={"user_id": "$user", "agent_name": "helper", "content": "Rhyme."}, change=("priority", 5)
    ),
    "user_tool_preferences": Access(
        may=ALL,
        row={"user_id": "$user", "tool_id": "$agent_tools", "approval": "ask"},
        change=("approval", "auto"),
        in_the_way=True,
    ),
    "user_credentials": Access(
        may=ALL,
        row={"user_id": "$user", "name": "gitlab", "ciphertext": b"x" * 40},
        change=("ciphertext", b"y" * 40),
    ),
    "agent_long_term_memory": Access(
        may=ALL,
        row={"user_id": "$user", "agent_name": "helper", "content": "Ada rides."},
        change=("kind", "hobby"),
    ),
    "profiles": Access(
        may=ALL - {"delete"}, row={"id": "$user"}, change=("display_name", "Ada"), in_the_way=True
    ),
    "tasks": Access(may=ALL, row={"user_id": "$user", "title": "Rest"}, change=("priority", 3)),
    "notes": Access(may=ALL, row={"user_id": "$user", "title": "More"}, change=("is_pinned", True)),
}


def statement(verb: str, table: str) -> sql.Composed:
    access = ACCESS[table]
    parts = {
        "table": sql.Identifier(table),
        "columns": sql.SQL(", ").join(map(sql.Identifier, access.row)),
        "values": sql.SQL(", ").join(map(sql.Placeholder, access.row)),
        "column": sql.Identifier(access.change[0]),
    }
    templates: Mapping[str, sql.SQL] = {
        "select": sql.SQL("select id from {table} where id = %(ada's row)s"),
        "insert": sql.SQL("insert into {table} ({columns}) values ({values})"),
        "update": sql.SQL("update {table} set {column} = %(new value)s where id = %(ada's row)s"),
        "delete": sql.SQL("delete from {table} where id = %(ada's row)s"),
    }
    return templates[verb].format(**parts)


def attempt(owner: psycopg.Connection, world: World, actor: Person | None, verb: str, table: str) -> Outcome:
    """What comes of the verb on Ada's row of the table; everything is undone afterwards."""
    access = ACCESS[table]
    names = {**world.ids, "user": world.ada.id}
    row = {
        key: names[value[1:]] if isinstance(value, str) and value.startswith("$") else value
        for key, value in access.row.items()
    }
    params = {**row, "ada's row": world.ids[table], "new value": access.change[1]}
    with owner.transaction(force_rollback=True):
        if verb == "insert" and access.in_the_way:
            owner.execute(statement("delete", table), params)
        try:
            with act_as(owner, actor):
                return "done" if owner.execute(statement(verb, table), params).rowcount else "nothing found"
        except psycopg.errors.InsufficientPrivilege:
            return "refused"


@pytest.mark.parametrize("table", ACCESS)
def test_an_owner_may_do_with_their_rows_what_the_table_allows_and_no_more(
    table: str, owner: psycopg.Connection, world: World
) -> None:
    outcomes = {verb: attempt(owner, world, world.ada, verb, table) for verb in VERBS}
    assert outcomes == {verb: "done" if verb in ACCESS[table].may else "refused" for verb in VERBS}


@pytest.mark.parametrize("table", ACCESS)
def test_another_user_finds_and_changes_nothing(table: str, owner: psycopg.Connection, world: World) -> None:
    outcomes = {verb: attempt(owner, world, world.bob, verb, table) for verb in VERBS}
    assert outcomes == {
        verb: "nothing found" if verb in ACCESS[table].may and verb != "insert" else "refused"
        for verb in VERBS
    }


@pytest.mark.parametrize("table", ACCESS)
def test_nobody_is_refused_everything(table: str, owner: psycopg.Connection, world: World) -> None:
    assert {attempt(owner, world, None, verb, table) for verb in VERBS} == {"refused"}


def test_every_table_is_in_the_list_above(owner: psycopg.Connection) -> None:
    rows = owner.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    # An admin is more than the owner of a row: see test_admins.py. The others have no id: see test_usage.py
    # and test_message_feedback.py.
    others = {"admins", "message_feedback", "model_prices", "tool_consents", "user_usage"}
    assert {row[0] for row in rows} - others == set(ACCESS)


def test_the_chat_server_itself_can_read_no_table(
    database: Database, owner: psycopg.Connection, world: World
) -> None:
    with psycopg.connect(database.server_url, autocommit=True) as server:
        for table in ACCESS:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                server.execute(statement("select", table), {"ada's row": world.ids[table]})


def test_the_chat_server_becomes_a_user_for_one_transaction_only(database: Database, world: World) -> None:
    with psycopg.connect(database.server_url, autocommit=True) as server:
        with server.transaction():
            server.execute("select private.become_user(%(claims)s)", {"claims": Jsonb(world.ada.claims)})
            assert server.execute("select current_user, auth.uid()").fetchone() == (
                "authenticated",
                world.ada.id,
            )
            assert server.execute("select title from tasks").fetchall() == [("Buy milk",)]
        assert server.execute("select current_user").fetchone() == ("clarity_server",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            server.execute("select title from tasks")


def test_the_chat_server_can_become_nobody_but_a_user(database: Database) -> None:
    with psycopg.connect(database.server_url, autocommit=True) as server:
        for role in ("service_role", "postgres", "anon"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                server.execute(sql.SQL("set role {}").format(sql.Identifier(role)))


def test_users_cannot_reach_the_private_functions(owner: psycopg.Connection, world: World) -> None:
    for person in (world.ada, None):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, person):
            owner.execute("select private.become_user('{}')")


def test_a_user_sees_that_a_shared_agent_exists_but_not_what_it_is_told(
    owner: psycopg.Connection, world: World
) -> None:
    with act_as(owner, world.bob):
        assert owner.execute("select agent_name, description from agent_configurations").fetchall() == [
            ("helper", "Helps")
        ]
    for column in ("system_prompt", "llm_config"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, world.bob):
            owner.execute(sql.SQL("select {} from agent_configurations").format(sql.Identifier(column)))


def test_an_inactive_shared_agent_is_not_shown(owner: psycopg.Connection, world: World) -> None:
    owner.execute("update agent_configurations set is_active = false where owner_id is null")
    with act_as(owner, world.bob):
        assert owner.execute("select agent_name from agent_configurations").fetchall() == []


def test_a_user_sees_and_changes_no_tool_of_a_shared_agent(
    owner: psycopg.Connection, world: World, add_tool: AddTool
) -> None:
    tool = add_tool(CONFIG)
    with act_as(owner, world.ada):
        assert owner.execute("select id from agent_tools where id = %(id)s", {"id": tool}).fetchall() == []
        assert (
            owner.execute("update agent_tools set is_active = false where id = %(id)s", {"id": tool}).rowcount
            == 0
        )
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, world.ada):
        owner.execute(
            "insert into agent_tools (agent_id, name, config) values (%(agent)s, 'mine', %(config)s)",
            {"agent": world.shared_agent, "config": Jsonb(CONFIG)},
        )


def test_a_user_cannot_move_a_tool_into_a_shared_agent(owner: psycopg.Connection, world: World) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, world.ada):
        owner.execute(
            "update agent_tools set agent_id = %(agent)s where id = %(id)s",
            {"agent": world.shared_agent, "id": world.ids["agent_tools"]},
        )


def test_a_user_cannot_make_a_shared_agent(owner: psycopg.Connection, world: World) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, world.ada):
        owner.execute("insert into agent_configurations (agent_name) values ('everyones')")


@pytest.mark.parametrize("column", ["config_version", "owner_id", "id", "created_at", "updated_at"])
def test_a_user_cannot_write_what_the_database_keeps(
    column: str, owner: psycopg.Connection, world: World
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, world.ada):
        owner.execute(
            sql.SQL("update agent_configurations set {column} = {column}").format(
                column=sql.Identifier(column)
            )
        )


@pytest.mark.parametrize("table", [table for table in ACCESS if "user_id" in ACCESS[table].row])
def test_a_row_cannot_be_given_to_another_user(table: str, owner: psycopg.Connection, world: World) -> None:
    query = sql.SQL("update {} set user_id = %(bob)s").format(sql.Identifier(table))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, world.ada):
        owner.execute(query, {"bob": world.bob.id})


@pytest.mark.parametrize("table", ["chat_sessions", "chat_message_history"])
def test_a_user_cannot_hang_a_row_of_their_own_into_anothers_chat(
    table: str, owner: psycopg.Connection, world: World
) -> None:
    row = {
        key: world.ids[value[1:]] if isinstance(value, str) and value[1:] in world.ids else value
        for key, value in ACCESS[table].row.items()
    }
    with pytest.raises(psycopg.errors.ForeignKeyViolation), act_as(owner, world.bob):
        owner.execute(statement("insert", table), {**row, "user_id": world.bob.id})


def test_a_message_cannot_claim_the_run_of_another_chat(owner: psycopg.Connection, world: World) -> None:
    with act_as(owner, world.bob):
        owner.execute("insert into chats (agent_name) values ('helper')")
    with pytest.raises(psycopg.errors.ForeignKeyViolation), act_as(owner, world.bob):
        owner.execute(
            """insert into chat_message_history (session_id, message, run_id)
            select id, '{}', %(run)s from chats""",
            {"run": world.ids["chat_runs"]},
        )


def test_the_service_role_passes_by_the_policies(owner: psycopg.Connection, world: World) -> None:
    with owner.transaction():
        owner.execute("set local role service_role")
        for table in ACCESS:
            assert owner.execute(statement("select", table), {"ada's row": world.ids[table]}).rowcount == 1, (
                table
            )


def test_deleting_a_user_deletes_what_was_theirs(owner: psycopg.Connection, world: World) -> None:
    owner.execute("delete from auth.users where id = %(id)s", {"id": world.ada.id})
    for table in set(ACCESS) - {"agent_config_history"}:
        assert owner.execute(statement("select", table), {"ada's row": world.ids[table]}).rowcount == 0, table
