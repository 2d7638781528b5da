"""AG-UI 1.0 (https://ag-ui.com/spec/1.0/schema.json): input becomes a turn, its events become events.

Events are made as the dictionaries that go over the wire, because there is one for each piece of text; a test
holds them against the protocol's own models.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID, uuid4, uuid5

import orjson
from ag_ui.core import ResumeEntry, RunAgentInput, TextPart, UserMessage
from fastapi.exceptions import RequestValidationError
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from pydantic import BaseModel, Field, ValidationError

from core.chats.runs import Decision
from core.errors import ActionNotFound, TurnCancelled
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
from core.turn_requests import DecisionRequest, TurnRequest
from core.types import Usage, User

PROTOCOL_VERSION = "1.0"

# Ours within the protocol's open `metadata`.
METADATA_KEY = "clarity"

Event: TypeAlias = dict[str, Any]


class InterruptAnswer(BaseModel):
    """The `payload` of a resume entry: what a person says to a tool call that waits."""

    approved: bool = Field(description="Whether the call may be made.")
    arguments: dict[str, Any] | None = Field(default=None, description="Arguments to call it with instead.")
    reason: str | None = Field(
        default=None, max_length=2000, description="What the agent is told when it may not be made."
    )
    always: bool = Field(default=False, description="Allow this tool from now on, until its row changes.")


RESPONSE_SCHEMA: Mapping[str, Any] = InterruptAnswer.model_json_schema()


# ---- Input
# -------------------------------------------------------------------------------------------------------


def read_input(
    agent_name: str, given: RunAgentInput, user: User, *, max_characters: int
) -> TurnRequest | DecisionRequest:
    """What the input asks for: an answer to its last message, or to go on after decisions.

    The messages before the last one are the client's copy of the chat; the server goes by its own. Ids that
    are no UUIDs become some, always the same ones for the same user. Raises RequestValidationError, or
    ActionNotFound for an interrupt that cannot be one of ours.
    """
    chat_id = _uuid(given.thread_id, user.id, "threadId")
    run_id = _uuid(given.run_id, chat_id, "runId")
    if given.resume:
        return DecisionRequest(user=user, run_id=run_id, decisions=tuple(map(_decision, given.resume)))
    last = given.messages[-1] if given.messages else None
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


# ---- Events
# ------------------------------------------------------------------------------------------------------


class AgUiEvents:
    """The events of one run, for one listener. `thread_id` and `run_id` are as the client calls them."""

    def __init__(self, *, thread_id: str | None = None, run_id: str | None = None) -> None:
        self._thread_id = thread_id or ""
        self._run_id = run_id or ""
        self._own = _Steps(None)
        self._subagents: dict[tuple[str, ...], _Steps] = {}

    def of(self, event: TurnEvent) -> list[Event]:
        """What the event is in the protocol: none, one or several."""
        match event:
            case TurnStarted():
                return list(self._started(event))
            case TurnFinished():
                return [*self._own.close(), self._finished({"type": "success"}, event.usage, event.response)]
            case TurnWaiting():
                interrupts = [_interrupt(action) for action in event.actions]
                outcome = {"type": "interrupt", "interrupts": interrupts}
                return [*self._own.close(), self._finished(outcome, event.usage, event.response)]
            case TurnFailed():
                return [*self._own.close_all(), self._failed(event)]
            case DelegatedStep():
                return list(self._delegated(event, ()))
            case ToolCallFinished():
                return [*self._end_subagent((event.tool_call_id,)), *self._own.of(event)]
            case _:
                return self._own.of(event)

    def skip(self, events: Sequence[TurnEvent]) -> None:
        """Takes in what the listener was told before, so that a text that is open is not opened again."""
        for event in events:
            self.of(event)

    def _started(self, event: TurnStarted) -> Iterator[Event]:
        chat_id = str(event.chat_id) if event.chat_id else None
        self._thread_id = self._thread_id or chat_id or ""
        self._run_id = self._run_id or str(event.run_id)
        ours = {"run_id": str(event.run_id), "chat_id": chat_id, "agent_name": event.agent_name}
        yield {
            "type": "RUN_STARTED",
            "threadId": self._thread_id,
            "runId": self._run_id,
            "protocolVersion": PROTOCOL_VERSION,
            "metadata": {METADATA_KEY: ours},
        }
        if event.context:
            yield {"type": "STATE_SNAPSHOT", "snapshot": dict(event.context)}

    def _finished(self, outcome: Event, usage: Usage, response: str) -> Event:
        return {
            "type": "RUN_FINISHED",
            "threadId": self._thread_id,
            "runId": self._run_id,
            "outcome": outcome,
            "result": {"response": response},
            "usage": [_usage(usage)],
        }

    def _failed(self, event: TurnFailed) -> Event:
        if isinstance(event.error, TurnCancelled):
            ended = {"threadId": self._thread_id, "runId": self._run_id}
            return {"type": "RUN_FINISHED", **ended, "outcome": {"type": "cancelled"}}
        return {"type": "RUN_ERROR", "message": event.error.message, "code": event.error.code}

    def _delegated(self, event: DelegatedStep, path: tuple[str, ...]) -> Iterator[Event]:
        """A step of another agent, told as a subagent's; `path` are the calls that led there."""
        own_path = (*path, event.tool_call_id)
        if own_path not in self._subagents:
            self._subagents[own_path] = steps = _Steps("/".join(own_path))
            yield {
                "type": "SUBAGENT_STARTED",
                "subagentRunId": steps.subagent_run_id,
                "name": event.agent_name,
                "parentToolCallId": event.tool_call_id,
                **({"parentSubagentRunId": "/".join(path)} if path else {}),
            }
        step = event.step
        if isinstance(step, DelegatedStep):
            yield from self._delegated(step, own_path)
            return
        if isinstance(step, ToolCallFinished):
            yield from self._end_subagent((*own_path, step.tool_call_id))
        yield from self._subagents[own_path].of(step)

    def _end_subagent(self, path: tuple[str, ...]) -> Iterator[Event]:
        if steps := self._subagents.pop(path, None):
            yield from steps.close_all()
            yield {"type": "SUBAGENT_FINISHED", "subagentRunId": steps.subagent_run_id}


