"""WorkdayTool: what a model needs a calendar for."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clarity_tool_workdays.calendar import add_workdays, count_workdays
from clarity_tool_workdays.config import WorkdayConfig
from core.errors import ToolInputError
from core.tools.base import ClarityTool, RunContext
from core.tools.definition import ToolDefinition
from core.tools.services import ToolServices

DESCRIPTION = (
    "Counts in working days. With `add`: the date that many working days after `start`, or before it if "
    "negative. With `end`: how many working days there are after `start`, up to and including `end`."
)

# About forty years of work: nobody asks for more, and a day at a time is quick enough for it.
MOST_DAYS = 10_000


class WorkdayArguments(BaseModel):
    """What the model may pass."""

    model_config = ConfigDict(extra="forbid")

    start: date = Field(description="The day to count from, as YYYY-MM-DD.")
    add: int | None = Field(
        default=None,
        ge=-MOST_DAYS,
        le=MOST_DAYS,
        description="Working days to go on, or back if negative.",
    )
    end: date | None = Field(default=None, description="The day to count to, as YYYY-MM-DD.")


class WorkdayTool(ClarityTool):
    """Answers with `{"date": ...}` or `{"workdays": ...}`. It reads no table: all users get the same."""

    config_type = WorkdayConfig

    config: WorkdayConfig = Field(repr=False)

    @classmethod
    def from_definition(cls, definition: ToolDefinition, services: ToolServices) -> Self:
        return cls(
            name=definition.name,
            description=definition.description or DESCRIPTION,
            args_schema=WorkdayArguments,
            handle_validation_error=_explain,
            definition=definition,
            config=WorkdayConfig.model_validate(definition.config),
        )

    @property
    def is_read_only(self) -> bool:
        return True

    async def call(self, context: RunContext, arguments: Mapping[str, Any]) -> str:
        start, add, end = arguments["start"], arguments["add"], arguments["end"]
        if (add is None) == (end is None):
            raise ToolInputError("Give either add or end, and not both.")
        if end is None:
            return json.dumps({"date": self._after(start, add).isoformat()})
        if (end - start).days > MOST_DAYS:
            raise ToolInputError(f"start and end may be {MOST_DAYS} days apart at most.")
        return json.dumps({"workdays": count_workdays(start, end, self.config)})

    def _after(self, start: date, add: int) -> date:
        try:
            return add_workdays(start, add, self.config)
        except OverflowError as exc:
            raise ToolInputError("The calendar ends before that many working days.") from exc


def _explain(error: Exception) -> str:
    """What is wrong with the arguments, for the model."""
    if not isinstance(error, ValidationError):
        return "The arguments do not fit."
    return " ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}." for one in error.errors())
