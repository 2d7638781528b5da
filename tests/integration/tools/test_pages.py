"""A fetch that goes on where the last answer ended, in the order that the model chooses."""

import base64
import json
from typing import Any

import pytest

from core.errors import ToolInputError
from fixtures.people import Person

PAGED: dict[str, Any] = {"method": "fetch", "columns": ["title"], "limit": 3}


async def pages(shelf: Any, person: Person, arguments: dict[str, Any], **config: Any) -> list[list[str]]:
    """The titles of each page, up to the last."""
    found: list[list[str]] = []
    place: dict[str, Any] = {}
    while True:
        answer = await shelf.call(person, {**arguments, **place}, **{**PAGED, **config})
        found.append([row["title"] for row in answer["rows"]])
        if "next" not in answer:
            return found
        place = {"after": answer["next"]}


async def add_books(shelf: Any, person: Person) -> None:
    """Eight books, with equal and missing values."""
    for title, pages_, day in zip("abcdefgh", (1, 1, None, 2, 2, None, 3, 1), range(1, 9), strict=True):
        await shelf.add(person, title=title, pages=pages_, bought_on=f"2026-01-0{(day % 3) + 1}")


@pytest.mark.parametrize(
    "order_by",
    [
        None, "title", "title desc", "pages", "pages desc", ["pages desc", "title"], ["pages", "title desc"],
        ["bought_on", "pages desc"], ["is_lent", "weight"], "id",
    ],
)  # fmt: skip
async def test_pages_together_are_the_whole_in_the_same_order(
    shelf: Any, ada: Person, bob: Person, order_by: Any
) -> None:
    await add_books(shelf, ada)
    await shelf.add(bob, title="secret")
    config = {} if order_by is None else {"order_by": order_by}
    (whole,) = await pages(shelf, ada, {}, **{**config, "limit": 100})
    parts = await pages(shelf, ada, {}, **config)
    assert [len(part) for part in parts] == [3, 3, 2]
    assert [title for part in parts for title in part] == whole
    assert sorted(whole) == list("abcdefgh")


async def test_a_page_keeps_its_filters(shelf: Any, ada: Person) -> None:
    await add_books(shelf, ada)
    parts = await pages(
        shelf, ada, {"filters": {"pages": {"gte": 1}}}, order_by="title", limit=4, filters=["pages"]
    )
    assert parts == [["a", "b", "d", "e"], ["g", "h"]]


async def test_rows_that_come_and_go_in_between_move_no_place(shelf: Any, ada: Person) -> None:
    await add_books(shelf, ada)
    first = await shelf.call(ada, {}, **PAGED, order_by="title")
    shelf.owner.execute("delete from public.books where title in ('a', 'c')")
    await shelf.add(ada, title="aa")
    second = await shelf.call(ada, {"after": first["next"]}, **PAGED, order_by="title")
    assert [row["title"] for row in second["rows"]] == ["d", "e", "f"]


async def test_what_did_not_fit_the_budget_comes_with_the_next_page(shelf: Any, ada: Person) -> None:
    for n in range(5):
        await shelf.add(ada, title=f"{n}" * 9_000)
    parts = await pages(shelf, ada, {}, limit=25, order_by="created_at")
    assert [[title[0] for title in part] for part in parts] == [["0", "1"], ["2", "3"], ["4"]]


async def test_the_model_chooses_an_order_from_the_list(shelf: Any, ada: Person) -> None:
    await add_books(shelf, ada)
    order = {"default": "title", "choices": ["title desc", "pages"]}
    assert (await pages(shelf, ada, {}, order_by=order))[0] == ["a", "b", "c"]
    assert (await pages(shelf, ada, {"order_by": "title desc"}, order_by=order))[0] == ["h", "g", "f"]
    by_pages = await pages(shelf, ada, {"order_by": "pages desc"}, order_by=order)
    assert {*by_pages[0]} == {"c", "f", "g"}
    assert sum(map(len, by_pages)) == 8
    for other in ("isbn", "title", "title; drop table books", 5):
        with pytest.raises(ToolInputError, match="must be one of title desc, pages, pages desc"):
            await shelf.call(ada, {"order_by": other}, **PAGED, order_by=order)


async def test_a_place_in_another_order_is_refused(shelf: Any, ada: Person) -> None:
    await add_books(shelf, ada)
    order = {"default": "title", "choices": ["title desc", "pages"]}
    place = (await shelf.call(ada, {}, **PAGED, order_by=order))["next"]
    with pytest.raises(ToolInputError, match="with the same order_by"):
        await shelf.call(ada, {"after": place, "order_by": "pages"}, **PAGED, order_by=order)


def forged(*content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


async def test_a_forged_place_opens_nothing(shelf: Any, ada: Person, bob: Person) -> None:
    await add_books(shelf, ada)
    await shelf.add(bob, title="secret")
    place = (await shelf.call(ada, {}, **PAGED, order_by="title"))["next"]
    mark, *_ = json.loads(base64.urlsafe_b64decode(place + "=="))
    nobody = "00000000-0000-0000-0000-000000000000"
    bad = [
        "", "x", "!!!", "é", place[:-3], place + "AAAA", "W10", forged(), forged(mark), forged(mark, "a"),
        forged(mark, "a", nobody, "b"), forged(mark, ["a"], nobody), forged(mark, "\0", nobody),
        forged(mark, {"a": 1}, nobody), forged("other", "a", nobody), "W1" * 400, "W" * 5000,
        base64.urlsafe_b64encode(b"[" * 700).decode(),
    ]  # fmt: skip
    for text in bad[1:]:
        with pytest.raises(ToolInputError, match="after"):
            await shelf.call(ada, {"after": text}, **PAGED, order_by="title")
    for value, key in (("' or true --", nobody), ("s", nobody), (None, None)):
        answer = await shelf.call(ada, {"after": forged(mark, value, key)}, **PAGED, order_by="title")
        assert "secret" not in json.dumps(answer)
    with pytest.raises(ToolInputError, match="does not fit"):
        await shelf.call(ada, {"after": forged(mark, "a", "no uuid")}, **PAGED, order_by="title")


async def test_a_view_has_no_places(shelf: Any, ada: Person) -> None:
    shelf.owner.execute(
        """
        create view public.titles with (security_invoker = true) as select title from public.books;
        grant select on public.titles to authenticated;
        """
    )
    await add_books(shelf, ada)
    answer = await shelf.call(ada, {}, table_name="titles", **PAGED)
    assert (len(answer["rows"]), answer["more"], "next" in answer) == (3, True, False)
    with pytest.raises(ToolInputError, match="after is not an argument"):
        await shelf.call(ada, {"after": "x"}, table_name="titles", **PAGED)
