"""The agents that come with the project: their tools can all be built, and work on the user's own rows."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.tools.base import ClarityTool
from core.tools.definition import ToolDefinition
from core.tools.registry import build_tool
from fixtures.people import Person
from fixtures.tool_services import SERVICES

BLUEPRINTS = Path(__file__).parents[3] / "supabase" / "blueprints"


@pytest.fixture
def assistant(shelf: Any, ada: Person) -> dict[str, ClarityTool]:
    """The tools of the blueprint `assistant` by name."""
    shelf.owner.execute((BLUEPRINTS / "assistant" / "agent.sql").read_bytes())
    (agent,) = shelf.owner.execute(
        "select private.load_agent(id, %(user_id)s) from public.agent_configurations", {"user_id": ada.id}
    ).fetchone()
    return {row["name"]: build_tool(ToolDefinition.from_row(row), SERVICES) for row in agent["tools"]}


async def test_every_reading_tool_of_the_assistant_answers(
    shelf: Any, ada: Person, assistant: dict[str, ClarityTool]
) -> None:
    answers = {
        name: json.loads(await tool.invoke_as(shelf.context(ada), {}))
        for name, tool in assistant.items()
        if tool.definition.config["method"] in ("fetch", "count")
    }
    assert len(answers) > 3
    assert all(answer in ({"rows": []}, {"count": 0}) for answer in answers.values())


async def test_a_task_is_created_and_found(
    shelf: Any, ada: Person, bob: Person, assistant: dict[str, ClarityTool]
) -> None:
    data = {"title": "Water the plants", "due_date": "2026-12-01"}
    await assistant["create_task"].invoke_as(shelf.context(ada), {"data": data})
    filters = {"title": {"contains": "plants"}, "due_date": {"lte": "2026-12-01"}}
    for person, count in ((ada, 1), (bob, 0)):
        answer = await assistant["list_tasks"].invoke_as(shelf.context(person), {"filters": filters})
        assert len(json.loads(answer)["rows"]) == count
