"""The dates that people write: ISO dates, today and tomorrow, weekdays, "in three days"."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_DATE = re.compile(
    r"(?<![\w-])(?:"
    r"(?P<iso>\d{4}-\d{2}-\d{2})"
    r"|(?P<relative>today|tonight|tomorrow|yesterday|the day after tomorrow|day after tomorrow|next week)"
    r"|(?:(?P<which>next|this|on) )?(?P<weekday>" + "|".join(WEEKDAYS) + r")"
    r"|in (?P<count>\d{1,3}) (?P<unit>days?|weeks?)"
    r")(?:(?: at |[T ])(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::\d{2}(?:\.\d{1,6})?)?)? ?(?P<half>am|pm)?"
    r"(?P<offset>Z|[+-]\d{2}:?\d{2})?)?(?![\w-])",
    re.IGNORECASE,
)

_RELATIVE_DAYS = {
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
    "yesterday": -1,
    "the day after tomorrow": 2,
    "day after tomorrow": 2,
    "next week": 7,
}


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A day, perhaps with a time, and where it stands in the text."""

    day: date
    time: time | None
    start: int
    end: int


def find_date(text: str, now: datetime) -> Moment | None:
    """The first date in the text, counted from `now`; impossible ones (2026-02-31) are passed over."""
    for match in _DATE.finditer(text):
        day = _day(match, now.date())
        if day is not None:
            return Moment(day=day, time=_time(match), start=match.start(), end=match.end())
    return None


def as_datetime(moment: Moment, now: datetime) -> datetime:
    """In the offset that was written, else in `now`'s zone; the day's beginning when no time was said."""
    clock = moment.time or time()
    return datetime.combine(moment.day, clock, tzinfo=clock.tzinfo or now.tzinfo)


def _day(match: re.Match[str], today: date) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["relative"]:
            return today + timedelta(days=_RELATIVE_DAYS[match["relative"].lower()])
        if match["count"]:
            days = int(match["count"]) * (7 if match["unit"].lower().startswith("week") else 1)
            return today + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    ahead = (WEEKDAYS.index(match["weekday"].lower()) - today.weekday()) % 7
    # On a Friday, "this friday" is today and any other "friday" is in a week.
    is_today = ahead == 0 and (match["which"] or "").lower() == "this"
    return today + timedelta(days=ahead or (0 if is_today else 7))


def _time(match: re.Match[str]) -> time | None:
    if match["hour"] is None:
        return None
    hour = int(match["hour"])
    if match["half"] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if match["half"].lower() == "pm" else 0)
    minute = int(match["minute"] or 0)
    if hour > 23 or minute > 59:
        return None
    return time(hour, minute, tzinfo=_zone(match["offset"]) if match["offset"] else None)


def _zone(offset: str) -> timezone:
    if offset in "Zz":
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return timezone(timedelta(minutes=min(minutes, 23 * 60) * (-1 if offset[0] == "-" else 1)))
