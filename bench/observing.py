"""What it costs a turn to be watched: by nobody, by the metrics, by the log's line, and by a tracer.

`python bench/observing.py`; no database and no model, only what is done besides the work itself. The turn is
one with two model calls and a tool call between them, and five round trips to Postgres.
"""

import logging
from collections.abc import Callable
from time import thread_time
from uuid import UUID

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Tracer

from chatServer.logs import JsonFormatter
from chatServer.metrics import Metrics
from core.observer import NOBODY, ModelReport, Observer, Stopwatch, ToolReport, TurnReport
from core.tracing import is_traced, span, turn_span
from core.types import Usage

TURNS = 5_000
ROUNDS = 7
USER = UUID(int=1)
USAGE = Usage(input_tokens=10, output_tokens=5)


class Discarded(SpanExporter):
    """Takes spans and keeps none."""

    def export(self, spans: object) -> SpanExportResult:
        return SpanExportResult.SUCCESS


class Nowhere(logging.Handler):
    """Formats each line and writes it nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.format(record)


def round_trip() -> None:
    """As core.db does around each."""
    if not is_traced():
        with span(""):
            return
    with span("select private.open_turn", {"db.system.name": "postgresql"}, kind=SpanKind.CLIENT):
        pass


def model_call(observer: Observer) -> None:
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "a", "gen_ai.request.model": "b"}
    with span("chat b", attributes, kind=SpanKind.CLIENT) as kept:
        kept.set_attribute("gen_ai.usage.input_tokens", 10)
        kept.set_attribute("gen_ai.usage.output_tokens", 5)
        kept.set_attribute("gen_ai.response.time_to_first_chunk", 0.3)
    observer.model_called(
        ModelReport(
            model_name="a:b",
            is_private=False,
            seconds=0.5,
            first_token_seconds=0.3,
            usage=USAGE,
            outcome="answered",
        )
    )


def tool_call(observer: Observer) -> None:
    attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "list_tasks"}
    with span("execute_tool list_tasks", attributes):
        round_trip()
    observer.tool_called(
        ToolReport(
            agent_name="helper",
            is_private=False,
            tool_name="list_tasks",
            tool_type="CRUDTool",
            status="success",
            seconds=0.002,
        )
    )


def turn(observer: Observer, tracer: Tracer | None, logger: logging.Logger) -> None:
    """What core.turn, the loop and core.db do besides the turn."""
    watch = Stopwatch()
    with turn_span(tracer, "invoke_agent", {"gen_ai.operation.name": "invoke_agent"}) as kept:
        with watch.measuring("open"):
            round_trip()
        with watch.measuring("executor"):
            round_trip()
        for _ in range(2):
            with watch.measuring("model"):
                watch.note("first_token")
                model_call(observer)
        with watch.measuring("tools"):
            tool_call(observer)
        with watch.measuring("close"):
            round_trip()
        report = TurnReport(
            run_id=USER,
            chat_id=USER,
            user_id=USER,
            agent_name="helper",
            is_private=False,
            status="completed",
            error_code=None,
            model="a:b",
            usage=USAGE,
            model_calls=2,
            tool_calls=1,
            phases=watch.phases,
            is_repeat=False,
            is_continuation=False,
            request_id="abc",
        )
        observer.turn_ended(report)
        if logger.isEnabledFor(logging.INFO):
            logger.info("turn", extra=report.to_log())
        if kept.is_recording():
            kept.set_attributes(report.to_span())


def microseconds(work: Callable[[], None]) -> float:
    """Of the processor for one turn, in the best of several rounds; what other threads do is not in it."""
    rounds: list[float] = []
    for _ in range(ROUNDS):
        started = thread_time()
        for _ in range(TURNS):
            work()
        rounds.append((thread_time() - started) / TURNS * 1e6)
    return min(rounds)


def main() -> None:
    silent, loud = logging.getLogger("bench.silent"), logging.getLogger("bench.loud")
    silent.setLevel(logging.WARNING)
    loud.setLevel(logging.INFO)
    loud.propagate = False
    loud.addHandler(Nowhere())
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(Discarded()))
    tracer, metrics = provider.get_tracer("bench"), Metrics()

    nobody = microseconds(lambda: turn(NOBODY, None, silent))
    counted = microseconds(lambda: turn(metrics, None, silent))
    told = microseconds(lambda: turn(NOBODY, None, loud))
    traced = microseconds(lambda: turn(NOBODY, tracer, silent))
    provider.shutdown()
    print(f"watched by nobody   {nobody:6.1f} us a turn")
    print(f"metrics             {counted - nobody:6.1f} us more")
    print(f"a line in the log   {told - nobody:6.1f} us more")
    print(f"traces              {traced - nobody:6.1f} us more")


if __name__ == "__main__":
    main()
