"""Agents that ask other agents: as the same user, within limits, counted and told."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from core.events import (
    DelegatedStep,
    StepFinished,
    StepStarted,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from core.turn import run_turn
from core.types import User
from fixtures.people import Person
from fixtures.scripted_model import Reply
from integration.core.conftest import Stage


def add_agent(stage: Stage, name: str, *, owner_id: UUID | None = None, **values: Any) -> UUID:
    row = stage.owner.execute(
        """
        insert into agent_configurations (agent_name, system_prompt, description, owner_id)
        values (%(name)s, %(prompt)s, %(description)s, %(owner_id)s) returning id
        """,
        {"name": name, "prompt": f"You are {name}.", "description": None, "owner_id": owner_id, **values},
    ).fetchone()
    assert row
    return row[0]


def add_tool(stage: Stage, agent_id: UUID, name: str, *, asks: str, **config: Any) -> None:
    stage.owner.execute(
        """
        insert into agent_tools (agent_id, name, type, config)
        values (%(agent_id)s, %(name)s, 'AgentTool', %(config)s)
        """,
        {"agent_id": agent_id, "name": name, "config": json.dumps({"agent_name": asks, **config})},
    )


@pytest.fixture
def scout(stage: Stage) -> UUID:
    """The agent `scout`, which can list tasks; `helper` can ask it."""
    scout = add_agent(stage, "scout", description="Knows the tasks.")
    stage.owner.execute(
        """
        insert into agent_tools (agent_id, name, config)
        values (%(id)s, 'list_tasks', '{"table_name": "tasks", "method": "fetch", "columns": ["title"]}')
        """,
        {"id": scout},
    )
    add_tool(stage, stage.agent_id, "ask_scout", asks="scout")
    return scout


def ask(tool: str = "ask_scout", task: str = "Which tasks are there?") -> Reply:
    return Reply(tool_calls=[(tool, {"task": task})])


@pytest.mark.usefixtures("scout")
async def test_the_asked_agent_works_as_the_same_user_and_sees_its_task_only(
    stage: Stage, make_user: Callable[[], Person]
) -> None:
    other = make_user()
    for user_id, title in ((stage.user.id, "Mine"), (other.id, "Theirs")):
        stage.owner.execute(
            "insert into tasks (user_id, title) values (%(u)s, %(t)s)", {"u": user_id, "t": title}
        )
    stage.model.reply(ask(), Reply(tool_calls=[("list_tasks", {})]), "One: Mine.", "You have one task.")

    result = await stage.turn("A secret. What is there to do?")

    assert result.response == "You have one task."
    assert [(call.name, call.result, call.status) for call in result.tool_calls] == [
        ("ask_scout", "One: Mine.", "success")
    ]
    asked, after_tool = stage.model.requests[1], stage.model.requests[2]
    assert [message.text for message in asked] == ["You are scout.", "Which tasks are there?"]
    assert "Mine" in after_tool[-1].text
    assert "Theirs" not in after_tool[-1].text
    assert [tool["function"]["name"] for tool in stage.model.bound_tools[1]] == ["list_tasks"]


@pytest.mark.usefixtures("scout")
async def test_what_the_asked_agent_costs_is_counted_to_the_turn(stage: Stage) -> None:
    stage.model.reply(ask(), Reply(tool_calls=[("list_tasks", {})]), "None.", "Nothing to do.")

    result = await stage.turn("What is there to do?")

    assert (result.usage.input_tokens, result.usage.output_tokens) == (40, 20)
    assert stage.rows("select input_tokens, output_tokens, model_calls, tool_calls from chat_runs") == [
        (40, 20, 4, 2)
    ]
    stored = stage.rows("select message ->> 'type' from chat_message_history order by id")
    assert [kind for (kind,) in stored] == ["human", "ai", "tool", "ai"]


@pytest.mark.usefixtures("scout")
async def test_its_steps_are_told_within_the_call_that_asked(stage: Stage) -> None:
    stage.model.reply(ask(), Reply(tool_calls=[("list_tasks", {})]), "None at all.", "Nothing.")

    events = [event async for event in run_turn(stage.services, stage.request("What?"))]

    own = [event for event in events if not isinstance(event, DelegatedStep)]
    told = [
        event
        for event in events
        if isinstance(event, DelegatedStep) and not isinstance(event.step, StepStarted | StepFinished)
    ]
    (call,) = [event for event in own if isinstance(event, ToolCallStarted)]
    assert {(step.tool_call_id, step.agent_name) for step in told} == {(call.tool_call_id, "scout")}
    assert [type(step.step) for step in told] == [
        ToolCallStarted, ToolCallFinished, TextDelta, TextDelta, TextDelta
    ]  # fmt: skip
    # The other model's words are never taken for the answer.
    assert "".join(event.text for event in own if isinstance(event, TextDelta)) == "Nothing."
    finished = next(event for event in own if isinstance(event, ToolCallFinished))
    assert events.index(call) < events.index(told[0]) < events.index(finished)


async def test_two_agents_that_ask_each_other_do_not_go_round_in_circles(stage: Stage, scout: UUID) -> None:
    add_tool(stage, scout, "ask_helper", asks="helper")
    stage.model.reply(ask(), ask("ask_helper"), "I could not ask.", "Sorry.")

    result = await stage.turn("Go")

    assert stage.model.requests[2][-1].text == (
        "The agent helper is itself waiting for this answer. Do it without asking it."
    )
    assert result.tool_calls[0].result == "I could not ask."


async def test_a_chain_is_no_deeper_than_each_of_its_rows_allows(stage: Stage, scout: UUID) -> None:
    for name, asks in (("third", None), ("second", "third")):
        agent = add_agent(stage, name)
        if asks:
            add_tool(stage, agent, f"ask_{asks}", asks=asks, max_depth=2)
    add_tool(stage, scout, "ask_second", asks="second")
    stage.model.reply(ask(), ask("ask_second"), ask("ask_third"), "Too deep.", "Too deep.", "Sorry.")

    await stage.turn("Go")

    assert stage.model.requests[3][-1].text.startswith("The agent third cannot be asked from here")
    assert stage.rows("select model_calls, tool_calls from chat_runs") == [(6, 3)]


async def test_steps_two_agents_down_are_told_within_each_other(stage: Stage, scout: UUID) -> None:
    add_agent(stage, "second")
    add_tool(stage, scout, "ask_second", asks="second")
    stage.model.reply(ask(), ask("ask_second"), "Deep.", "Middle.", "Top.")

    events = [event async for event in run_turn(stage.services, stage.request("Go"))]

    deep = [e.step for e in events if isinstance(e, DelegatedStep) and isinstance(e.step, DelegatedStep)]
    assert {step.agent_name for step in deep} == {"second"}
    assert "".join(step.step.text for step in deep if isinstance(step.step, TextDelta)) == "Deep."


@pytest.mark.usefixtures("scout")
async def test_a_turn_asks_other_agents_a_bounded_number_of_times(stage: Stage) -> None:
    stage = stage.with_config(max_delegations=2)
    calls = Reply(tool_calls=[("ask_scout", {"task": "x"})] * 3)
    stage.model.reply(calls, "a", "b", "Done.")

    result = await stage.turn("Go")

    assert sorted(call.status for call in result.tool_calls) == ["error", "success", "success"]
    (refused,) = [call for call in result.tool_calls if call.status == "error"]
    assert refused.result == "This turn has asked other agents 2 times, and may not ask again."


async def test_the_asked_agent_has_its_own_number_of_model_calls(stage: Stage) -> None:
    add_agent(stage, "looper")
    add_tool(stage, stage.agent_id, "ask_looper", asks="looper", max_model_calls=1)
    stage.owner.execute(
        """
        insert into agent_tools (agent_id, name, config)
        select id, 'list_tasks', '{"table_name": "tasks", "method": "fetch"}'
        from agent_configurations where agent_name = 'looper'
        """
    )
    stage.model.reply(ask("ask_looper"), Reply(tool_calls=[("list_tasks", {})]), "Enough.")

    result = await stage.turn("Go")

    assert result.response == "Enough."
    assert "more steps than" in result.tool_calls[0].result


async def test_the_asked_agent_has_its_own_time(stage: Stage) -> None:
    add_agent(stage, "slow")
    add_tool(stage, stage.agent_id, "ask_slow", asks="slow", timeout_seconds=1)
    never = asyncio.Event()
    stage.model.reply(ask("ask_slow"), Reply(text="late", wait_for=never), "It took too long.")

    result = await stage.turn("Go")

    # Its own tools may have changed something by then.
    assert result.tool_calls[0].result == (
        "The agent slow did not finish within 1 seconds. Whether this was carried out is not known. "
        "Look before calling it again."
    )
    assert result.response == "It took too long."


@pytest.mark.usefixtures("scout")
async def test_a_model_that_fails_below_is_a_tool_error_above(stage: Stage) -> None:
    stage.model.reply(ask(), RuntimeError("secret detail"), "It failed.")

    result = await stage.turn("Go")

    assert result.tool_calls[0].status == "error"
    assert result.tool_calls[0].result.startswith("The agent scout could not answer.")
    assert "secret" not in result.tool_calls[0].result


async def test_a_tool_that_needs_approval_stays_refused_below(stage: Stage, scout: UUID) -> None:
    stage.owner.execute("update agent_tools set approval = 'ask' where agent_id = %(id)s", {"id": scout})
    stage.model.reply(ask(), Reply(tool_calls=[("list_tasks", {})]), "Not allowed.", "No.")

    await stage.turn("Go")

    assert "needs a person's approval" in stage.model.requests[2][-1].text


@pytest.mark.usefixtures("scout")
async def test_the_users_own_agent_does_not_slip_in_under_a_shared_agents_name(stage: Stage) -> None:
    add_agent(stage, "scout", owner_id=stage.user.id, prompt="I am the impostor.")
    stage.model.reply(ask(), "Hello.", "Done.")

    await stage.turn("Go")

    assert stage.model.requests[1][0].text == "You are scout."


async def test_a_users_own_agent_asks_the_users_own_first(
    stage: Stage, make_user: Callable[[], Person]
) -> None:
    mine = add_agent(stage, "mine", owner_id=stage.user.id)
    add_agent(stage, "expert", prompt="Shared.")
    add_agent(stage, "expert", owner_id=make_user().id, prompt="Somebody else's.")
    add_tool(stage, mine, "ask_expert", asks="expert")
    stage.model.reply(ask("ask_expert"), "x", "y", ask("ask_expert"), "x", "y")

    await stage.turn("Go", agent_name="mine")
    add_agent(stage, "expert", owner_id=stage.user.id, prompt="My own.")
    await stage.turn("Go", agent_name="mine")

    assert [stage.model.requests[i][0].text for i in (1, 4)] == ["Shared.", "My own."]


@pytest.mark.usefixtures("scout")
async def test_what_the_user_told_the_asked_agent_to_heed_holds_there(stage: Stage) -> None:
    stage.owner.execute(
        """
        insert into user_agent_prompt_customizations (user_id, agent_name, content)
        values (%(u)s, 'scout', 'Rhyme.')
        """,
        {"u": stage.user.id},
    )
    stage.model.reply(ask(), "x", "y")

    await stage.turn("Go")

    assert "Rhyme." in stage.model.requests[1][0].text
    assert "Rhyme." not in stage.model.requests[0][0].text


async def test_an_agent_that_is_switched_off_is_missing_from_the_next_turn(stage: Stage, scout: UUID) -> None:
    stage.model.reply("1", "2", "3")
    await stage.turn("a")
    stage.owner.execute("update agent_configurations set is_active = false where id = %(id)s", {"id": scout})
    await stage.turn("b")
    stage.owner.execute("update agent_configurations set is_active = true where id = %(id)s", {"id": scout})
    await stage.turn("c")

    assert [[tool["function"]["name"] for tool in tools] for tools in stage.model.bound_tools] == [
        ["ask_scout"], [], ["ask_scout"]
    ]  # fmt: skip
    assert "Not available now: ask_scout." in stage.model.requests[1][0].text


async def test_the_model_is_told_what_the_other_agent_is_for(stage: Stage, scout: UUID) -> None:
    stage.model.reply("1", "2")
    await stage.turn("a")
    stage.owner.execute(
        "update agent_configurations set description = 'Knows more.' where id = %(id)s", {"id": scout}
    )
    await stage.turn("b")

    described = [tools[0]["function"]["description"] for tools in stage.model.bound_tools]
    assert described == [
        "Hands a task to the agent scout, and gives its answer. Knows the tasks.",
        "Hands a task to the agent scout, and gives its answer. Knows more.",
    ]


@pytest.mark.usefixtures("scout")
async def test_stopping_the_turn_stops_the_asked_agent(stage: Stage) -> None:
    never = asyncio.Event()
    stage.model.reply(ask(), Reply(text="late", wait_for=never))
    events = run_turn(stage.services, stage.request("Go"))
    async for event in events:
        if isinstance(event, ToolCallStarted):
            break
    async with asyncio.timeout(5):
        while len(stage.model.requests) < 2:
            stage.model.started.clear()
            await stage.model.started.wait()

    await stage.services.aclose(0)

    assert stage.rows("select status, model_calls from chat_runs") == [("interrupted", 1)]
    assert not any("follow" in repr(task) for task in asyncio.all_tasks())


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({}, "Tool ask needs an agent_name in its config."),
        ({"agent_name": 7}, "Tool ask needs an agent_name in its config."),
        ({"agent_name": "nobody"}, "Tool ask asks the agent nobody, but there is no active shared agent"),
        ({"agent_name": "private"}, "Tool ask asks the agent private, but there is no active shared agent"),
        ({"agent_name": "helper"}, "Tool ask asks its own agent, helper."),
        ({"agent_name": "scout", "max_depth": 6}, "Tool ask: max_depth cannot be 6."),
        ({"agent_name": "scout", "max_model_calls": 1.5}, "Tool ask: max_model_calls cannot be 1.5."),
        ({"agent_name": "scout", "timeout_seconds": 0}, "Tool ask: timeout_seconds cannot be 0."),
        ({"agent_name": "scout", "depth": 1}, "Tool ask has the unknown config key depth."),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("scout")
async def test_a_row_that_cannot_work_is_refused_when_it_is_written(
    stage: Stage, make_user: Callable[[], Person], config: dict[str, Any], sentence: str
) -> None:
    add_agent(stage, "private", owner_id=make_user().id)
    with pytest.raises(Exception, match="^" + sentence.replace(".", r"\.")):
        stage.owner.execute(
            """
            insert into agent_tools (agent_id, name, type, config)
            values (%(a)s, 'ask', 'AgentTool', %(c)s)
            """,
            {"a": stage.agent_id, "c": json.dumps(config)},
        )


@pytest.mark.parametrize("arguments", [{}, {"task": ""}, {"task": 7}, {"task": "x", "user_id": "y"}])
@pytest.mark.usefixtures("scout")
async def test_arguments_that_do_not_fit_are_explained(stage: Stage, arguments: dict[str, Any]) -> None:
    stage.model.reply(Reply(tool_calls=[("ask_scout", arguments)]), "Hm.")

    result = await stage.turn("Go", user=User(id=stage.user.id, claims=stage.user.claims))

    assert result.tool_calls[0].status == "error"
    assert result.tool_calls[0].result.split()[0] in ("task", "user_id")
