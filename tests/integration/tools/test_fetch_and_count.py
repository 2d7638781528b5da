"""Reading rows: what comes back, in which order, and which of them."""

from typing import Any

import pytest

from core.errors import ToolInputError
from fixtures.people import Person

FULL_BOOK: dict[str, Any] = {
    "title": 'Dune "I" \\ {x} %s ö',
    "isbn": "9780441013593",
    "genre": "novel",
    "pages": 412,
    "copies": 2**62,
    "price": 9.5,
    "weight": 0.1,
    "bought_on": "2026-01-02",
    "read_at": "2026-01-02T03:04:05Z",
    "is_lent": True,
    "tags": ["space", 'a "quoted" one', "back\\slash", "comma, {brace}"],
    "details": {"shelf": 3, "nothing": None, "nested": [1, {"a": "b"}]},
}


async def titles(shelf: Any, person: Person, filters: dict[str, Any], **config: Any) -> list[str]:
    answer = await shelf.call(person, {"filters": filters}, method="fetch", **config)
    return sorted(row["title"] for row in answer["rows"])


async def test_a_row_comes_back_as_it_was_given(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, **FULL_BOOK)
    (row,) = (await shelf.call(ada, {}, method="fetch"))["rows"]
    assert {name: row[name] for name in FULL_BOOK} == {**FULL_BOOK, "read_at": "2026-01-02T03:04:05+00:00"}


async def test_bytes_never_come_back(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, title="Dune")
    shelf.owner.execute("update public.books set cover = %(cover)s", {"cover": b"\x00" * 1000})
    (row,) = (await shelf.call(ada, {}, method="fetch"))["rows"]
    assert "cover" not in row


async def test_only_the_configured_columns_come_back(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, title="Dune")
    answer = await shelf.call(ada, {}, method="fetch", columns=["status", "title"])
    assert answer == {"rows": [{"status": "unread", "title": "Dune"}]}


async def test_columns_that_are_null_are_left_out(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, title="Dune")
    answer = await shelf.call(ada, {}, method="fetch", columns=["title", "pages"])
    assert answer == {"rows": [{"title": "Dune"}]}


async def test_rows_and_filters_use_the_names_of_the_field_map(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, title="Dune", pages=412)
    await shelf.add(ada, title="Emma", pages=474)
    answer = await shelf.call(
        ada,
        {"filters": {"length": {"gt": 450}}},
        method="fetch",
        field_map={"name": "title", "length": "pages"},
        columns=["name", "length"],
    )
    assert answer == {"rows": [{"name": "Emma", "length": 474}]}


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["Dune", "Emma", "Odes"]),
    ({"title": "Emma"}, ["Emma"]),
    ({"title": {"eq": "Emma"}}, ["Emma"]),
    ({"title": {"neq": "Emma"}}, ["Dune", "Odes"]),
    ({"pages": {"neq": 412}}, ["Emma", "Odes"]),
    ({"title": {"in": ["Emma", "Odes", "Ulysses"]}}, ["Emma", "Odes"]),
    ({"title": {"in": []}}, []),
    ({"title": {"like": "D%"}}, ["Dune"]),
    ({"title": {"ilike": "%E"}}, ["Dune"]),
    ({"title": {"contains": "DE"}}, ["Odes"]),
    ({"title": {"contains": "%"}}, []),
    ({"genre": "poetry"}, ["Odes"]),
    ({"genre": {"in": ["poetry", "novel"]}}, ["Dune", "Odes"]),
    ({"genre": {"is": "null"}}, ["Emma"]),
    ({"genre": {"is": None}}, ["Emma"]),
    ({"genre": {"is": "not null"}}, ["Dune", "Odes"]),
    ({"status": {"in": ["unread", "read"]}}, ["Dune", "Emma", "Odes"]),
    ({"pages": {"gte": 412, "lt": 474}}, ["Dune"]),
    ({"pages": {"in": [412, 474]}}, ["Dune", "Emma"]),
    ({"copies": {"gt": 2**40}}, ["Dune"]),
    ({"price": "9.50"}, ["Dune"]),
    ({"price": {"lte": 9.5}}, ["Dune"]),
    ({"weight": {"gt": 0.05}}, ["Dune"]),
    ({"bought_on": "2026-01-02"}, ["Dune"]),
    ({"bought_on": {"gte": "2026-01-01", "lte": "2026-01-31"}}, ["Dune"]),
    ({"read_at": {"lt": "2027-01-01"}}, ["Dune"]),
    ({"is_lent": True}, ["Dune"]),
    ({"is_lent": {"is": False}}, ["Emma", "Odes"]),
    ({"is_lent": {"neq": True}}, ["Emma", "Odes"]),
    ({"tags": {"contains": ["space"]}}, ["Dune"]),
    ({"details": {"contains": {"shelf": 3}}}, ["Dune"]),
    ({"title": "Dune", "genre": "poetry"}, []),
]


