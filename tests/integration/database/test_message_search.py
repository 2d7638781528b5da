"""Searching one's own messages: what is found, by whom, and how much has to be read for it."""

from typing import Any, LiteralString

import psycopg
import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage, message_to_dict
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from fixtures.people import Person, act_as
from integration.database.world import World

ADD: LiteralString = """
insert into chat_message_history (session_id, user_id, message)
select %(chat)s, user_id, %(message)s from chats where id = %(chat)s returning id
"""


def add(owner: psycopg.Connection, world: World, *messages: BaseMessage | str) -> list[int]:
    """Stores messages in Ada's chat, a text as hers; their ids."""
    ids: list[int] = []
    for message in messages:
        stored = message_to_dict(HumanMessage(message) if isinstance(message, str) else message)
        row = owner.execute(ADD, {"chat": world.ids["chats"], "message": Jsonb(stored)}).fetchone()
        assert row
        ids.append(row[0])
    return ids


def search(
    owner: psycopg.Connection,
    person: Person,
    query: str | None,
    *,
    limit: int | None = 20,
    before: int | None = None,
) -> list[dict[str, Any]]:
    with act_as(owner, person), owner.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select * from search_messages(%(query)s, %(limit)s, %(before)s)",
            {"query": query, "limit": limit, "before": before},
        )
        return cursor.fetchall()


def test_what_people_and_agents_said_is_found_newest_first_with_its_chat(
    owner: psycopg.Connection, world: World
) -> None:
    owner.execute("update chats set title = 'Plants'")
    said, answered = add(owner, world, "Water the ferns", AIMessage("The ferns are watered."))

    answer, question = search(owner, world.ada, "ferns")

    assert (answer["message_id"], question["message_id"]) == (answered, said)
    assert (answer["type"], question["type"]) == ("ai", "human")
    assert question["snippet"] == "Water the \x02ferns\x03"
    assert question["chat_id"] == world.ids["chats"]
    assert (question["title"], question["agent_name"]) == ("Plants", "helper")
    assert owner.execute(
        "select id, created_at from chat_message_history where message_uuid = %(uuid)s",
        {"uuid": question["message_uuid"]},
    ).fetchone() == (said, question["created_at"])


def test_what_tools_returned_is_not_found(owner: psycopg.Connection, world: World) -> None:
    call = AIMessage("", tool_calls=[{"name": "list_notes", "args": {"word": "ferns"}, "id": "call-1"}])
    add(owner, world, call, ToolMessage("ferns", tool_call_id="call-1"))
    assert search(owner, world.ada, "ferns") == []


def test_the_text_of_a_message_in_parts_is_found_and_nothing_else_of_it(
    owner: psycopg.Connection, world: World
) -> None:
    parts: list[str | dict[Any, Any]] = [
        {"type": "thinking", "thinking": "mosses?"},
        {"type": "text", "text": "Ferns"},
        "grow",
        {"type": "image_url", "image_url": {"url": "https://example.com/lichens.png"}},
    ]
    add(owner, world, AIMessage(parts))
    (found,) = search(owner, world.ada, "ferns grow")
    assert found["snippet"] == "\x02Ferns\x03 \x02grow\x03"
    assert search(owner, world.ada, "mosses") == search(owner, world.ada, "lichens") == []


def test_nobody_finds_the_messages_of_others(owner: psycopg.Connection, world: World) -> None:
    add(owner, world, "Water the ferns")
    assert search(owner, world.bob, "ferns") == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, None):
        owner.execute("select * from search_messages('ferns')")


@pytest.mark.parametrize(
    ("role", "may_search"), [("authenticated", True), ("anon", False), ("service_role", False)]
)
def test_only_users_search(role: str, may_search: bool, owner: psycopg.Connection) -> None:
    assert owner.execute(
        "select has_function_privilege(%(role)s, 'search_messages(text, integer, bigint)', 'execute')",
        {"role": role},
    ).fetchone() == (may_search,)


