"""Spans: kept where somebody brought a tracer, and never with what was said."""

import asyncio

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import INVALID_SPAN, StatusCode, Tracer

from core.tracing import current_request_id, is_traced, span, turn_span, working_for


@pytest.fixture
def kept() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(kept: InMemorySpanExporter) -> Tracer:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    return provider.get_tracer("test")


def test_without_a_tracer_a_span_is_nothing(kept: InMemorySpanExporter) -> None:
    with turn_span(None, "turn") as outer, span("tool", {"key": 1}) as inner:
        assert not is_traced()
        inner.set_attribute("key", 2)

    assert outer is inner is INVALID_SPAN


def test_spans_of_a_turn_lie_within_it_in_tasks_of_its_own_too(
    tracer: Tracer, kept: InMemorySpanExporter
) -> None:
    async def tool() -> None:
        with span("tool"):
            assert is_traced()

    async def turn() -> None:
        with turn_span(tracer, "turn"):
            await asyncio.gather(asyncio.create_task(tool()), tool())

    asyncio.run(turn())

    first, second, whole = kept.get_finished_spans()
    assert [one.name for one in (first, second, whole)] == ["tool", "tool", "turn"]
    for one in (first, second):
        assert one.parent
        assert whole.context
        assert one.parent.span_id == whole.context.span_id


def test_a_span_ends_with_its_turn(tracer: Tracer) -> None:
    with turn_span(tracer, "turn"):
        pass

    assert not is_traced()


def test_of_an_error_only_its_class_is_kept(tracer: Tracer, kept: InMemorySpanExporter) -> None:
    with pytest.raises(LookupError), turn_span(tracer, "turn"):
        raise LookupError("Dear diary")

    [failed] = kept.get_finished_spans()
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.attributes == {"error.type": "LookupError"}
    assert failed.events == ()
    assert "diary" not in failed.to_json()


def test_a_turn_knows_the_request_that_it_begins_in() -> None:
    with working_for("abc"):
        assert current_request_id() == "abc"

    assert current_request_id() is None
