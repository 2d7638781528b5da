"""OpenAI's protocol without LangChain's client in between: the same requests, answers, errors and tries."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import BaseTool, tool
from langchain_openai import ChatOpenAI

from core.agents.model_calls import ModelChain
from core.agents.model_streams import Heard, LangChainStream, ModelStream
from core.agents.models import Models
from core.agents.openai_wire import OpenAiStream, OpenAiWire
from core.config import CoreConfig
from core.errors import ModelFailed, UnreadableCall
from fixtures.openai_server import BrokenStream, Completion, Hang, Held, Nonsense, OpenAIServer
from fixtures.web_server import WebReply, WebServer

CONFIG = CoreConfig(model_keys={"openai": "the-key"}, model_retries=1, model_timeout_seconds=10)
CALL = {"id": "call_1", "name": "add", "args": {"n": 1, "why": "für dich"}, "type": "tool_call"}
CONVERSATION: Sequence[BaseMessage] = [
    SystemMessage("Help."),
    HumanMessage("Add one, then tell me 中"),
    AIMessage("", tool_calls=[CALL]),
    ToolMessage('{"rows": []}', tool_call_id="call_1", name="add", status="error"),
    AIMessage("Done."),
    HumanMessage([{"type": "text", "text": "And now?"}]),
]


@tool
def add(n: int) -> str:
    """Add a number."""
    return str(n)


@pytest.fixture
async def models() -> AsyncIterator[Models]:
    models = Models(CONFIG)
    yield models
    await models.aclose()


def model_at(models: Models, base_url: str, **llm_config: Any) -> BaseChatModel:
    config = {"model": "openai:m", "base_url": base_url, **llm_config}
    return models.get(config, is_private=False)


def both(
    models: Models, base_url: str, tools: Sequence[BaseTool] = (add,), **llm_config: Any
) -> tuple[ModelStream, ModelStream]:
    """The same model asked over the wire, and by LangChain."""
    model = model_at(models, base_url, **llm_config)
    wire = models.wire.stream(model, tools)
    assert wire
    return wire, LangChainStream(model, tools)


async def ask(
    stream: ModelStream, messages: Sequence[BaseMessage] = CONVERSATION
) -> tuple[AIMessage, list[str]]:
    texts: list[str] = []
    return await stream.ask(messages, Heard(on_text=texts.append)), texts


def sent(body: dict[str, Any]) -> dict[str, Any]:
    """A request's body with the arguments of calls read, which may be written with other spaces."""
    for message in body["messages"]:
        for call in message.get("tool_calls", ()):
            call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return body


# What is sent


@pytest.mark.parametrize("llm_config", [{}, {"temperature": 0.5, "stop": ["x"], "max_tokens": 9, "seed": 1}])
@pytest.mark.parametrize("tools", [(), (add,)])
async def test_a_request_is_the_one_that_langchain_sends(
    models: Models, openai_server: OpenAIServer, llm_config: dict[str, Any], tools: Sequence[BaseTool]
) -> None:
    openai_server.answer("Hi", "Hi")
    for stream in both(models, openai_server.base_url, tools, **llm_config):
        await ask(stream)

    one, other = openai_server.requests
    assert one.path == other.path == "/v1/chat/completions"
    assert sent(one.body) == sent(other.body)
    assert one.headers["authorization"] == other.headers["authorization"] == "Bearer the-key"
    assert one.headers["content-type"] == "application/json"
    assert "x-stainless-lang" not in one.headers


async def test_a_reasoning_model_gets_its_own_name_of_the_system(
    models: Models, openai_server: OpenAIServer
) -> None:
    openai_server.answer("Hi")
    [stream, _] = both(models, openai_server.base_url, model="openai:o3")
    await ask(stream)
    assert openai_server.requests[0].body["messages"][0] == {"role": "developer", "content": "Help."}


TEXT = some.text(max_size=20)
JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | TEXT,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
CALLS = some.lists(
    some.fixed_dictionaries({"id": TEXT, "name": TEXT, "args": some.dictionaries(TEXT, JSON, max_size=3)}),
    max_size=2,
)
EXTRAS: list[dict[str, Any]] = [{}, {"name": "Ann"}, {"audio": {"id": "a1"}}, {"tool_calls": []}, {"x": 1}]
EXTRA = some.sampled_from(EXTRAS)
MESSAGES = some.one_of(
    some.builds(HumanMessage, TEXT, name=some.none() | TEXT, additional_kwargs=EXTRA),
    some.builds(SystemMessage, TEXT),
    some.builds(AIMessage, TEXT, tool_calls=CALLS, additional_kwargs=EXTRA),
    some.builds(ToolMessage, TEXT, tool_call_id=TEXT, name=some.none() | TEXT),
)


