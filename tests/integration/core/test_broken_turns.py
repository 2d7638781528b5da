"""Turns that lose their database, their chat or their user's patience in the middle."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from langchain_core.messages import BaseMessage, messages_from_dict

from core.agents.definition import load_agent
from core.chats import stored_runs
from core.chats.history import without_open_tool_calls
from core.chats.runs import cancel_run
from core.chats.stored_runs import read_run, wait_for_end
from core.db import create_pool
from core.errors import (
    ChatNotFound,
    DatabaseUnavailable,
    ModelFailed,
    RunIdTaken,
    RunNotFound,
    TurnCancelled,
    TurnInterrupted,
)
from core.turn import run_turn
from core.turn_requests import TurnRequest
from core.turn_results import TurnResult, collect_turn
from fixtures.scripted_model import Reply
from fixtures.servers import NO_DATABASE
from fixtures.waiting import eventually
from integration.core.conftest import Stage

ADD = Reply(tool_calls=[("add_task", {"data": {"title": "Water"}})])

# So that what begins at the same time meets.
SLOW_CHATS = """
create function public.be_slow() returns trigger language plpgsql as $$
begin
  perform pg_sleep(0.2);
  return new;
end $$;
create trigger be_slow after insert on public.chats for each row execute function public.be_slow();
"""
SLOW_RUNS = """
create function public.be_slow() returns trigger language plpgsql as $$
begin
  perform pg_sleep(0.2);
  return new;
end $$;
create trigger be_slow after insert on public.chat_runs for each row execute function public.be_slow();
"""
WAITING = """
select count(*) from pg_locks
 where locktype = 'advisory' and not granted
   and database = (select oid from pg_database where datname = current_database())
