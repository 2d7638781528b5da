"""What observers and traces are told of turns on a real database; never what was said."""

import asyncio
from dataclasses import replace

import pytest
from opentelemetry.trace import SpanKind, StatusCode

from core.agents.toolbox import open_toolbox
from core.errors import ChatNotFound, ModelFailed, ToolInputError
from core.services import outside_a_turn
from core.turn import attach, start_turn, stop_run
from core.types import Usage
from fixtures.scripted_model import Reply
from fixtures.spans import Spans, said
from fixtures.waiting import eventually
from fixtures.watching import Watching
from integration.core.conftest import Stage
from integration.core.test_delegation import add_agent, add_tool

SECRET = "Water the orchids behind the shed"


@pytest.fixture
def watching() -> Watching:
    return Watching()


@pytest.fixture
def spans() -> Spans:
    return Spans.kept()


@pytest.fixture
def watched(stage: Stage, watching: Watching, spans: Spans) -> Stage:
    """The stage with somebody who watches and a tracer."""
    return replace(stage, services=replace(stage.services, observer=watching, tracer=spans.tracer))


async def test_a_turn_is_told_with_what_it_took(watched: Stage, watching: Watching) -> None:
    watched.add_tool("add_task", method="create")
    watched.model.reply(Reply(tool_calls=[("add_task", {"data": {"title": SECRET}})]), "All done.")

    result = await watched.turn("Add a task")

    [turn] = watching.turns
    assert (turn.run_id, turn.chat_id, turn.user_id) == (result.run_id, result.chat_id, watched.user.id)
    assert (turn.agent_name, turn.is_private, turn.status, turn.error_code) == (
        "helper",
        False,
        "completed",
        None,
    )
    assert (turn.model, turn.usage) == ("scripted:model", Usage(input_tokens=20, output_tokens=10))
    assert (turn.model_calls, turn.tool_calls) == (2, 1)
    assert not turn.is_repeat
    assert not turn.is_continuation
    [tool] = watching.tools
    assert (tool.tool_name, tool.tool_type, tool.status) == ("add_task", "CRUDTool", "success")
    assert [model.outcome for model in watching.models] == ["answered", "answered"]


async def test_the_parts_of_a_turn_add_up_to_less_than_the_whole(watched: Stage, watching: Watching) -> None:
    watched.add_tool("add_task", method="create")
    watched.model.reply(Reply(tool_calls=[("add_task", {"data": {"title": SECRET}})]), "All done.")

    await watched.turn("Add a task")

    seconds = dict(watching.turns[0].phases.items())
    assert set(seconds) == {"open", "executor", "first_token", "model", "tools", "close", "total"}
    parts = sum(seconds[name] for name in ("open", "executor", "model", "tools", "close"))
    assert 0 < parts < seconds["total"]
    # The first text came after the tool.
    assert seconds["open"] + seconds["tools"] < seconds["first_token"] < seconds["total"]
    assert watching.tools[0].seconds <= seconds["tools"]


async def test_a_tool_that_is_called_outside_of_a_turn_is_told_too(
    watched: Stage, watching: Watching
) -> None:
    watched.add_tool("add_task", method="create")
    caller = outside_a_turn(watched.services, watched.user, "helper")
    toolbox = await open_toolbox(watched.services.executors, caller)

    await toolbox.call("add_task", {"data": {"title": SECRET}})
    with pytest.raises(ToolInputError):
        await toolbox.call("add_task", {"data": {"title": None}})

    told = [(tool.agent_name, tool.tool_name, tool.status) for tool in watching.tools]
    assert told == [("helper", "add_task", "success"), ("helper", "add_task", "error")]


async def test_a_turn_that_fails_is_told_with_its_error(watched: Stage, watching: Watching) -> None:
    watched.model.reply(RuntimeError(SECRET))

    with pytest.raises(ModelFailed):
        await watched.turn("Hi")

    [turn] = watching.turns
    assert (turn.status, turn.error_code, turn.phases.first_token) == ("failed", "model_failed", None)
    assert [model.outcome for model in watching.models] == ["failed"]


async def test_a_turn_that_cannot_begin_is_told_by_its_reason(watched: Stage, watching: Watching) -> None:
    with pytest.raises(ChatNotFound):
        await watched.turn("Hi", chat_id=watched.user.id)

    assert (watching.refused, watching.turns) == (["chat_not_found"], [])


async def test_a_turn_that_is_stopped_is_told_as_such(watched: Stage, watching: Watching) -> None:
    watched.model.reply(Reply(text="Never", wait_for=asyncio.Event()))
    run = await start_turn(watched.services, watched.request("Hi"))
    await watched.model.started.wait()

    await stop_run(watched.services, watched.user, run.run_id)

    assert [(turn.status, turn.error_code) for turn in watching.turns] == [("cancelled", "turn_cancelled")]
    assert [model.outcome for model in watching.models] == ["cancelled"]


async def test_a_repeat_is_told_as_one(watched: Stage, watching: Watching) -> None:
    watched.model.reply(RuntimeError("once"), "At last")
    request = watched.request("Hi")
    with pytest.raises(ModelFailed):
        await watched.turn("Hi", message_id=request.message_id)
    [(chat_id,)] = watched.rows("select id from chats")

    await watched.turn("Hi", message_id=request.message_id, chat_id=chat_id)

    assert [turn.is_repeat for turn in watching.turns] == [False, True]