def test_every_message_has_langchains_form() -> None:
    model: Any = Models(CONFIG).get({"model": "openai:m", "base_url": "http://x.test/v1"}, is_private=False)
    stream = OpenAiWire().stream(model, [])
    assert stream

    @given(some.lists(MESSAGES, max_size=4))
    def compare(messages: list[BaseMessage]) -> None:
        theirs = {"messages": model._get_request_payload(messages)["messages"]}
        ours = {"messages": json.loads(stream.body_of(messages))["messages"]}
        assert sent(ours) == sent(theirs)

    compare()


async def test_numbers_and_letters_that_few_encoders_know_are_sent(
    models: Models, openai_server: OpenAIServer
) -> None:
    openai_server.answer("Hi")
    [stream, _] = both(models, openai_server.base_url)
    arguments = {"large": 2**70, "broken": "\ud800"}
    asked = AIMessage("", tool_calls=[{**CALL, "args": arguments}])
    await ask(stream, [HumanMessage("\ud800"), asked, ToolMessage("1", tool_call_id="call_1")])

    [human, called, _] = openai_server.requests[0].body["messages"]
    assert human["content"] == "\ud800"
    assert json.loads(called["tool_calls"][0]["function"]["arguments"]) == arguments


# What comes


def dumped(message: AIMessage) -> dict[str, Any]:
    """Without its id, which is the provider's by wire, and without LangChain's empty details of usage."""
    fields = message.model_dump(exclude={"id"})
    fields["usage_metadata"] = {name: value for name, value in fields["usage_metadata"].items() if value}
    return fields


@pytest.mark.parametrize(
    "completion",
    [
        Completion(text="Good morning to you"),
        Completion(text="I add.", tool_calls=[("add", {"n": 1}), ("add", {"n": 2})]),
        Completion(tool_calls=[("add", "")]),
    ],
    ids=repr,
)
async def test_an_answer_is_the_one_that_langchain_makes(
    models: Models, openai_server: OpenAIServer, completion: Completion
) -> None:
    openai_server.answer(completion, completion)
    answers = [await ask(stream) for stream in both(models, openai_server.base_url)]

    (one, texts), (other, _) = answers
    assert type(one) is type(other) is AIMessage
    assert dumped(one) == dumped(other)
    assert one.id
    # What arrives together is handed on together.
    assert texts == ([completion.text] if completion.text else [])


async def test_a_slow_model_is_heard_as_it_writes(models: Models, openai_server: OpenAIServer) -> None:
    heard: list[str] = []
    go_on = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def until() -> None:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(go_on.wait(), loop))

    def listen(text: str) -> None:
        heard.append(text)
        go_on.set()

    openai_server.answer(Held(text="Good morning", until=until))
    [stream, _] = both(models, openai_server.base_url)
    async with asyncio.timeout(10):
        answer = await stream.ask(CONVERSATION, Heard(on_text=listen))

    assert heard == ["Good ", "morning"]
    assert answer.text == "Good morning"


