"""A chat model that needs no key and no network: it picks a tool by rules and says that it does.

It is what an agent runs on until somebody sets a model key, and what tests can rely on. It is deterministic
but for the ids of its tool calls, executes nothing that it reads, and calls at most one tool a turn.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

from core.agents.offline import answers
from core.agents.offline.arguments import fill
from core.agents.offline.sentence import MAX_TEXT
from core.agents.offline.tools import OfferedTool, choose_tool
from core.agents.offline.words import split_words, word_set

_PIECES = re.compile(r"\s*\S+|\s+$")
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”|`[^`]*`')
_GREETINGS = word_set("hi hello hey hallo morning evening afternoon thanks thank you good day there bye")
_HELP = frozenset(
    {"help", "what can you do", "who are you", "what are you", "tools", "commands", "how does this work"}
)


def _new_id() -> str:
    return f"call_{uuid4().hex}"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class RulesChatModel(BaseChatModel):
    """Clarity's offline model. `note` tells people why it answers instead of a language model.

    `now` gives an aware datetime, from which "tomorrow" is counted. Tokens of its usage are words.
    """

    name: str | None = "offline:rules"
    note: str | None = None
    now: Callable[[], datetime] = Field(default=_utc_now, exclude=True)
    new_id: Callable[[], str] = Field(default=_new_id, exclude=True)

    @property
    def _llm_type(self) -> str:
        return "clarity-offline-rules"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with these tools on offer; `tool_choice` is ignored, as the rules decide."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._reply(messages, kwargs))])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._generate(messages, **kwargs)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from _pieces(self._reply(messages, kwargs))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for piece in _pieces(self._reply(messages, kwargs)):
            yield piece

    def _reply(self, messages: Sequence[BaseMessage], options: Mapping[str, Any]) -> AIMessage:
        offered = [OfferedTool.from_openai(tool) for tool in options.get("tools") or ()]
        message = self._answer(messages, [tool for tool in offered if tool])
        message.usage_metadata = _usage(messages, message)
        message.response_metadata = {"model_name": self.name, "model_provider": "offline"}
        return message

    def _answer(self, messages: Sequence[BaseMessage], tools: Sequence[OfferedTool]) -> AIMessage:
        asked = _last_of_user(messages)
        results = [message for message in messages[asked + 1 :] if isinstance(message, ToolMessage)]
        is_first = not any(isinstance(message, AIMessage) for message in messages[: max(asked, 0)])
        if results:
            text = "\n\n".join(_told(message, tools) for message in results)
            return self._say(text, with_footer=is_first)
        text = messages[asked].text[:MAX_TEXT] if asked >= 0 else ""
        if _is_about_me(text):
            return AIMessage(f"{answers.introduction(self.note)}\n\n{answers.tool_list(tools)}")
        tool = choose_tool(_QUOTED.sub(" ", text), tools)
        if tool is None:
            return AIMessage(
                f"I did not understand that. {answers.introduction(self.note)}\n\n{answers.tool_list(tools)}"
            )
        filled = fill(tool, text, self.now())
        if filled.missing or filled.unknown:
            return self._say(answers.question(tool, filled), with_footer=is_first)
        return AIMessage("", tool_calls=[tool_call(name=tool.name, args=filled.arguments, id=self.new_id())])

    def _say(self, text: str, *, with_footer: bool) -> AIMessage:
        return AIMessage(f"{text}\n\n{answers.footer(self.note)}" if with_footer else text)


def _last_of_user(messages: Sequence[BaseMessage]) -> int:
    """The index of the user's last message, -1 when there is none."""
    return max(
        (index for index, message in enumerate(messages) if isinstance(message, HumanMessage)), default=-1
    )


def _told(message: ToolMessage, tools: Sequence[OfferedTool]) -> str:
    name = message.name or ""
    tool = next((tool for tool in tools if tool.name == name), None)
    tool = tool or OfferedTool(name=name or "the tool", description="", parameters={})
    tell = answers.failure if message.status == "error" else answers.result
    return tell(tool, message.text)


def _is_about_me(text: str) -> bool:
    words = split_words(text)
    return not words or " ".join(words) in _HELP or (len(words) <= 5 and set(words) <= _GREETINGS)


def _pieces(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    """The message word by word, its tool calls, and its usage last: added up they are the message."""
    for match in _PIECES.finditer(message.text):
        yield ChatGenerationChunk(message=AIMessageChunk(content=match[0]))
    for index, call in enumerate(message.tool_calls):
        chunk = tool_call_chunk(name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=index)
        yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[chunk]))
    yield ChatGenerationChunk(
        message=AIMessageChunk(
            content="",
            usage_metadata=message.usage_metadata,
            response_metadata=message.response_metadata,
            chunk_position="last",
        )
    )


def _usage(messages: Sequence[BaseMessage], answer: AIMessage) -> UsageMetadata:
    read = sum(len(message.text.split()) for message in messages)
    written = len(answer.text.split()) + sum(
        len(json.dumps(call["args"]).split()) for call in answer.tool_calls
    )
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)
