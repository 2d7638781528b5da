"""Which rows a write would touch, shown before it is allowed: as the user, read only, and bounded."""

from typing import Any

import pytest

from core.tools.crud_preview import MAX_ROWS, MAX_VALUE_CHARS
from fixtures.people import Person


async def preview(shelf: Any, person: Person, arguments: dict[str, Any], **config: Any) -> Any:
    tool = shelf.tool(**config)
    return await tool.preview(shelf.context(person), tool.validated(arguments))


async def test_an_update_is_shown_with_the_rows_as_they_are_and_the_new_values(
    shelf: Any, ada: Person
) -> None:
    await shelf.add(ada, title="Dune", pages=412)
    await shelf.add(ada, title="Emma")
    shown = await preview(
        shelf,
        ada,
        {"filters": {"title": "Dune"}, "data": {"status": "read", "pages": None, "tags": ["a", 'b"\n']}},
        method="update",
        columns=["title"],
    )
    assert shown == {
        "changes": {"status": "read", "pages": None, "tags": ["a", 'b"\n']},
        # With the columns that would change, which the tool itself does not give back.
        "rows": [{"title": "Dune", "status": "unread", "pages": 412, "tags": []}],
        "count": 1,
        "more": False,
    }
    assert shelf.books() == [(ada.id, "Dune", "unread"), (ada.id, "Emma", "unread")]


async def test_a_delete_shows_the_first_rows_and_says_how_many_there_are(shelf: Any, ada: Person) -> None:
    shelf.owner.execute(
        "insert into books (user_id, title) select %(ada)s, 'b' || n from generate_series(1, 50) as n",
        {"ada": ada.id},
    )
    shown = await preview(
        shelf,
        ada,
        {"filters": {"status": "unread"}},
        method="delete",
        columns=["title"],
        filters=["status"],
        order_by="title",
    )
    assert (len(shown["rows"]), shown["count"], shown["more"]) == (MAX_ROWS, 50, True)
    assert shown["rows"][:2] == [{"title": "b1", "status": "unread"}, {"title": "b10", "status": "unread"}]
    assert shown["changes"] == {}


@pytest.mark.parametrize(
    "config",
    [
        {"fixed": {"genre": "poetry"}},
        {"apply_agent_name_context": True},
        {"soft_delete": {"column": "is_lent", "value": False}},
    ],
)
async def test_only_rows_that_the_tool_could_touch_are_shown(
    shelf: Any, ada: Person, bob: Person, config: dict[str, Any]
) -> None:
    await shelf.add(bob, title="Dune")
    await shelf.add(ada, title="Dune")
    usual = await preview(shelf, ada, {"filters": {"title": "Dune"}}, method="delete")
    assert [row["user_id"] for row in usual["rows"]] == [str(ada.id)]
    narrowed = await preview(shelf, ada, {"filters": {"title": "Dune"}}, method="delete", **config)
    assert narrowed == {"changes": {}, "rows": [], "count": 0, "more": False}


async def test_a_new_row_is_shown_with_its_values_and_constants(shelf: Any, ada: Person) -> None:
    config: dict[str, Any] = {"method": "create", "fixed": {"genre": "poetry"}}
    shown = await preview(shelf, ada, {"data": {"title": "Odes", "price": "0.10"}}, **config)
    assert shown == {
        "changes": {"title": "Odes", "price": 0.1, "genre": "poetry"},
        "rows": [],
        "count": 0,
        "more": False,
    }
    shown = await preview(shelf, ada, {"data": [{"title": "a"}, {"title": "b"}]}, **config, max_rows=3)
    assert shown["changes"] == [{"title": "a", "genre": "poetry"}, {"title": "b", "genre": "poetry"}]
    assert shelf.books() == []


async def test_what_only_reads_has_nothing_to_show(shelf: Any, ada: Person) -> None:
    assert await preview(shelf, ada, {}, method="fetch") is None


async def test_long_values_and_huge_rows_are_cut(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, title="x" * 1_000, details={"a": "y" * 1_000}, isbn="1")
    await shelf.add(ada, title="z" * 50_000, isbn="2")
    delete: dict[str, Any] = {"method": "delete", "columns": ["title", "details"], "filters": ["isbn"]}
    one = await preview(shelf, ada, {"filters": {"isbn": "1"}}, **delete)
    (row,) = one["rows"]
    assert (len(row["title"]), len(row["details"])) == (MAX_VALUE_CHARS, MAX_VALUE_CHARS)
    huge = await preview(shelf, ada, {"filters": {"isbn": "2"}}, **delete)
    assert list(huge["rows"][0]) == ["row"]
    assert huge["count"] == 1


async def test_a_preview_can_change_nothing_whatever_the_table_does(shelf: Any, ada: Person) -> None:
    """A view that writes when it is read, as nobody should make one."""
    shelf.owner.execute(
        """
        create table public.looks (n integer);
        grant insert, select on public.looks to authenticated;
        create function public.look() returns boolean language plpgsql volatile set search_path = '' as
          $$ begin insert into public.looks values (1); return true; end $$;
        create policy "looking is noted" on public.books as restrictive for select to authenticated
          using (public.look());
        """
    )
    shelf.owner.execute("insert into books (user_id, title) values (%(ada)s, 'Dune')", {"ada": ada.id})
    assert await preview(shelf, ada, {"filters": {"title": "Dune"}}, method="delete") is None
    assert shelf.owner.execute("select count(*) from looks").fetchone() == (0,)
    # The same connection may write again afterwards.
    assert (await shelf.call(ada, {"filters": {"title": "Dune"}}, method="delete"))["deleted"] == 1


async def test_a_preview_that_takes_too_long_is_none(shelf: Any, ada: Person) -> None:
    shelf.owner.execute(
        """
        create policy "slow" on public.books as restrictive for select to authenticated
          using (pg_sleep(5) is not null)
        """
    )
    shelf.owner.execute("insert into books (user_id, title) values (%(ada)s, 'Dune')", {"ada": ada.id})
    tool = shelf.tool(method="delete")
    context = shelf.context(ada, tool_timeout_seconds=0.2)
    assert await tool.preview(context, tool.validated({"filters": {"title": "Dune"}})) is None
