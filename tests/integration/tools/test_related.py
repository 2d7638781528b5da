"""Rows of other tables in the answer, found along foreign keys, each under its own policies."""

from typing import Any

import pytest

from core.errors import AgentMisconfigured
from fixtures.people import Person

SHELVES = """
create table public.rooms (id int primary key, name text not null, plan jsonb);
create table public.shelves (
  id bigint generated always as identity primary key,
  user_id uuid not null default auth.uid(),
  room_id int not null references public.rooms (id),
  spare_room_id int references public.rooms (id),
  parent_shelf_id bigint references public.shelves (id),
  name text not null
);
create table public.labels (
  shelf_id bigint primary key references public.shelves (id), text text not null, ink bytea
);
create table public.things (
  id bigint generated always as identity primary key,
  user_id uuid not null default auth.uid(),
  shelf_id bigint not null references public.shelves (id),
  name text not null, tags text[] not null default '{}'
);
alter table public.shelves enable row level security;
alter table public.things enable row level security;
create policy "own" on public.shelves to authenticated using (user_id = (select auth.uid()));
create policy "own" on public.things to authenticated using (user_id = (select auth.uid()));
grant select on public.rooms, public.labels to authenticated;
grant select, insert, update, delete on public.shelves, public.things to authenticated;
insert into public.rooms values (1, 'study', '{"floor": null}'), (2, 'attic', null);
"""


@pytest.fixture
def shelves(shelf: Any, ada: Person, bob: Person) -> Any:
    """Ada has two shelves, one upon the other; a thing of hers and one of Bob's lie on the first."""
    shelf.owner.execute(SHELVES)
    shelf.owner.execute(
        """
        insert into public.shelves (user_id, room_id, spare_room_id, name) values (%(ada)s, 1, 2, 'long');
        """,
        {"ada": ada.id},
    )
    shelf.owner.execute(
        """insert into public.shelves (user_id, room_id, parent_shelf_id, name)
        values (%(ada)s, 2, 1, 'small')""",
        {"ada": ada.id},
    )
    shelf.owner.execute(
        """insert into public.things (user_id, shelf_id, name, tags)
        values (%(ada)s, 1, 'vase', '{old}'), (%(bob)s, 1, 'secret', '{}')""",
        {"ada": ada.id, "bob": bob.id},
    )
    shelf.owner.execute("insert into public.labels values (1, 'A-L', 'x')")
    return shelf


async def first(shelves: Any, person: Person, *columns: str, **config: Any) -> Any:
    answer = await shelves.call(
        person, {}, table_name="shelves", method="fetch", columns=list(columns), order_by="id", **config
    )
    return answer["rows"][0]


async def test_a_key_leads_to_one_row(shelves: Any, ada: Person) -> None:
    row = await first(shelves, ada, "name", "room_id(name)")
    assert row == {"name": "long", "room_id": {"name": "study"}}


async def test_a_column_is_named_without_its_id(shelves: Any, ada: Person) -> None:
    assert await first(shelves, ada, "room(name)") == {"room": {"name": "study"}}
    assert await first(shelves, ada, "place:room(name)") == {"place": {"name": "study"}}


async def test_what_points_here_is_a_list_of_what_the_user_may_see(shelves: Any, ada: Person) -> None:
    assert await first(shelves, ada, "things(name, tags)") == {"things": [{"name": "vase", "tags": ["old"]}]}


async def test_what_can_point_here_only_once_is_no_list(shelves: Any, ada: Person) -> None:
    assert await first(shelves, ada, "labels(text)") == {"labels": {"text": "A-L"}}


async def test_a_table_that_refers_to_itself_goes_both_ways(shelves: Any, ada: Person) -> None:
    assert await first(shelves, ada, "above:shelves(name)") == {"above": [{"name": "small"}]}
    answer = await shelves.call(
        ada,
        {"filters": {"name": "small"}},
        table_name="shelves",
        method="fetch",
        columns=["parent_shelf(name)"],
        filters=["name"],
    )
    assert answer == {"rows": [{"parent_shelf": {"name": "long"}}]}


async def test_a_key_of_several_columns_is_named_by_one_of_them(shelves: Any, ada: Person) -> None:
    config: dict[str, Any] = {"table_name": "tasks", "columns": ["id", "title"]}
    move = (await shelves.call(ada, {"data": {"title": "Move"}}, method="create", **config))["created"]
    call = {"title": "Call", "parent_task_id": move["id"]}
    await shelves.call(ada, {"data": call}, method="create", **config)
    answer = await shelves.call(
        ada,
        {},
        table_name="tasks",
        method="fetch",
        columns=["title", "parent_task(title)", "subtasks:tasks(title)"],
        order_by="title",
    )
    assert answer == {
        "rows": [
            {"title": "Call", "parent_task": {"title": "Move"}, "subtasks": []},
            {"title": "Move", "subtasks": [{"title": "Call"}]},
        ]
    }


