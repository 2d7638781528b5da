"""What one user, and one turn, may do: exact whatever comes at once, and nothing that a user can set back."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import LiteralString

import psycopg
import pytest
from langchain_core.messages import BaseMessage

from core.chats.live_runs import LiveRun
from core.errors import ModelFailed, RateLimited, TurnInterrupted, TurnTimeout
from core.turn import start_turn
from core.turn_results import TurnResult
from core.types import User
from fixtures.people import Person, act_as
from fixtures.scripted_model import Reply
from integration.core.conftest import Stage
from integration.core.test_broken_turns import ASKED_AGENT

SECONDS_A_DAY = 24 * 60 * 60


async def begin(stage: Stage, count: int) -> tuple[list[LiveRun], list[RateLimited]]:
    """So many turns of the stage's user, all begun at once: those that run, and why the others do not."""
    begun = await asyncio.gather(
        *(start_turn(stage.services, stage.request("Hi")) for _ in range(count)), return_exceptions=True
    )
    refused = [one for one in begun if isinstance(one, RateLimited)]
    runs = [one for one in begun if isinstance(one, LiveRun)]
    assert len(runs) + len(refused) == count
    return runs, refused


async def all_over(runs: Sequence[LiveRun]) -> None:
    await asyncio.gather(*(run.task for run in runs if run.task))


async def refusal(stage: Stage, **values: object) -> RateLimited:
    with pytest.raises(RateLimited) as refused:
        await stage.turn("Hi", **values)
    return refused.value


# Turns at once


async def test_of_thirty_turns_at_once_as_many_run_as_may(stage: Stage) -> None:
    stage = stage.with_config(max_concurrent_runs=5)
    go_on = asyncio.Event()
    stage.model.reply(*[Reply(text="Hello", wait_for=go_on)] * 5)

    runs, refused = await begin(stage, 30)

    assert (len(runs), Counter(one.limit for one in refused)) == (5, {"concurrent_runs": 25})
    assert {one.retry_after_seconds for one in refused} == {2}
    # Nothing of a turn that was refused is kept.
    assert stage.rows("select count(*) from chats") == [(5,)]
    go_on.set()
    await all_over(runs)
    stage.model.reply("Hello again")
    assert (await stage.turn("Hi")).response == "Hello again"


async def test_a_turn_whose_server_died_is_not_counted_after_its_lease(stage: Stage) -> None:
    stage = stage.with_config(max_concurrent_runs=1)
    stage.model.reply("One", "Two")
    await stage.turn("Hi")
    stage.owner.execute(
        "update chat_runs set status = 'running', lease_expires_at = now() - interval '1 second'"
    )

    assert (await stage.turn("Hi")).response == "Two"


async def test_one_users_turns_are_no_other_users(stage: Stage, make_user: Callable[[], Person]) -> None:
    stage = stage.with_config(max_concurrent_runs=1, max_requests_per_minute=1)
    go_on = asyncio.Event()
    stage.model.reply(Reply(text="Hello", wait_for=go_on), "Hello, you")
    runs, _ = await begin(stage, 1)
    await stage.model.started.wait()

    other = User.from_claims(make_user().claims)
    assert (await stage.turn("Hi", user=other)).response == "Hello, you"
    go_on.set()
    await all_over(runs)


# Messages within a minute


async def test_of_thirty_messages_at_once_as_many_are_taken_as_may(stage: Stage) -> None:
    stage = stage.with_config(max_concurrent_runs=None, max_requests_per_minute=5)
    stage.model.reply(*["Hello"] * 5)

    runs, refused = await begin(stage, 30)
    await all_over(runs)

    assert (len(runs), Counter(one.limit for one in refused)) == (5, {"requests_per_minute": 25})
    assert all(50 < one.retry_after_seconds <= 60 for one in refused)


