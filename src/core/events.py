"""What a turn tells its listener, in order. The names follow AG-UI's events, which the edge turns them into.

    TurnStarted
      ( TextDelta* | ToolCallStarted DelegatedStep* ToolCallFinished )*
    TurnFinished | TurnFailed

A turn that cannot begin raises instead; once TurnStarted has been sent, an error is a TurnFailed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from uuid import UUID

from core.errors import ClarityError
from core.types import Usage


@dataclass(frozen=True, kw_only=True)
class TurnStarted:
    """The chat is claimed and the user's message is stored."""

    run_id: UUID
    chat_id: UUID
    agent_name: str


@dataclass(frozen=True, kw_only=True)
class TextDelta:
    """A piece of the answer's text; `message_id` is the same for all pieces of one message."""

    message_id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ToolCallStarted:
    """The model asked for a tool. `arguments` are as the model wrote them, not yet validated."""

    tool_call_id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ToolCallFinished:
    """A tool call's end. `result` is the text that the model reads, for an error too."""

    tool_call_id: str
    name: str
    result: str
    status: Literal["success", "error"]
    duration_ms: int


@dataclass(frozen=True, kw_only=True)
class DelegatedStep:
    """A step of another agent that this one asked, within the tool call `tool_call_id`.

    An agent that the other one asks in turn is a DelegatedStep in `step`.
    """

    tool_call_id: str
    agent_name: str
    step: "StepEvent"


@dataclass(frozen=True, kw_only=True)
class TurnFinished:
    """Everything is stored; `response` is the whole text of the last message."""

    run_id: UUID
    chat_id: UUID
    response: str
    usage: Usage


@dataclass(frozen=True, kw_only=True)
class TurnFailed:
    """The turn ended with an error; what it had done until then is stored."""

    run_id: UUID
    chat_id: UUID
    error: ClarityError


# What happens within a run, in a turn or below one.
StepEvent: TypeAlias = TextDelta | ToolCallStarted | ToolCallFinished | DelegatedStep
TurnEvent: TypeAlias = TurnStarted | StepEvent | TurnFinished | TurnFailed