async def test_related_rows_have_related_rows(shelves: Any, ada: Person) -> None:
    answer = await shelves.call(
        ada,
        {},
        table_name="things",
        method="fetch",
        columns=["name", "shelf:shelves(name, where:rooms!room_id(name, plan), things(name))"],
    )
    (row,) = answer["rows"]
    assert row["shelf"] == {
        "name": "long",
        "where": {"name": "study", "plan": {"floor": None}},
        "things": [{"name": "vase"}],
    }


async def test_another_users_rows_stay_hidden_on_every_side(shelves: Any, ada: Person, bob: Person) -> None:
    answer = await shelves.call(
        bob, {}, table_name="things", method="fetch", columns=["name", "shelf(name, things(name))"]
    )
    assert answer == {"rows": [{"name": "secret"}]}


async def test_a_long_list_says_that_there_is_more(shelves: Any, ada: Person) -> None:
    shelves.owner.execute(
        """insert into public.things (user_id, shelf_id, name)
        select %(ada)s, 1, n::text from generate_series(1, 30) as n""",
        {"ada": ada.id},
    )
    things = (await first(shelves, ada, "things(name)"))["things"]
    assert things[:2] == [{"name": "30"}, {"name": "29"}]
    assert (len(things), things[-1]) == (21, {"more": True})


async def test_a_write_returns_related_rows(shelves: Any, ada: Person) -> None:
    config: dict[str, Any] = {"table_name": "things", "columns": ["name", "shelf(name)"]}
    made = await shelves.call(ada, {"data": {"shelf_id": 2, "name": "pen"}}, method="create", **config)
    assert made == {"created": {"name": "pen", "shelf": {"name": "small"}}}
    moved = await shelves.call(
        ada, {"filters": {"name": "pen"}, "data": {"shelf_id": 1}}, method="update", **config
    )
    assert moved == {"updated": 1, "rows": [{"name": "pen", "shelf": {"name": "long"}}]}
    gone = await shelves.call(ada, {"filters": {"name": "pen"}}, method="delete", **config)
    assert gone == {"deleted": 1, "rows": [{"name": "pen", "shelf": {"name": "long"}}]}


REFUSED = {
    "rooms(name)": "columns names rows of rooms, to which several foreign keys lead from shelves",
    "rooms!things(name)": "columns names rows of rooms, but no foreign key leads there from shelves",
    "books(title)": "columns names rows of books, but no foreign key leads there from shelves",
    "auth.users(email)": "columns names rows of auth.users, but no foreign key leads there",
    "things(nam)": "columns names nam, which things does not have",
    "things(name, name)": "columns names name twice",
    "labels(ink)": "columns names ink, which no model can use here (bytea)",
    "things()": "columns names , which things does not have",
    "things(name))": "which things does not have",
    "room(shelves!room_id(room(shelves!room_id(room(name)))))": "columns goes more than 4 tables deep",
}


@pytest.mark.parametrize("entry", REFUSED)
def test_what_leads_nowhere_is_refused_by_the_row_and_by_the_server(
    shelves: Any, add_agent_tool: Any, entry: str
) -> None:
    config = {"table_name": "shelves", "method": "fetch", "columns": ["id", entry]}
    with pytest.raises(AgentMisconfigured) as refusal:
        shelves.tool(**config)
    assert REFUSED[entry] in refusal.value.message
    assert REFUSED[entry] in add_agent_tool(config)


async def test_a_loaded_tool_knows_its_related_rows_and_follows_their_tables(
    shelves: Any, ada: Person, add_agent_tool: Any
) -> None:
    assert not add_agent_tool({"table_name": "things", "method": "fetch", "columns": ["shelf(name)"]})
    versions: list[int] = []
    for change in ("select 1", "alter table public.shelves rename column name to title"):
        shelves.owner.execute(change)
        row = shelves.owner.execute(
            "select private.load_agent(id, %(user)s) from agent_configurations", {"user": ada.id}
        ).fetchone()
        versions.append(row[0]["config_version"])
        related = row[0]["tools"][0]["related"]["shelf(name)"]
        assert ("members" in related) is (change == "select 1")
    assert versions[0] < versions[1]
