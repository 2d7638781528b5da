"""AG-UI 1.0 (https://ag-ui.com/spec/1.0/schema.json): a turn's events become the protocol's.

They are made as the dictionaries that go over the wire, because there is one for each piece of text; a test
holds them against the protocol's own models.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import uuid4

import orjson
from ag_ui.core import Message
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from chatServer.ag_ui_input import InterruptAnswer
from core.chats.stored_runs import tool_call_finished
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

PROTOCOL_VERSION = "1.0"

# Ours within the protocol's open `metadata`.
METADATA_KEY = "clarity"

Event: TypeAlias = dict[str, Any]

RESPONSE_SCHEMA: Mapping[str, Any] = InterruptAnswer.model_json_schema()


class AgUiEvents:
    """The events of one run, for one listener. `thread_id` and `run_id` are as the client calls them.

    `snapshot` is a MESSAGES_SNAPSHOT for a client whose own copy does not fit what it is told.
    """

    def __init__(
        self, *, thread_id: str | None = None, run_id: str | None = None, snapshot: Event | None = None
    ) -> None:
        self._thread_id = thread_id or ""
        self._run_id = run_id or ""
        self._snapshot = snapshot
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
        if self._snapshot:
            yield self._snapshot

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
        return self._made(
            "TOOL_CALL_RESULT",
            messageId=event.message_id or str(uuid4()),
            toolCallId=event.tool_call_id,
            content=event.result,
            role="tool",
            metadata=_about_result(event),
        )

    def _made(self, kind: str, **members: Any) -> Event:
        return {"type": kind, **members, **self._attributed}


def messages_snapshot(stored: Sequence[BaseMessage], *, behind: Sequence[Message] = ()) -> Event:
    """A MESSAGES_SNAPSHOT of these messages, `behind` a part of the client's own copy."""
    kept = [message.model_dump(mode="json", by_alias=True, exclude_none=True) for message in behind]
    return {"type": "MESSAGES_SNAPSHOT", "messages": [*kept, *_messages(stored)]}


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
                    **({"content": message.text} if message.text or not calls else {}),
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
                    "metadata": _about_result(tool_call_finished(message)),
                }
            case _:
                pass


def _about_result(event: ToolCallFinished) -> Event:
    """The metadata of a tool's message."""
    ours = {"status": event.status, "duration_ms": event.duration_ms, "is_untrusted": event.is_untrusted}
    return {METADATA_KEY: ours}


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
