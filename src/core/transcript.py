"""What a run of an agent adds to its conversation, told as events while it comes."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from core.agents.middleware import DURATION_KEY
from core.events import StepEvent, TextDelta, ToolCallFinished, ToolCallStarted
from core.types import Usage


class Transcript:
    """The new messages of one run, in order; `emit` is told of each step."""

    def __init__(self, emit: Callable[[StepEvent], None]) -> None:
        self._emit = emit
        self.messages: list[BaseMessage] = []

    async def follow(self, stream: AsyncIterator[tuple[str, Any]]) -> None:
        """Takes in what AgentExecutor.stream() yields, to its end."""
        async for mode, payload in stream:
            if mode == "messages":
                self._on_token(payload[0])
            else:
                for message in _new_messages(payload):
                    self._on_message(message)

    @property
    def response(self) -> str:
        """The text of the last message, if it is the model's."""
        last = self.messages[-1] if self.messages else None
        return last.text if isinstance(last, AIMessage) else ""

    @property
    def model_calls(self) -> int:
        return sum(1 for _ in self._answers())

    @property
    def tool_calls(self) -> int:
        return sum(len(answer.tool_calls) for answer in self._answers())

    @property
    def usage(self) -> Usage:
        total = Usage()
        for answer in self._answers():
            if answer.usage_metadata:
                total += Usage(
                    input_tokens=answer.usage_metadata["input_tokens"],
                    output_tokens=answer.usage_metadata["output_tokens"],
                )
        return total

    def _answers(self) -> Iterator[AIMessage]:
        return (message for message in self.messages if isinstance(message, AIMessage))

    def _on_token(self, chunk: BaseMessage) -> None:
        if isinstance(chunk, AIMessage) and chunk.text:
            self._emit(TextDelta(message_id=chunk.id or "", text=chunk.text))

    def _on_message(self, message: BaseMessage) -> None:
        self.messages.append(message)
        if isinstance(message, AIMessage):
            for call in message.tool_calls:
                self._emit(
                    ToolCallStarted(tool_call_id=call["id"] or "", name=call["name"], arguments=call["args"])
                )
        elif isinstance(message, ToolMessage):
            self._emit(
                ToolCallFinished(
                    tool_call_id=message.tool_call_id,
                    name=message.name or "",
                    result=message.text,
                    status=message.status,
                    duration_ms=message.response_metadata.get(DURATION_KEY, 0),
                )
            )


def _new_messages(updates: Mapping[str, Mapping[str, Any] | None]) -> Iterator[BaseMessage]:
    """The messages that the graph's nodes added in one step; `updates` maps a node to what it returned."""
    for update in updates.values():
        yield from (update or {}).get("messages", ())
