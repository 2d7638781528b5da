"""What the catalog tells a tool about its table."""

from typing import Any

import psycopg
import pytest

from core.tools.definition import Column, Table
from fixtures.databases import Database

COLUMNS = """
create domain public.email as text not null check (value like '%@%');
create domain public.size as text check (value in ('s', 'm'));
create type public.mood as enum ('sad', 'it''s ok');
create table public.things (
  id bigint generated always as identity primary key,
  owner uuid not null default auth.uid(),
  name text not null,
  half numeric generated always as (1) stored,
  email public.email,
  size public.size,
  mood public.mood,
  moods public.mood[],
  kind text check (kind in ('a', 'b, c', 'd''e')),
  stars smallint not null default 0 check (stars in (0, 1, 2)),
  level integer check (level > 0),
  short varchar(3) check (short = any (array['x', 'y'])),
  gone text,
  seen timestamptz default now(),
  unique (owner, name)
);
alter table public.things drop column gone;
comment on table public.things is 'All things.';
comment on column public.things.name is 'What it is called.';
create unique index partial on public.things (kind) where level > 1;
create unique index computed on public.things (lower(name));
grant select on public.things to authenticated;
"""


def describe(owner: psycopg.Connection, name: str) -> Table | None:
    row = owner.execute("select private.describe_table(%(name)s)", {"name": name}).fetchone()
    return Table.from_row(row[0]) if row and row[0] else None


@pytest.fixture
def things(owner: psycopg.Connection) -> Table:
    owner.execute(COLUMNS)
    table = describe(owner, "things")
    assert table
    return table


def columns_where(table: Table, **facts: Any) -> list[str]:
    return [
        column.name
        for column in table.columns
        if all(getattr(column, name) == value for name, value in facts.items())
    ]


def test_a_table_has_its_comments_and_keys(things: Table) -> None:
    assert (things.schema, things.name, things.comment) == ("public", "things", "All things.")
    assert things.unique_keys == (("id",), ("owner", "name"))
    assert things.column("name") == Column(
        name="name",
        type="text",
        is_required=True,
        has_default=False,
        is_generated=False,
        comment="What it is called.",
    )


def test_a_dropped_column_is_gone(things: Table) -> None:
    assert things.column("gone") is None


def test_what_the_database_decides_is_generated(things: Table) -> None:
    assert columns_where(things, is_generated=True) == ["id", "owner", "half"]


def test_a_value_is_required_where_nothing_else_gives_one(things: Table) -> None:
    assert columns_where(things, is_required=True) == ["name", "email"]


def test_listed_values_come_from_enums_domains_and_checks(things: Table) -> None:
    listed = {column.name: column.enum_values for column in things.columns if column.enum_values}
    assert listed == {
        "size": ("s", "m"),
        "mood": ("sad", "it's ok"),
        "moods": ("sad", "it's ok"),
        "kind": ("a", "b, c", "d'e"),
        "stars": ("0", "1", "2"),
        "short": ("x", "y"),
    }


def test_a_domain_counts_as_the_type_behind_it(things: Table) -> None:
    types = {column.name: column.type for column in things.columns}
    assert (types["email"], types["short"], types["seen"]) == (
        "text",
        "character varying(3)",
        "timestamp with time zone",
    )


def test_a_view_has_columns_and_no_keys(owner: psycopg.Connection, things: Table) -> None:
    owner.execute("create view public.names as select name from public.things")
    view = describe(owner, "names")
    assert view
    assert ([column.name for column in view.columns], view.unique_keys) == (["name"], ())


def test_columns_that_users_may_not_read_are_left_out(owner: psycopg.Connection, things: Table) -> None:
    owner.execute("revoke select on public.things from authenticated")
    before_any_grant = describe(owner, "things")
    owner.execute("grant select (id, name) on public.things to authenticated")
    after = describe(owner, "things")
    assert before_any_grant == things
    assert after
    assert [column.name for column in after.columns] == ["id", "name"]


@pytest.mark.parametrize(
    "name",
    ["nothing", "pg_catalog.pg_class", "pg_class", "auth.users", "users", "private.describe_table", ""],
)
def test_only_tables_of_the_public_schema_are_described(owner: psycopg.Connection, name: str) -> None:
    assert describe(owner, name) is None


def test_a_name_may_say_its_schema(owner: psycopg.Connection, things: Table) -> None:
    assert describe(owner, "public.things") == things


def test_users_may_not_ask(database: Database) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute("set role authenticated")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select private.describe_table('tasks')")
