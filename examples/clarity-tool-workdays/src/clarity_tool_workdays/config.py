"""The `config` of a WorkdayTool's row."""

from datetime import date
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class WorkdayConfig(BaseModel):
    """Which days nobody works."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weekend: tuple[Weekday, ...] = Field(
        default=("saturday", "sunday"),
        max_length=6,
        description="The days of each week that are none of work; one at least is.",
    )
    holidays: frozenset[date] = Field(
        default=frozenset(), description="Dates that are no working days either, such as 2026-12-25."
    )
