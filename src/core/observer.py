"""What turns tell those who watch over a server: how long, how much and how it ended, never what was said."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal
from uuid import UUID

from core.types import Usage

TurnStatus = Literal["completed", "failed", "cancelled", "waiting", "interrupted"]
ModelOutcome = Literal["answered", "failed", "timeout", "unreadable", "cancelled"]
ModelUse = Literal["turn", "title", "summary"]
ToolStatus = Literal["success", "error", "cancelled"]
JobOutcome = Literal["done", "skipped", "failed"]


@dataclass(frozen=True, kw_only=True)
class Phases:
    """Seconds of a turn by what it was doing; None for what it did not come to.

    `first_token` is from the turn's start to the first piece of text. `model` and `tools` are the
    sums of their steps, an agent that was asked by another counting as a tool of that one. `total` is from
    the request to the end of the turn, as the user waits for it.
    """

    open: float | None = None
    executor: float | None = None
    first_token: float | None = None
    model: float | None = None
    tools: float | None = None
    close: float | None = None
    total: float

    def items(self) -> list[tuple[str, float]]:
        """Those that there were, by name."""
        return [(name, seconds) for name, seconds in vars(self).items() if seconds is not None]


@dataclass(frozen=True, kw_only=True)
class TurnReport:
    """A turn that has ended.

    `is_private` says that the agent belongs to a user, None that it was not loaded. `is_repeat` is a message
    that was sent before and failed, `is_continuation` a turn that went on after a decision. `request_id` is
    that of the request that began it.
    """

    run_id: UUID
    chat_id: UUID | None
    user_id: UUID
    agent_name: str
    is_private: bool | None
    status: TurnStatus
    error_code: str | None
    model: str | None
    usage: Usage
    model_calls: int
    tool_calls: int
    phases: Phases
    is_repeat: bool
    is_continuation: bool
    request_id: str | None

    def to_span(self) -> dict[str, str | int]:
        """What a trace says of it, under the names that OpenTelemetry has for it where it has any."""
        attributes = {
            "gen_ai.agent.name": self.agent_name,
            "gen_ai.conversation.id": str(self.chat_id) if self.chat_id else None,
            "gen_ai.request.model": self.model,
            "gen_ai.usage.input_tokens": self.usage.input_tokens,
            "gen_ai.usage.output_tokens": self.usage.output_tokens,
            "clarity.status": self.status,
            "user.id": str(self.user_id),
        }
        return {name: value for name, value in attributes.items() if value is not None}

    def to_log(self) -> dict[str, Any]:
        """The turn as one line of a log, in milliseconds; what there is nothing to say about is left out."""
        line = {
            "run_id": str(self.run_id),
            "chat_id": str(self.chat_id) if self.chat_id else None,
            "user_id": str(self.user_id),
            "agent": self.agent_name,
            "status": self.status,
            "error_code": self.error_code,
            "model": self.model,
            "input_tokens": self.usage.input_tokens,
            "output_tokens": self.usage.output_tokens,
            "model_calls": self.model_calls,
            "tool_calls": self.tool_calls,
            **{f"{name}_ms": round(seconds * 1000, 1) for name, seconds in self.phases.items()},
            "is_repeat": self.is_repeat or None,
            "is_continuation": self.is_continuation or None,
            "request_id": self.request_id,
        }
        return {name: value for name, value in line.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class ModelReport:
    """One request to a model, answered or not; `model_name` is "provider:name".

    `is_private` says that a user's own agent made it. `first_token_seconds` is from the request to the first
    piece of an answer, `usage` what the provider told of an answer, `kind` what it was asked for.
    """

    model_name: str
    is_private: bool
    seconds: float
    first_token_seconds: float | None
    usage: Usage
    outcome: ModelOutcome
    kind: ModelUse = "turn"


@dataclass(frozen=True, kw_only=True)
class ToolReport:
    """One tool call; `is_private` says that the tool belongs to a user's own agent."""

    agent_name: str
    is_private: bool
    tool_name: str
    tool_type: str
    status: ToolStatus
    seconds: float


@dataclass(frozen=True, kw_only=True)
class JobReport:
    """One run of a scheduled job; `rows` is how much it did, `skipped` that the database was away."""

    name: str
    outcome: JobOutcome
    seconds: float
    rows: int


class Observer:
    """Is told of things as they end, in the task that did them: it must be quick, and raise nothing.

    This one does nothing; what watches overrides what it cares about.
    """

    def turn_ended(self, report: TurnReport) -> None:
        """A turn is over and stored, or could not be."""

    def turn_refused(self, code: str) -> None:
        """A turn could not begin; `code` is the error's."""

    def model_called(self, report: ModelReport) -> None:
        """A model was asked."""

    def tool_called(self, report: ToolReport) -> None:
        """A tool was called."""

    def job_ran(self, report: JobReport) -> None:
        """A scheduled job ran."""


NOBODY = Observer()


class Stopwatch:
    """Seconds by what they were spent on, and in `total` since it was made."""

    def __init__(self) -> None:
        self._started = perf_counter()
        self._seconds: dict[str, float] = {}

    @contextmanager
    def measuring(self, name: str) -> Generator[None]:
        """Adds the time that the block takes, however it ends."""
        started = perf_counter()
        try:
            yield
        finally:
            self._seconds[name] = self._seconds.get(name, 0) + perf_counter() - started

    def note(self, name: str) -> None:
        """Keeps the time up to now, the first time only."""
        if name not in self._seconds:
            self._seconds[name] = self.total

    @property
    def total(self) -> float:
        return perf_counter() - self._started

    @property
    def phases(self) -> Phases:
        """What was measured, under the names that Phases has."""
        return Phases(**self._seconds, total=self.total)
