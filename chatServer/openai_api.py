"""OpenAI's chat completions: a conversation becomes a turn, a turn's events an answer, whole or in chunks.

Its reference is https://platform.openai.com/docs/api-reference/chat.

Chunks are made by hand around the text, because there is one for each piece of it; a test holds them against
the official client's models.
"""

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID, uuid4

import orjson
from fastapi.exceptions import RequestValidationError
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from chatServer.openai_errors import error_body
from chatServer.openai_schemas import (
    AnswerMessage,
    ChatCompletion,
    ChatCompletionRequest,
    Choice,
    ClarityExtension,
    CompletionUsage,
    ConversationMessage,
    ModelOut,
)
from chatServer.schemas import PendingActionOut
from chatServer.streaming import HEARTBEAT
from core.agents.directory import AgentEntry
from core.agents.loop import TOO_MANY_STEPS, TOO_MANY_TOKENS
from core.chats.history import CHARACTERS_PER_TOKEN
from core.chats.live_runs import Numbered
from core.errors import AgentNotFound, ClarityError, TurnInterrupted
from core.events import (
    EndEvent,
    PendingAction,
    StepFinished,
    StepStarted,
    TextDelta,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnWaiting,
)
from core.turn_requests import TurnRequest
from core.types import Usage, User

CHAT_ID_HEADER = "X-Clarity-Chat-Id"
MESSAGE_ID_HEADER = "X-Clarity-Message-Id"

AGENT_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")

# A client's own instructions are quoted, so that they cannot pass for anything else, and said by the user,
# so that they rank below the agent's prompt.
ABOUT_INSTRUCTIONS = "The app that I talk to you with asks for this, as far as your own instructions allow:"

DONE = b"data: [DONE]\n\n"

# As core.turn.attach() gives them.
Batches: TypeAlias = AsyncIterator[Sequence[Numbered]]
# What a problem document says of an error, as chatServer.problems.content_of() tells it.
ProblemOf: TypeAlias = Callable[[ClarityError], Mapping[str, Any]]


# ---- A conversation


def turn_request(
    given: ChatCompletionRequest,
    user: User,
    *,
    chat_id: UUID | None,
    message_id: UUID | None,
    max_characters: int,
    max_tokens: int,
) -> TurnRequest:
    """The turn that answers the last message: in the chat, or on the conversation as the client tells it.

    Of a conversation the newest `max_tokens` count, as of a chat.

    Raises AgentNotFound for a model that is no agent's name, or RequestValidationError.
    """
    if not AGENT_NAME.fullmatch(given.model):
        raise AgentNotFound(given.model)
    if message_id and not chat_id:
        # Nothing of the turn is kept, so that a repeat could not be told from another message.
        raise _invalid(("header", MESSAGE_ID_HEADER), f"Needs {CHAT_ID_HEADER}")
    last = max(index for index, message in enumerate(given.messages) if message.role == "user")
    if len(given.messages[last].content) > max_characters:
        place = ("body", "messages", last, "content")
        raise _invalid(place, f"Must have at most {max_characters} characters")
    others = [*given.messages[:last], *given.messages[last + 1 :]]
    return TurnRequest(
        user=user,
        agent_name=given.model,
        message=given.messages[last].content,
        chat_id=chat_id,
        message_id=message_id or uuid4(),
        may_begin_chat=True,
        conversation=None if chat_id else conversation_of(_newest(others, max_tokens)),
    )


def conversation_of(messages: Iterable[ConversationMessage]) -> list[BaseMessage]:
    """The messages as a model sees them; blank ones, which some providers refuse, are left out."""
    return [_seen(message) for message in messages if message.content.strip()]


def _newest(messages: Sequence[ConversationMessage], max_tokens: int) -> list[ConversationMessage]:
    """The newest that fit, from one of the user's on, and all instructions: they hold for every message."""
    room = max_tokens * CHARACTERS_PER_TOKEN
    room -= sum(len(message.content) for message in messages if message.is_instruction)
    first = len(messages)
    for index in range(len(messages) - 1, -1, -1):
        if messages[index].is_instruction:
            continue
        room -= len(messages[index].content)
        if room < 0:
            break
        first = index
    # What comes first in the client's own telling may be anybody's.
    while room < 0 and first < len(messages) and messages[first].role != "user":
        first += 1
    return [message for index, message in enumerate(messages) if index >= first or message.is_instruction]


def _seen(message: ConversationMessage) -> BaseMessage:
    if message.role == "assistant":
        return AIMessage(message.content)
    if message.is_instruction:
        quoted = "\n".join(f"> {line}" for line in message.content.splitlines())
        return HumanMessage(f"{ABOUT_INSTRUCTIONS}\n{quoted}")
    return HumanMessage(message.content)


def _invalid(place: Sequence[str | int], message: str) -> RequestValidationError:
    return RequestValidationError([{"type": "value_error", "loc": place, "msg": message}])


# ---- An answer


class AnswerText:
    """A turn's text, as pieces to put together: all that the agent says, and what it asks of the user."""

    def __init__(self) -> None:
        self._message_id: str | None = None

    def of(self, event: TurnEvent) -> str:
        """What the event adds."""
        match event:
            case TextDelta():
                return self._paragraph(event.message_id) + event.text
            case TurnWaiting():
                return self._paragraph("") + question(event.actions)
            case _:
                return ""

    def _paragraph(self, message_id: str) -> str:
        """What parts two messages, such as one before and one after a tool was called."""
        is_next = self._message_id is not None and self._message_id != message_id
        self._message_id = message_id
        return "\n\n" if is_next else ""