@pytest.mark.parametrize("query", [None, "", "   ", '"', "-", "?!", " & | ! ( ) :* <-> \\ '"])
def test_a_query_without_words_finds_nothing(
    query: str | None, owner: psycopg.Connection, world: World
) -> None:
    add(owner, world, "Water the ferns: now!")
    assert search(owner, world.ada, query) == []


FERNS = "Water the tall ferns and the roses"


@pytest.mark.parametrize(
    ("text", "query", "is_found"),
    [
        (FERNS, "roses water", True),
        (FERNS, "WATER", True),
        (FERNS, "water tulips", False),
        (FERNS, "tulips or roses", True),
        (FERNS, '"tall ferns"', True),
        (FERNS, '"ferns tall"', False),
        (FERNS, "water -roses", False),
        (FERNS, "water -tulips", True),
        # The last word may be unfinished: by a quote it is finished, and one that is excluded is meant whole.
        (FERNS, "water the ro", True),
        (FERNS, "wat the roses", False),
        (FERNS, '"tall fe', True),
        (FERNS, '"tall fe"', False),
        (FERNS, "water -ro", True),
        # What Postgres' parser takes for one word, or for none.
        ("It is in src/core/turn.py", "turn.py", True),
        ("It is in src/core/turn.py", "core/turn", True),
        ("It is in src/core/turn.py", "turn/core", False),
        ("Write to ada@example.com", "example", True),
        ("See https://www.example.com/plants?x=1", "plants", True),
        ("Use List<Fern> here", "fern", True),
        ("The well-known snake_case", "known case", True),
        ("COVID-19 of 2026-11-26", "19 2026-11-26", True),
        # Any language: upper case, scripts without spaces between words, right to left.
        ("Größe der ÄPFEL", "äpfel größe", True),
        ("Полей папоротники", "ПОЛЕЙ", True),
        ("我們今天去北京看了很多東西", "北京", True),
        ("我們今天去北京看了很多東西", "京北", False),
        ("今日は東京へ行きました", "東京へ", True),
        ("วันนี้ฉันไปตลาด", "ตลาด", True),
        ("서울에서 만나요", "서울", True),
        ("השקה את השרכים", "השרכים", True),
        ("اسق السراخس", "السراخس", True),
    ],
)
def test_a_query_finds_what_a_search_engine_would(
    text: str, query: str, is_found: bool, owner: psycopg.Connection, world: World
) -> None:
    add(owner, world, text)
    found = search(owner, world.ada, query)
    assert bool(found) is is_found
    if found:
        assert "\x02" in found[0]["snippet"] or "-" in query
        assert found[0]["snippet"].translate({2: None, 3: None}) == text


def test_a_snippet_is_short_and_plain_and_marks_only_what_was_found(
    owner: psycopg.Connection, world: World
) -> None:
    filler = "word " * 200
    add(owner, world, f"{filler}\n\n<b>the \x02old\x03\n\tferns</b> & roses {filler} roses {filler}")
    (found,) = search(owner, world.ada, "ferns roses")
    snippet: str = found["snippet"]
    assert "<b>the old \x02ferns\x03</b> & \x02roses\x03" in snippet
    assert snippet.count("\x02") == snippet.count("\x03") == snippet.count("ferns") + snippet.count("roses")
    assert len(snippet) < 500


def test_the_pages_of_a_search_hold_every_message_once(owner: psycopg.Connection, world: World) -> None:
    ids = add(owner, world, *["ferns"] * 5)
    pages: list[list[int]] = []
    before: int | None = None
    while page := [row["message_id"] for row in search(owner, world.ada, "ferns", limit=2, before=before)]:
        pages.append(page)
        before = page[-1]
    assert pages == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]


@pytest.mark.parametrize(("limit", "length"), [(None, 20), (0, 1), (-3, 1), (1000, 50)])
def test_a_page_has_between_one_and_fifty_messages(
    limit: int | None, length: int, owner: psycopg.Connection, world: World
) -> None:
    add(owner, world, *["ferns"] * 60)
    assert len(search(owner, world.ada, "ferns", limit=limit)) == length


