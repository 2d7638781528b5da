"""Creating, changing, saving and deleting rows."""

from typing import Any

import pytest

from core.errors import ToolFailed, ToolInputError
from fixtures.people import Person


async def test_a_created_row_belongs_to_the_user_and_comes_back(shelf: Any, ada: Person) -> None:
    made = await shelf.add(ada, title="Dune")
    assert made["user_id"] == str(ada.id)
    assert made["status"] == "unread"
    assert shelf.books() == [(ada.id, "Dune", "unread")]


async def test_a_row_of_defaults_needs_no_data(shelf: Any, ada: Person) -> None:
    shelf.owner.execute(
        """
        create table public.visits (id bigint generated always as identity primary key);
        grant select, insert on public.visits to authenticated;
        """
    )
    assert await shelf.call(ada, {}, table_name="visits", method="create") == {"created": {"id": 1}}


async def test_null_empties_a_column(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, title="Dune", pages=412)
    answer = await shelf.call(
        ada,
        {"filters": {"title": "Dune"}, "data": {"pages": None}},
        method="update",
        columns=["title", "pages"],
    )
    assert answer == {"updated": 1, "rows": [{"title": "Dune"}]}


async def test_an_update_tells_how_many_rows_it_changed(shelf: Any, ada: Person) -> None:
    for title in ("a", "b", "c"):
        await shelf.add(ada, title=title)
    answer = await shelf.call(
        ada,
        {"filters": {"status": "unread"}, "data": {"status": "read"}},
        method="update",
        columns=["status"],
        limit=2,
    )
    assert answer == {"updated": 3, "rows": [{"status": "read"}] * 2, "more": True}
    assert [status for *_, status in shelf.books()] == ["read"] * 3


async def test_a_delete_returns_what_is_gone(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, title="Dune")
    await shelf.add(ada, title="Emma")
    answer = await shelf.call(ada, {"filters": {"title": "Dune"}}, method="delete", columns=["title"])
    assert answer == {"deleted": 1, "rows": [{"title": "Dune"}]}
    assert shelf.books() == [(ada.id, "Emma", "unread")]


@pytest.mark.parametrize(
    ("method", "arguments", "config"),
    [
        ("update", {"filters": {"title": "Ulysses"}, "data": {"status": "read"}}, {}),
        ("delete", {"filters": {"title": "Ulysses"}}, {}),
        ("delete", {"filters": {"title": "Ulysses"}}, {"soft_delete": {"column": "is_lent", "value": True}}),
        ("delete", {"filters": {"title": "Dune"}}, {"fixed": {"genre": "poetry"}}),
        ("delete", {"filters": {"title": "Dune"}}, {"apply_agent_name_context": True}),
    ],
)
async def test_touching_no_row_is_an_error(
    shelf: Any, ada: Person, method: str, arguments: dict[str, Any], config: dict[str, Any]
) -> None:
    await shelf.add(ada, title="Dune")
    with pytest.raises(ToolInputError, match="no row of books matches, or it is not yours to change"):
        await shelf.call(ada, arguments, method=method, **config)
    assert shelf.books() == [(ada.id, "Dune", "unread")]


async def test_deleting_twice_softly_is_an_error(shelf: Any, ada: Person) -> None:
    config: dict[str, Any] = {"method": "delete", "soft_delete": {"column": "deleted_at", "value": "now"}}
    await shelf.add(ada, title="Dune")
    answer = await shelf.call(ada, {"filters": {"title": "Dune"}}, **config)
    assert answer["rows"][0]["deleted_at"]
    with pytest.raises(ToolInputError, match="Nothing was deleted"):
        await shelf.call(ada, {"filters": {"title": "Dune"}}, **config)
    with pytest.raises(ToolInputError, match="Nothing was updated"):
        await shelf.call(
            ada,
            {"filters": {"title": "Dune"}, "data": {"status": "read"}},
            **{**config, "method": "update"},
        )


@pytest.mark.parametrize("method", ["update", "delete"])
async def test_a_whole_table_is_never_touched_by_accident(shelf: Any, ada: Person, method: str) -> None:
    await shelf.add(ada, title="Dune")
    data = {"data": {"status": "read"}} if method == "update" else {}
    nothing: tuple[dict[str, Any] | None, ...] = ({}, None)
    for filters in nothing:
        with pytest.raises(ToolInputError, match="filters"):
            await shelf.call(ada, {"filters": filters, **data}, method=method)
    with pytest.raises(ToolInputError, match="filters is required"):
        await shelf.call(ada, data, method=method)
    assert shelf.books() == [(ada.id, "Dune", "unread")]


