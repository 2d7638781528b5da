"""Spans of a turn, by the OpenTelemetry API: made only where whoever runs the turn brought a tracer.

    invoke_agent      a turn, or an agent that another one asks
      chat            one request to a model
      execute_tool    one tool call
      select ...      one round trip to Postgres, of the turn or of a tool

Names and attributes follow OpenTelemetry's semantic conventions for GenAI and databases. No text of a
message, no argument and no result is ever in a span, and of an error only its class or code.
"""

from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, StatusCode, Tracer

# The tracer of the turn that the current task works for. A turn sets it for its own task and those below.
_tracer: ContextVar[Tracer | None] = ContextVar("clarity_tracer", default=None)

# The request that the current task works for, by the id that logs know it by. Whoever is asked sets it.
_request_id: ContextVar[str | None] = ContextVar("clarity_request_id", default=None)

# A span that takes everything and keeps nothing; it may be entered any number of times at once.
_NOTHING = nullcontext(INVALID_SPAN)


@contextmanager
def working_for(request_id: str) -> Generator[None]:
    """Turns that begin within the block tell that they belong to this request."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def current_request_id() -> str | None:
    """The request that this is done for, if it is done for one."""
    return _request_id.get()


def is_traced() -> bool:
    """Whether spans are kept here; for work that only a span needs."""
    return _tracer.get() is not None


def span(
    name: str,
    attributes: Mapping[str, str | int | float] | None = None,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
) -> AbstractContextManager[Span]:
    """A span of the current turn, for as long as the block lasts; one that is raised through says what."""
    tracer = _tracer.get()
    return _NOTHING if tracer is None else _kept(tracer, name, attributes, kind)


@contextmanager
def turn_span(
    tracer: Tracer | None, name: str, attributes: Mapping[str, str | int | float] | None = None
) -> Generator[Span]:
    """The span of a whole turn, below whatever span the caller has: what runs within adds its own to it."""
    if tracer is None:
        yield INVALID_SPAN
        return
    token = _tracer.set(tracer)
    try:
        with _kept(tracer, name, attributes, SpanKind.INTERNAL) as kept:
            yield kept
    finally:
        _tracer.reset(token)


def mark_failed(kept: Span, error: str) -> None:
    """Says of a span that it failed: a class or a code, never a sentence."""
    kept.set_attribute("error.type", error)
    kept.set_status(StatusCode.ERROR)


@contextmanager
def _kept(
    tracer: Tracer, name: str, attributes: Mapping[str, str | int | float] | None, kind: SpanKind
) -> Generator[Span]:
    # What an exception says may quote a message or a row, so none is recorded.
    with tracer.start_as_current_span(
        name, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as kept:
        try:
            yield kept
        except BaseException as exc:
            mark_failed(kept, type(exc).__name__)
            raise
