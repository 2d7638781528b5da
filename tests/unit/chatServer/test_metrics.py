"""Metrics: what is counted, and that nobody can make them grow without end."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from prometheus_client.parser import text_string_to_metric_families

from chatServer.metrics import MOST_NAMES, OTHER, Metrics, Names
from core.observer import JobReport, ModelReport, Phases, ToolReport, TurnReport
from core.types import Usage

TURN = TurnReport(
    run_id=UUID(int=1),
    chat_id=UUID(int=2),
    user_id=UUID(int=3),
    agent_name="helper",
    is_private=False,
    status="completed",
    error_code=None,
    model="openai:gpt-x",
    usage=Usage(),
    model_calls=1,
    tool_calls=1,
    phases=Phases(
        open=0.002, executor=0.0001, first_token=0.3, model=0.6, tools=0.04, close=0.003, total=0.7
    ),
    is_repeat=False,
    is_continuation=False,
    request_id=None,
)
MODEL = ModelReport(
    model_name="openai:gpt-x",
    is_private=False,
    seconds=0.6,
    first_token_seconds=0.3,
    usage=Usage(input_tokens=10, output_tokens=5),
    outcome="answered",
)
TOOL = ToolReport(
    agent_name="helper",
    is_private=False,
    tool_name="list_tasks",
    tool_type="CRUDTool",
    status="success",
    seconds=0.04,
)


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def label_sets(metrics: Metrics, name: str) -> list[Mapping[str, str]]:
    families = text_string_to_metric_families(metrics.render().decode())
    return [sample.labels for family in families for sample in family.samples if sample.name == name]


def test_a_turn_is_counted_with_its_status_and_the_time_of_its_parts() -> None:
    metrics = Metrics()

    metrics.turn_ended(TURN)
    metrics.turn_ended(replace(TURN, status="failed", error_code="model_failed", phases=Phases(total=2)))

    assert value(metrics, "clarity_turns_total", agent="helper", status="completed") == 1
    assert value(metrics, "clarity_turns_total", agent="helper", status="failed") == 1
    assert value(metrics, "clarity_turn_errors_total", code="model_failed") == 1
    assert value(metrics, "clarity_turn_phase_seconds_count", phase="model") == 1
    assert value(metrics, "clarity_turn_phase_seconds_sum", phase="open") == pytest.approx(0.002)  # pyright: ignore[reportUnknownMemberType]
    assert value(metrics, "clarity_turn_phase_seconds_bucket", phase="model", le="0.5") == 0
    assert value(metrics, "clarity_turn_phase_seconds_bucket", phase="model", le="1.0") == 1
    assert value(metrics, "clarity_turn_seconds_count") == 2
    assert value(metrics, "clarity_turn_first_token_seconds_count") == 1


def test_a_turn_that_could_not_begin_is_counted_by_its_reason() -> None:
    metrics = Metrics()

    metrics.turn_refused("rate_limited")

    assert value(metrics, "clarity_turns_refused_total", code="rate_limited") == 1


def test_a_model_is_counted_by_outcome_and_its_tokens_by_direction() -> None:
    metrics = Metrics()

    metrics.model_called(MODEL)
    metrics.model_called(replace(MODEL, outcome="timeout", usage=Usage()))

    of = {"model": "openai:gpt-x"}
    assert value(metrics, "clarity_model_calls_total", outcome="answered", kind="turn", **of) == 1
    assert value(metrics, "clarity_model_calls_total", outcome="timeout", kind="turn", **of) == 1
    assert value(metrics, "clarity_model_tokens_total", direction="input", kind="turn", **of) == 10
    assert value(metrics, "clarity_model_tokens_total", direction="output", kind="turn", **of) == 5
    assert value(metrics, "clarity_model_call_seconds_count", **of) == 2


def test_a_tool_is_counted_by_type_and_timed_by_name() -> None:
    metrics = Metrics()

    metrics.tool_called(TOOL)
    metrics.tool_called(replace(TOOL, status="error", seconds=0.2))
    metrics.tool_called(replace(TOOL, tool_name="slow", seconds=3))

    assert value(metrics, "clarity_tool_calls_total", type="CRUDTool", status="success") == 2
    assert value(metrics, "clarity_tool_calls_total", type="CRUDTool", status="error") == 1
    assert value(metrics, "clarity_tool_seconds_count", agent="helper", tool="list_tasks") == 2
    slow, quick = metrics.slowest_tools(5)
    assert (slow.tool_name, slow.calls, slow.mean_seconds) == ("slow", 1, 3)
    assert (quick.tool_name, quick.calls, round(quick.mean_seconds, 3)) == ("list_tasks", 2, 0.12)
    assert metrics.slowest_tools(1) == [slow]


def test_names_that_users_make_are_all_private() -> None:
    metrics = Metrics()
    metrics.model_called(MODEL)

    for number in range(10):
        metrics.turn_ended(replace(TURN, agent_name=f"mine_{number}", is_private=True))
        metrics.turn_ended(replace(TURN, agent_name=f"unloaded_{number}", is_private=None))
        metrics.tool_called(replace(TOOL, agent_name="mine", tool_name=f"do_{number}", is_private=True))
        metrics.model_called(replace(MODEL, model_name=f"openai:nonsense-{number}", is_private=True))
    # A model that others use too is counted as what it is.
    metrics.model_called(replace(MODEL, is_private=True))

    assert label_sets(metrics, "clarity_turns_total") == [{"agent": "private", "status": "completed"}]
    assert label_sets(metrics, "clarity_tool_seconds_count") == [{"agent": "private", "tool": "private"}]
    assert value(metrics, "clarity_model_calls_total", model="private", outcome="answered", kind="turn") == 10
    assert (
        value(metrics, "clarity_model_calls_total", model="openai:gpt-x", outcome="answered", kind="turn")
        == 2
    )


def test_even_shared_names_are_bounded() -> None:
    metrics = Metrics()

    for number in range(MOST_NAMES + 10):
        metrics.tool_called(replace(TOOL, tool_name=f"do_{number}"))

    assert len(label_sets(metrics, "clarity_tool_seconds_count")) == MOST_NAMES + 1
    assert value(metrics, "clarity_tool_seconds_count", agent=OTHER, tool=OTHER) == 10


def test_a_name_that_is_known_stays_known() -> None:
    names = Names(1)

    assert [names.label(name) for name in ("a", "b", "a")] == ["a", OTHER, "a"]


def test_a_job_tells_when_it_last_ran_and_how_often_it_failed() -> None:
    metrics = Metrics()
    done = JobReport(name="sweep", outcome="done", seconds=0.5, rows=3)

    for report in (done, replace(done, outcome="failed", rows=0), replace(done, rows=4)):
        metrics.job_ran(report)

    assert value(metrics, "clarity_job_runs_total", job="sweep", outcome="done") == 2
    assert value(metrics, "clarity_job_runs_total", job="sweep", outcome="failed") == 1
    assert value(metrics, "clarity_job_rows_total", job="sweep") == 7
    assert (metrics.jobs["sweep"].report.rows, metrics.jobs["sweep"].failures) == (4, 1)


def test_servers_of_one_process_count_for_themselves() -> None:
    one, other = Metrics(), Metrics()

    one.turn_ended(TURN)

    assert value(other, "clarity_turn_seconds_count") == 0


def test_the_process_is_measured_too() -> None:
    names: list[Any] = [family.name for family in text_string_to_metric_families(Metrics().render().decode())]

    assert {"process_resident_memory_bytes", "process_cpu_seconds", "clarity_info"} <= set(names)