async def test_listeners_are_counted_while_they_listen(watched: Stage) -> None:
    go_on = asyncio.Event()
    watched.model.reply(Reply(text="Hello", wait_for=go_on))
    run = await start_turn(watched.services, watched.request("Hi"))
    await watched.model.started.wait()
    live = watched.services.runs.get(run.run_id, watched.user.id)
    assert live
    listening = attach(watched.services, watched.user, run.run_id)
    await anext(listening)

    assert live.listeners == 1
    await listening.aclose()
    assert live.listeners == 0
    go_on.set()
    assert live.task
    await live.task


# Traces


async def test_the_spans_of_a_turn_lie_within_it(watched: Stage, spans: Spans) -> None:
    watched.add_tool("add_task", method="create")
    watched.model.reply(Reply(tool_calls=[("add_task", {"data": {"title": SECRET}})]), "All done.")

    result = await watched.turn("Add a task")

    assert spans.tree() == [
        "invoke_agent helper",
        "  select private.open_turn",
        "  select private.load_agent",
        "  chat model",
        "  execute_tool add_task",
        "    with",
        "  chat model",
        "  select private.close_turn",
    ]
    [turn] = spans.named("invoke_agent")
    assert said(turn) == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "helper",
        "gen_ai.conversation.id": str(result.chat_id),
        "gen_ai.request.model": "scripted:model",
        "gen_ai.usage.input_tokens": 20,
        "gen_ai.usage.output_tokens": 10,
        "clarity.run.id": str(result.run_id),
        "clarity.request.id": "",
        "clarity.status": "completed",
        "user.id": str(watched.user.id),
    }
    [model, _] = spans.named("chat")
    assert model.kind is SpanKind.CLIENT
    first = said(model)
    assert first.pop("gen_ai.response.time_to_first_chunk")
    assert first == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "scripted",
        "gen_ai.request.model": "model",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
    }
    [tool] = spans.named("execute_tool")
    assert said(tool)["gen_ai.tool.name"] == "add_task"
    [opened] = spans.named("select private.open_turn")
    assert (opened.kind, said(opened)["db.system.name"]) == (SpanKind.CLIENT, "postgresql")


async def test_no_span_says_what_was_said(watched: Stage, spans: Spans) -> None:
    watched.add_tool("add_task", method="create")
    watched.model.reply(
        Reply(tool_calls=[("add_task", {"data": {"title": SECRET}})]),
        Reply(tool_calls=[("add_task", {"data": {"title": None, "nonsense": SECRET}})]),
        RuntimeError(f"The provider quotes: {SECRET}"),
    )

    with pytest.raises(ModelFailed):
        await watched.turn(f"Do this: {SECRET}")

    assert spans.named("execute_tool")
    for word in ("orchids", "quotes", "nonsense"):
        assert word not in spans.text()


async def test_what_failed_is_marked_by_its_code(watched: Stage, spans: Spans) -> None:
    watched.model.reply(RuntimeError(SECRET))

    with pytest.raises(ModelFailed):
        await watched.turn("Hi")
    with pytest.raises(ChatNotFound):
        await watched.turn("Hi", chat_id=watched.user.id)

    errors = [(one.name, said(one).get("error.type")) for one in spans.all if not one.status.is_ok]
    assert errors == [
        ("invoke_agent helper", "model_failed"),
        ("chat model", "ModelFailed"),
        ("invoke_agent", "chat_not_found"),
    ]
    assert all(one.status.status_code is StatusCode.ERROR for one in spans.all if not one.status.is_ok)


async def test_an_agent_that_another_one_asks_has_its_spans_within_the_call(
    watched: Stage, watching: Watching, spans: Spans
) -> None:
    add_agent(watched, "scout", description="Knows the tasks.")
    add_tool(watched, watched.agent_id, "ask_scout", asks="scout")
    watched.model.reply(Reply(tool_calls=[("ask_scout", {"task": SECRET})]), "None.", "There are none.")

    await watched.turn("Which tasks?")

    tree = spans.tree()
    start = tree.index("  execute_tool ask_scout")
    assert [line for line in tree[start:] if "select" not in line] == [
        "  execute_tool ask_scout",
        "    invoke_agent scout",
        "      chat model",
        "  chat model",
    ]
    # What the other agent took is the turn's too.
    assert watching.turns[0].model_calls == 3


async def test_the_leases_of_a_server_are_no_part_of_a_turn(watched: Stage, spans: Spans) -> None:
    go_on = asyncio.Event()
    quick = watched.with_config(lease_renewal_seconds=0.01)
    quick = replace(quick, services=replace(quick.services, tracer=spans.tracer))
    quick.model.reply(Reply(text="Hello", wait_for=go_on))
    run = await start_turn(quick.services, quick.request("Hi"))
    [before] = quick.rows("select lease_expires_at from chat_runs")
    await asyncio.to_thread(
        eventually, lambda: quick.rows("select lease_expires_at from chat_runs") != [before]
    )
    go_on.set()
    live = quick.services.runs.get(run.run_id, quick.user.id)
    assert live
    assert live.task
    await live.task
    await quick.services.aclose(0)

    assert not spans.named("select private.renew_leases")