async def test_an_update_without_values_is_an_error(shelf: Any, ada: Person) -> None:
    with pytest.raises(ToolInputError, match="name at least one column"):
        await shelf.call(ada, {"filters": {"title": "Dune"}, "data": {}}, method="update")


async def test_fixed_values_go_into_a_new_row(shelf: Any, ada: Person) -> None:
    config: dict[str, Any] = {"method": "create", "fixed": {"genre": "poetry", "pages": None}}
    answer = await shelf.call(ada, {"data": {"title": "Odes"}}, **config, columns=["title", "genre"])
    assert answer == {"created": {"title": "Odes", "genre": "poetry"}}
    with pytest.raises(ToolInputError, match=r"data\.genre is not an argument"):
        await shelf.call(ada, {"data": {"title": "Odes", "genre": "novel"}}, **config)


async def test_fixed_values_decide_which_rows_change(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, title="Dune", genre="novel")
    await shelf.add(ada, title="Odes", genre="poetry")
    answer = await shelf.call(
        ada,
        {"filters": {"status": "unread"}, "data": {"status": "read"}},
        method="update",
        fixed={"genre": "poetry"},
        columns=["title", "status"],
    )
    assert answer == {"updated": 1, "rows": [{"title": "Odes", "status": "read"}]}


async def test_a_default_of_the_schema_is_set_without_being_asked(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, title="Dune")
    schema = {
        "data": {"properties": {"status": {"enum": ["read"], "default": "read"}}},
        "filters": {"properties": {"title": {"type": "str"}}},
    }
    config: dict[str, Any] = {"method": "update", "runtime_args_schema": schema, "columns": ["status"]}
    answer = await shelf.call(ada, {"filters": {"title": "Dune"}}, **config)
    assert answer == {"updated": 1, "rows": [{"status": "read"}]}


async def test_an_upsert_creates_then_changes_the_row_with_the_same_key(shelf: Any, ada: Person) -> None:
    config: dict[str, Any] = {"method": "upsert", "columns": ["title", "isbn", "pages"]}
    first = await shelf.call(ada, {"data": {"isbn": "1", "title": "Dune", "pages": 400}}, **config)
    assert first == {"saved": {"title": "Dune", "isbn": "1", "pages": 400}}
    second = await shelf.call(ada, {"data": {"isbn": "1", "title": "Dune!"}}, **config)
    assert second == {"saved": {"title": "Dune!", "isbn": "1", "pages": 400}}
    with pytest.raises(ToolInputError, match=r"data\.isbn is required"):
        await shelf.call(ada, {"data": {"title": "Dune"}}, **config)


async def test_an_upsert_with_nothing_but_the_key_returns_the_row(shelf: Any, ada: Person) -> None:
    shelf.owner.execute(
        """
        create table public.words (word text primary key);
        grant select, insert, update on public.words to authenticated;
        """
    )
    for _ in range(2):
        answer = await shelf.call(ada, {"data": {"word": "x"}}, table_name="words", method="upsert")
        assert answer == {"saved": {"word": "x"}}


@pytest.mark.parametrize(
    "config",
    [
        {"fixed": {"genre": "poetry"}},
        {"apply_agent_name_context": True},
        {"soft_delete": {"column": "is_lent", "value": True}},
    ],
)
async def test_an_upsert_leaves_alone_what_the_tool_may_not_touch(
    shelf: Any, ada: Person, config: dict[str, Any]
) -> None:
    await shelf.add(ada, title="Dune", isbn="1", genre="novel", is_lent=True)
    with pytest.raises(ToolInputError, match="this tool may not change it"):
        await shelf.call(ada, {"data": {"isbn": "1", "title": "mine"}}, method="upsert", **config)
    assert shelf.books() == [(ada.id, "Dune", "unread")]


async def test_names_of_the_field_map_are_written_to_their_columns(shelf: Any, ada: Person) -> None:
    config: dict[str, Any] = {"field_map": {"name": "title"}, "columns": ["name"]}
    assert await shelf.call(ada, {"data": {"name": "Dune"}}, method="create", **config) == {
        "created": {"name": "Dune"}
    }
    answer = await shelf.call(
        ada, {"filters": {"name": "Dune"}, "data": {"name": "Emma"}}, method="update", **config
    )
    assert answer == {"updated": 1, "rows": [{"name": "Emma"}]}
    assert shelf.books() == [(ada.id, "Emma", "unread")]


