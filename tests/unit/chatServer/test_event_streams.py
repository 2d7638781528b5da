"""Streams of a run that break off."""

import json
from collections.abc import AsyncGenerator, Sequence
from uuid import UUID

from chatServer.ag_ui import AgUiEvents
from chatServer.run_streams import RunStream
from chatServer.streaming import ag_ui_frames
from core.chats.live_runs import Numbered
from core.errors import RunNotFound
from core.events import StepStarted, TextDelta

RUN_ID = UUID(int=1)


async def test_an_error_in_the_middle_of_a_stream_is_its_last_event() -> None:
    async def batches() -> AsyncGenerator[Sequence[Numbered]]:
        yield [(1, StepStarted(name="model")), (2, TextDelta(message_id="m", text="Hal"))]
        raise RunNotFound

    stream = RunStream(run_id=RUN_ID, batches=batches(), events=AgUiEvents(thread_id="t", run_id=str(RUN_ID)))
    frames = [frame async for frame in ag_ui_frames(stream)]

    lines = b"".join(frames).decode().splitlines()
    told = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert [event["type"] for event in told] == [
        *("STEP_STARTED", "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT"),
        *("TEXT_MESSAGE_END", "STEP_FINISHED", "RUN_ERROR"),
    ]
    assert told[-1]["code"] == "run_not_found"