async def test_a_minute_later_there_is_room_for_as_many_as_have_left(stage: Stage) -> None:
    stage = stage.with_config(max_requests_per_minute=3)
    stage.model.reply("1", "2", "3", "4")
    for _ in range(3):
        await stage.turn("Hi")
    stage.owner.execute(
        """
        update chat_runs set started_at = started_at - interval '40 seconds'
         where id = (select id from chat_runs order by started_at limit 1)
        """
    )

    assert 10 <= (await refusal(stage)).retry_after_seconds <= 20
    stage.owner.execute("update chat_runs set started_at = started_at - interval '20 seconds'")
    assert (await stage.turn("Hi")).response == "4"
    assert (await refusal(stage)).limit == "requests_per_minute"


# Tokens a day


async def test_who_has_used_up_the_days_tokens_waits_for_the_next_day(stage: Stage) -> None:
    stage = stage.with_config(max_tokens_per_day=20)
    stage.model.reply("1", "2", "3")
    # 15 tokens each: the second turn begins below the limit.
    await stage.turn("Hi")
    await stage.turn("Hi")

    refused = await refusal(stage)

    assert refused.limit == "tokens_per_day"
    assert "20 tokens" in refused.message
    [(left,)] = stage.rows(
        """
        select extract(epoch from date_trunc('day', now() at time zone 'UTC') + interval '1 day'
                                  - (now() at time zone 'UTC'))::integer
        """
    )
    assert abs(refused.retry_after_seconds - left) < 60
    stage.owner.execute("update user_usage set day = day - 1")
    assert (await stage.turn("Hi")).response == "3"


async def test_the_tokens_of_all_agents_count_as_one(stage: Stage) -> None:
    stage = stage.with_config(max_tokens_per_day=100)
    stage.owner.execute(
        """
        insert into user_usage (user_id, day, agent_name, input_tokens, output_tokens)
        select %(user)s, (now() at time zone 'UTC')::date, name, 40, 10
          from unnest(array['one', 'two']) as name
        """,
        {"user": stage.user.id},
    )

    assert (await refusal(stage)).limit == "tokens_per_day"


# One turn


async def test_a_turn_calls_no_more_tools_than_it_may(stage: Stage) -> None:
    stage = stage.with_config(max_tool_calls=2)
    stage.add_tool("add_task", method="create")
    calls = [("add_task", {"data": {"title": f"Task {number}"}}) for number in range(3)]
    stage.model.reply(Reply(tool_calls=calls), Reply(tool_calls=calls[:1]), "Two of them.")

    result = await stage.turn("Add three tasks")

    refused = [call for call in result.tool_calls if call.status == "error"]
    assert (len(refused), len(result.tool_calls)) == (2, 4)
    assert {call.arguments["data"]["title"] for call in refused} == {"Task 2", "Task 0"}
    assert all("as many tools as it may" in call.result for call in refused)
    assert stage.rows("select title from tasks order by title") == [("Task 0",), ("Task 1",)]


async def test_a_turn_asks_the_model_no_more_often_than_it_may(stage: Stage) -> None:
    stage = stage.with_config(max_model_calls=2)
    stage.add_tool("list_tasks", method="fetch")
    stage.model.reply(*[Reply(tool_calls=[("list_tasks", {})])] * 2)

    assert "more steps" in (await stage.turn("Loop")).response
    assert stage.model.unused == 0


async def test_a_turn_reads_and_writes_no_more_tokens_than_it_may(stage: Stage) -> None:
    stage = stage.with_config(max_run_tokens=30)
    stage.add_tool("list_tasks", method="fetch")
    # 15 tokens each.
    stage.model.reply(*[Reply(tool_calls=[("list_tasks", {})])] * 2)

    result = await stage.turn("Loop")

    assert "more of the language model" in result.response
    assert (result.usage.total_tokens, stage.model.unused) == (30, 0)


async def test_the_agents_of_a_turn_share_its_tokens(stage: Stage) -> None:
    stage = stage.with_config(max_run_tokens=45)
    stage.owner.execute(ASKED_AGENT, {"agent_id": stage.agent_id})
    # 15 tokens each: the third answer uses up what there is, and nobody is asked for a fourth.
    stage.model.reply(Reply(tool_calls=[("ask_scout", {"task": "Look"})] * 4), "Seen.", "Seen.")

    result = await stage.turn("Have a look")

    assert "more of the language model" in result.response
    assert (result.usage.total_tokens, stage.model.unused) == (45, 0)