"""
ASKED_AGENT = """
with scout as (
  insert into agent_configurations (agent_name, system_prompt) values ('scout', 'Scout.') returning id
)
insert into agent_tools (agent_id, name, type, config)
select id, 'add_task', 'CRUDTool', '{"table_name": "tasks", "method": "create"}'::jsonb from scout
union all
select %(agent_id)s, 'ask_scout', 'AgentTool', '{"agent_name": "scout"}'::jsonb
"""


async def at_once(stage: Stage, *requests: TurnRequest) -> list[TurnResult]:
    return await asyncio.gather(*(collect_turn(run_turn(stage.services, request)) for request in requests))


@asynccontextmanager
async def opening_held_up(
    stage: Stage, *requests: TurnRequest
) -> AsyncGenerator[list[asyncio.Task[TurnResult]]]:
    """These turns, which have seen their chat and go on to claim it once the block is left."""
    stage.owner.autocommit = False
    stage.owner.execute(
        "select pg_advisory_xact_lock(hashtextextended(%(user_id)s, 7224002))",
        {"user_id": str(stage.user.id)},
    )
    turns = [asyncio.create_task(collect_turn(run_turn(stage.services, request))) for request in requests]
    await asyncio.to_thread(eventually, lambda: stage.rows(WAITING) == [(len(turns),)])
    yield turns
    stage.owner.commit()
    stage.owner.autocommit = True


def history(stage: Stage) -> list[BaseMessage]:
    rows = stage.rows("select message from chat_message_history order by id")
    messages: list[Mapping[str, Any]] = [message for (message,) in rows]
    return messages_from_dict([dict(message) for message in messages])


async def test_a_message_that_begins_a_chat_begins_no_other_when_it_is_sent_again(stage: Stage) -> None:
    stage.model.reply("Hello.")
    message_id = uuid4()

    first = await stage.turn("Hi", message_id=message_id)
    again = await stage.turn("Hi", message_id=message_id)

    assert (again.chat_id, again.run_id, again.response) == (first.chat_id, first.run_id, "Hello.")
    assert stage.rows("select count(*) from chats") == [(1,)]


async def test_a_message_that_begins_a_chat_may_be_sent_twice_at_once(stage: Stage) -> None:
    stage.owner.execute(SLOW_CHATS)
    stage.model.reply("Hello.")
    request = stage.request("Hi", message_id=uuid4())

    results = await at_once(stage, request, stage.request("Hi", message_id=request.message_id))

    assert len({(result.run_id, result.response) for result in results}) == 1
    assert [message.text for message in history(stage)] == ["Hi", "Hello."]


async def test_a_message_that_is_sent_twice_at_once_has_one_run(stage: Stage) -> None:
    stage.model.reply("Hello.", "Once.")
    chat_id = (await stage.turn("Hi")).chat_id
    stage.owner.execute(SLOW_RUNS)
    message_id = uuid4()

    results = await at_once(
        stage, *(stage.request("How often?", chat_id=chat_id, message_id=message_id) for _ in range(3))
    )

    assert {result.response for result in results} == {"Once."}
    assert len({result.run_id for result in results}) == 1


async def test_a_message_that_is_tried_again_twice_at_once_is_answered_once(stage: Stage) -> None:
    stage.model.reply(ModelFailed(), "Once.")
    request = stage.request("How often?", message_id=uuid4())
    with pytest.raises(ModelFailed):
        await collect_turn(run_turn(stage.services, request))
    again = [stage.request("How often?", message_id=request.message_id) for _ in range(2)]

    async with opening_held_up(stage, *again) as turns:
        pass
    results = await asyncio.gather(*turns)

    assert {result.response for result in results} == {"Once."}
    assert len({result.run_id for result in results}) == 1


async def test_what_a_long_first_try_has_done_is_seen_when_its_message_is_tried_again(stage: Stage) -> None:
    stage.add_tool("add_task", method="create")
    stage = stage.with_config(history_messages=4)
    stage.model.reply(Reply(tool_calls=[*ADD.tool_calls] * 6), ModelFailed(), "Done.")
    request = stage.request("Water six times", message_id=uuid4())
    with pytest.raises(ModelFailed):
        await collect_turn(run_turn(stage.services, request))

    await stage.turn("Water six times", message_id=request.message_id)

    seen = [message.type for message in stage.model.requests[-1]]
    assert seen == ["system", "human", "ai", *["tool"] * 6]


async def test_a_chat_that_is_deleted_while_a_turn_opens_is_not_found(stage: Stage) -> None:
    stage.model.reply("Hello.")
    chat_id = (await stage.turn("Hi")).chat_id

    async with opening_held_up(stage, stage.request("And?", chat_id=chat_id)) as turns:
        stage.owner.execute("delete from chats")

    with pytest.raises(ChatNotFound):
        await turns[0]


async def test_another_message_cannot_have_a_run_that_there_is(stage: Stage) -> None:
    stage.model.reply("Hello.")
    request = stage.request("Hi")
    first = await collect_turn(run_turn(stage.services, request))

    with pytest.raises(RunIdTaken):
        await stage.turn("Something else", chat_id=first.chat_id, run_id=request.run_id)
    again = await collect_turn(run_turn(stage.services, request))

    assert again.response == "Hello."
    assert [message.text for message in history(stage)] == ["Hi", "Hello."]


async def test_a_message_that_its_user_wrote_past_the_server_has_no_run(stage: Stage) -> None:
    stage.model.reply("Hello.")
    chat_id = (await stage.turn("Hi")).chat_id
    message_ids = [uuid4(), uuid4()]
    for message_id in message_ids:
        stage.owner.execute(
            """
            insert into chat_message_history (session_id, user_id, message_uuid, message)
            values (%(chat_id)s, %(user_id)s, %(id)s,
                    '{"type": "human", "data": {"type": "human", "content": "Mine"}}')
            """,
            {"chat_id": chat_id, "user_id": stage.user.id, "id": message_id},
        )

    with pytest.raises(RunNotFound):
        await stage.turn("Mine", chat_id=chat_id, message_id=message_ids[0])


async def test_two_messages_of_two_users_that_chose_the_same_ids_are_two_chats(stage: Stage) -> None:
    stage.model.reply("Hello.", "Hello.")
    message_id = uuid4()
    first = await stage.turn("Hi", message_id=message_id)
    stage.owner.execute(
        "insert into auth.users (id, email) values (%(id)s, 'ben@example.com')", {"id": uuid4()}
    )
    [(ben,)] = stage.rows("select id from auth.users where email = 'ben@example.com'")

    other = stage.user.from_claims({**stage.user.claims, "sub": str(ben)})
    second = await stage.turn("Hi", message_id=message_id, user=other)

    assert second.chat_id != first.chat_id


async def test_a_run_that_is_cancelled_elsewhere_makes_no_other_call_and_is_told_as_cancelled(
    stage: Stage,
) -> None:
    stage.add_tool("add_task", method="create")
    hold = asyncio.Event()
    stage.model.reply(Reply(tool_calls=ADD.tool_calls, wait_for=hold))
    request = stage.request("Add a task")
    turn = asyncio.create_task(collect_turn(run_turn(stage.services, request)))
    await stage.model.started.wait()

    status = await cancel_run(stage.services.pool, stage.user, request.run_id)
    hold.set()
    with pytest.raises(TurnCancelled):
        await turn

    assert status == "running"
    assert stage.rows("select status, error ->> 'code' from chat_runs") == [("cancelled", "turn_cancelled")]
    assert stage.rows("select count(*) from tasks") == [(0,)]
    assert [message.type for message in without_open_tool_calls(history(stage))] == ["human", "ai", "tool"]


async def test_a_cancelled_run_stops_in_an_agent_that_it_has_asked(stage: Stage) -> None:
    hold = asyncio.Event()
    stage.owner.execute(ASKED_AGENT, {"agent_id": stage.agent_id})
    asked = asyncio.Event()

    def scout(_: list[BaseMessage]) -> Reply:
        asked.set()
        return Reply(tool_calls=ADD.tool_calls, wait_for=hold)

    stage.model.reply(Reply(tool_calls=[("ask_scout", {"task": "Add a task"})]), scout)
    request = stage.request("Have a task added")
    turn = asyncio.create_task(collect_turn(run_turn(stage.services, request)))
    await asked.wait()

    await cancel_run(stage.services.pool, stage.user, request.run_id)
    hold.set()
    with pytest.raises(TurnCancelled):
        await turn

    assert len(stage.model.requests) == 2
    assert stage.rows("select count(*) from tasks") == [(0,)]


async def test_a_run_whose_lease_has_passed_makes_no_other_call_and_leaves_no_half_one(
    stage: Stage,
) -> None:
    stage.add_tool("add_task", method="create")
    hold = asyncio.Event()
    stage.model.reply(Reply(tool_calls=ADD.tool_calls, wait_for=hold), ADD, "Done.")
    request = stage.request("Add a task", message_id=uuid4())
    turn = asyncio.create_task(collect_turn(run_turn(stage.services, request)))
    await stage.model.started.wait()

    stage.owner.execute("update chat_runs set lease_expires_at = now()")
    hold.set()
    with pytest.raises(TurnInterrupted):
        await turn

    messages = history(stage)
    assert without_open_tool_calls(messages) == messages
    assert stage.rows("select count(*) from tasks") == [(0,)]
    again = await stage.turn("Add a task", message_id=request.message_id)
    assert again.response == "Done."
    assert stage.rows("select count(*) from tasks") == [(1,)]


async def test_whoever_waits_for_a_run_elsewhere_outlasts_an_outage_of_the_database(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.model.reply("Hello.")
    result = await stage.turn("Hi")
    stage.owner.execute(
        "update chat_runs set status = 'running', lease_expires_at = now() + interval '1 day'"
    )
    asked = 0

    async def read(*args: Any) -> stored_runs.StoredRun:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise DatabaseUnavailable
        if asked == 3:
            stage.owner.execute("update chat_runs set status = 'completed'")
        return await read_run(*args)

    monkeypatch.setattr(stored_runs, "read_run", read)
    monkeypatch.setattr(stored_runs, "POLL_SECONDS", 0.01)
    seen = [run async for run in wait_for_end(stage.services.pool, stage.user, result.run_id)]

    assert [run.status for run in seen if run] == ["running", "completed"]


async def test_an_agent_cannot_be_loaded_without_a_database() -> None:
    async with create_pool(NO_DATABASE, min_size=1, timeout_seconds=0.1) as pool:
        with pytest.raises(DatabaseUnavailable):
            await load_agent(pool, agent_id=uuid4(), user_id=uuid4())
