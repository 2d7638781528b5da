"""Wherever and whenever it is decided, however often, and whoever dies: it is done once at most."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from langchain_core.messages import ToolMessage
from psycopg.types.json import Jsonb

from core.chats.approvals import list_approvals
from core.chats.opening import open_turn
from core.chats.runs import expire_approvals
from core.errors import ActionDecided, ApprovalExpired, ApprovalPending
from core.tools.crud_tool import CRUDTool
from core.turn import begin_or_find, run_events, start_turn, stop_run
from core.turn_requests import DecisionRequest
from core.turn_results import TurnResult, collect_turn
from fixtures.databases import Database
from fixtures.scripted_model import Reply
from integration.core.approvals.conftest import (
    add_task,
    add_tool,
    approve,
    close,
    decide,
    delete,
    other_server,
    runs,
    statuses,
    tasks,
)
from integration.core.conftest import Stage


async def test_another_server_may_take_the_decision(
    stage: Stage, waiting: TurnResult, database: Database
) -> None:
    other = await other_server(stage, database)
    stage.model.reply("Gone.")

    result = await decide(stage, approve(waiting.pending_actions[0].id), services=other)

    assert isinstance(result, TurnResult)
    assert result.response == "Gone."
    assert tasks(stage) == ["Pay rent"]
    await close(other)


async def test_it_is_still_waiting_after_a_restart(
    stage: Stage, waiting: TurnResult, database: Database
) -> None:
    await stage.services.aclose(0)
    restarted = await other_server(stage, database)
    stage.model.reply("Gone.")

    page = await list_approvals(restarted.pool, stage.user, status="pending", limit=10, before=None)
    await decide(stage, approve(page.approvals[0].id), services=restarted)

    assert tasks(stage) == ["Pay rent"]
    await close(restarted)


async def test_however_many_people_click_it_is_done_once(
    stage: Stage, waiting: TurnResult, database: Database
) -> None:
    """Twenty approvals at once, at two servers."""
    add_task(stage, "Buy milk")
    stage.owner.execute(
        """
        create table calls (id bigint generated always as identity);
        create function count_call() returns trigger language plpgsql security definer set search_path = '' as
          $$ begin insert into public.calls default values; return null; end $$;
        create trigger count_call after delete on tasks for each statement execute function count_call();
        """
    )
    other = await other_server(stage, database)
    stage.model.reply("Gone.")
    decision = approve(waiting.pending_actions[0].id)

    results = await asyncio.gather(
        *(decide(stage, decision, services=(stage.services, other)[n % 2]) for n in range(20)),
        return_exceptions=True,
    )

    (winner,) = [result for result in results if isinstance(result, TurnResult)]
    refused = [result for result in results if isinstance(result, ActionDecided)]
    assert len(refused) == 19
    assert {refusal.run_id for refusal in refused} == {winner.run_id}
    assert stage.rows("select count(*) from calls") == [(1,)]
    assert runs(stage) == ["completed", "completed"]
    assert stage.rows("select decision from action_decisions") == [("approve",)]
    assert stage.model.unused == 0
    await close(other)


async def test_a_decision_that_is_repeated_with_its_run_s_id_finds_that_run(
    stage: Stage, waiting: TurnResult
) -> None:
    stage.model.reply("Gone.")
    decisions = (approve(waiting.pending_actions[0].id),)
    request = DecisionRequest(user=stage.user, decisions=decisions)

    first = await begin_or_find(stage.services, request)
    second = await begin_or_find(stage.services, request)
    await collect_turn(run_events(stage.services, stage.user, second))

    assert first == second == request.run_id
    assert runs(stage) == ["completed", "completed"]


async def test_a_run_id_that_is_taken_decides_nothing(stage: Stage, waiting: TurnResult) -> None:
    request = DecisionRequest(
        user=stage.user, run_id=waiting.run_id, decisions=(approve(waiting.pending_actions[0].id),)
    )

    assert await begin_or_find(stage.services, request) == waiting.run_id
    assert (runs(stage), statuses(stage)) == (["waiting"], ["pending"])


async def test_a_question_lapses_after_its_time(stage: Stage, waiting: TurnResult) -> None:
    pool, later = stage.services.pool, datetime.now(UTC) + timedelta(hours=24, minutes=1)

    assert await expire_approvals(pool, at=later - timedelta(minutes=5)) == 0
    assert await expire_approvals(pool, at=later) == 1

    with pytest.raises(ApprovalExpired) as refusal:
        await decide(stage, approve(waiting.pending_actions[0].id))
    assert refusal.value.run_id == waiting.run_id
    assert (runs(stage), statuses(stage)) == (["cancelled"], ["expired"])
    assert stage.rows("select decision from action_decisions") == [("expire",)]
    stage.model.reply("Nobody allowed it.")
    await stage.turn("And?", chat_id=waiting.chat_id)
    assert [message.text for message in stage.model.requests[1] if isinstance(message, ToolMessage)] == [
        "Nobody allowed it in time. This call was not carried out."
    ]
    assert tasks(stage) == ["Buy milk", "Pay rent"]


async def test_a_lapsed_question_is_too_late_and_in_nobodys_way_before_the_sweep_has_come_by(
    stage: Stage, waiting: TurnResult
) -> None:
    stage.owner.execute("update pending_actions set expires_at = now() - interval '1 second'")
    with pytest.raises(ApprovalExpired):
        await decide(stage, approve(waiting.pending_actions[0].id))
    page = await list_approvals(stage.services.pool, stage.user, status="expired", limit=10, before=None)
    assert (len(page.approvals), page.pending) == (1, 0)

    stage.model.reply("Hello again.")
    result = await stage.turn("Hello?", chat_id=waiting.chat_id)

    assert result.response == "Hello again."
    assert statuses(stage) == ["expired"]


async def test_a_new_message_meanwhile_gets_a_clear_answer(stage: Stage, waiting: TurnResult) -> None:
    with pytest.raises(ApprovalPending) as refusal:
        await stage.turn("Something else", chat_id=waiting.chat_id)

    assert refusal.value.run_id == waiting.run_id
    assert stage.rows("select count(*) from chat_message_history where message ->> 'type' = 'human'") == [
        (1,)
    ]


async def test_a_waiting_turn_can_be_stopped(stage: Stage, waiting: TurnResult) -> None:
    assert await stop_run(stage.services, stage.user, waiting.run_id) == "cancelled"

    with pytest.raises(ActionDecided):
        await decide(stage, approve(waiting.pending_actions[0].id))
    stage.model.reply("Fine.")
    await stage.turn("Never mind", chat_id=waiting.chat_id)
    assert stage.model.requests[1][3].text == "The user stopped the turn. This call was not carried out."
    assert stage.rows("select decision from action_decisions") == [("stop",)]
    assert tasks(stage) == ["Buy milk", "Pay rent"]


async def test_a_turn_that_is_stopped_before_it_could_ask_knows_what_it_has_done(
    stage: Stage, tool_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_tool(stage, "add_task", method="create")
    is_asking = asyncio.Event()

    async def preview(*_: object) -> None:
        is_asking.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(CRUDTool, "preview", preview)
    stage.model.reply(
        Reply(tool_calls=[delete("Buy milk"), ("add_task", {"data": {"title": "Water"}})]), "Fine."
    )
    run = await start_turn(stage.services, stage.request("Clean up, and water"))
    await is_asking.wait()

    assert await stop_run(stage.services, stage.user, run.run_id) == "cancelled"

    [(chat_id,)] = stage.rows("select id from chats")
    await stage.turn("And?", chat_id=chat_id)
    results = [message for message in stage.model.requests[1] if isinstance(message, ToolMessage)]
    assert [(result.name, result.status) for result in results] == [
        ("add_task", "success"),
        ("delete_tasks", "error"),
    ]
    assert "not carried out" in results[1].text
    assert tasks(stage) == ["Buy milk", "Pay rent", "Water"]


async def die_after_claiming(stage: Stage, waiting: TurnResult) -> UUID:
    """A server takes the decision and is gone before it has done anything."""
    run_id = uuid4()
    await open_turn(
        stage.services.pool,
        stage.user,
        stage.services.config,
        run_id=run_id,
        begin=[approve(waiting.pending_actions[0].id)],
    )
    return run_id


def let_the_lease_pass(stage: Stage) -> None:
    stage.owner.execute(
        "update chat_runs set lease_expires_at = now() - interval '1 second' where status = 'running'"
    )


async def test_a_server_that_dies_before_the_call_leaves_a_chat_that_goes_on(
    stage: Stage, waiting: TurnResult
) -> None:
    await die_after_claiming(stage, waiting)
    let_the_lease_pass(stage)
    stage.model.reply("It was not done.")

    await stage.turn("Well?", chat_id=waiting.chat_id)

    told = [message.text for message in stage.model.requests[1] if isinstance(message, ToolMessage)]
    assert told == ["The user allowed this call, but the server stopped before it was carried out."]
    assert tasks(stage) == ["Buy milk", "Pay rent"]
    assert (runs(stage), statuses(stage)) == (["completed", "interrupted", "completed"], ["failed"])
    with pytest.raises(ActionDecided):
        await decide(stage, approve(waiting.pending_actions[0].id))
    assert tasks(stage) == ["Buy milk", "Pay rent"]


async def test_a_server_that_dies_after_the_call_has_done_it_once(
    stage: Stage, waiting: TurnResult, database: Database
) -> None:
    """The call and its note are committed together; the result never came back to the chat."""
    run_id = await die_after_claiming(stage, waiting)
    (action,) = waiting.pending_actions
    with psycopg.connect(database.server_url) as server:
        server.execute(
            "select private.journal_call(%(run)s, %(user)s, %(call)s, 'delete_tasks', %(arguments)s, true)",
            {
                "run": run_id,
                "user": stage.user.id,
                "call": action.tool_call_id,
                "arguments": Jsonb(dict(action.arguments)),
            },
        )
    stage.owner.execute("delete from tasks where title = 'Buy milk'")
    let_the_lease_pass(stage)
    stage.model.reply("It was done.")

    await stage.turn("Well?", chat_id=waiting.chat_id)

    told = [message for message in stage.model.requests[1] if isinstance(message, ToolMessage)]
    assert [message.text.split(".")[0] for message in told] == ["This was carried out"]
    assert statuses(stage) == ["executed"]
