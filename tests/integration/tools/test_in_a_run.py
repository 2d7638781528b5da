"""The same tools inside the loop that turns run: arguments from a model, the context from the run."""

import json
from typing import Any

from langchain_core.messages import HumanMessage, ToolMessage

from core.agents.loop import AgentLoop
from core.config import CoreConfig
from fixtures.agents import agent_with
from fixtures.people import Person
from fixtures.scripted_model import Reply, ScriptedChatModel


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"a": value}
    return value


async def run(shelf: Any, person: Person, arguments: dict[str, Any], **config: Any) -> ToolMessage:
    """The tool's message after a model has called it with `arguments`."""
    model = ScriptedChatModel()
    model.reply(Reply(tool_calls=[("tool", arguments)]), "done")
    agent = agent_with(model, [shelf.tool(**config)], CoreConfig())
    loop = AgentLoop(agent, shelf.context(person), CoreConfig(), lambda _: None)
    await loop.run("", [HumanMessage("go")])
    (message,) = [message for message in loop.messages if isinstance(message, ToolMessage)]
    return message


async def test_a_call_of_the_model_runs_as_the_user_of_the_context(
    shelf: Any, ada: Person, bob: Person
) -> None:
    created = await run(shelf, ada, {"data": {"title": "Dune"}}, method="create", columns=["title"])
    assert (created.status, created.content) == ("success", '{"created":{"title":"Dune"}}')
    seen = await run(shelf, bob, {"filters": {}, "limit": 5}, method="fetch")
    assert json.loads(str(seen.content)) == {"rows": []}


async def test_arguments_that_do_not_fit_are_told_to_the_model(shelf: Any, ada: Person) -> None:
    message = await run(shelf, ada, {"data": {"titel": "Dune"}, "x": 1}, method="create", columns=["title"])
    assert message.status == "error"
    assert str(message.content).startswith(
        "data.title is required. data.titel is not an argument. There are:"
    )
    assert shelf.books() == []


async def test_arguments_with_defaults_may_be_left_out(shelf: Any, ada: Person) -> None:
    await shelf.add(ada, title="Dune")
    message = await run(shelf, ada, {}, method="fetch", columns=["title"])
    assert message.content == '{"rows":[{"title":"Dune"}]}'


async def test_arguments_nested_too_deeply_are_told_to_the_model(shelf: Any, ada: Person) -> None:
    arguments = {"data": {"title": "Dune", "details": nested(900)}}
    message = await run(shelf, ada, arguments, method="create")
    assert (message.status, shelf.books()) == ("error", [])
    assert message.content == "data.details is nested too deeply (at most 32 levels)."
