from typing import Any
from uuid import UUID

import orjson
import pytest

from core.chats.tellable import tellable
from core.events import (
    DelegatedStep,
    PendingAction,
    StepStarted,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    TurnEvent,
    TurnFinished,
    TurnWaiting,
)
from core.types import Usage

RUN_ID = UUID(int=1)
HALF = "caf\ud83d\0"
ARGUMENTS = {HALF: [{"title": HALF}, 3, None]}


def finished(text: str) -> ToolCallFinished:
    return ToolCallFinished(tool_call_id=text, name=text, result=text, status="success", duration_ms=1)


def waiting(text: str, arguments: dict[str, Any]) -> TurnWaiting:
    action = PendingAction(
        id=UUID(int=2),
        tool_id=None,
        tool_call_id=text,
        tool_name=text,
        tool_hash="",
        arguments=arguments,
        summary=text,
        preview=arguments,
        expires_at=None,
    )
    return TurnWaiting(run_id=RUN_ID, chat_id=RUN_ID, response=text, actions=(action,), usage=Usage())


@pytest.mark.parametrize(
    "event",
    [
        TextDelta(message_id="1", text=HALF),
        ToolCallStarted(tool_call_id=HALF, name=HALF, arguments=ARGUMENTS),
        finished(HALF),
        DelegatedStep(tool_call_id="1", agent_name="scout", step=finished(HALF)),
        TurnFinished(run_id=RUN_ID, chat_id=RUN_ID, response=HALF, usage=Usage()),
        waiting(HALF, ARGUMENTS),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_no_client_could_read_is_told_as_it_is_stored(event: TurnEvent) -> None:
    with pytest.raises(TypeError):
        orjson.dumps(event)

    told = orjson.dumps(tellable(event)).decode()

    assert "caf?\ufffd" in told


@pytest.mark.parametrize(
    "event",
    [
        StepStarted(name="model"),
        TextDelta(message_id="1", text="Grüße 🌿"),
        ToolCallStarted(tool_call_id="1", name="add", arguments={"title": "Grüße 🌿", "count": 1.5}),
        finished("Grüße"),
        waiting("Grüße", {"ids": [1, 2]}),
    ],
    ids=lambda event: type(event).__name__,
)
def test_everything_else_is_told_as_it_is(event: TurnEvent) -> None:
    assert tellable(event) == event
