"""What the database keeps by itself in the user's own data."""

from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest

from fixtures.people import Person, act_as
from integration.database.world import World


def completed_at(owner: psycopg.Connection) -> datetime | None:
    row = owner.execute("select completed_at from tasks").fetchone()
    assert row
    return row[0]


def test_a_completed_task_says_when_and_a_reopened_one_does_not(
    owner: psycopg.Connection, world: World
) -> None:
    assert completed_at(owner) is None
    owner.execute("update tasks set status = 'completed'")
    first = completed_at(owner)
    assert first
    owner.execute("update tasks set completion_note = 'Easy.', completed_at = '2001-01-01'")
    assert completed_at(owner) == first
    owner.execute("update tasks set status = 'pending'")
    assert completed_at(owner) is None


def test_a_task_may_be_written_down_as_completed(owner: psycopg.Connection, world: World) -> None:
    owner.execute("delete from tasks")
    with act_as(owner, world.ada):
        owner.execute(
            "insert into tasks (title, status, completed_at) values ('Rest', 'completed', '2001-01-01')"
        )
    at = completed_at(owner)
    assert at
    assert at.year == datetime.now(UTC).year


def test_the_user_of_a_new_row_is_the_one_who_is_signed_in(owner: psycopg.Connection, world: World) -> None:
    with act_as(owner, world.bob):
        owner.execute("insert into tasks (title) values ('Mine'); insert into notes (title) values ('Mine')")
    for query in (
        "select user_id from tasks where title = 'Mine'",
        "select user_id from notes where title = 'Mine'",
    ):
        assert owner.execute(query).fetchall() == [(world.bob.id,)]


def test_a_subtask_belongs_to_the_user_of_its_parent(owner: psycopg.Connection, world: World) -> None:
    parent = {"parent": world.ids["tasks"]}
    with act_as(owner, world.ada):
        owner.execute("insert into tasks (title, parent_task_id) values ('Find a shop', %(parent)s)", parent)
    with pytest.raises(psycopg.errors.ForeignKeyViolation), act_as(owner, world.bob):
        owner.execute("insert into tasks (title, parent_task_id) values ('Spy', %(parent)s)", parent)
    with act_as(owner, world.ada):
        owner.execute("delete from tasks where id = %(parent)s", parent)
        assert owner.execute("select title from tasks").fetchall() == []


def test_a_task_is_not_its_own_subtask(owner: psycopg.Connection, world: World) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="task_is_not_its_own_parent"):
        owner.execute("update tasks set parent_task_id = id")


@pytest.mark.parametrize(
    "values", ["title = ''", "title = repeat('x', 501)", "status = 'done'", "priority = 4", "priority = -1"]
)
def test_a_task_keeps_to_its_limits(values: str, owner: psycopg.Connection, world: World) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        owner.execute(f"update tasks set {values}".encode())


@pytest.mark.parametrize(
    ("metadata", "display_name"),
    [
        ('{"display_name": "Ada"}', "Ada"),
        ('{"full_name": "Ada Lovelace"}', "Ada Lovelace"),
        ("{}", None),
        ("null", None),
        ("[1]", None),
        ('{"name": {"first": "Ada"}}', '{"first": "Ada"}'),
    ],
)
def test_a_new_user_has_a_profile_whatever_their_metadata(
    metadata: str, display_name: str | None, owner: psycopg.Connection
) -> None:
    owner.execute(
        """insert into auth.users (id, email, raw_user_meta_data)
        values (gen_random_uuid(), 'a@example.com', %(data)s)""",
        {"data": metadata},
    )
    assert owner.execute("select display_name, timezone from profiles").fetchall() == [(display_name, "UTC")]


def test_a_name_of_any_length_does_not_stop_a_sign_up(owner: psycopg.Connection) -> None:
    owner.execute(
        """insert into auth.users (id, email, raw_user_meta_data)
        values (gen_random_uuid(), 'a@example.com', jsonb_build_object('name', repeat('x', 5000)))"""
    )
    assert owner.execute("select char_length(display_name) from profiles").fetchone() == (200,)


def test_a_time_zone_is_one_that_exists(owner: psycopg.Connection, make_user: Callable[..., Person]) -> None:
    make_user()
    owner.execute("update profiles set timezone = 'Europe/Berlin'")
    with pytest.raises(psycopg.errors.CheckViolation, match="no time zone named 'Mars/Olympus'") as refusal:
        owner.execute("update profiles set timezone = 'Mars/Olympus'")
    assert "Europe/Berlin" in (refusal.value.diag.message_hint or "")


def test_a_changed_row_says_when_and_an_unchanged_one_does_not(
    owner: psycopg.Connection, world: World
) -> None:
    owner.execute(
        "alter table notes disable trigger touch_updated_at; update notes set updated_at = '2001-01-01'"
    )
    owner.execute("alter table notes enable trigger touch_updated_at; update notes set title = title")
    assert owner.execute("select updated_at < '2002-01-01' from notes").fetchone() == (True,)
    owner.execute("update notes set title = 'Other'")
    assert owner.execute("select updated_at > '2002-01-01' from notes").fetchone() == (True,)
