"""Writing several rows at once: all or none, and never more than the tool may."""

from typing import Any

import pytest

from core.errors import ToolInputError
from fixtures.people import Person

MANY: dict[str, Any] = {"method": "create", "max_rows": 3, "columns": ["title", "status"]}


async def test_several_rows_are_created_in_one_call(shelf: Any, ada: Person) -> None:
    answer = await shelf.call(ada, {"data": [{"title": "a"}, {"title": "b", "status": "read"}]}, **MANY)
    assert answer == {
        "created": 2,
        "rows": [{"title": "a", "status": "unread"}, {"title": "b", "status": "read"}],
    }
    assert shelf.books() == [(ada.id, "a", "unread"), (ada.id, "b", "read")]


async def test_one_row_may_come_without_a_list(shelf: Any, ada: Person) -> None:
    assert (await shelf.call(ada, {"data": {"title": "a"}}, **MANY))["created"] == 1


async def test_one_bad_row_refuses_all(shelf: Any, ada: Person) -> None:
    with pytest.raises(ToolInputError, match="books_pages_is_positive"):
        await shelf.call(ada, {"data": [{"title": "a"}, {"title": "b", "pages": -1}]}, **MANY)
    with pytest.raises(
        ToolInputError, match=r"data\.1\.title is required. data\.1\.titel is not an argument"
    ):
        await shelf.call(ada, {"data": [{"title": "a"}, {"titel": "b"}]}, **MANY)
    assert shelf.books() == []


async def test_more_rows_than_allowed_are_refused(shelf: Any, ada: Person) -> None:
    with pytest.raises(ToolInputError, match="data must have at most 3 items"):
        await shelf.call(ada, {"data": [{"title": "a"}] * 4}, **MANY)
    with pytest.raises(ToolInputError, match="data must not be empty"):
        await shelf.call(ada, {"data": []}, **MANY)
    with pytest.raises(ToolInputError, match="data must be an object"):
        await shelf.call(ada, {"data": [{"title": "a"}]}, method="create")


async def test_constants_go_into_every_row(shelf: Any, ada: Person) -> None:
    config = {**MANY, "fixed": {"status": "read"}, "columns": ["title", "status", "agent_name"]}
    answer = await shelf.call(
        ada, {"data": [{"title": "a"}, {"title": "b"}]}, **config, apply_agent_name_context=True
    )
    assert [(row["status"], row["agent_name"]) for row in answer["rows"]] == [("read", "librarian")] * 2


async def test_rows_of_nothing_but_defaults_are_rows(shelf: Any, ada: Person) -> None:
    shelf.owner.execute(
        """
        create table public.visits (
          id bigint generated always as identity primary key, note text default '-');
        grant select, insert on public.visits to authenticated;
        """
    )
    answer = await shelf.call(ada, {"data": [{}, {}]}, table_name="visits", method="create", max_rows=5)
    assert answer == {"created": 2, "rows": [{"id": 1, "note": "-"}, {"id": 2, "note": "-"}]}


async def test_rows_that_a_trigger_swallows_are_counted(shelf: Any, ada: Person) -> None:
    shelf.owner.execute(
        """
        create function public.swallow() returns trigger language plpgsql as
          $$ begin return case when new.title <> 'b' then new end; end $$;
        create trigger swallow before insert on public.books for each row execute function public.swallow();
        """
    )
    answer = await shelf.call(ada, {"data": [{"title": "a"}, {"title": "b"}]}, **MANY)
    assert (answer["created"], answer["not_created"], len(answer["rows"])) == (1, 1, 1)


@pytest.mark.parametrize(
    ("method", "verb", "config"),
    [
        ("update", "updated", {}),
        ("delete", "deleted", {}),
        ("delete", "deleted", {"soft_delete": {"column": "deleted_at", "value": "now"}}),
    ],
)
async def test_more_matches_than_max_rows_change_nothing(
    shelf: Any, ada: Person, bob: Person, method: str, verb: str, config: dict[str, Any]
) -> None:
    for title in ("a", "b", "c"):
        await shelf.add(ada, title=title)
    await shelf.add(bob, title="secret")
    data = {"data": {"status": "read"}} if method == "update" else {}
    everything = {"filters": {"status": "unread"}, **data}
    sentence = f"3 rows of books match, and at most 2 may be {verb} at once. Narrow the filters."
    with pytest.raises(ToolInputError, match=f"^Nothing was {verb}: {sentence}$"):
        await shelf.call(ada, everything, method=method, max_rows=2, **config)
    assert [status for *_, status in shelf.books()] == ["unread"] * 4
    assert (await shelf.call(ada, everything, method=method, max_rows=3, **config))[verb] == 3


async def test_without_max_rows_a_hundred_rows_are_the_most(shelf: Any, ada: Person) -> None:
    shelf.owner.execute(
        "insert into public.books (user_id, title) select %(id)s, n::text from generate_series(1, 101) as n",
        {"id": ada.id},
    )
    everything = {"filters": {"status": "unread"}}
    with pytest.raises(ToolInputError, match="101 rows of books match, and at most 100 may be deleted"):
        await shelf.call(ada, everything, method="delete")
    shelf.owner.execute("delete from public.books where title = '101'")
    assert (await shelf.call(ada, everything, method="delete"))["deleted"] == 100


async def test_rows_that_may_be_read_but_not_changed_are_named_as_such(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, title="a")
    shelf.owner.execute('drop policy "owners change their books" on public.books')
    with pytest.raises(
        ToolInputError, match=r"^Nothing was updated: 1 row matches in books, but not yours to change"
    ):
        await shelf.call(ada, {"filters": {"title": "a"}, "data": {"status": "read"}}, method="update")
