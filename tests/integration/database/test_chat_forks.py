"""What a chat that parts from another takes along, whatever is in it."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from fixtures.databases import Database
from fixtures.people import Person, act_as
from integration.database.world import World

MINE = {"title": "Plants", "context": Jsonb({"page": "garden"}), "tags": ["green"]}


@pytest.fixture
def server(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.server_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def chat(owner: psycopg.Connection, world: World) -> UUID:
    """Ada's chat `Plants`, in which nothing was said yet."""
    return begin(owner, world.ada, **MINE)


def begin(owner: psycopg.Connection, person: Person, **values: Any) -> UUID:
    row = owner.execute(
        """insert into chats (user_id, agent_name, title, context, tags, is_pinned, last_message_at)
        values (%(user)s, 'helper', %(title)s, %(context)s, %(tags)s, true, '2026-01-01') returning id""",
        {"user": person.id, "title": None, "context": Jsonb({}), "tags": [], **values},
    ).fetchone()
    assert row
    return row[0]


def say(owner: psycopg.Connection, chat: UUID, kind: str, content: Any = "", **data: Any) -> UUID:
    """Adds a message that is a year old; its identity."""
    row = owner.execute(
        """insert into chat_message_history (session_id, user_id, created_at, message)
        select id, user_id, '2025-01-01', %(message)s from chats where id = %(chat)s
        returning message_uuid""",
        {"chat": chat, "message": Jsonb({"type": kind, "data": {"type": kind, "content": content, **data}})},
    ).fetchone()
    assert row
    return row[0]


def call(name: str) -> Mapping[str, Any]:
    return {"id": name, "name": "list_notes", "args": {}}


def fork(
    server: psycopg.Connection, person: Person, chat: UUID, message: UUID, **values: Any
) -> Mapping[str, Any]:
    row = server.execute(
        "select private.fork_chat(%(claims)s, %(fork)s)",
        {
            "claims": Jsonb(person.claims),
            "fork": Jsonb(
                {
                    "chat_id": str(chat),
                    "message_id": str(message),
                    "new_chat_id": str(uuid4()),
                    "forks_per_minute": None,
                    **values,
                }
            ),
        },
    ).fetchone()
    assert row
    return row[0]


def said_in(owner: psycopg.Connection, chat: UUID | str) -> list[tuple[Any, ...]]:
    return owner.execute(
        """select message, message_uuid, created_at, user_id from chat_message_history
        where session_id = %(chat)s order by id""",
        {"chat": chat},
    ).fetchall()


def texts(owner: psycopg.Connection, chat: UUID | str) -> list[str]:
    return [row[0]["data"]["content"] for row in said_in(owner, chat)]


