"""Values calculated over rows: as the row says, or as the model chooses."""

from typing import Any

import pytest

from core.errors import ToolInputError
from fixtures.people import Person

TOTALS = {
    "books": {"fn": "count"},
    "length": {"fn": "sum", "column": "pages"},
    "first": {"fn": "min", "column": "bought_on"},
}


@pytest.fixture
async def library(shelf: Any, ada: Person, bob: Person) -> Any:
    """Ada's four books of two genres and none; Bob's one is the longest of all."""
    for title, genre, pages, price in (
        ("Dune", "novel", 412, 9.5),
        ("Emma", "novel", 474, None),
        ("Odes", "poetry", 100, 20),
        ("Notes", None, 50, 1),
    ):
        data = {"title": title, "pages": pages, "price": price, "bought_on": "2026-01-02"}
        await shelf.add(ada, **data, **({"genre": genre} if genre else {}))
    await shelf.add(bob, title="secret", genre="novel", pages=9000)
    return shelf


async def test_all_rows_become_one_answer(library: Any, ada: Person) -> None:
    answer = await library.call(ada, {}, method="aggregate", aggregates=TOTALS)
    assert answer == {"books": 4, "length": 1036, "first": "2026-01-02"}


async def test_nothing_adds_up_to_nothing(library: Any, ada: Person) -> None:
    answer = await library.call(ada, {"filters": {"title": "Ulysses"}}, method="aggregate", aggregates=TOTALS)
    assert answer == {"books": 0, "length": None, "first": None}


async def test_groups_come_with_the_highest_value_first(library: Any, ada: Person) -> None:
    config: dict[str, Any] = {"method": "aggregate", "aggregates": TOTALS, "group_by": ["genre"]}
    answer = await library.call(ada, {}, **config)
    assert [(group["genre"], group["books"], group["length"]) for group in answer["groups"]] == [
        ("novel", 2, 886),
        ("poetry", 1, 100),
        (None, 1, 50),
    ]
    least = await library.call(ada, {"order_by": "length", "limit": 1}, **config)
    assert ([group["genre"] for group in least["groups"]], least["more"]) == ([None], True)
    with pytest.raises(ToolInputError, match="must be one of genre, genre desc, books"):
        await library.call(ada, {"order_by": "pages"}, **config)


async def test_a_configured_order_of_groups_is_kept(library: Any, ada: Person) -> None:
    answer = await library.call(
        ada, {}, method="aggregate", aggregates=TOTALS, group_by=["genre"], order_by="genre desc"
    )
    assert [group["genre"] for group in answer["groups"]] == ["poetry", "novel", None]


async def test_the_model_chooses_what_to_calculate(library: Any, ada: Person) -> None:
    config: dict[str, Any] = {"method": "aggregate", "columns": ["genre", "pages", "price"]}
    assert await library.call(ada, {}, **config) == {"count": 4}
    answer = await library.call(
        ada,
        {"calculate": ["avg(pages)", "max(price)", "avg(pages)"], "filters": {"genre": "novel"}},
        **config,
    )
    assert answer == {"avg(pages)": 443, "max(price)": 9.5}
    grouped = await library.call(
        ada,
        {"calculate": ["sum(pages)"], "group_by": ["genre"], "order_by": "sum(pages) desc", "limit": 2},
        **config,
    )
    assert grouped == {
        "groups": [{"genre": "novel", "sum(pages)": 886}, {"genre": "poetry", "sum(pages)": 100}],
        "more": True,
    }


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"calculate": ["sum(title)"]}, "calculate must be one of count, sum(pages)"),
        ({"calculate": ["count(*); drop table books"]}, "calculate must be one of"),
        ({"calculate": 5}, "calculate must be a list, not a number"),
        ({"group_by": ["user_id"]}, "group_by must be one of genre, pages"),
        ({"group_by": ["genre"], "order_by": "price"}, "order_by: it is not part of this answer"),
        ({"group_by": ["genre"], "order_by": "x" * 300}, "order_by is too long"),
    ],
)
async def test_nothing_else_is_calculated(
    library: Any, ada: Person, arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ToolInputError) as refusal:
        await library.call(
            ada, arguments, method="aggregate", columns=["genre", "pages", "title"], filters=[]
        )
    assert sentence in refusal.value.message.replace("genre, pages, title", "genre, pages")


async def test_a_mean_is_rounded_and_a_large_sum_is_exact(library: Any, ada: Person) -> None:
    await library.add(ada, title="x", copies=2**62)
    await library.add(ada, title="y", copies=2**62)
    await library.add(ada, title="z", copies=1)
    answer = await library.call(
        ada,
        {},
        method="aggregate",
        aggregates={"sum": {"fn": "sum", "column": "copies"}, "mean": {"fn": "avg", "column": "pages"}},
    )
    assert answer == {"sum": 2**63 + 1, "mean": 259}


async def test_fixed_and_deleted_rows_are_left_out(library: Any, ada: Person) -> None:
    config: dict[str, Any] = {"method": "aggregate", "aggregates": {"n": {"fn": "count"}}}
    assert await library.call(ada, {}, **config, fixed={"genre": "novel"}) == {"n": 2}
    soft_delete = {"column": "title", "value": "Dune"}
    assert await library.call(ada, {}, **config, soft_delete=soft_delete) == {"n": 3}


async def test_names_of_the_field_map_are_used_throughout(library: Any, ada: Person) -> None:
    answer = await library.call(
        ada,
        {"calculate": ["max(length)"], "group_by": ["kind"], "filters": {"length": {"gt": 60}}},
        method="aggregate",
        field_map={"length": "pages", "kind": "genre"},
    )
    assert answer == {
        "groups": [{"kind": "novel", "max(length)": 474}, {"kind": "poetry", "max(length)": 100}]
    }