def chunk(delta: dict[str, Any], **choice: Any) -> dict[str, Any]:
    return {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": delta, **choice}]}


def part(arguments: str, **call: Any) -> dict[str, Any]:
    name = {"name": call.pop("name")} if "name" in call else {}
    return chunk({"tool_calls": [{**call, "function": {"arguments": arguments, **name}}]})


STOP = chunk({}, finish_reason="stop")


def streamed(*chunks: Any, end: bytes = b"data: [DONE]\n\n", newline: str = "\n") -> WebReply:
    body = "".join(f": ping{newline}data: {json.dumps(one)}{newline}{newline}" for one in chunks)
    return WebReply(body=body.encode() + end, content_type="text/event-stream")


async def answer_of(models: Models, web: WebServer, reply: WebReply) -> tuple[AIMessage, list[str]]:
    web.answer(reply)
    [stream, _] = both(models, f"{web.origin}/v1")
    return await ask(stream)


@pytest.mark.parametrize(
    "parts",
    [
        [part('{"n"', index=0, id="a", name="add"), part(": 1}", index=0)],
        # Servers that say all of it with each part, or leave the index out.
        [part('{"n"', index=0, id="a", name="add"), part(": 1}", index=0, id="a", name="add")],
        [part('{"n"', id="a", name="add"), part(": 1}")],
    ],
    ids=["by index", "said again", "without an index"],
)
async def test_the_parts_of_a_call_become_one(
    models: Models, web: WebServer, parts: list[dict[str, Any]]
) -> None:
    answer, texts = await answer_of(models, web, streamed(*parts, STOP, newline="\r\n"))
    assert answer.tool_calls == [{"id": "a", "name": "add", "args": {"n": 1}, "type": "tool_call"}]
    assert texts == []


async def test_calls_without_an_index_are_told_apart_by_their_ids(models: Models, web: WebServer) -> None:
    parts = [part("{}", id="a", name="add"), part("{}", id="b", name="add")]
    answer, _ = await answer_of(models, web, streamed(*parts, STOP))
    assert [call["id"] for call in answer.tool_calls] == ["a", "b"]


async def test_what_was_read_from_a_cache_is_kept(models: Models, web: WebServer) -> None:
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 8},
        "completion_tokens_details": {"reasoning_tokens": 3},
    }
    answer, _ = await answer_of(
        models, web, streamed(chunk({"content": "Hi"}), STOP, {"choices": [], "usage": usage})
    )
    assert answer.usage_metadata == {
        "input_tokens": 10,
        "output_tokens": 5,
        "total_tokens": 15,
        "input_token_details": {"cache_read": 8},
        "output_token_details": {"reasoning": 3},
    }


@pytest.mark.parametrize("arguments", ['{"n": ', "[1]", "nonsense"])
async def test_arguments_that_are_no_object_are_not_completed(
    models: Models, web: WebServer, arguments: str
) -> None:
    with pytest.raises(UnreadableCall):
        await answer_of(models, web, streamed(part(arguments, index=0, id="a", name="add"), STOP))


# What goes wrong


class Tries:
    """One model under the rules for retries, asked over the wire or by LangChain, without the pauses."""

    def __init__(self, models: Models, base_url: str, *, by_wire: bool) -> None:
        self.pauses: list[float] = []
        self._chain = ModelChain.of(
            [model_at(models, base_url)],
            [add],
            replace(CONFIG, model_first_pause_seconds=1),
            wire=models.wire if by_wire else None,
            sleep=self._sleep,
            random=lambda: 1.0,
        )

    async def ask(self) -> str:
        """The answer's text, or the error's sentence."""
        try:
            return (await self._chain.ask(CONVERSATION, lambda _: None)).message.text
        except ModelFailed as exc:
            return exc.message

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


STATUSES = [400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529]
BODIES: Sequence[dict[str, Any]] = [
    {"error": {"message": "no", "type": "x", "code": None}},
    {"error": {"message": "context_length_exceeded", "type": "x", "code": "context_length_exceeded"}},
    {"error": {"message": "no money", "type": "x", "code": "insufficient_quota"}},
]


@pytest.mark.parametrize("body", BODIES, ids=["plain", "too long", "no money"])
@pytest.mark.parametrize("status", STATUSES)
async def test_a_refusal_has_the_words_and_the_tries_that_it_has_by_langchain(
    models: Models, web: WebServer, status: int, body: dict[str, Any]
) -> None:
    said: list[tuple[str, list[float], int]] = []
    for by_wire in (True, False):
        before = len(web.requests)
        web.answer(*[WebReply.json(body, status=status)] * 2)
        tries = Tries(models, f"{web.origin}/v1", by_wire=by_wire)
        said.append((await tries.ask(), tries.pauses, len(web.requests) - before))
        # What was not asked for.
        web.forget_replies()
    assert said[0] == said[1]


async def test_a_server_may_ask_for_a_pause(models: Models, web: WebServer) -> None:
    web.answer(
        WebReply.json({}, status=429, **{"Retry-After": "3"}), streamed(chunk({"content": "Hi"}), STOP)
    )
    tries = Tries(models, f"{web.origin}/v1", by_wire=True)
    assert await tries.ask() == "Hi"
    assert tries.pauses == [4]


