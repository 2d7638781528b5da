"""What is told of a turn is what is stored of it: text that any client, and the database, can take.

Models write half a character now and then, and NUL; tools of other services return what they like. No UTF-8,
and so no JSON over a network, can carry the former.
"""

from dataclasses import replace
from typing import Any, cast

from core.chats.history import storable
from core.events import (
    DelegatedStep,
    PendingAction,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    TurnEvent,
    TurnFinished,
    TurnWaiting,
)


def tellable(event: TurnEvent) -> TurnEvent:
    """The event with all that a model or a tool wrote as `storable` has it."""
    match event:
        case TextDelta(text=text):
            told = storable(text)
            return event if told == text else replace(event, text=told)
        case ToolCallStarted():
            return _with(event, "tool_call_id", "name", "arguments")
        case ToolCallFinished():
            return _with(event, "tool_call_id", "name", "result")
        case DelegatedStep(step=step):
            told = cast("Any", tellable(step))
            return event if told is step else replace(event, step=told)
        case TurnFinished():
            return _with(event, "response")
        case TurnWaiting(actions=actions):
            return replace(_with(event, "response"), actions=tuple(map(_action, actions)))
        case _:
            return event


def _action(action: PendingAction) -> PendingAction:
    return _with(action, "tool_call_id", "tool_name", "arguments", "summary", "preview")


def _with(value: Any, *names: str) -> Any:
    return replace(value, **{name: storable(getattr(value, name)) for name in names})