class _Steps:
    """The steps of one agent: texts and steps are opened and closed around the pieces that come."""

    def __init__(self, subagent_run_id: str | None) -> None:
        self.subagent_run_id = subagent_run_id
        self._attributed: Event = {"subagentRunId": subagent_run_id} if subagent_run_id else {}
        self._message_id: str | None = None
        self._step: str | None = None

    def of(self, event: TurnEvent) -> list[Event]:
        match event:
            case TextDelta():
                return self._text(event)
            case StepStarted():
                self._step = event.name
                return [*self.close(), self._made("STEP_STARTED", stepName=event.name)]
            case StepFinished():
                self._step = None
                return [*self.close(), self._made("STEP_FINISHED", stepName=event.name)]
            case ToolCallStarted():
                return [*self.close(), *self._call(event)]
            case ToolCallFinished():
                return [*self.close(), self._result(event)]
            case _:
                return []

    def close(self) -> list[Event]:
        """The end of the text that is open."""
        if self._message_id is None:
            return []
        ended = self._made("TEXT_MESSAGE_END", messageId=self._message_id)
        self._message_id = None
        return [ended]

    def close_all(self) -> list[Event]:
        """The end of whatever is open, for a run that breaks off."""
        step, self._step = self._step, None
        return [*self.close(), *([self._made("STEP_FINISHED", stepName=step)] if step else [])]

    def _text(self, event: TextDelta) -> list[Event]:
        content = self._made("TEXT_MESSAGE_CONTENT", messageId=event.message_id, delta=event.text)
        if event.message_id == self._message_id:
            return [content]
        closed = self.close()
        self._message_id = event.message_id
        return [
            *closed,
            self._made("TEXT_MESSAGE_START", messageId=event.message_id, role="assistant"),
            content,
        ]

    def _call(self, event: ToolCallStarted) -> Iterator[Event]:
        if event.was_decided:
            # The client has the call already, from the run that asked.
            return
        parent = {"parentMessageId": event.message_id} if event.message_id else {}
        call_id = event.tool_call_id
        yield self._made("TOOL_CALL_START", toolCallId=call_id, toolCallName=event.name, **parent)
        yield self._made("TOOL_CALL_ARGS", toolCallId=call_id, delta=_json(event.arguments))
        yield self._made("TOOL_CALL_END", toolCallId=call_id)

    def _result(self, event: ToolCallFinished) -> Event:
        ours = {
            "status": event.status,
            "duration_ms": event.duration_ms,
            "is_untrusted": event.is_untrusted,
        }
        return self._made(
            "TOOL_CALL_RESULT",
            messageId=event.message_id or str(uuid4()),
            toolCallId=event.tool_call_id,
            content=event.result,
            role="tool",
            metadata={METADATA_KEY: ours},
        )

    def _made(self, kind: str, **members: Any) -> Event:
        return {"type": kind, **members, **self._attributed}


def messages_snapshot(messages: Sequence[BaseMessage]) -> Event:
    """A MESSAGES_SNAPSHOT of these messages, for a client whose own copy may be in pieces."""
    return {"type": "MESSAGES_SNAPSHOT", "messages": list(_messages(messages))}


def _messages(messages: Sequence[BaseMessage]) -> Iterator[Event]:
    for message in messages:
        identity = message.id or str(uuid4())
        match message:
            case HumanMessage():
                yield {"id": identity, "role": "user", "content": message.text}
            case AIMessage():
                calls = [
                    {
                        "id": call["id"],
                        "type": "function",
                        "function": {"name": call["name"], "arguments": _json(call["args"])},
                    }
                    for call in message.tool_calls
                ]
                yield {
                    "id": identity,
                    "role": "assistant",
                    "content": message.text,
                    **({"toolCalls": calls} if calls else {}),
                }
            case ToolMessage():
                error = {"error": message.text} if message.status == "error" else {}
                yield {
                    "id": identity,
                    "role": "tool",
                    "content": message.text,
                    "toolCallId": message.tool_call_id,
                    **error,
                }
            case _:
                pass


def _interrupt(action: PendingAction) -> Event:
    ours = {
        "tool_name": action.tool_name,
        "arguments": dict(action.arguments),
        "preview": dict(action.preview) if action.preview is not None else None,
    }
    expires = {"expiresAt": action.expires_at.isoformat()} if action.expires_at else {}
    return {
        "id": str(action.id),
        "reason": "tool_call",
        "message": action.summary,
        "toolCallId": action.tool_call_id,
        "responseSchema": dict(RESPONSE_SCHEMA),
        **expires,
        "metadata": {METADATA_KEY: ours},
    }


def _usage(usage: Usage) -> Event:
    return {
        "inputTokens": usage.input_tokens,
        "outputTokens": usage.output_tokens,
        "totalTokens": usage.total_tokens,
    }


def _json(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value, default=str).decode()
