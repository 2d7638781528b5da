"""What is told of a turn, and what a turn costs that nobody watches."""

import logging
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from chatServer.logs import STANDARD_ATTRIBUTES
from core.observer import NOBODY, JobReport, Phases, Stopwatch, TurnReport
from core.types import Usage

REPORT = TurnReport(
    run_id=UUID(int=1),
    chat_id=None,
    user_id=UUID(int=2),
    agent_name="helper",
    is_private=False,
    status="failed",
    error_code="model_failed",
    model=None,
    usage=Usage(input_tokens=3, output_tokens=4),
    model_calls=1,
    tool_calls=0,
    phases=Phases(open=0.0012, total=0.0345),
    is_repeat=False,
    is_continuation=True,
    request_id="abc",
)


def test_a_report_is_one_line_without_what_there_is_nothing_to_say_about() -> None:
    assert REPORT.to_log() == {
        "run_id": "00000000-0000-0000-0000-000000000001",
        "user_id": "00000000-0000-0000-0000-000000000002",
        "agent": "helper",
        "status": "failed",
        "error_code": "model_failed",
        "input_tokens": 3,
        "output_tokens": 4,
        "model_calls": 1,
        "tool_calls": 0,
        "open_ms": 1.2,
        "total_ms": 34.5,
        "is_continuation": True,
        "request_id": "abc",
    }


def test_no_name_in_the_line_is_one_that_a_log_record_has_already() -> None:
    whole = replace(REPORT, chat_id=UUID(int=3), model="a:b", is_repeat=True)

    assert not set(whole.to_log()) & STANDARD_ATTRIBUTES
    logging.getLogger("test").info("turn", extra=whole.to_log())


def test_a_stopwatch_adds_up_what_comes_more_than_once_and_keeps_the_first_note() -> None:
    watch = Stopwatch()
    for _ in range(2):
        with watch.measuring("model"):
            watch.note("first_token")
    first = watch.phases

    with watch.measuring("model"):
        watch.note("first_token")

    assert watch.phases.first_token == first.first_token
    assert watch.phases.model is not None
    assert first.model is not None
    assert watch.phases.model > first.model
    assert watch.phases.tools is None
    assert [name for name, _ in watch.phases.items()] == ["first_token", "model", "total"]


def test_a_stopwatch_keeps_what_a_failure_took() -> None:
    watch = Stopwatch()
    with pytest.raises(LookupError), watch.measuring("open"):
        raise LookupError

    assert watch.phases.open is not None


def test_nobody_may_be_told_anything() -> None:
    anything: Any = None
    for tell in (NOBODY.turn_ended, NOBODY.model_called, NOBODY.tool_called, NOBODY.turn_refused):
        tell(anything)
    NOBODY.job_ran(JobReport(name="sweep", outcome="done", seconds=0, rows=0))
