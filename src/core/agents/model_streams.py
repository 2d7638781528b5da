"""One try of one model: what it has said so far, and the answer that it makes.

A model is asked through LangChain, which knows every provider, or, where it speaks OpenAI's protocol, by
`core.agents.openai_wire`, which leaves out what costs most.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol, TypeAlias, cast

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, message_chunk_to_message
from langchain_core.messages.ai import add_ai_message_chunks
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from core.errors import UnreadableCall

OnText: TypeAlias = Callable[[str], None]


@dataclass(kw_only=True)
class Heard:
    """What one try has said so far. `on_text` is told of each piece of text as it comes, and of no empty one.

    `first_token_seconds` is the time from the beginning of the try to the first text or call.
    """

    on_text: OnText
    has_text: bool = False
    has_call: bool = False
    first_token_seconds: float | None = None
    _started: float = field(default_factory=perf_counter)

    def text(self, text: str) -> None:
        self.has_text = True
        self._begin()
        self.on_text(text)

    def call(self) -> None:
        """A call of a tool has begun, or goes on."""
        self.has_call = True
        self._begin()

    def _begin(self) -> None:
        if self.first_token_seconds is None:
            self.first_token_seconds = perf_counter() - self._started


class ModelStream(Protocol):
    """A model with its tools, ready to be asked by any number of turns at once."""

    async def ask(self, messages: Sequence[BaseMessage], heard: Heard) -> AIMessage:
        """The whole answer, after `heard` has had its pieces.

        UnreadableCall when a call's arguments are no JSON object; else what the provider's client raises.
        """
        ...


class LangChainStream:
    """Any model, by LangChain's own streaming."""

    def __init__(self, model: BaseChatModel, tools: Sequence[BaseTool]) -> None:
        # An empty list of tools is an error to some providers.
        self._runnable: Runnable[LanguageModelInput, AIMessage] = model.bind_tools(tools) if tools else model

    async def ask(self, messages: Sequence[BaseMessage], heard: Heard) -> AIMessage:
        chunks: list[AIMessageChunk] = []
        async for message in self._runnable.astream(messages):
            chunk = message if isinstance(message, AIMessageChunk) else _as_chunk(message)
            chunks.append(chunk)
            if chunk.tool_call_chunks:
                heard.call()
            if text := chunk.text:
                heard.text(text)
        # All at once: adding them one by one would copy the text each time.
        whole = add_ai_message_chunks(chunks[0], *chunks[1:])
        # LangChain completes arguments that were cut off, and half of a filter may match every row.
        for call in whole.tool_call_chunks:
            read_arguments(call["args"])
        return cast(AIMessage, message_chunk_to_message(whole))


def read_arguments(text: str | None) -> dict[str, object]:
    """The arguments of a call; a model that passes none may write nothing. UnreadableCall if incomplete."""
    if not text:
        return {}
    try:
        arguments = json.loads(text, strict=False)
    except ValueError:
        raise UnreadableCall from None
    if not isinstance(arguments, dict):
        raise UnreadableCall
    return cast("dict[str, object]", arguments)


def _as_chunk(message: AIMessage) -> AIMessageChunk:
    """The one message of a model that does not stream, as its only chunk."""
    return AIMessageChunk(**{key: value for key, value in message if key != "type"})
