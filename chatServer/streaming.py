"""Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) of a run."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping

import orjson
from starlette.responses import StreamingResponse

from chatServer.ag_ui import Event
from chatServer.run_streams import RunStream
from core.errors import ClarityError
from core.events import TurnFailed

# Proxies cut what is silent for a minute, some for half of one.
HEARTBEAT_SECONDS = 15
HEARTBEAT = b": keep-alive\n\n"

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    # Nginx, and what follows it, holds answers back otherwise.
    "X-Accel-Buffering": "no",
}


class EventStream(StreamingResponse):
    """The frames as they come; `run_id` is told in a header, for a client that may have to come back."""

    def __init__(self, frames: AsyncIterator[bytes], *, run_id: object) -> None:
        headers = {**HEADERS, "X-Clarity-Run-Id": str(run_id)}
        super().__init__(frames, media_type="text/event-stream", headers=headers)


async def ag_ui_frames(stream: RunStream) -> AsyncGenerator[bytes]:
    """A run as frames of AG-UI events, with heartbeats in silence.

    The number of a run's event is the `id` of its last frame: who comes back with it has missed nothing.
    """
    try:
        async for batch in stream.batches:
            yield b"".join(frame(event, number) for number, event in stream.told(batch)) or HEARTBEAT
    except ClarityError as exc:
        # The status is sent: from here on an error is an event.
        failed = TurnFailed(run_id=stream.run_id, chat_id=None, error=exc)
        yield b"".join(frame(event) for _, event in stream.told([(None, failed)]))


def frame(event: Event, number: int | None = None) -> bytes:
    """One frame, with its id if it has one."""
    data = b"data: %b\n\n" % orjson.dumps(event, default=str)
    return data if number is None else b"id: %d\n%b" % (number, data)