def test_it_has_what_was_said_before_in_order_and_as_it_was(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    say(owner, chat, "human", [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": "x"}])
    say(owner, chat, "ai", "", tool_calls=[call("a"), call("b")])
    say(owner, chat, "tool", "[]", tool_call_id="b", additional_kwargs={"untrusted": True})
    say(owner, chat, "tool", "[]", tool_call_id="a", status="error")
    say(owner, chat, "ai", "A fern.", usage_metadata={"input_tokens": 1})
    question = say(owner, chat, "human", "How often?")
    say(owner, chat, "ai", "Daily.")
    before = said_in(owner, chat)

    made = fork(server, world.ada, chat, question)

    assert made["outcome"] == "forked"
    assert said_in(owner, made["chat"]["id"]) == before[:5]
    assert said_in(owner, chat) == before
    [row] = owner.execute(
        """select user_id, agent_name, title, context, tags, is_pinned, is_archived,
        forked_from, forked_before, last_message_at > now() - interval '1 minute'
        from chats where id = %(id)s""",
        made["chat"],
    ).fetchall()
    assert row == (
        world.ada.id, "helper", "Plants (2)", {"page": "garden"}, ["green"], False, False,
        chat, question, True,
    )  # fmt: skip


def test_runs_approvals_and_ratings_stay_where_they_are(
    owner: psycopg.Connection, world: World, server: psycopg.Connection
) -> None:
    chat = world.ids["chats"]
    answer = say(owner, chat, "ai", "Yes.")
    owner.execute(
        """insert into message_feedback (chat_id, message_uuid, user_id, rating)
        values (%(chat)s, %(message)s, %(user)s, 'down')""",
        {"chat": chat, "message": answer, "user": world.ada.id},
    )
    question = say(owner, chat, "human")

    new = fork(server, world.ada, chat, question)["chat"]["id"]

    assert len(said_in(owner, new)) == 2
    for query in (
        "select run_id from chat_message_history where session_id = %(chat)s and run_id is not null",
        "select id from chat_runs where chat_id = %(chat)s",
        "select id from pending_actions where chat_id = %(chat)s",
        "select rating from message_feedback where chat_id = %(chat)s",
    ):
        assert owner.execute(query, {"chat": new}).fetchall() == []
        assert owner.execute(query, {"chat": chat}).fetchall() != []


def test_no_half_of_a_tool_call_comes_along(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    say(owner, chat, "tool", "its call is missing", tool_call_id="a")
    say(owner, chat, "human", "one")
    say(owner, chat, "ai", "of two calls one has no result", tool_calls=[call("b"), call("c")])
    say(owner, chat, "tool", "half", tool_call_id="b")
    say(owner, chat, "tool", "before its call", tool_call_id="d")
    say(owner, chat, "ai", "its result came before", tool_calls=[call("d")])
    say(owner, chat, "human", "two")
    say(owner, chat, "ai", "whole", tool_calls=[], invalid_tool_calls=[call("e")])
    say(owner, chat, "tool", "its result", tool_call_id="e")
    say(owner, chat, "ai", "its result is behind the question", tool_calls=[call("f")])
    question = say(owner, chat, "human", "three")
    say(owner, chat, "tool", "too late", tool_call_id="f")

    new = fork(server, world.ada, chat, question)["chat"]["id"]

    assert texts(owner, new) == ["one", "two", "whole", "its result"]


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"type": None, "data": None},
        {"type": "ai", "data": "text"},
        {"type": "ai", "data": {"tool_calls": {"id": "a"}}},
        {"type": "ai", "data": {"tool_calls": "ab", "invalid_tool_calls": None}},
        {"type": 7, "data": [1]},
    ],
)
def test_messages_that_users_made_up_come_along_as_they_are(
    message: Any, owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    with act_as(owner, world.ada):
        owner.execute(
            "insert into chat_message_history (session_id, message) values (%(chat)s, %(message)s)",
            {"chat": chat, "message": Jsonb(message)},
        )
    question = say(owner, chat, "human")

    new = fork(server, world.ada, chat, question)["chat"]["id"]

    assert [row[0] for row in said_in(owner, new)] == [message]


@pytest.mark.parametrize(
    "message",
    [
        {"type": "ai", "data": {"tool_calls": [{"id": None}]}},
        {"type": "ai", "data": {"tool_calls": [7]}},
        {"type": "tool", "data": {}},
        {"type": "tool", "data": {"tool_call_id": {"a": 1}}},
    ],
)
def test_calls_that_nobody_could_answer_are_left_out(
    message: Any, owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    owner.execute(
        """insert into chat_message_history (session_id, user_id, message)
        values (%(chat)s, %(user)s, %(said)s)""",
        {"chat": chat, "user": world.ada.id, "said": Jsonb(message)},
    )
    question = say(owner, chat, "human")

    assert said_in(owner, fork(server, world.ada, chat, question)["chat"]["id"]) == []


def test_a_thousand_calls_by_one_name_take_no_time_that_grows_with_their_square(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    owner.execute(
        """insert into chat_message_history (session_id, user_id, message)
        select %(chat)s, %(user)s, case when number %% 2 = 1
                 then '{"type": "ai", "data": {"tool_calls": [{"id": "a"}]}}'::jsonb
                 else '{"type": "tool", "data": {"tool_call_id": "a"}}' end
          from generate_series(1, 2000) as number""",
        {"chat": chat, "user": world.ada.id},
    )
    question = say(owner, chat, "human")
    server.execute("set statement_timeout = '5s'")

    new = fork(server, world.ada, chat, question)["chat"]["id"]

    assert len(said_in(owner, new)) == 2000


def test_before_the_first_message_there_is_nothing_and_so_no_title(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    question = say(owner, chat, "human", "How often?")
    say(owner, chat, "ai", "Daily.")

    made = fork(server, world.ada, chat, question)

    assert (made["chat"]["title"], said_in(owner, made["chat"]["id"])) == (None, [])
    assert made["chat"]["forked_from"] == str(chat)


def test_forks_are_numbered_and_a_number_of_the_users_own_stays(
    owner: psycopg.Connection, world: World, server: psycopg.Connection
) -> None:
    def fork_of(chat: UUID) -> tuple[UUID, str]:
        new = fork(server, world.ada, chat, questions[chat])["chat"]
        questions[UUID(new["id"])] = say(owner, UUID(new["id"]), "human")
        return UUID(new["id"]), new["title"]

    questions: dict[UUID, UUID] = {}
    chats = {title: begin(owner, world.ada, title=title) for title in ("50% (2)", "50%", "x" * 500)}
    for chat in chats.values():
        say(owner, chat, "human")
        questions[chat] = say(owner, chat, "human")

    second, title = fork_of(chats["50%"])
    assert title == "50% (3)"
    assert fork_of(second)[1] == "50% (4)"
    assert fork_of(chats["50% (2)"])[1] == "50% (2) (2)"
    assert fork_of(chats["x" * 500])[1] == "x" * 490 + " (2)"


def test_sent_again_it_is_the_same_chat_whatever_was_said_in_it_since(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    say(owner, chat, "human", "one")
    question = say(owner, chat, "human", "two")
    new = str(uuid4())
    first = fork(server, world.ada, chat, question, new_chat_id=new)
    say(owner, UUID(new), "human", "three")

    # A limit that is used up is none for what was made before.
    assert fork(server, world.ada, chat, question, new_chat_id=new, forks_per_minute=0) == first

    assert texts(owner, new) == ["one", "three"]
    assert len(owner.execute("select from chats where forked_from is not null").fetchall()) == 1


def test_an_id_that_is_another_chats_is_refused_whosever_it_is(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    first, second = say(owner, chat, "human"), say(owner, chat, "human")
    made = fork(server, world.ada, chat, second)["chat"]["id"]
    theirs = begin(owner, world.bob)
    for new, question in ((made, first), (str(chat), second), (world.ids["chats"], second), (theirs, second)):
        assert fork(server, world.ada, chat, question, new_chat_id=str(new)) == {"outcome": "chat_id_taken"}
    assert said_in(owner, theirs) == []


def test_what_is_not_the_users_cannot_be_forked_and_looks_like_nothing(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    question, answer = say(owner, chat, "human"), say(owner, chat, "ai")
    elsewhere = say(owner, begin(owner, world.ada), "human")

    assert fork(server, world.bob, chat, question) == {"outcome": "chat_not_found"}
    assert fork(server, world.ada, uuid4(), question) == {"outcome": "chat_not_found"}
    assert fork(server, world.ada, chat, uuid4()) == {"outcome": "message_not_found"}
    assert fork(server, world.ada, chat, elsewhere) == {"outcome": "message_not_found"}
    assert fork(server, world.ada, chat, answer) == {"outcome": "message_not_yours"}
    owner.execute("update auth.users set banned_until = 'infinity' where id = %(id)s", {"id": world.ada.id})
    assert fork(server, world.ada, chat, question) == {"outcome": "user_not_found"}
    assert owner.execute("select from chats where forked_before is not null").fetchall() == []


@pytest.mark.parametrize(
    "change",
    [
        "update agent_configurations set is_active = false where agent_name = 'helper'",
        "update agent_configurations set owner_id = %(bob)s where agent_name = 'helper'",
        "delete from agent_configurations where agent_name = 'helper'",
    ],
)
def test_an_agent_that_one_may_use_no_more_answers_in_no_fork(
    change: Any, owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    question = say(owner, chat, "human")
    owner.execute(change, {"bob": world.bob.id})

    refusal = {"outcome": "agent_not_found", "agent_name": "helper"}
    assert fork(server, world.ada, chat, question) == refusal


def test_as_many_are_made_within_a_minute_as_may(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    question = say(owner, chat, "human")
    outcomes = [fork(server, world.ada, chat, question, forks_per_minute=2) for _ in range(3)]

    assert [outcome["outcome"] for outcome in outcomes] == ["forked", "forked", "rate_limited"]
    assert (outcomes[2]["limit"], outcomes[2]["most"]) == ("forks_per_minute", 2)
    assert 1 <= outcomes[2]["retry_after_seconds"] <= 60
    # What a client may change of a chat changes nothing about that.
    with act_as(owner, world.ada):
        owner.execute("update chats set last_message_at = '2020-01-01', title = 'x'")
    assert fork(server, world.ada, chat, question, forks_per_minute=2)["outcome"] == "rate_limited"
    owner.execute("update chats set created_at = created_at - interval '1 minute'")
    assert fork(server, world.ada, chat, question, forks_per_minute=2)["outcome"] == "forked"


def test_a_fork_outlives_the_chat_that_it_comes_from(
    owner: psycopg.Connection, world: World, server: psycopg.Connection, chat: UUID
) -> None:
    say(owner, chat, "human", "one")
    question = say(owner, chat, "human", "two")
    new = fork(server, world.ada, chat, question)["chat"]["id"]
    with act_as(owner, world.ada):
        owner.execute("delete from chats where id = %(chat)s", {"chat": chat})

    assert texts(owner, new) == ["one"]
    query = "select forked_from, forked_before from chats where id = %(chat)s"
    assert owner.execute(query, {"chat": new}).fetchone() == (None, question)


def test_nobody_can_say_that_a_chat_comes_from_somebody_elses(
    owner: psycopg.Connection, world: World, chat: UUID
) -> None:
    say_so = "insert into chats (agent_name, forked_from) values ('helper', %(chat)s)"
    for from_chat in (chat, uuid4()):
        with pytest.raises(psycopg.errors.ForeignKeyViolation), act_as(owner, world.bob):
            owner.execute(say_so, {"chat": from_chat})
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, world.ada):
        owner.execute("update chats set forked_from = null")


def test_only_the_server_makes_forks(owner: psycopg.Connection, world: World) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, world.ada):
        owner.execute("select private.fork_chat('{}', '{}')")


class Summaries:
    """A chat of four messages, of which some are summarised, and its forks."""

    def __init__(self, owner: psycopg.Connection, server: psycopg.Connection, person: Person) -> None:
        self._owner, self._server, self._person = owner, server, person
        self.chat = begin(owner, person)
        untrusted = {"tool_call_id": "a", "additional_kwargs": {"untrusted": True}}
        self.messages = [
            say(owner, self.chat, "human"),
            say(owner, self.chat, "ai", tool_calls=[call("a")]),
            say(owner, self.chat, "tool", "A web page", **untrusted),
            say(owner, self.chat, "human"),
            say(owner, self.chat, "ai"),
            say(owner, self.chat, "human"),
        ]

    def summarise(self, *, up_to: int, is_untrusted: bool) -> None:
        self._owner.execute(
            """insert into chat_summaries (chat_id, user_id, content, up_to_message_id, is_untrusted, model)
            select session_id, user_id, 'A page.', id, %(is_untrusted)s, 'openai:gpt-5-mini'
              from chat_message_history where message_uuid = %(message)s""",
            {"message": self.messages[up_to], "is_untrusted": is_untrusted},
        )

    def of_fork(self, *, before: int) -> tuple[str, UUID | None, bool] | None:
        """Its content, the last message that it covers, and whether it is untrusted."""
        made = fork(self._server, self._person, self.chat, self.messages[before])
        return self._owner.execute(
            """select content, message_uuid, is_untrusted from chat_summaries as summary
            left join chat_message_history as message on message.id = up_to_message_id
              and message.session_id = summary.chat_id where summary.chat_id = %(id)s""",
            made["chat"],
        ).fetchone()


@pytest.fixture
def summaries(owner: psycopg.Connection, server: psycopg.Connection, world: World) -> Summaries:
    return Summaries(owner, server, world.ada)


@pytest.mark.parametrize("is_untrusted", [True, False])
def test_a_summary_of_what_comes_along_comes_along(summaries: Summaries, is_untrusted: bool) -> None:
    summaries.summarise(up_to=2, is_untrusted=is_untrusted)
    for before in (3, 5):
        assert summaries.of_fork(before=before) == ("A page.", summaries.messages[2], is_untrusted)


def test_a_summary_that_tells_more_stays_and_only_its_distrust_comes_along(summaries: Summaries) -> None:
    summaries.summarise(up_to=4, is_untrusted=True)
    assert summaries.of_fork(before=3) == ("(There is no summary of it yet.)", None, True)
    # What was untrusted came later.
    assert summaries.of_fork(before=0) is None


def test_a_trusted_summary_that_tells_more_leaves_nothing(summaries: Summaries) -> None:
    summaries.summarise(up_to=4, is_untrusted=False)
    assert summaries.of_fork(before=3) is None


def test_without_a_summary_there_is_none(summaries: Summaries) -> None:
    assert summaries.of_fork(before=5) is None