async def test_each_operator_finds_the_rows_it_names(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, **{**FULL_BOOK, "title": "Dune"})
    await shelf.add(ada, title="Emma", pages=474)
    await shelf.add(ada, title="Odes", genre="poetry")
    for filters, found in FILTERS:
        assert (filters, await titles(shelf, ada, filters)) == (filters, found)
        count = await shelf.call(ada, {"filters": filters}, method="count")
        assert (filters, count) == (filters, {"count": len(found)})


async def test_the_newest_rows_come_first(shelf: Any, ada: Person) -> None:
    for title in ("first", "second", "third"):
        await shelf.add(ada, title=title)
    answer = await shelf.call(ada, {}, method="fetch", columns=["title"])
    assert [row["title"] for row in answer["rows"]] == ["third", "second", "first"]


async def test_a_configured_order_is_kept(shelf: Any, ada: Person) -> None:
    for title, pages in (("a", 1), ("b", 2), ("c", 2)):
        await shelf.add(ada, title=title, pages=pages)
    answer = await shelf.call(ada, {}, method="fetch", columns=["title"], order_by=["pages desc", "title"])
    assert [row["title"] for row in answer["rows"]] == ["b", "c", "a"]


async def test_more_rows_than_the_limit_are_announced(shelf: Any, ada: Person) -> None:
    for title in ("a", "b", "c"):
        await shelf.add(ada, title=title)
    config: dict[str, Any] = {"method": "fetch", "columns": ["title"], "order_by": "title"}
    answer = await shelf.call(ada, {}, **config, limit=2)
    assert answer.pop("next")
    assert answer == {"rows": [{"title": "a"}, {"title": "b"}], "more": True}
    assert "more" not in await shelf.call(ada, {}, **config, limit=3)
    assert "more" in await shelf.call(ada, {"limit": 1}, **config)
    with pytest.raises(ToolInputError, match="limit must be less than or equal to 2"):
        await shelf.call(ada, {"limit": 3}, **config, limit=1, max_limit=2)


async def test_rows_beyond_the_budget_are_announced_and_never_cut(shelf: Any, ada: Person) -> None:
    for _ in range(5):
        await shelf.add(ada, title="x" * 7_000)
    answer = await shelf.call(ada, {}, method="fetch", columns=["title"])
    assert [len(row["title"]) for row in answer["rows"]] == [7_000] * 3
    assert answer["left_out"] == 2


async def test_a_single_row_beyond_the_budget_shows_its_beginning(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, title='"' * 50_000)
    (row,) = (await shelf.call(ada, {}, method="fetch", columns=["title"]))["rows"]
    assert row.startswith('{"title":"\\"')
    assert row.endswith("(this row is too large; cut)")


