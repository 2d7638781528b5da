"""A tool that asks: the turn waits for a person, and goes on with what they decide."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from langchain_core.messages import ToolMessage

from core.chats.opening import Decision, StillUndecided
from core.errors import ActionNotFound, ApprovalExpired, ArgumentsRefused, ToolNotFound
from core.events import ToolCallFinished, ToolCallStarted
from core.turn import begin_or_find, run_events
from core.turn_requests import DecisionRequest
from core.turn_results import TurnResult, collect_turn
from fixtures.scripted_model import Reply
from integration.core.approvals.conftest import (
    add_task,
    add_tool,
    approve,
    asked,
    decide,
    delete,
    reject,
    runs,
    statuses,
    tasks,
)
from integration.core.conftest import Stage


async def test_a_tool_that_asks_pauses_the_turn_and_says_what_it_would_do(
    stage: Stage, waiting: TurnResult, tool_id: UUID
) -> None:
    (action,) = waiting.pending_actions

    assert waiting.response == "Let me see."
    assert waiting.tool_calls == ()
    assert action.summary == "Delete rows of tasks where title is 'Buy milk'."
    assert action.preview == {"changes": {}, "rows": [{"title": "Buy milk"}], "count": 1, "more": False}
    assert (action.tool_id, action.tool_name, action.arguments) == (tool_id, *delete("Buy milk"))
    assert action.expires_at
    assert timedelta(hours=23) < action.expires_at - datetime.now(UTC) <= timedelta(hours=24)
    assert tasks(stage) == ["Buy milk", "Pay rent"]
    assert (runs(stage), statuses(stage)) == (["waiting"], ["pending"])


async def test_an_approved_call_is_carried_out_and_the_conversation_goes_on(
    stage: Stage, waiting: TurnResult
) -> None:
    stage.model.reply("Gone.")

    result = await decide(stage, approve(waiting.pending_actions[0].id))

    assert isinstance(result, TurnResult)
    assert (result.chat_id, result.response) == (waiting.chat_id, "Gone.")
    assert [(call.name, call.status) for call in result.tool_calls] == [("delete_tasks", "success")]
    assert tasks(stage) == ["Pay rent"]
    assert (runs(stage), statuses(stage)) == (["completed", "completed"], ["executed"])
    assert stage.rows("select parent_run_id from chat_runs where id = %(id)s", id=result.run_id) == [
        (waiting.run_id,)
    ]
    seen = stage.model.requests[1]
    assert [message.type for message in seen] == ["system", "human", "ai", "tool"]
    stored = stage.rows("select message ->> 'type' from chat_message_history order by id")
    assert [kind for (kind,) in stored] == ["human", "ai", "tool", "ai"]


async def test_the_events_of_the_turn_that_goes_on_tell_that_the_call_was_decided(
    stage: Stage, waiting: TurnResult
) -> None:
    stage.model.reply("Gone.")
    (action,) = waiting.pending_actions
    request = DecisionRequest(user=stage.user, decisions=(approve(action.id),))
    run_id = await begin_or_find(stage.services, request)

    events = [event async for event in run_events(stage.services, stage.user, run_id)]

    (started,) = [event for event in events if isinstance(event, ToolCallStarted)]
    (finished,) = [event for event in events if isinstance(event, ToolCallFinished)]
    assert started.was_decided
    assert started.tool_call_id == finished.tool_call_id == action.tool_call_id


async def test_a_rejected_call_is_not_made_and_the_model_reads_why(stage: Stage, waiting: TurnResult) -> None:
    stage.model.reply("All right.")

    result = await decide(stage, reject(waiting.pending_actions[0].id, "I still need it"))

    assert isinstance(result, TurnResult)
    assert result.response == "All right."
    assert stage.model.requests[1][-1].text == ("The user refused this call. They said: I still need it")
    assert tasks(stage) == ["Buy milk", "Pay rent"]
    assert statuses(stage) == ["rejected"]


async def test_edited_arguments_are_what_is_called_with_and_the_model_is_told(
    stage: Stage, waiting: TurnResult
) -> None:
    stage.model.reply("Done.")
    arguments = {"filters": {"title": "Pay rent"}}

    await decide(stage, approve(waiting.pending_actions[0].id, arguments=arguments))

    assert tasks(stage) == ["Buy milk"]
    read = stage.model.requests[1][-1].text
    assert read.startswith('The user allowed this with other arguments: {"filters": {"title": "Pay rent"}}')
    assert stage.rows("select arguments, proposed_arguments from pending_actions") == [
        (arguments, {"filters": {"title": "Buy milk"}})
    ]


async def test_edited_arguments_that_do_not_fit_are_refused_before_anything_is_stored(
    stage: Stage, waiting: TurnResult
) -> None:
    (action,) = waiting.pending_actions
    with pytest.raises(ArgumentsRefused) as refusal:
        await decide(stage, approve(action.id, arguments={"filters": {"titel": "x"}}))

    assert refusal.value.message.startswith("filters.titel is not an argument. There are: title")
    assert refusal.value.parts == ((("filters", "titel"), "is not known"),)
    assert (runs(stage), statuses(stage)) == (["waiting"], ["pending"])
    assert stage.rows("select count(*) from action_decisions") == [(0,)]


async def test_arguments_beside_a_refusal_change_nothing(stage: Stage, waiting: TurnResult) -> None:
    stage.model.reply("Fine.")
    decision = Decision(
        action_id=waiting.pending_actions[0].id, decision="reject", arguments={"nonsense": True}
    )

    await decide(stage, decision)

    assert stage.rows("select arguments, proposed_arguments from pending_actions") == [
        (delete("Buy milk")[1], None)
    ]


async def test_a_tool_that_is_gone_takes_no_other_arguments(
    stage: Stage, waiting: TurnResult, tool_id: UUID
) -> None:
    stage.owner.execute("delete from agent_tools where id = %(id)s", {"id": tool_id})
    with pytest.raises(ToolNotFound):
        await decide(stage, approve(waiting.pending_actions[0].id, arguments={}))

    stage.model.reply("It is gone.")
    await decide(stage, approve(waiting.pending_actions[0].id))

    assert stage.model.requests[1][-1].text.startswith("There is no tool named delete_tasks.")
    assert tasks(stage) == ["Buy milk", "Pay rent"]
    assert statuses(stage) == ["failed"]


async def test_a_tool_that_was_changed_since_is_not_what_the_person_allowed(
    stage: Stage, waiting: TurnResult, tool_id: UUID
) -> None:
    stage.owner.execute(
        """update agent_tools set config = '{"table_name": "notes", "method": "delete"}' where id = %(id)s""",
        {"id": tool_id},
    )
    stage.owner.execute(
        "insert into notes (user_id, title) values (%(user)s, 'Buy milk')", {"user": stage.user.id}
    )
    stage.model.reply("Ask me again.")

    await decide(stage, approve(waiting.pending_actions[0].id))

    assert "The tool was changed after the user allowed this call" in stage.model.requests[1][-1].text
    assert stage.rows("select count(*) from notes") == [(1,)]
    assert statuses(stage) == ["failed"]


async def test_of_several_calls_only_the_one_that_asks_waits(stage: Stage, tool_id: UUID) -> None:
    add_tool(stage, "list_tasks", method="fetch", columns=["title"])
    waiting = await asked(stage, ("list_tasks", {}), delete("Buy milk"), ("list_tasks", {"limit": 1}))

    assert [call.name for call in waiting.tool_calls] == ["list_tasks", "list_tasks"]
    stage.model.reply("Gone.")
    await decide(stage, approve(waiting.pending_actions[0].id))

    seen = stage.model.requests[1]
    assert [message.type for message in seen] == ["system", "human", "ai", "tool", "tool", "tool"]
    ids = {message.tool_call_id for message in seen if isinstance(message, ToolMessage)}
    assert ids == {call["id"] for call in getattr(seen[2], "tool_calls")}  # noqa: B009 - it is an AIMessage
    assert tasks(stage) == ["Pay rent"]


@pytest.mark.usefixtures("tool_id")
async def test_the_turn_goes_on_with_the_last_of_its_decisions(stage: Stage) -> None:
    waiting = await asked(stage, delete("Buy milk"), delete("Pay rent"))
    first, second = waiting.pending_actions

    kept = await decide(stage, approve(second.id))
    assert kept == StillUndecided(run_id=waiting.run_id, undecided=1)
    assert tasks(stage) == ["Buy milk", "Pay rent"]
    # Whoever comes back to the run is asked about the other one alone.
    told = await collect_turn(run_events(stage.services, stage.user, waiting.run_id))
    assert [action.id for action in told.pending_actions] == [first.id]

    stage.model.reply("Both done.")
    await decide(stage, reject(first.id))
    assert tasks(stage) == ["Buy milk"]
    answers = [message for message in stage.model.requests[1] if isinstance(message, ToolMessage)]
    assert [answer.tool_call_id for answer in answers] == [first.tool_call_id, second.tool_call_id]
    assert [answer.status for answer in answers] == ["error", "success"]


@pytest.mark.usefixtures("tool_id")
async def test_all_decisions_of_a_turn_may_come_at_once(stage: Stage) -> None:
    waiting = await asked(stage, delete("Buy milk"), delete("Pay rent"))
    stage.model.reply("Done.")

    await decide(stage, *(approve(action.id) for action in waiting.pending_actions))

    assert tasks(stage) == []
    assert statuses(stage) == ["executed", "executed"]


@pytest.mark.usefixtures("tool_id")
async def test_of_decisions_that_cannot_all_be_made_none_is_kept(stage: Stage) -> None:
    waiting = await asked(stage, delete("Buy milk"), delete("Pay rent"))
    elsewhere = await asked(stage, delete("Pay rent"))
    first, second = (approve(action.id) for action in waiting.pending_actions)

    for decisions in (
        (first, approve(uuid4())),
        (first, approve(elsewhere.pending_actions[0].id)),
        (first, first, second),
    ):
        with pytest.raises(ActionNotFound):
            await decide(stage, *decisions)
    stage.owner.execute(
        "update pending_actions set expires_at = now() where id = %(id)s", {"id": second.action_id}
    )
    with pytest.raises(ApprovalExpired):
        await decide(stage, first, second)

    assert statuses(stage) == ["pending"] * 3
    assert stage.rows("select count(*) from action_decisions") == [(0,)]


@pytest.mark.usefixtures("tool_id")
async def test_a_long_turn_goes_on_with_all_that_it_has_seen(stage: Stage) -> None:
    """Longer than the window is in rows, and than it is in tokens."""
    stage = stage.with_config(history_messages=4, history_tokens=50)
    add_tool(stage, "list_tasks", method="fetch", columns=["title"])
    add_task(stage, "x" * 400)
    stage.model.reply(Reply(tool_calls=[("list_tasks", {})]), Reply(tool_calls=[("list_tasks", {})]))
    waiting = await asked(stage)
    stage.model.reply("Gone.")

    await decide(stage, approve(waiting.pending_actions[0].id))

    kinds = [message.type for message in stage.model.requests[-1]]
    assert kinds == ["system", "human", *["ai", "tool"] * 3]


@pytest.mark.usefixtures("tool_id")
async def test_a_turn_that_goes_on_calls_no_more_tools_than_another(stage: Stage) -> None:
    stage = stage.with_config(max_tool_calls=3)
    add_tool(stage, "list_tasks", method="fetch", columns=["title"])
    waiting = await asked(stage, ("list_tasks", {}), delete("Buy milk"))
    stage.model.reply(Reply(tool_calls=[("list_tasks", {}), ("list_tasks", {})]), "That is all.")

    result = await decide(stage, approve(waiting.pending_actions[0].id))

    assert isinstance(result, TurnResult)
    listed = {call.status: call.result for call in result.tool_calls if call.name == "list_tasks"}
    assert listed.keys() == {"success", "error"}
    assert "as many tools as it may" in listed["error"]
    assert tasks(stage) == ["Pay rent"]