async def test_a_server_that_is_not_there_is_asked_again(models: Models, unused_tcp_port: int) -> None:
    tries = Tries(models, f"http://127.0.0.1:{unused_tcp_port}/v1", by_wire=True)
    assert "cannot be reached" in await tries.ask()
    assert tries.pauses == [1]


async def test_an_error_inside_a_stream_is_told(models: Models, web: WebServer) -> None:
    busy = {"error": {"message": "busy", "type": "overloaded_error"}}
    web.answer(streamed(busy), streamed(chunk({"content": "Hi"}), STOP))
    tries = Tries(models, f"{web.origin}/v1", by_wire=True)
    assert await tries.ask() == "Hi"

    long = {"error": {"message": "This exceeds the context window."}}
    web.answer(streamed(long))
    assert "Begin a new chat" in await Tries(models, f"{web.origin}/v1", by_wire=True).ask()


async def test_half_an_answer_is_none(models: Models, web: WebServer, openai_server: OpenAIServer) -> None:
    for reply in (BrokenStream(text="Hal"), Nonsense()):
        openai_server.answer(reply)
        assert await Tries(models, openai_server.base_url, by_wire=True).ask() != "Hal"
    # The connection was closed in order, and the server has not said that it is done.
    web.answer(streamed(chunk({"content": "Hal"}), end=b""))
    assert "cannot be reached" in await Tries(models, f"{web.origin}/v1", by_wire=True).ask()


async def test_a_call_that_is_given_up_closes_its_connection(
    models: Models, openai_server: OpenAIServer
) -> None:
    openai_server.answer(Hang(text="One moment"))
    [stream, _] = both(models, openai_server.base_url)
    asking = asyncio.create_task(ask(stream))
    await asyncio.to_thread(openai_server.asked.wait, 10)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.to_thread(openai_server.wait_until_idle, 10)


async def test_connections_are_used_again(models: Models, web: WebServer) -> None:
    [stream, _] = both(models, f"{web.origin}/v1")
    for _ in range(3):
        web.answer(replace(streamed(chunk({"content": "Hi"}), STOP), keeps_open=True))
        await ask(stream)
    assert web.connections == 1


async def test_an_error_that_says_no_more_than_a_page_is_read_in_part(models: Models, web: WebServer) -> None:
    web.answer(WebReply(status=502, endless=True), WebReply(status=502, endless=True))
    tries = Tries(models, f"{web.origin}/v1", by_wire=True)
    async with asyncio.timeout(10):
        await tries.ask()
    assert tries.pauses == [1]


# Who asks


class Ear(BaseCallbackHandler):
    """Somebody who listens."""


class Cousin(ChatOpenAI):
    """A provider with requests of its own."""


def chat_openai(kind: type[ChatOpenAI] = ChatOpenAI, **options: Any) -> ChatOpenAI:
    made: dict[str, Any] = {"model": "m", "api_key": "k", "base_url": "http://model.test/v1", **options}
    return kind(**made)


@pytest.mark.parametrize(
    "model",
    [
        chat_openai(Cousin),
        chat_openai(callbacks=[Ear()]),
        chat_openai(use_responses_api=True),
        chat_openai(openai_proxy="http://proxy.test"),
    ],
    ids=["another provider", "a listener", "the other API", "a proxy of its own"],
)
def test_what_only_langchain_can_do_is_langchains(model: ChatOpenAI) -> None:
    assert OpenAiWire().stream(model, []) is None
    assert isinstance(OpenAiWire().stream(chat_openai(), []), OpenAiStream)


def test_traced_calls_are_langchains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("langsmith.utils.tracing_is_enabled", lambda: True)
    assert OpenAiWire().stream(chat_openai(), []) is None


async def test_the_environments_proxy_is_used(
    models: Models, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", web.origin)
    monkeypatch.setenv("no_proxy", "inside.test")
    web.answer(streamed(chunk({"content": "Hi"}), STOP))
    [stream, _] = both(models, "http://model.test/v1")
    assert (await ask(stream))[1] == ["Hi"]
    assert web.requests[0].target == "http://model.test/v1/chat/completions"

    [inside, _] = both(models, "http://inside.test/v1")
    assert isinstance(inside, OpenAiStream)
    assert inside.proxy is None
    model = chat_openai()
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    assert OpenAiWire().stream(model, []) is None
