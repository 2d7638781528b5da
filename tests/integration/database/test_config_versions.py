"""Every change of an agent, of its tools or of their tables is counted, and the first two are recorded."""

import json
from typing import Any, LiteralString

import psycopg
import pytest

from fixtures.people import act_as
from integration.database.world import AddTool, World

FETCH_NOTES = {"table_name": "notes", "method": "fetch"}


def version(owner: psycopg.Connection, agent: Any) -> int:
    row = owner.execute(
        "select config_version from agent_configurations where id = %(id)s", {"id": agent}
    ).fetchone()
    assert row
    return row[0]


def history(owner: psycopg.Connection, agent: Any) -> list[tuple[Any, ...]]:
    return owner.execute(
        """select table_name, action, config_version from agent_config_history
        where agent_id = %(id)s order by id""",
        {"id": agent},
    ).fetchall()


@pytest.mark.parametrize(
    "change",
    [
        "agent_name = 'other'",
        "display_name = 'New'",
        "description = 'New'",
        "llm_config = '{\"temperature\": 1}'",
        "system_prompt = 'New'",
        "is_active = false",
    ],
)
def test_a_changed_agent_gets_the_next_version(
    change: LiteralString, owner: psycopg.Connection, world: World
) -> None:
    owner.execute("update agent_configurations set " + change + " where owner_id is null")
    assert version(owner, world.shared_agent) == 2
    assert history(owner, world.shared_agent)[-1] == ("agent_configurations", "update", 2)


def test_an_update_that_changes_nothing_counts_and_records_nothing(
    owner: psycopg.Connection, world: World, add_tool: AddTool
) -> None:
    add_tool(FETCH_NOTES)
    before = version(owner, world.shared_agent), history(owner, world.shared_agent)
    owner.execute("update agent_configurations set description = description, llm_config = llm_config")
    owner.execute('update agent_tools set description = description, config = config, "order" = "order"')
    assert (version(owner, world.shared_agent), history(owner, world.shared_agent)) == before


def test_the_version_never_goes_back(owner: psycopg.Connection, world: World) -> None:
    owner.execute("update agent_configurations set description = 'New', config_version = 7")
    owner.execute("update agent_configurations set config_version = 1")
    assert version(owner, world.shared_agent) == 7


def test_each_change_of_a_tool_is_a_change_of_its_agent(
    owner: psycopg.Connection, world: World, add_tool: AddTool
) -> None:
    tool = {"id": add_tool(FETCH_NOTES)}
    owner.execute("update agent_tools set description = 'Lists notes' where id = %(id)s", tool)
    owner.execute("delete from agent_tools where id = %(id)s", tool)
    assert version(owner, world.shared_agent) == 4
    assert history(owner, world.shared_agent) == [
        ("agent_configurations", "insert", 1),
        ("agent_tools", "insert", 2),
        ("agent_tools", "update", 3),
        ("agent_tools", "delete", 4),
    ]


def test_one_statement_counts_once_however_many_tools_it_changes(
    owner: psycopg.Connection, world: World, add_tool: AddTool
) -> None:
    for name in ("one", "two", "three"):
        add_tool(FETCH_NOTES, name=name)
    before = version(owner, world.shared_agent)
    owner.execute(
        "update agent_tools set is_active = false where agent_id = %(id)s", {"id": world.shared_agent}
    )
    assert version(owner, world.shared_agent) == before + 1
    assert history(owner, world.shared_agent)[-3:] == [("agent_tools", "update", before + 1)] * 3


def test_a_moved_tool_is_a_change_of_both_agents(
    owner: psycopg.Connection, world: World, add_tool: AddTool
) -> None:
    tool, private_agent = add_tool(FETCH_NOTES), world.ids["agent_configurations"]
    before = version(owner, world.shared_agent), version(owner, private_agent)
    owner.execute(
        "update agent_tools set agent_id = %(agent)s where id = %(id)s", {"agent": private_agent, "id": tool}
    )
    assert (version(owner, world.shared_agent), version(owner, private_agent)) == (
        before[0] + 1,
        before[1] + 1,
    )
    assert history(owner, world.shared_agent)[-1] == ("agent_tools", "update", before[0] + 1)
    assert history(owner, private_agent)[-1] == ("agent_tools", "update", before[1] + 1)


