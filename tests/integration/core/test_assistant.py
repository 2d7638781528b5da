"""The first sentences that somebody says to the assistant, without a model key."""

from pathlib import Path
from typing import Any

import pytest

from cli.blueprints import load_blueprint
from core.agents.offline_rules import RulesChatModel
from core.turn import TurnResult, collect_turn, create_services, run_turn
from fixtures.databases import Database
from integration.core.conftest import CONFIG, ScriptedModels, Stage

ASSISTANT = Path(__file__).resolve().parents[3] / "supabase" / "blueprints" / "assistant"


@pytest.fixture
def assistant(stage: Stage, database: Database) -> Stage:
    load_blueprint(database.owner_url, ASSISTANT)
    return stage


async def say(stage: Stage, message: str) -> TurnResult:
    models = ScriptedModels(CONFIG, RulesChatModel())
    services = create_services(stage.services.pool, CONFIG, models=models)
    result = await collect_turn(run_turn(services, stage.request(message, agent_name="assistant")))
    await models.aclose()
    return result


@pytest.mark.parametrize(
    ("sentence", "tool", "arguments"),
    [
        ("What is on my list?", "list_tasks", {}),
        ("show my to-do list", "list_tasks", {}),
        ("Add a task: buy milk", "create_task", {"data": {"title": "buy milk"}}),
        ("add a task water the plants", "create_task", {"data": {"title": "water the plants"}}),
        ("how many tasks do I have?", "count_tasks", {}),
        ("add note: call Ann", "create_note", {"data": {"title": "call Ann"}}),
        ("show my notes", "search_notes", {}),
        ("remember that I like tea", "remember", {"data": {"content": "I like tea"}}),
        ("what do you remember about me?", "recall", {}),
    ],
)
async def test_a_plain_sentence_reaches_its_tool(
    assistant: Stage, sentence: str, tool: str, arguments: dict[str, Any]
) -> None:
    result = await say(assistant, sentence)

    assert [(call.name, call.arguments, call.status) for call in result.tool_calls] == [
        (tool, arguments, "success")
    ]
    assert "not a language model" in result.response


async def test_a_task_is_marked_as_done_by_its_title(assistant: Stage) -> None:
    await say(assistant, "Add a task: buy milk")

    await say(assistant, "mark buy milk as done")

    assert assistant.rows("select title, status from tasks") == [("buy milk", "completed")]


async def test_what_no_tool_does_is_said_openly(assistant: Stage) -> None:
    result = await say(assistant, "What is the weather in Lisbon?")

    assert result.tool_calls == ()
    assert "I did not understand" in result.response