@pytest.mark.parametrize(
    "text",
    [
        "x" * 3_000_000,
        " ".join(f"w{number}" for number in range(400_000)),
        "北" * 1_000_000,
        "".join(chr(0x4E00 + number % 20_000) for number in range(400_000)),
        "<" * 100_000,
    ],
    ids=["one word", "many words", "one sign", "many signs", "separators"],
)
def test_a_message_is_stored_however_long_it_is(text: str, owner: psycopg.Connection, world: World) -> None:
    add(owner, world, f"ferns {text}")
    (found,) = search(owner, world.ada, "ferns")
    assert found["snippet"].startswith("\x02ferns\x03")


OTHER_SHAPES: list[Any] = [
    {},
    {"type": "human"},
    {"type": "ai", "data": None},
    {"type": "ai", "data": {"content": None}},
    {"type": "ai", "data": {"content": {"text": "ferns"}}},
    {"type": "ai", "data": {"content": [1, None, [], {}, {"type": "text"}, {"type": "text", "text": 1}]}},
    {"type": 1, "data": {"content": "ferns"}},
]


@pytest.mark.parametrize("message", OTHER_SHAPES)
def test_a_message_of_another_shape_is_stored_and_not_found(
    message: Any, owner: psycopg.Connection, world: World
) -> None:
    with act_as(owner, world.ada):
        owner.execute(
            "insert into chat_message_history (session_id, message) values (%(chat)s, %(message)s)",
            {"chat": world.ids["chats"], "message": Jsonb(message)},
        )
    assert search(owner, world.ada, "ferns") == []


def pages_read(owner: psycopg.Connection, person: Person, query: str, *, before: int | None = None) -> int:
    """How many pages of 8 kB Postgres looks at for one search."""
    with act_as(owner, person):
        # Once before, so that what only the first one reads of the catalog does not count.
        owner.execute("select * from search_messages(%(query)s)", {"query": query})
        row = owner.execute(
            """
            explain (analyze, buffers, format json) select * from search_messages(%(query)s, 20, %(before)s)
            """,
            {"query": query, "before": before},
        ).fetchone()
    assert row
    plan = row[0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def fill(owner: psycopg.Connection, person: Person, messages: int) -> None:
    """A chat of this person in which every message says "ferns", and one in a hundred "roses"."""
    owner.execute(
        """
        with chat as (insert into chats (user_id, agent_name) values (%(user)s, 'helper') returning id)
        insert into chat_message_history (session_id, user_id, message)
        select chat.id, %(user)s, jsonb_build_object('type', 'human', 'data', jsonb_build_object('content',
          'ferns ' || case when i %% 100 = 0 then 'roses ' else '' end || repeat('filler ', 100)))
        from chat, generate_series(1, %(messages)s) as i
        """,
        {"user": person.id, "messages": messages},
    )
    owner.execute("vacuum analyze chat_message_history")


def test_a_search_costs_the_same_whatever_others_have_written(
    owner: psycopg.Connection, world: World
) -> None:
    fill(owner, world.ada, 300)
    alone = {query: pages_read(owner, world.ada, query) for query in ("ferns", "roses", "tulips")}
    fill(owner, world.bob, 6_000)
    in_company = {query: pages_read(owner, world.ada, query) for query in alone}
    # Besides, the chat of each message is looked up: by an index or, among two chats, without one.
    assert all(in_company[query] <= alone[query] + 2 * 20 + 5 for query in alone), (alone, in_company)


def test_a_page_costs_the_same_wherever_it_begins(owner: psycopg.Connection, world: World) -> None:
    fill(owner, world.ada, 6_000)
    oldest = owner.execute("select min(id) from chat_message_history where words is not null").fetchone()
    assert oldest
    first, last = (pages_read(owner, world.ada, "ferns", before=before) for before in (None, oldest[0] + 100))
    assert last <= first + 5


def test_a_search_for_something_frequent_ends_with_its_page(owner: psycopg.Connection, world: World) -> None:
    fill(owner, world.ada, 6_000)
    frequent, absent = (pages_read(owner, world.ada, query) for query in ("ferns", "tulips"))
    assert frequent * 10 < absent