def test_the_history_says_who_changed_what_from_what_to_what(owner: psycopg.Connection, world: World) -> None:
    agent = world.ids["agent_configurations"]
    with act_as(owner, world.ada):
        owner.execute("update agent_configurations set description = 'Mine' where id = %(id)s", {"id": agent})
    row = owner.execute(
        """select changed_by, owner_id, before ->> 'description', after ->> 'description',
          after ->> 'system_prompt'
        from agent_config_history where agent_id = %(id)s order by id desc limit 1""",
        {"id": agent},
    ).fetchone()
    assert row == (world.ada.id, world.ada.id, None, "Mine", "secret")


def test_a_deleted_agent_stays_on_record_for_its_owner_alone(owner: psycopg.Connection, world: World) -> None:
    agent = {"id": world.ids["agent_configurations"]}
    with act_as(owner, world.ada):
        owner.execute("delete from agent_configurations where id = %(id)s", agent)
    query = """select table_name, action, before is not null, after is not null, config_version
      from agent_config_history where agent_id = %(id)s and action = 'delete' order by table_name"""
    with act_as(owner, world.ada):
        assert owner.execute(query, agent).fetchall() == [
            ("agent_configurations", "delete", True, False, None),
            ("agent_tools", "delete", True, False, None),
        ]
    with act_as(owner, world.bob):
        assert owner.execute(query, agent).fetchall() == []


DDL: tuple[LiteralString, ...] = (
    "alter table books add column pages integer",
    "alter table books drop column author",
    "alter table books rename column author to writer",
    "alter table books alter column author set not null",
    "alter table books add constraint short check (char_length(title) < 50)",
    "comment on table books is 'Books'",
    "comment on column books.title is 'The title'",
    "alter type genre add value 'poetry'",
    "create unique index on books (title)",
    "drop table books",
    "drop table books cascade",
    "alter table books rename to tomes",
)


@pytest.fixture
def agent_with_books(owner: psycopg.Connection, world: World, add_tool: AddTool) -> Any:
    owner.execute(
        """
        create type genre as enum ('novel');
        create table books (id integer primary key, title text, author text, genre genre);
        alter table books enable row level security;
        grant select on books to authenticated;
        create table others (id integer primary key);
        """
    )
    add_tool({"table_name": "public.books", "method": "fetch"})
    return world.shared_agent


@pytest.mark.parametrize("ddl", DDL)
def test_a_changed_table_is_a_change_of_the_agents_whose_tools_name_it(
    ddl: LiteralString, owner: psycopg.Connection, world: World, agent_with_books: Any
) -> None:
    before = version(owner, agent_with_books), version(owner, world.ids["agent_configurations"])
    owner.execute(ddl)
    assert version(owner, agent_with_books) > before[0]
    assert version(owner, world.ids["agent_configurations"]) == before[1]


@pytest.mark.parametrize(
    "ddl",
    [
        "alter table others add column name text",
        "create table more (id integer)",
        "drop table others",
        "create temporary table books (id integer)",
        "create function public.f() returns integer return 1",
    ],
)
def test_a_change_elsewhere_is_none_of_theirs(
    ddl: LiteralString, owner: psycopg.Connection, agent_with_books: Any
) -> None:
    before = version(owner, agent_with_books)
    owner.execute(ddl)
    assert version(owner, agent_with_books) == before


def test_the_schema_can_be_dropped_as_a_whole(owner: psycopg.Connection, agent_with_books: Any) -> None:
    owner.execute("drop schema public cascade; create schema public")
    assert owner.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (0,)


def test_loading_an_agent_gives_its_tools_with_their_tables(
    owner: psycopg.Connection, world: World, agent_with_books: Any
) -> None:
    row = owner.execute(
        "select private.load_agent(%(agent)s, %(user)s)", {"agent": agent_with_books, "user": world.bob.id}
    ).fetchone()
    assert row
    [tool] = row[0]["tools"]
    assert tool["table"]["name"] == "books"
    assert [column["name"] for column in tool["table"]["columns"]] == ["id", "title", "author", "genre"]
    assert json.dumps(tool["table"]["unique_keys"]) == '[["id"]]'
