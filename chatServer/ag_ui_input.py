"""AG-UI's input (https://ag-ui.com/spec/1.0/schema.json): what a client asks for, as a turn."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from ag_ui.core import Message, ResumeEntry, RunAgentInput, TextPart, UserMessage
from fastapi.exceptions import RequestValidationError
from pydantic import AliasChoices, BaseModel, Field, ValidationError

from core.chats.opening import Decision
from core.errors import ActionNotFound
from core.turn_requests import DecisionRequest, TurnRequest
from core.types import User

# Who speaks in a client's copy of an answer.
ANSWERING_ROLES = ("assistant", "tool", "reasoning", "activity")


class InterruptAnswer(BaseModel):
    """The `payload` of a resume entry: what a person says to a tool call that waits."""

    approved: bool = Field(description="Whether the call may be made.")
    # The protocol's own name for it comes first: clients look for that one in the schema.
    arguments: dict[str, Any] | None = Field(
        default=None,
        validation_alias=AliasChoices("editedArgs", "arguments"),
        description="Arguments to call it with instead, all of them.",
    )
    reason: str | None = Field(
        default=None, max_length=2000, description="What the agent is told when it may not be made."
    )
    always: bool = Field(default=False, description="Allow this tool from now on, until its row changes.")


def read_message(agent_name: str, given: RunAgentInput, user: User, *, max_characters: int) -> TurnRequest:
    """An input that asks for an answer to the user's last message.

    The messages before it are the client's copy of the chat, and those behind it of an answer that broke off;
    the server goes by its own. Ids that are no UUIDs become some, always the same ones for the same user.
    Raises RequestValidationError.
    """
    chat_id, run_id = _ids(given, user)
    said = without_answer(given.messages)
    last = said[-1] if said else None
    if not isinstance(last, UserMessage):
        raise _invalid("messages", "must end with a message of the user", "last_message_is_not_the_users")
    return TurnRequest(
        user=user,
        agent_name=agent_name,
        message=_text(last, max_characters),
        chat_id=chat_id,
        message_id=_uuid(last.id, chat_id, "messages"),
        run_id=run_id,
        may_begin_chat=True,
    )


def read_decisions(given: RunAgentInput, user: User) -> DecisionRequest:
    """An input that answers interrupts. Raises RequestValidationError.

    ActionNotFound for an interrupt that cannot be one of ours.
    """
    _, run_id = _ids(given, user)
    return DecisionRequest(user=user, run_id=run_id, decisions=tuple(map(_decision, given.resume or ())))


def abandons_for_a_message(given: RunAgentInput) -> bool:
    """Whether the input leaves all interrupts unanswered, and says something else instead."""
    ends_with_message = bool(given.messages) and isinstance(given.messages[-1], UserMessage)
    return ends_with_message and all(entry.status == "cancelled" for entry in given.resume or ())


def without_answer(messages: Sequence[Message]) -> Sequence[Message]:
    """The messages up to the last one that is no part of an answer."""
    count = len(messages)
    while count and messages[count - 1].role in ANSWERING_ROLES:
        count -= 1
    return messages[:count]


def _decision(entry: ResumeEntry) -> Decision:
    try:
        action_id = UUID(entry.interrupt_id)
    except ValueError as exc:
        raise ActionNotFound from exc
    if entry.status == "cancelled":
        return Decision(action_id=action_id, decision="reject")
    try:
        answer = InterruptAnswer.model_validate(entry.payload)
    except ValidationError as exc:
        errors = [{**error, "loc": ("body", "resume", *error["loc"])} for error in exc.errors()]
        raise RequestValidationError(errors) from exc
    return Decision(
        action_id=action_id,
        decision="approve" if answer.approved else "reject",
        arguments=answer.arguments,
        reason=answer.reason,
        always=answer.always,
    )


def _text(message: UserMessage, max_characters: int) -> str:
    if isinstance(message.content, str):
        text = message.content
    else:
        parts = [part.text for part in message.content if isinstance(part, TextPart)]
        if len(parts) < len(message.content):
            raise _invalid("messages", "may hold text only: this server takes no attachments", "not_text")
        text = "\n".join(parts)
    if not text.strip():
        raise _invalid("messages", "must not end with a blank message", "blank")
    if "\0" in text:
        raise _invalid("messages", "must not contain the character NUL", "nul")
    if len(text) > max_characters:
        raise _invalid("messages", f"must have at most {max_characters} characters", "string_too_long")
    return text


def _ids(given: RunAgentInput, user: User) -> tuple[UUID, UUID]:
    """Of the chat and the run."""
    chat_id = _uuid(given.thread_id, user.id, "threadId")
    return chat_id, _uuid(given.run_id, chat_id, "runId")


def _uuid(text: str, namespace: UUID, place: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        pass
    try:
        return uuid5(namespace, text)
    except UnicodeEncodeError as exc:
        raise _invalid(place, "must not have an id with half a character", "string_unicode") from exc


def _invalid(place: str, message: str, kind: str) -> RequestValidationError:
    return RequestValidationError([{"type": kind, "loc": ("body", place), "msg": message}])
