"""What a turn tells its listeners, in order. The names follow AG-UI's events, which the edge turns them into.

    TurnStarted
      ( StepStarted ( TextDelta* | ToolCallStarted DelegatedStep* ToolCallFinished ) StepFinished )*
    TurnFinished | TurnWaiting | TurnFailed

A turn that cannot begin raises instead; once TurnStarted has been sent, an error is a TurnFailed. A turn that
goes on after a decision begins with the results of the calls that were decided.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from core.errors import ClarityError
from core.types import Usage


@dataclass(frozen=True, kw_only=True)
class TurnStarted:
    """The chat is claimed and the user's message is stored. `chat_id` None: no conversation is kept.

    `context` is what the client keeps with the chat; `message_id` the user's message, which is answered.
    """

    run_id: UUID
    chat_id: UUID | None
    agent_name: str
    message_id: UUID | None = None
    context: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class StepStarted:
    """The model is asked, or the tools that it asked for are called."""

    name: Literal["model", "tools"]


@dataclass(frozen=True, kw_only=True)
class StepFinished:
    """The end of the step of that name."""

    name: Literal["model", "tools"]


@dataclass(frozen=True, kw_only=True)
class TextDelta:
    """A piece of the answer's text; `message_id` is the same for all pieces of one message."""

    message_id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ToolCallStarted:
    """The model asked for a tool. `arguments` are as the model wrote them, not yet validated.

    `message_id` is the message that asks. A call that `was_decided` was asked for in an earlier turn, and is
    made or refused now.
    """

    tool_call_id: str
    name: str
    arguments: Mapping[str, Any]
    message_id: str = ""
    was_decided: bool = False


@dataclass(frozen=True, kw_only=True)
class ToolCallFinished:
    """A tool call's end. `result` is the text that the model reads, for an error too.

    `is_untrusted` says that it may be somebody else's words.
    """

    tool_call_id: str
    name: str
    result: str
    status: Literal["success", "error"]
    duration_ms: int
    is_untrusted: bool = False
    message_id: str = ""


@dataclass(frozen=True, kw_only=True)
class DelegatedStep:
    """A step of another agent that this one asked, within the tool call `tool_call_id`.

    An agent that the other one asks in turn is a DelegatedStep in `step`.
    """

    tool_call_id: str
    agent_name: str
    step: "StepEvent"


@dataclass(frozen=True, kw_only=True)
class PendingAction:
    """A tool call that waits for a person, as `pending_actions` keeps it.

    `summary` says in a sentence what would happen, `preview` which rows would change and how, where that can
    be told. `tool_hash` is what the tool's row said.
    """

    id: UUID
    tool_id: UUID | None
    tool_call_id: str
    tool_name: str
    tool_hash: str
    arguments: Mapping[str, Any]
    summary: str
    preview: Mapping[str, Any] | None
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TurnFinished:
    """Everything is stored; `response` is the whole text of the last message."""

    run_id: UUID
    chat_id: UUID | None
    response: str
    usage: Usage


@dataclass(frozen=True, kw_only=True)
class TurnWaiting:
    """Everything so far is stored, and these calls wait for a decision; another run goes on after it."""

    run_id: UUID
    chat_id: UUID
    response: str
    actions: tuple[PendingAction, ...]
    usage: Usage


@dataclass(frozen=True, kw_only=True)
class TurnFailed:
    """The turn ended with an error; what it had done until then is stored."""

    run_id: UUID
    chat_id: UUID | None
    error: ClarityError


# What happens within a run, in a turn or below one.
StepEvent: TypeAlias = (
    StepStarted | StepFinished | TextDelta | ToolCallStarted | ToolCallFinished | DelegatedStep
)
EndEvent: TypeAlias = TurnFinished | TurnWaiting | TurnFailed
TurnEvent: TypeAlias = TurnStarted | StepEvent | EndEvent