def question(actions: Sequence[PendingAction]) -> str:
    """What waits for the user's decision, for people who see nothing but text."""
    lines = "\n".join(f"- {action.summary}" for action in actions)
    return f"This waits for your approval:\n{lines}\nAllow or refuse it in this chat, or by /api/approvals."


@dataclass(frozen=True, kw_only=True)
class Head:
    """What every part of one answer says."""

    run_id: UUID
    agent_name: str
    created: datetime

    @property
    def members(self) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{self.run_id.hex}",
            "created": int(self.created.timestamp()),
            "model": self.agent_name,
        }


async def completion(head: Head, batches: Batches) -> ChatCompletion:
    """The whole answer, once the turn is over; raises the error of a turn that failed."""
    text = AnswerText()
    said: list[str] = []
    async for batch in batches:
        for _, event in batch:
            said.append(text.of(event))
            if isinstance(event, TurnFailed):
                raise event.error
            if isinstance(event, TurnFinished | TurnWaiting):
                return _whole(head, "".join(said), event)
    raise TurnInterrupted


def _whole(head: Head, text: str, end: TurnFinished | TurnWaiting) -> ChatCompletion:
    choice = Choice(message=AnswerMessage(content=text), finish_reason=_finish_reason(end))
    return ChatCompletion(**head.members, choices=[choice], usage=_usage(end.usage), clarity=_extension(end))


class Chunks:
    """An answer's chunks, as frames of a stream of server-sent events."""

    def __init__(self, head: Head, *, include_usage: bool, problem_of: ProblemOf) -> None:
        self._include_usage = include_usage
        self._problem_of = problem_of
        self._text = AnswerText()
        self._members = {**head.members, "object": "chat.completion.chunk"}
        # The same for all pieces of text.
        empty = self._chunk({"content": ""})
        self._before, _, self._after = empty.partition(b'""')

    def first(self) -> bytes:
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def of(self, batch: Sequence[Numbered]) -> bytes:
        """The frames of some events: one for all their text, and those of the turn's end."""
        frames: list[bytes] = []
        end: EndEvent | None = None
        said: list[str] = []
        for _, event in batch:
            said.append(self._text.of(event))
            if isinstance(event, TurnFinished | TurnWaiting | TurnFailed):
                end = event
        if text := "".join(said):
            frames.append(b"%b%b%b" % (self._before, encoded(text), self._after))
        if end:
            frames.append(self._end(end))
        return b"".join(frames)

    def _end(self, event: EndEvent) -> bytes:
        if isinstance(event, TurnFailed):
            return _frame(error_body(self._problem_of(event.error)))
        extension = _extension(event).model_dump(mode="json")
        frames = self._chunk({}, _finish_reason(event), clarity=extension)
        if self._include_usage:
            usage = _usage(event.usage).model_dump()
            frames += _frame({**self._members, "choices": [], "usage": usage})
        return frames + DONE

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None, **members: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        # Asked for, it is in each chunk, and null in all but the last.
        usage = {"usage": None} if self._include_usage else {}
        return _frame({**self._members, "choices": [choice], **usage, **members})


async def beginning(batches: Batches) -> list[Numbered]:
    """The events up to the first that shows something, or up to a silence.

    Raises the error of a turn that fails before: it can still be told by a status.
    """
    begun: list[Numbered] = []
    async for batch in batches:
        begun += batch
        for _, event in batch:
            if isinstance(event, TurnFailed):
                raise event.error
            if not isinstance(event, TurnStarted | StepStarted | StepFinished):
                return begun
        if not batch:
            return begun
    return begun


async def chunk_frames(begun: Sequence[Numbered], batches: Batches, chunks: Chunks) -> AsyncGenerator[bytes]:
    """The frames of a run that has begun so, and goes on in batches; empty ones become heartbeats."""
    yield chunks.first() + chunks.of(begun)
    async for batch in batches:
        if frames := chunks.of(batch) if batch else HEARTBEAT:
            yield frames


def _finish_reason(event: TurnFinished | TurnWaiting) -> Literal["stop", "length"]:
    return "length" if event.response in (TOO_MANY_STEPS, TOO_MANY_TOKENS) else "stop"


def _usage(usage: Usage) -> CompletionUsage:
    return CompletionUsage(
        prompt_tokens=usage.input_tokens,
        completion_tokens=usage.output_tokens,
        total_tokens=usage.total_tokens,
    )


def _extension(event: TurnFinished | TurnWaiting) -> ClarityExtension:
    actions = event.actions if isinstance(event, TurnWaiting) else ()
    pending_actions = [PendingActionOut.from_action(action) for action in actions]
    return ClarityExtension(run_id=event.run_id, chat_id=event.chat_id, pending_actions=pending_actions)


def _frame(document: dict[str, Any]) -> bytes:
    return b"data: %b\n\n" % encoded(document)


def encoded(document: Any) -> bytes:
    """As JSON."""
    try:
        return orjson.dumps(document)
    except orjson.JSONEncodeError:
        # A model may write half of a character, or a number of any length; some providers cut between two
        # halves, and whoever joins the pieces has it whole.
        return json.dumps(document).encode()


# ---- Models


def model_of(entry: AgentEntry) -> ModelOut:
    return ModelOut(
        id=entry.agent_name,
        created=int(entry.created_at.timestamp()),
        owned_by="user" if entry.is_private else "system",
        name=entry.display_name,
        description=entry.description,
    )
