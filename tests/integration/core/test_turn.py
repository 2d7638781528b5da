"""One turn, from a message to what is stored."""

import asyncio
import json
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from core.errors import (
    AgentNotFound,
    ChatBusy,
    ChatNotFound,
    ClarityError,
    ModelFailed,
    ModelTimeout,
    TurnInterrupted,
    TurnTimeout,
)
from core.events import (
    StepFinished,
    StepStarted,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from core.turn import run_turn
from core.types import Usage, User
from fixtures.people import Person, act_as
from fixtures.scripted_model import Reply
from integration.core.conftest import Stage

RUN = """
select status, model, input_tokens, output_tokens, model_calls, tool_calls, error ->> 'code' from chat_runs
"""


async def test_a_message_is_answered_and_both_are_stored(stage: Stage) -> None:
    stage.model.reply("Hello there.")

    result = await stage.turn("Hi")

    stored = stage.rows(
        """
        select message ->> 'type', message -> 'data' ->> 'content', run_id
        from chat_message_history order by id
        """
    )
    assert result.response == "Hello there."
    assert stored == [("human", "Hi", result.run_id), ("ai", "Hello there.", result.run_id)]
    assert stage.rows(RUN) == [("completed", "scripted:model", 10, 5, 1, 0, None)]
    assert stage.rows(
        "select title, last_message_at is not null, user_id from chats where id = %(id)s", id=result.chat_id
    ) == [("Hi", True, stage.user.id)]


async def test_the_events_of_a_turn_come_in_order(stage: Stage) -> None:
    stage.add_tool("add_task", method="create")
    stage.model.reply(Reply(tool_calls=[("add_task", {"data": {"title": "Water"}})]), "All done.")

    events = [event async for event in run_turn(stage.services, stage.request("Add a task"))]

    kinds = [type(event) for event in events]
    assert kinds == [
        TurnStarted,
        *(StepStarted, ToolCallStarted, StepFinished),
        *(StepStarted, ToolCallFinished, StepFinished),
        *(StepStarted, TextDelta, TextDelta, StepFinished),
        TurnFinished,
    ]
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "All done."
    finished = events[-1]
    assert isinstance(finished, TurnFinished)
    assert finished.usage == Usage(input_tokens=20, output_tokens=10)


async def test_a_tool_call_changes_the_callers_rows_and_nobody_elses(
    stage: Stage, make_user: Callable[[], Person]
) -> None:
    other = make_user()
    stage.add_tool("add_task", method="create")
    stage.model.reply(Reply(tool_calls=[("add_task", {"data": {"title": "Water"}})]), "Done.")

    result = await stage.turn("Add a task")

    [call] = result.tool_calls
    assert (call.name, call.arguments, call.status) == ("add_task", {"data": {"title": "Water"}}, "success")
    assert json.loads(call.result)["created"]["title"] == "Water"
    assert stage.rows("select title, user_id from tasks") == [("Water", stage.user.id)]
    with act_as(stage.owner, other):
        assert stage.rows("select * from tasks") == []


async def test_the_model_sees_the_prompt_the_users_instructions_and_the_chat_so_far(stage: Stage) -> None:
    stage.owner.execute(
        """
        insert into user_agent_prompt_customizations (user_id, agent_name, content, priority)
        values (%(u)s, 'helper', 'Be {brief}.', 1), (%(u)s, 'helper', 'Rhyme.', 9),
               (%(u)s, 'other', 'No.', 9)
        """,
        {"u": stage.user.id},
    )
    stage.model.reply("One.", "Two.")

    first = await stage.turn("1")
    await stage.turn("2", chat_id=first.chat_id)

    system, *rest = stage.model.requests[1]
    assert isinstance(system, SystemMessage)
    assert system.text.startswith("Help {user}.")
    assert system.text.index("Rhyme.") < system.text.index("Be {brief}.")
    assert "No." not in system.text
    assert [message.text for message in rest] == ["1", "One.", "2"]


async def test_a_tool_row_is_live_on_the_next_turn_and_gone_on_the_one_after_its_deletion(
    stage: Stage,
) -> None:
    stage.model.reply("No tools yet.", "One tool.", "None again.")

    chat_id = (await stage.turn("a")).chat_id
    stage.add_tool("add_task", method="create")
    await stage.turn("b", chat_id=chat_id)
    stage.owner.execute("delete from agent_tools")
    await stage.turn("c", chat_id=chat_id)

    names = [[tool["function"]["name"] for tool in tools] for tools in stage.model.bound_tools]
    assert names == [[], ["add_task"], []]


async def test_what_a_tool_refuses_is_told_to_the_model_and_the_turn_goes_on(stage: Stage) -> None:
    stage.add_tool("add_task", method="create")
    stage.model.reply(
        Reply(tool_calls=[("add_task", {"data": {"user_id": str(uuid4()), "title": "x"}})]), "Sorry."
    )

    result = await stage.turn("Add a task for somebody else")

    [call] = result.tool_calls
    assert call.status == "error"
    assert "user_id" in call.result
    assert result.response == "Sorry."
    assert stage.rows("select * from tasks") == []


async def test_a_tool_that_does_not_exist_is_an_error_to_the_model(stage: Stage) -> None:
    stage.add_tool("add_task", method="create")
    stage.model.reply(Reply(tool_calls=[("drop_everything", {})]), "I cannot.")

    result = await stage.turn("Drop everything")

    assert [call.status for call in result.tool_calls] == ["error"]
    assert result.response == "I cannot."


async def test_a_tool_that_needs_approval_does_not_run_unasked(stage: Stage) -> None:
    stage.add_tool("add_task", method="create")
    stage.owner.execute("update agent_tools set approval = 'ask'")
    stage.model.reply(Reply(tool_calls=[("add_task", {"data": {"title": "x"}})]))

    result = await stage.turn("Add a task")

    assert [action.tool_name for action in result.pending_actions] == ["add_task"]
    assert stage.rows(RUN)[0][0] == "waiting"
    assert stage.rows("select * from tasks") == []


async def test_unreadable_arguments_get_one_more_try(stage: Stage) -> None:
    stage.add_tool("add_task", method="create")
    stage.model.reply(
        Reply(tool_calls=[("add_task", '{"data": {"title": ')]),
        Reply(tool_calls=[("add_task", {"data": {"title": "Water"}})]),
        "Done.",
    )

    assert (await stage.turn("Add a task")).response == "Done."
    assert stage.rows("select title from tasks") == [("Water",)]


async def test_a_model_that_loops_is_stopped_with_a_sentence(stage: Stage) -> None:
    stage.add_tool("get_tasks", method="fetch")
    stage.model.reply(*[Reply(tool_calls=[("get_tasks", {})]) for _ in range(4)])

    result = await stage.turn("Loop")

    assert "more steps" in result.response
    assert stage.model.unused == 0


async def test_a_failing_model_ends_the_turn_and_frees_the_chat(stage: Stage) -> None:
    stage.model.reply(Reply(text="Well", error=ConnectionError("the provider's secret detail")), "Better.")

    with pytest.raises(ModelFailed) as failure:
        await stage.turn("Hi")
    [(chat_id,)] = stage.rows("select id from chats")

    assert "secret" not in failure.value.message
    assert stage.rows(RUN)[0][0] == "failed"
    assert stage.rows(RUN)[0][-1] == "model_failed"
    assert (await stage.turn("Again", chat_id=chat_id)).response == "Better."


async def test_a_model_that_hangs_ends_the_turn_in_time(stage: Stage) -> None:
    stage = stage.with_config(model_timeout_seconds=0.05)
    stage.model.reply(Reply(text="Too late", wait_for=asyncio.Event()))

    with pytest.raises(ModelTimeout):
        await stage.turn("Hi")

    assert stage.rows(RUN)[0][-1] == "model_timeout"


async def test_a_turn_that_takes_too_long_as_a_whole_is_ended(stage: Stage) -> None:
    stage = stage.with_config(turn_timeout_seconds=0.05)
    stage.model.reply(Reply(text="Too late", wait_for=asyncio.Event()))

    with pytest.raises(TurnTimeout):
        await stage.turn("Hi")

    assert stage.rows(RUN)[0][-1] == "turn_timeout"


async def test_a_bug_ends_the_turn_without_its_details_and_frees_the_chat(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("internal detail")

    monkeypatch.setattr("core.answering.window", broken)

    with pytest.raises(ClarityError) as failure:
        await stage.turn("Hi")

    assert "internal" not in failure.value.message
    assert "internal detail" in caplog.text
    assert stage.rows(RUN)[0][0] == "failed"


async def test_what_was_done_before_a_failure_stays_in_the_chat(stage: Stage) -> None:
    stage.add_tool("add_task", method="create")
    stage.model.reply(
        Reply(tool_calls=[("add_task", {"data": {"title": "Water"}})]),
        ConnectionError("gone"),
        lambda messages: f"I saw {len(messages)} messages.",
    )

    with pytest.raises(ModelFailed):
        await stage.turn("Add a task")
    [(chat_id,)] = stage.rows("select id from chats")
    result = await stage.turn("And now?", chat_id=chat_id)

    seen = stage.model.requests[-1]
    assert [type(message) for message in seen] == [
        SystemMessage,
        HumanMessage,
        AIMessage,
        ToolMessage,
        HumanMessage,
    ]
    assert result.response == "I saw 5 messages."


async def test_what_jsonb_cannot_hold_is_stored_without_it(stage: Stage) -> None:
    stage.add_tool("add_task", method="create")
    arguments = '{"data": {"title": "a\\u0000b\\ud800c", "priority": NaN}}'
    stage.model.reply(Reply(tool_calls=[("add_task", arguments)]), "nul: \0, half: \udfff.")

    result = await stage.turn("Hi \0 there")

    assert [call.status for call in result.tool_calls] == ["error"]
    stored = stage.rows("select message -> 'data' ->> 'content' from chat_message_history order by id")
    assert (stored[0], stored[-1]) == (("Hi \ufffd there",), ("nul: \ufffd, half: ?.",))
    assert stage.rows(RUN)[0][0] == "completed"


async def test_messages_that_cannot_be_stored_do_not_leave_the_chat_claimed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unchanged(value: object) -> object:
        return value

    monkeypatch.setattr("core.chats.history.storable", unchanged)
    stage.model.reply("nul: \0", "Fine.")

    with pytest.raises(ClarityError):
        await stage.turn("Hi")
    [(chat_id,)] = stage.rows("select id from chats")

    assert stage.rows(RUN)[0][0] == "failed"
    assert (await stage.turn("Again", chat_id=chat_id)).response == "Fine."


async def test_one_turn_at_a_time_runs_in_a_chat(stage: Stage) -> None:
    hold = asyncio.Event()
    stage.model.reply("Hello.", Reply(text="First.", wait_for=hold))
    chat_id = (await stage.turn("Hi")).chat_id
    stage.model.started.clear()
    first = asyncio.create_task(stage.turn("one", chat_id=chat_id))
    await stage.model.started.wait()

    with pytest.raises(ChatBusy) as busy:
        await stage.turn("two", chat_id=chat_id)
    hold.set()
    result = await first

    assert busy.value.run_id == result.run_id
    assert stage.rows("select count(*) from chat_message_history") == [(4,)]


async def test_a_hundred_claims_of_one_chat_give_one_turn(stage: Stage) -> None:
    hold = asyncio.Event()
    stage.model.reply("Hello.", Reply(text="Won.", wait_for=hold))
    chat_id = (await stage.turn("Hi")).chat_id
    tasks = [asyncio.create_task(stage.turn(f"{n}", chat_id=chat_id)) for n in range(100)]
    while sum(task.done() for task in tasks) < 99:
        await asyncio.wait([task for task in tasks if not task.done()], return_when=asyncio.FIRST_COMPLETED)
    hold.set()

    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert sum(isinstance(outcome, ChatBusy) for outcome in outcomes) == 99


async def test_a_run_whose_server_died_gives_the_chat_up_after_its_lease(stage: Stage) -> None:
    stage.model.reply("Hello.", "Back again.")
    chat_id = (await stage.turn("Hi")).chat_id
    stage.owner.execute(
        "update chat_runs set status = 'running', lease_expires_at = now() - interval '1 second'"
    )

    result = await stage.turn("Still there?", chat_id=chat_id)

    assert result.response == "Back again."
    assert stage.rows("select status, error ->> 'code' from chat_runs order by started_at") == [
        ("interrupted", "turn_interrupted"),
        ("completed", None),
    ]


async def test_a_message_is_not_taken_twice(stage: Stage) -> None:
    stage.model.reply("Once.")
    message_id = uuid4()
    first = await stage.turn("Hi", message_id=message_id)

    again = await stage.turn("Hi", chat_id=first.chat_id, message_id=message_id)

    assert (again.run_id, again.response) == (first.run_id, "Once.")
    assert len(stage.model.requests) == 1
    assert stage.rows("select count(*) from chat_message_history") == [(2,)]


async def test_a_message_whose_turn_failed_may_be_sent_again(stage: Stage) -> None:
    stage.model.reply(ConnectionError("gone"), "Now it works.")
    message_id = uuid4()
    with pytest.raises(ModelFailed):
        await stage.turn("Hi", message_id=message_id)
    [(chat_id,)] = stage.rows("select id from chats")

    result = await stage.turn("Hi", chat_id=chat_id, message_id=message_id)

    assert result.response == "Now it works."
    assert stage.rows("select message ->> 'type' from chat_message_history order by id") == [
        ("human",),
        ("ai",),
    ]


@pytest.mark.parametrize("chat_id", [uuid4(), UUID(int=0)])
async def test_a_chat_that_does_not_exist_is_not_found(stage: Stage, chat_id: UUID) -> None:
    with pytest.raises(ChatNotFound):
        await stage.turn("Hi", chat_id=chat_id)

    assert stage.rows("select * from chats") == []


async def test_somebody_elses_chat_is_not_found_and_stays_untouched(
    stage: Stage, make_user: Callable[[], Person]
) -> None:
    stage.model.reply("Mine.")
    chat_id = (await stage.turn("Hi")).chat_id
    stranger = User.from_claims(make_user().claims)

    with pytest.raises(ChatNotFound):
        await stage.turn("Let me in", chat_id=chat_id, user=stranger)

    assert stage.rows("select count(*) from chat_message_history") == [(2,)]


async def test_an_agent_that_does_not_exist_is_not_found_and_makes_no_chat(stage: Stage) -> None:
    with pytest.raises(AgentNotFound):
        await stage.turn("Hi", agent_name="nobody")

    assert stage.rows("select * from chats") == []


async def test_a_private_agent_is_its_owners_alone(stage: Stage, make_user: Callable[[], Person]) -> None:
    owner = User.from_claims(make_user().claims)
    stage.owner.execute(
        "insert into agent_configurations (agent_name, owner_id) values ('secret', %(id)s)", {"id": owner.id}
    )
    stage.model.reply("Yes?")

    assert (await stage.turn("Hi", agent_name="secret", user=owner)).response == "Yes?"
    with pytest.raises(AgentNotFound):
        await stage.turn("Hi", agent_name="secret")


async def test_a_listener_who_goes_away_loses_nothing(stage: Stage) -> None:
    hold = asyncio.Event()
    stage.model.reply(Reply(text="Finished anyway.", wait_for=hold))
    events = run_turn(stage.services, stage.request("Hi"))
    assert isinstance(await anext(events), TurnStarted)

    await events.aclose()
    hold.set()
    await asyncio.wait([run.task for run in stage.services.runs if run.task])

    assert stage.rows("select message -> 'data' ->> 'content' from chat_message_history order by id") == [
        ("Hi",),
        ("Finished anyway.",),
    ]


async def test_a_server_that_shuts_down_leaves_its_turns_to_be_gone_on_with(stage: Stage) -> None:
    stage.model.reply(Reply(text="Never.", wait_for=asyncio.Event()))
    events = run_turn(stage.services, stage.request("Hi"))
    assert isinstance(await anext(events), TurnStarted)

    await stage.services.aclose(grace_seconds=0)

    last = await anext(events)
    assert isinstance(last, TurnFailed)
    assert isinstance(last.error, TurnInterrupted)
    assert stage.rows(RUN)[0][0] == "interrupted"


async def test_no_transaction_is_open_while_the_model_thinks(stage: Stage) -> None:
    hold = asyncio.Event()
    stage.model.reply(Reply(text="Hm.", wait_for=hold))
    turn = asyncio.create_task(stage.turn("Hi"))
    await stage.model.started.wait()

    open_transactions = stage.rows(
        """
        select query from pg_stat_activity
        where datname = current_database() and usename = 'clarity_server' and xact_start is not null
        """
    )
    hold.set()
    await turn

    assert open_transactions == []
