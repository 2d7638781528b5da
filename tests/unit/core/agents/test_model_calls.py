"""A model call: what is tried again, what the next model is asked for, and what a client never sees twice."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import httpx
import httpx2
import openai
import pytest
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.exceptions import ContextOverflowError, ModelAuthenticationError, ModelConnectionError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.tools import BaseTool, tool

from core.agents.model_calls import ModelChain
from core.agents.models import Models
from core.config import CoreConfig
from core.errors import AgentMisconfigured, ModelFailed, ModelTimeout
from fixtures.openai_server import BrokenStream, Completion, Failure, OpenAIServer
from fixtures.scripted_model import SCRIPTED_USAGE, Reply, ScriptedChatModel

QUESTION = [SystemMessage("Help."), HumanMessage("Hello?")]
CONFIG = CoreConfig(model_timeout_seconds=5, model_retries=2)
REQUEST = httpx2.Request("POST", "http://model.test")
BUSY = ModelConnectionError("scripted")
UNREADABLE = Reply(tool_calls=[("add_book", '{"title": ')])
CUT_OFF = Reply(tool_calls=[("add_book", '{"title": "Du')])


@tool
def add_book(title: str) -> str:
    """Add a book."""
    return title


class Conversation:
    """A chain over scripted models, which notes each pause instead of making it."""

    def __init__(
        self, *models: BaseChatModel, tools: Sequence[BaseTool] = (add_book,), **config: Any
    ) -> None:
        self.pauses: list[float] = []
        self.texts: list[str] = []
        values = replace(CONFIG, **config)
        self.chain = ModelChain.of(models, tools, values, sleep=self._sleep, random=lambda: 1.0)

    async def ask(self) -> AIMessage:
        return (await self.chain.ask(QUESTION, self.texts.append)).message

    @property
    def shown(self) -> str:
        return "".join(self.texts)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


def scripted(*replies: Any, name: str = "scripted:model") -> ScriptedChatModel:
    return ScriptedChatModel(name=name).reply(*replies)


def status_error(status: int, **headers: str) -> openai.APIStatusError:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    response = httpx2.Response(status, headers=named, request=REQUEST)
    return openai.APIStatusError("scripted", response=response, body=None)


# An answer


async def test_an_answer_is_whole_and_its_chunks_came_one_by_one() -> None:
    model = scripted(Reply(text="Good morning to you", tool_calls=[("add_book", {"title": "Dune"})]))
    conversation = Conversation(model)

    answer = await conversation.chain.ask(QUESTION, conversation.texts.append)

    assert answer.model_name == "scripted:model"
    assert type(answer.message) is AIMessage
    assert answer.message.text == conversation.shown == "Good morning to you"
    assert answer.message.id
    assert answer.message.usage_metadata == SCRIPTED_USAGE
    [call] = answer.message.tool_calls
    assert (call["name"], call["args"]) == ("add_book", {"title": "Dune"})
    assert len(conversation.texts) == 4
    assert model.requests == [QUESTION]


async def test_chunks_are_handed_on_before_the_answer_is_complete(openai_server: OpenAIServer) -> None:
    openai_server.answer(BrokenStream(text="Hal"))
    models = Models(CONFIG)
    config = {"model": "openai:x", "base_url": openai_server.base_url}
    conversation = Conversation(*models.chain(config, is_private=False))

    with pytest.raises(ModelFailed):
        await conversation.ask()

    assert conversation.shown == "Hal"
    assert len(openai_server.requests) == 1
    await models.aclose()


async def test_tools_are_described_once_for_all_calls_and_not_at_all_without_any() -> None:
    model = scripted("One", "Two", "Three")
    conversation = Conversation(model)
    await conversation.ask()
    await conversation.ask()
    await Conversation(model, tools=()).ask()

    first, second, bare = model.bound_tools
    assert first[0]["function"]["name"] == "add_book"
    assert first[0] is second[0]
    assert bare == []


async def test_a_call_without_arguments_is_complete() -> None:
    answer = await Conversation(scripted(Reply(tool_calls=[("add_book", "")]))).ask()
    assert answer.tool_calls[0]["args"] == {}


class Unstreamed(BaseChatModel):
    """A model that has only whole answers."""

    name: str | None = "unstreamed:model"

    @property
    def _llm_type(self) -> str:
        return "unstreamed"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        call = {"name": "add_book", "args": {"title": "Dune"}, "id": "call_1"}
        message = AIMessage("Whole", tool_calls=[call], usage_metadata=SCRIPTED_USAGE)
        return ChatResult(generations=[ChatGeneration(message=message)])


async def test_a_model_that_cannot_stream_answers_in_one_chunk() -> None:
    conversation = Conversation(Unstreamed(), tools=())
    answer = await conversation.ask()

    assert conversation.texts == [answer.text] == ["Whole"]
    assert answer.tool_calls[0]["args"] == {"title": "Dune"}
    assert answer.usage_metadata == SCRIPTED_USAGE


# Another try


@pytest.mark.parametrize(
    "failure",
    [
        BUSY,
        status_error(429),
        status_error(503),
        status_error(529),
        status_error(400, x_should_retry="true"),
        openai.APIConnectionError(request=REQUEST),
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("broken"),
        ConnectionResetError(),
        TimeoutError(),
        openai.APIError(
            "in the stream",
            request=REQUEST,
            body={"type": "server_error"},
        ),
    ],
    ids=repr,
)
async def test_what_may_pass_is_tried_again(failure: Exception) -> None:
    conversation = Conversation(scripted(failure, failure, "Hi"), model_first_pause_seconds=1)
    assert (await conversation.ask()).text == "Hi"
    assert conversation.pauses == [1, 2]


@pytest.mark.parametrize(
    "failure",
    [
        ModelAuthenticationError("wrong key"),
        ContextOverflowError("too long"),
        status_error(400),
        status_error(401),
        status_error(404),
        status_error(503, x_should_retry="false"),
        openai.APIStatusError(
            "no money",
            response=status_error(429).response,
            body={"error": {"code": "insufficient_quota"}},
        ),
        ValueError("nonsense"),
    ],
    ids=repr,
)
async def test_what_somebody_has_to_change_is_not_tried_again(failure: Exception) -> None:
    conversation = Conversation(scripted(failure, "unused"))
    with pytest.raises(ModelFailed) as failed:
        await conversation.ask()
    assert failed.value.__cause__ is failure
    assert conversation.pauses == []


async def test_tries_end_with_the_first_reason() -> None:
    model = scripted(BUSY, status_error(503), status_error(503), "unused")
    conversation = Conversation(model, model_retries=2)
    with pytest.raises(ModelFailed, match="cannot be reached"):
        await conversation.ask()
    assert model.unused == 1


async def test_pauses_grow_up_to_the_longest_and_are_spread() -> None:
    conversation = Conversation(
        scripted(*[BUSY] * 4, "Hi"),
        model_retries=4,
        model_first_pause_seconds=1,
        model_longest_pause_seconds=3,
    )
    await conversation.ask()
    assert conversation.pauses == [1, 2, 3, 3]

    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    chain = ModelChain.of([scripted(BUSY, "Hi")], (), CONFIG, sleep=sleep, random=lambda: 0.0)
    await chain.ask(QUESTION, lambda _: None)
    assert pauses == [CONFIG.model_first_pause_seconds / 2]


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry_after": "3"}, 4),
        ({"retry_after_ms": "2500", "retry_after": "9"}, 3.5),
        ({"retry_after": "soon"}, 1),
        ({"retry_after": "nan"}, 1),
        ({"retry_after": "-5"}, 1),
    ],
)
async def test_a_provider_may_ask_for_a_longer_pause(headers: dict[str, str], pause: float) -> None:
    conversation = Conversation(scripted(status_error(429, **headers), "Hi"), model_first_pause_seconds=1)
    await conversation.ask()
    assert conversation.pauses == [pause]


@pytest.mark.parametrize("seconds", ["21", "inf"])
async def test_a_provider_that_asks_for_too_long_a_pause_is_not_waited_for(seconds: str) -> None:
    first = scripted(status_error(429, retry_after=seconds), "unused")
    conversation = Conversation(first, scripted("Hi"), model_longest_retry_after_seconds=20)
    assert (await conversation.ask()).text == "Hi"
    assert conversation.pauses == []


async def test_an_agents_row_says_how_often_a_call_is_tried_again(openai_server: OpenAIServer) -> None:
    models = Models(CONFIG)
    for retries in (0, 4):
        before = len(openai_server.requests)
        openai_server.answer(*[Failure(status=503)] * (retries + 1))
        config = {"model": "openai:x", "base_url": openai_server.base_url, "max_retries": retries}
        conversation = Conversation(*models.chain(config, is_private=False))
        with pytest.raises(ModelFailed):
            await conversation.ask()
        assert len(conversation.pauses) == retries
        assert len(openai_server.requests) - before == retries + 1
    await models.aclose()


# A client sees an answer once


@pytest.mark.parametrize("failure", [BUSY, status_error(401), TimeoutError()], ids=repr)
async def test_after_the_first_word_a_failure_is_the_answer(failure: Exception) -> None:
    first, second = scripted(Reply(text="Half an", error=failure), "unused"), scripted("unused")
    conversation = Conversation(first, second)

    with pytest.raises((ModelFailed, ModelTimeout)) as failed:
        await conversation.ask()

    assert failed.value.__cause__ is failure
    assert conversation.shown == "Half an"
    assert (first.unused, second.unused) == (1, 1)


class Breaking(ScriptedChatModel):
    """Streams the beginning of a call, or nothing that anybody sees, and breaks off."""

    chunk: AIMessageChunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        yield ChatGenerationChunk(message=self.chunk)
        raise BUSY


async def test_after_the_beginning_of_a_call_a_failure_is_the_answer() -> None:
    call = tool_call_chunk(name="add_book", args="", id="call_1", index=0)
    second = scripted("unused")
    conversation = Conversation(
        Breaking(chunk=AIMessageChunk(content="", tool_call_chunks=[call])), second, model_retries=0
    )
    with pytest.raises(ModelFailed):
        await conversation.ask()
    assert second.unused == 1


async def test_a_chunk_that_shows_nothing_does_not_keep_the_next_model_from_answering() -> None:
    first = Breaking(chunk=AIMessageChunk(content="", response_metadata={"model_provider": "x"}))
    conversation = Conversation(first, scripted("Hi"), model_retries=0)
    assert (await conversation.ask()).text == "Hi"


# Calls that nobody can read


@pytest.mark.parametrize("reply", [UNREADABLE, CUT_OFF, Reply(tool_calls=[("add_book", "[1]")])], ids=repr)
async def test_a_call_that_is_no_json_is_tried_once_more(reply: Reply) -> None:
    model = scripted(reply, Reply(tool_calls=[("add_book", {"title": "Dune"})]))
    conversation = Conversation(model)
    answer = await conversation.ask()

    assert [call["args"] for call in answer.tool_calls] == [{"title": "Dune"}]
    assert conversation.pauses == [0]


async def test_a_second_call_that_is_no_json_fails_and_is_not_run() -> None:
    model = scripted(UNREADABLE, UNREADABLE, "unused")
    with pytest.raises(ModelFailed, match="arguments that are not valid JSON"):
        await Conversation(model).ask()
    assert model.unused == 1


async def test_beside_text_that_was_shown_a_call_that_is_no_json_fails_at_once() -> None:
    model = scripted(Reply(text="I add it.", tool_calls=[("add_book", "{")]), "unused")
    with pytest.raises(ModelFailed, match="arguments that are not valid JSON"):
        await Conversation(model).ask()
    assert model.unused == 1


# The next model


@pytest.mark.parametrize(
    "failures",
    [
        [BUSY, BUSY, BUSY],
        [ModelAuthenticationError("wrong key")],
        [status_error(404)],
        [ContextOverflowError("too long")],
        [UNREADABLE, UNREADABLE],
        [ValueError("nonsense")],
    ],
    ids=repr,
)
async def test_the_next_model_answers_when_one_cannot(failures: list[Any]) -> None:
    models = [scripted(*failures, "unused", name="a:1"), scripted("Hi", name="b:2"), scripted(name="c:3")]
    conversation = Conversation(*models, model_retries=2)

    answer = await conversation.chain.ask(QUESTION, conversation.texts.append)

    assert (answer.message.text, answer.model_name) == ("Hi", "b:2")
    assert conversation.chain.names == ("a:1", "b:2", "c:3")
    assert models[0].unused == 1


async def test_when_no_model_answers_the_reason_is_the_preferred_ones() -> None:
    conversation = Conversation(
        scripted(ContextOverflowError("too long")), scripted(ModelAuthenticationError("wrong key"))
    )
    with pytest.raises(ModelFailed, match="Begin a new chat"):
        await conversation.ask()


async def test_a_model_that_hangs_is_not_waited_for_twice_while_there_is_another() -> None:
    never = asyncio.Event()
    first = scripted(Reply(wait_for=never), "unused")
    conversation = Conversation(first, scripted("Hi"), model_timeout_seconds=0.01)
    async with asyncio.timeout(5):
        assert (await conversation.ask()).text == "Hi"
    assert first.unused == 1

    alone = Conversation(scripted(Reply(wait_for=never), "Hi"), model_timeout_seconds=0.01)
    assert (await alone.ask()).text == "Hi"

    last = Conversation(scripted(Reply(wait_for=never)), model_timeout_seconds=0.01, model_retries=0)
    with pytest.raises(ModelTimeout):
        await last.ask()


async def test_a_cancelled_call_is_neither_tried_again_nor_asked_elsewhere() -> None:
    first, second = scripted(Reply(wait_for=asyncio.Event()), "unused"), scripted("unused")
    task = asyncio.create_task(Conversation(first, second).ask())
    await first.started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (first.unused, second.unused) == (1, 1)


async def test_an_error_of_ours_passes_through_unchanged() -> None:
    second = scripted("unused")
    with pytest.raises(AgentMisconfigured):
        await Conversation(scripted(AgentMisconfigured("x")), second).ask()
    assert second.unused == 1


async def test_the_log_names_models_and_reasons_and_quotes_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    first = scripted(ModelConnectionError("secret words"), ValueError("secret words"), name="a:1")
    await Conversation(first, scripted("Hi", name="b:2"), model_first_pause_seconds=1).ask()

    assert [record.getMessage() for record in caplog.records if record.name == "core.agents.model_calls"] == [
        "The model a:1 is asked again in 1.0 s after ModelConnectionError",
        "The model a:1 is given up after ValueError",
    ]
    assert "secret words" not in caplog.text


async def test_a_real_client_falls_back_on_the_same_server(openai_server: OpenAIServer) -> None:
    openai_server.answer(
        Failure(status=401), Completion(text="Hi", tool_calls=[("add_book", {"title": "X"})])
    )
    models = Models(CONFIG)
    config = {
        "model": "openai:large",
        "fallbacks": ["openai:small"],
        "base_url": openai_server.base_url,
        "temperature": 0.5,
    }
    conversation = Conversation(*models.chain(config, is_private=False))

    answer = await conversation.chain.ask(QUESTION, conversation.texts.append)

    assert answer.model_name == "openai:small"
    assert answer.message.tool_calls[0]["args"] == {"title": "X"}
    assert answer.message.usage_metadata is not None
    assert answer.message.usage_metadata["total_tokens"] == 15
    sent = [(request.body["model"], request.body["temperature"]) for request in openai_server.requests]
    assert sent == [("large", 0.5), ("small", 0.5)]
    await models.aclose()
