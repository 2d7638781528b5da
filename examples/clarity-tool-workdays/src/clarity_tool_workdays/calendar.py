"""Counting in working days."""

from datetime import date, timedelta
from typing import get_args

from clarity_tool_workdays.config import Weekday, WorkdayConfig

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)

ONE_DAY = timedelta(days=1)


def is_workday(day: date, config: WorkdayConfig) -> bool:
    return WEEKDAYS[day.weekday()] not in config.weekend and day not in config.holidays


def add_workdays(start: date, count: int, config: WorkdayConfig) -> date:
    """The date that many working days after `start`, or before it for a negative count.

    OverflowError when the calendar ends before.
    """
    step = ONE_DAY if count > 0 else -ONE_DAY
    day = start
    for _ in range(abs(count)):
        day += step
        while not is_workday(day, config):
            day += step
    return day


def count_workdays(start: date, end: date, config: WorkdayConfig) -> int:
    """The working days after `start`, up to and including `end`; 0 when `end` is not later."""
    days = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    return sum(is_workday(day, config) for day in days)