async def test_an_agents_name_goes_into_a_new_row_and_an_upsert(shelf: Any, ada: Person) -> None:
    config: dict[str, Any] = {"apply_agent_name_context": True, "columns": ["agent_name"]}
    for method in ("create", "upsert"):
        answer = await shelf.call(ada, {"data": {"title": "x", "isbn": method}}, method=method, **config)
        assert list(answer.values()) == [{"agent_name": "librarian"}]


# What the database refuses, and what the model is told.

NOBODY = "00000000-0000-0000-0000-000000000000"
REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "The values break a rule of books (rule books_title_is_not_empty)."),
    ({"title": "x", "pages": -1}, "The values break a rule of books (rule books_pages_is_positive)."),
    (
        {"title": "x", "isbn": "1"},
        "books already has a row with such a value, which must be unique (rule books_user_id_isbn_key).",
    ),
    (
        {"title": "x", "author_id": NOBODY},
        "This refers to a row that does not exist, or other rows still refer to it"
        " (rule books_author_id_fkey).",
    ),
    ({"title": "x", "is_lent": None}, "is_lent of books must not be empty."),
    ({"title": "x", "price": 10**7}, "A number is too large for its column of books."),
]


async def test_a_broken_rule_is_told_in_a_sentence(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, title="first", isbn="1")
    for data, sentence in REFUSALS:
        with pytest.raises(ToolInputError) as refusal:
            await shelf.add(ada, **data)
        assert refusal.value.message == sentence
    assert shelf.books() == [(ada.id, "first", "unread")]


async def test_what_a_trigger_says_reaches_the_model(shelf: Any, ada: Person) -> None:
    shelf.owner.execute(
        """
        create function public.refuse() returns trigger language plpgsql as
          $$ begin raise exception 'No book about %', new.title using hint = 'Try gardens.'; end $$;
        create trigger refuse before insert on public.books for each row execute function public.refuse();
        """
    )
    with pytest.raises(ToolInputError, match=r"^No book about war Try gardens\.$"):
        await shelf.add(ada, title="war")


async def test_a_trigger_that_swallows_the_row_is_no_success(shelf: Any, ada: Person) -> None:
    shelf.owner.execute(
        """
        create function public.swallow() returns trigger language plpgsql as $$ begin return null; end $$;
        create trigger swallow before insert on public.books for each row execute function public.swallow();
        """
    )
    with pytest.raises(ToolInputError, match="nothing was created"):
        await shelf.add(ada, title="Dune")


async def test_a_missing_grant_is_told_without_the_databases_words(shelf: Any, ada: Person) -> None:
    shelf.owner.execute("revoke insert on public.books from authenticated")
    with pytest.raises(ToolFailed, match=r"^The policies of books do not let you create this row\.$"):
        await shelf.add(ada, title="Dune")


async def test_a_table_that_has_changed_under_the_tool_fails_clearly(shelf: Any, ada: Person) -> None:
    tool = shelf.tool(method="fetch")
    shelf.owner.execute("alter table public.books drop column pages")
    with pytest.raises(ToolFailed, match="no longer fits books"):
        await tool.invoke_as(shelf.context(ada), {})


async def test_a_slow_statement_is_stopped(shelf: Any, ada: Person) -> None:
    shelf.owner.execute(
        """
        create view public.slow with (security_invoker = true) as select pg_sleep(30)::text as nap;
        grant select on public.slow to authenticated;
        """
    )
    tool = shelf.tool(table_name="slow", method="fetch")
    context = shelf.context(ada, tool_timeout_seconds=0.05)
    with pytest.raises(ToolFailed, match="took longer than the server allows"):
        await tool.invoke_as(context, {})


async def test_a_database_that_is_away_is_a_tools_failure(shelf: Any, ada: Person) -> None:
    tool = shelf.tool(method="fetch")
    await shelf.pool.close()
    with pytest.raises(ToolFailed, match="not reachable"):
        await tool.invoke_as(shelf.context(ada), {})


async def test_a_refused_statement_leaves_the_connection_usable(shelf: Any, ada: Person) -> None:
    for _ in range(6):
        with pytest.raises(ToolInputError):
            await shelf.add(ada, title="")
    assert (await shelf.add(ada, title="Dune"))["title"] == "Dune"
