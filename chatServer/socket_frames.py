"""What goes over a WebSocket: JSON objects with a `type`, as memory-bank/websocket.md documents them."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias, cast
from uuid import UUID

import orjson
from ag_ui.core import RunAgentInput
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from chatServer.ag_ui import Event
from chatServer.errors import FrameRefused
from chatServer.schemas import AgentName
from core.types import User

FrameId = Annotated[str, Field(min_length=1, max_length=64)]

# Above any number that a run's log reaches, and within 64 bits.
MAX_NUMBER = 2**53


class _ClientFrame(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Authenticate(_ClientFrame):
    """Who is speaking: the first frame, and again before the token expires."""

    type: Literal["authenticate"]
    token: str = Field(min_length=1, repr=False)


class Run(_ClientFrame):
    """Begin a turn, and stream it."""

    type: Literal["run"]
    id: FrameId
    agent_name: AgentName
    input: RunAgentInput


class Attach(_ClientFrame):
    """Come back to a run, having its first `after` events already."""

    type: Literal["attach"]
    id: FrameId
    run_id: UUID
    after: int = Field(default=0, ge=0, le=MAX_NUMBER)


class Cancel(_ClientFrame):
    """Stop a run."""

    type: Literal["cancel"]
    id: FrameId
    run_id: UUID


class Detach(_ClientFrame):
    """Stop streaming what the frame `id` asked for; the run goes on."""

    type: Literal["detach"]
    id: FrameId


class Ping(_ClientFrame):
    """Ask whether the server is there: a browser cannot send the protocol's own ping."""

    type: Literal["ping"]


# Each of these is answered under its `id`, by any number of events and one last frame.
Request: TypeAlias = Run | Attach | Cancel
ClientFrame: TypeAlias = Authenticate | Request | Detach | Ping

KINDS: Mapping[str, TypeAdapter[ClientFrame]] = {
    "authenticate": TypeAdapter(Authenticate),
    "run": TypeAdapter(Run),
    "attach": TypeAdapter(Attach),
    "cancel": TypeAdapter(Cancel),
    "detach": TypeAdapter(Detach),
    "ping": TypeAdapter(Ping),
}


class FrameInvalid(RequestValidationError):
    """A frame of a known type that does not fit; `frame_id` is its id, if it has a good one."""

    def __init__(self, exc: ValidationError, frame_id: str | None) -> None:
        errors = exc.errors(include_url=False, include_context=False, include_input=False)
        super().__init__([{**error, "loc": ("frame", *error["loc"])} for error in errors])
        self.frame_id = frame_id


def read_frame(text: str) -> ClientFrame:
    """The frame that a text message holds. Raises FrameRefused or FrameInvalid."""
    try:
        # Unlike the standard library's parser it bounds how deep the text nests.
        given = from_json(text, allow_inf_nan=False)
    except ValueError as exc:
        raise FrameRefused("The frame is not JSON.") from exc
    if not isinstance(given, dict):
        raise FrameRefused
    frame = cast("dict[str, Any]", given)
    kind = frame.get("type")
    if not isinstance(kind, str) or kind not in KINDS:
        raise FrameRefused(f"The frame's type must be one of: {', '.join(KINDS)}.")
    try:
        return KINDS[kind].validate_python(frame)
    except ValidationError as exc:
        raise FrameInvalid(exc, _good_id(frame.get("id"))) from None


@contextmanager
def within_the_frame() -> Generator[None]:
    """What is wrong with an input is told as a part of its frame."""
    try:
        yield
    except RequestValidationError as exc:
        errors = [{**error, "loc": ("frame", "input", *error["loc"][1:])} for error in exc.errors()]
        raise RequestValidationError(errors) from exc


def _good_id(given: object) -> str | None:
    return given if isinstance(given, str) and 1 <= len(given) <= 64 else None


def authenticated(user: User, expires_at: datetime) -> str:
    return _frame("authenticated", user_id=user.id, expires_at=expires_at)


def event(frame_id: str, run_id: UUID, number: int | None, ag_ui_event: Event) -> str:
    """One AG-UI event. `number` is what a client comes back with: its last event's of each number has it."""
    return _frame("event", id=frame_id, run_id=run_id, number=number, event=ag_ui_event)


def end(frame_id: str) -> str:
    """Nothing more comes under this id."""
    return _frame("end", id=frame_id)


def cancelled(frame_id: str, run_id: UUID, status: str) -> str:
    return _frame("cancelled", id=frame_id, run_id=run_id, status=status)


def error(frame_id: str | None, problem: Mapping[str, Any]) -> str:
    """What went wrong; with an id, nothing more comes under it."""
    return _frame("error", id=frame_id, problem=problem)


def pong() -> str:
    return _frame("pong")


def _frame(kind: str, **members: Any) -> str:
    return orjson.dumps({"type": kind, **members}, default=str).decode()
