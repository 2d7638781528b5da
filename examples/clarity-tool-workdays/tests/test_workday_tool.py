"""What the tool answers, and which rows it refuses."""

import json
from typing import Any
from uuid import UUID

import pytest

from core.config import CoreConfig
from core.db import create_pool
from core.errors import AgentMisconfigured, ToolInputError
from core.tools.base import ClarityTool, RunContext
from core.tools.definition import ToolDefinition
from core.tools.registry import build_tool
from core.tools.services import ToolServices
from core.types import User

# The tool asks no database, so the pool is never opened.
CONTEXT = RunContext(
    pool=create_pool("postgresql://nobody@127.0.0.1:1/none"),
    user=User(id=UUID(int=1), claims={}),
    agent_name="assistant",
    tool_timeout_seconds=1,
)


def build(**config: Any) -> ClarityTool:
    definition = ToolDefinition(
        id=UUID(int=1),
        name="count_workdays",
        type="WorkdayTool",
        description="",
        config=config,
        approval="auto",
        table=None,
    )
    return build_tool(definition, ToolServices(config=CoreConfig()))


async def answer(arguments: dict[str, Any], **config: Any) -> dict[str, Any]:
    return json.loads(await build(**config).invoke_as(CONTEXT, arguments))


@pytest.mark.parametrize(
    ("add", "date"),
    [(0, "2026-12-24"), (1, "2026-12-25"), (2, "2026-12-28"), (-4, "2026-12-18"), (10, "2027-01-07")],
)
async def test_weekends_are_left_out(add: int, date: str) -> None:
    assert await answer({"start": "2026-12-24", "add": add}) == {"date": date}


async def test_the_rows_holidays_are_left_out() -> None:
    holidays = ["2026-12-25", "2026-12-28"]
    assert await answer({"start": "2026-12-24", "add": 1}, holidays=holidays) == {"date": "2026-12-29"}


async def test_the_weekend_is_the_rows() -> None:
    weekend = ["friday", "saturday"]
    assert await answer({"start": "2026-12-24", "add": 1}, weekend=weekend) == {"date": "2026-12-27"}


@pytest.mark.parametrize(
    ("end", "workdays"), [("2026-12-24", 0), ("2026-12-20", 0), ("2026-12-27", 1), ("2027-01-07", 10)]
)
async def test_working_days_between_two_dates_are_counted(end: str, workdays: int) -> None:
    assert await answer({"start": "2026-12-24", "end": end}) == {"workdays": workdays}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"start": "2026-12-24"}, "Give either add or end, and not both."),
        ({"start": "2026-12-24", "add": 1, "end": "2026-12-25"}, "Give either add or end, and not both."),
        ({"start": "9999-12-24", "add": 20}, "The calendar ends before that many working days."),
        ({"start": "2026-12-24", "end": "9999-12-24"}, "start and end may be 10000 days apart at most."),
        ({"start": "soon", "add": 1}, "start: Input should be a valid date"),
        ({"start": "2026-12-24", "add": 10_001}, "add: Input should be less than or equal to 10000."),
        ({"start": "2026-12-24", "add": 1, "user_id": 1}, "user_id: Extra inputs are not permitted."),
    ],
)
async def test_what_does_not_fit_is_explained(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ToolInputError, match=sentence):
        await answer(arguments)


@pytest.mark.parametrize(
    "config",
    [{"holidays": ["Christmas"]}, {"weekend": ["mo"]}, {"weekends": []}, {"weekend": ["monday"] * 7}],
)
def test_a_row_that_cannot_work_is_refused_by_name(config: dict[str, Any]) -> None:
    with pytest.raises(AgentMisconfigured, match=r"^Tool count_workdays: (holidays|weekend)"):
        build(**config)