@pytest.mark.parametrize("end", [ConnectionError(), asyncio.CancelledError()])
async def test_an_answer_that_breaks_off_counts_as_far_as_it_came(stage: Stage, end: BaseException) -> None:
    stage = stage.with_config(max_tokens_per_day=100)
    stage.model.reply(Reply(text="word " * 80, error=end))

    with pytest.raises((ModelFailed, TurnInterrupted)):
        await stage.turn("Write much")

    [(read, written)] = stage.rows("select input_tokens, output_tokens from chat_runs")
    assert (read > 0, written) == (True, 100)
    assert (await refusal(stage)).limit == "tokens_per_day"


async def test_a_turn_takes_no_longer_than_it_may(stage: Stage) -> None:
    stage = stage.with_config(turn_timeout_seconds=0.1)
    stage.model.reply(Reply(text="Too late", wait_for=asyncio.Event()))

    with pytest.raises(TurnTimeout):
        await stage.turn("Hi")


# What users cannot set back


async def spent(stage: Stage) -> TurnResult:
    stage.model.reply("Hello")
    return await stage.turn("Hi")


# What a user might try, as PostgREST would run it for them.
TRICKS: tuple[LiteralString, ...] = (
    "delete from user_usage",
    "update user_usage set input_tokens = 0, output_tokens = 0",
    """insert into user_usage (user_id, day, agent_name, input_tokens)
       values (auth.uid(), now()::date, 'x', -99)""",
    "delete from chat_runs",
    "update chat_runs set status = 'completed', started_at = now() - interval '1 hour'",
    "select private.add_usage(auth.uid(), 'helper', '{\"input_tokens\": -99}')",
    "select private.finish_run(auth.uid(), gen_random_uuid(), '{}')",
    "update model_prices set input_usd_per_million = 0",
)


@pytest.mark.parametrize("trick", TRICKS)
async def test_a_user_cannot_write_what_they_have_used(
    stage: Stage, owner: psycopg.Connection, trick: LiteralString
) -> None:
    await spent(stage)
    usage = "select * from user_usage, chat_runs, model_prices"
    before = stage.rows(usage)
    person = Person(id=stage.user.id, email="")

    try:
        with act_as(owner, person):
            assert owner.execute(trick).rowcount == 0
    except psycopg.errors.InsufficientPrivilege:
        pass

    assert stage.rows(usage) == before


async def test_deleting_ones_chats_gives_nothing_back(stage: Stage, owner: psycopg.Connection) -> None:
    limited = stage.with_config(max_requests_per_minute=1)
    await spent(limited)

    with act_as(owner, Person(id=stage.user.id, email="")):
        assert owner.execute("delete from chats").rowcount == 1

    assert stage.rows("select chat_id, status, total_tokens from chat_runs") == [(None, "completed", 15)]
    assert stage.rows("select count(*) from chat_message_history") == [(0,)]
    assert (await refusal(limited)).limit == "requests_per_minute"


async def test_a_turn_whose_chat_is_deleted_is_stopped_and_counted(
    stage: Stage, owner: psycopg.Connection
) -> None:
    stage = stage.with_config(lease_renewal_seconds=0.02)
    stage.add_tool("list_tasks", method="fetch")
    asked_again = asyncio.Event()

    def never(messages: list[BaseMessage]) -> Reply:
        asked_again.set()
        return Reply(text="Never said", wait_for=asyncio.Event())

    stage.model.reply(Reply(tool_calls=[("list_tasks", {})]), never)
    runs, _ = await begin(stage, 1)
    await asked_again.wait()

    with act_as(owner, Person(id=stage.user.id, email="")):
        owner.execute("delete from chats")
    await all_over(runs)

    assert stage.rows("select chat_id, status, total_tokens from chat_runs") == [(None, "cancelled", 15)]
    assert stage.rows("select runs, input_tokens + output_tokens from user_usage") == [(1, 15)]
    assert stage.rows("select count(*) from chats") == [(0,)]
    await stage.services.aclose(0)
