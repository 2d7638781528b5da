"""A whole turn as one value, for a caller who does not stream."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from core.errors import TurnCancelled
from core.events import (
    DelegatedStep,
    PendingAction,
    StepFinished,
    StepStarted,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnWaiting,
)
from core.types import Usage


@dataclass(frozen=True, kw_only=True)
class FinishedCall:
    """A finished tool call; `result` is what the model read."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    result: str
    status: Literal["success", "error"]
    duration_ms: int


@dataclass(frozen=True, kw_only=True)
class TurnResult:
    """A whole turn, for a caller who does not stream; with `pending_actions` it waits for decisions."""

    run_id: UUID
    chat_id: UUID | None
    response: str
    tool_calls: tuple[FinishedCall, ...]
    usage: Usage
    pending_actions: tuple[PendingAction, ...] = ()


async def collect_turn(events: AsyncIterator[TurnEvent]) -> TurnResult:
    """The result of a turn once it is over; raises the error of a turn that failed."""
    started: dict[str, ToolCallStarted] = {}
    calls: list[FinishedCall] = []
    async for event in events:
        match event:
            case ToolCallStarted():
                started[event.tool_call_id] = event
            case ToolCallFinished():
                calls.append(_finished_call(started[event.tool_call_id], event))
            case TurnFailed():
                raise event.error
            case TurnFinished() | TurnWaiting():
                return TurnResult(
                    run_id=event.run_id,
                    chat_id=event.chat_id,
                    response=event.response,
                    tool_calls=tuple(calls),
                    usage=event.usage,
                    pending_actions=event.actions if isinstance(event, TurnWaiting) else (),
                )
            case TurnStarted() | StepStarted() | StepFinished() | TextDelta() | DelegatedStep():
                pass
    raise TurnCancelled


def _finished_call(started: ToolCallStarted, finished: ToolCallFinished) -> FinishedCall:
    return FinishedCall(
        id=finished.tool_call_id,
        name=finished.name,
        arguments=started.arguments,
        result=finished.result,
        status=finished.status,
        duration_ms=finished.duration_ms,
    )