async def test_fixed_values_limit_what_is_read(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, title="Dune", genre="novel")
    await shelf.add(ada, title="Odes", genre="poetry")
    assert await titles(shelf, ada, {}, fixed={"genre": "novel"}) == ["Dune"]
    assert await shelf.call(ada, {}, method="count", fixed={"genre": None}) == {"count": 0}
    with pytest.raises(ToolInputError, match=r"filters\.genre is not an argument"):
        await titles(shelf, ada, {"genre": "poetry"}, fixed={"genre": "novel"})


@pytest.mark.parametrize(
    ("mark", "value"),
    [("status", "read"), ("is_lent", True), ("deleted_at", "now"), ("agent_name", "gone"), ("isbn", None)],
)
async def test_a_soft_deleted_row_is_left_out(shelf: Any, ada: Person, mark: str, value: Any) -> None:
    soft_delete = {"column": mark, "value": value}
    await shelf.add(ada, title="Dune", isbn="1")
    await shelf.add(ada, title="Emma", isbn="2")
    await shelf.call(ada, {"filters": {"title": "Dune"}}, method="delete", soft_delete=soft_delete)
    assert await titles(shelf, ada, {}, soft_delete=soft_delete) == ["Emma"]
    assert await shelf.call(ada, {}, method="count", soft_delete=soft_delete) == {"count": 1}
    assert await titles(shelf, ada, {}) == ["Dune", "Emma"]


async def test_an_agent_reads_only_the_rows_it_wrote(shelf: Any, ada: Person) -> None:
    config: dict[str, Any] = {"apply_agent_name_context": True, "columns": ["title", "agent_name"]}
    await shelf.add(ada, title="nobody's")
    await shelf.add(ada, title="other's", agent_name="other")
    mine = await shelf.call(ada, {"data": {"title": "mine"}}, method="create", **config)
    assert mine == {"created": {"title": "mine", "agent_name": "librarian"}}
    assert await titles(shelf, ada, {}, **config) == ["mine"]


async def test_the_sql_is_told_with_its_values(shelf: Any, ada: Person) -> None:
    await shelf.call(ada, {"filters": {"title": "it's 100%"}}, method="count")
    assert shelf.queries == [
        """select count(*) as count from "public"."books" where "title" = 'it''s 100%'""",
    ]


async def test_a_view_can_be_read(shelf: Any, ada: Person) -> None:
    shelf.owner.execute(
        """
        create view public.novels with (security_invoker = true) as
          select title, pages from public.books where genre = 'novel';
        grant select on public.novels to authenticated;
        """
    )
    await shelf.add(ada, title="Dune", genre="novel", pages=412)
    await shelf.add(ada, title="Odes", genre="poetry")
    answer = await shelf.call(ada, {"filters": {"pages": {"gt": 1}}}, table_name="novels", method="fetch")
    assert answer == {"rows": [{"title": "Dune", "pages": 412}]}


async def test_odd_names_of_tables_and_columns_are_quoted(shelf: Any, ada: Person) -> None:
    shelf.owner.execute(
        """
        create table public."100%% ""odd"" {table}" (
          id bigint generated always as identity primary key,
          "a %%(b)s {c}" text, "select" text, "copy" text);
        grant select, insert, update, delete on public."100%% ""odd"" {table}" to authenticated;
        """,
        {},
    )
    config = {"table_name": '100% "odd" {table}'}
    data = {"a %(b)s {c}": "x", "select": "y", "copy": "z"}
    made = (await shelf.call(ada, {"data": data}, method="create", **config))["created"]
    assert made == {"id": 1, **data}
    assert (await shelf.call(ada, {"filters": data}, method="fetch", **config))["rows"] == [made]
    changed = await shelf.call(
        ada, {"filters": data, "data": {"a %(b)s {c}": "w"}}, method="update", **config
    )
    assert changed["rows"][0]["a %(b)s {c}"] == "w"
    soft = await shelf.call(
        ada, {"filters": {"id": 1}}, method="delete", soft_delete={"column": "copy", "value": "w"}, **config
    )
    assert soft["deleted"] == 1
