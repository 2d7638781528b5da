"""Two users with the same tools: neither sees, changes or loses anything by the other's hand."""

import asyncio
from typing import Any

import pytest

from core.errors import ToolError, ToolFailed, ToolInputError
from fixtures.people import Person


@pytest.fixture
async def theirs(shelf: Any, bob: Person) -> dict[str, Any]:
    """A book of Bob's."""
    return await shelf.add(bob, title="Emma", isbn="1")


async def test_a_user_reads_only_their_own_rows(shelf: Any, ada: Person, theirs: dict[str, Any]) -> None:
    await shelf.add(ada, title="Dune")
    for filters in ({}, {"title": {"like": "%"}}, {"status": "unread"}):
        answer = await shelf.call(ada, {"filters": filters}, method="fetch", columns=["title", "status"])
        assert [row["title"] for row in answer["rows"]] == ["Dune"]
        assert await shelf.call(ada, {"filters": filters}, method="count") == {"count": 1}
    assert (await shelf.call(ada, {"filters": {"id": theirs["id"]}}, method="fetch")) == {"rows": []}


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("update", {"data": {"title": "mine"}}),
        ("delete", {}),
    ],
)
async def test_the_id_of_anothers_row_opens_nothing(
    shelf: Any, ada: Person, bob: Person, theirs: dict[str, Any], method: str, arguments: dict[str, Any]
) -> None:
    for filters in ({"id": theirs["id"]}, {"isbn": "1"}, {"title": {"neq": "x"}}):
        with pytest.raises(ToolInputError, match="or it is not yours to change"):
            await shelf.call(ada, {**arguments, "filters": filters}, method=method)
    assert shelf.books() == [(bob.id, "Emma", "unread")]


async def test_an_upsert_on_anothers_id_is_refused(
    shelf: Any, ada: Person, bob: Person, theirs: dict[str, Any]
) -> None:
    schema: dict[str, Any] = {"data": {"properties": {"id": {}, "title": {}}}}
    with pytest.raises(ToolFailed, match="The policies of books do not let you save this row"):
        await shelf.call(
            ada,
            {"data": {"id": theirs["id"], "title": "mine"}},
            method="upsert",
            runtime_args_schema=schema,
        )
    assert shelf.books() == [(bob.id, "Emma", "unread")]


async def test_the_same_key_is_two_rows_for_two_users(
    shelf: Any, ada: Person, bob: Person, theirs: dict[str, Any]
) -> None:
    await shelf.call(ada, {"data": {"isbn": "1", "title": "mine"}}, method="upsert")
    assert shelf.books() == [(bob.id, "Emma", "unread"), (ada.id, "mine", "unread")]


async def test_one_tool_object_serves_many_users_at_once(shelf: Any) -> None:
    create = shelf.tool(method="create", columns=["title"])
    count = shelf.tool(method="count", filters=["title"])
    people = [shelf.make_user() for _ in range(8)]
    await asyncio.gather(
        *(
            create.invoke_as(shelf.context(person), {"data": {"title": f"{n}"}})
            for n, person in enumerate(people)
            for _ in range(n)
        )
    )
    answers = await asyncio.gather(
        *(
            count.invoke_as(shelf.context(person), {"filters": {"title": f"{m}"}})
            for n, person in enumerate(people)
            for m in (n, n + 1)
        )
    )
    assert answers == [answer for n in range(8) for answer in (f'{{"count":{n}}}', '{"count":0}')]


async def test_an_error_leaves_nobodys_identity_behind(
    shelf: Any, ada: Person, theirs: dict[str, Any]
) -> None:
    with pytest.raises(ToolError):
        await shelf.add(ada, title="")
    async with shelf.pool.connection() as connection:
        cursor = await connection.execute(
            "select current_user, current_setting('request.jwt.claims', true) as claims"
        )
        row = await cursor.fetchone()
        # Postgres leaves an empty text behind in a connection where the setting was once made.
        assert row in ({"current_user": "clarity_server", "claims": claims} for claims in (None, ""))
