"""Models: which one a row gets, whose key goes where, and what a provider's error becomes."""

import asyncio
import socket
import traceback
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

import httpx
import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage
from langchain_core.tools import tool

from core.agents.models import Models, model_errors, model_name
from core.agents.offline_rules import RulesChatModel
from core.agents.providers import PROVIDER_KEY_VARIABLES, PROVIDERS
from core.config import CoreConfig
from core.errors import AgentMisconfigured, ModelError, ModelFailed, ModelTimeout
from fixtures.openai_server import (
    Answer,
    BrokenStream,
    Completion,
    Failure,
    Hang,
    Nonsense,
    OpenAIServer,
)

QUESTION = [HumanMessage("Hello?")]
KEYS = {"openai": "sk-operator"}

MakeModels: TypeAlias = Callable[..., Models]


@pytest.fixture
async def make_models() -> AsyncIterator[MakeModels]:
    """`make_models(default_model=..., model_keys=...)`, closed at the test's end."""
    made: list[Models] = []

    def make(**config: Any) -> Models:
        made.append(Models(CoreConfig(**config)))
        return made[-1]

    yield make
    for models in made:
        await models.aclose()


# Which model


async def test_without_any_key_the_offline_model_answers_and_names_a_variable(
    make_models: MakeModels,
):
    model = make_models().get({}, is_private=False)
    answer = await model.ainvoke(QUESTION)
    assert model_name(model) == "offline:rules"
    assert "not a language model" in answer.text
    assert "OPENAI_API_KEY" in answer.text


async def test_a_model_whose_key_is_missing_is_replaced_by_the_offline_one_which_names_it(
    make_models: MakeModels,
):
    model = make_models(model_keys=KEYS).get({"model": "anthropic:claude-sonnet-5-5"}, is_private=False)
    answer = await model.ainvoke(QUESTION)
    assert model_name(model) == "offline:rules"
    assert "ANTHROPIC_API_KEY" in answer.text


async def test_the_offline_model_gives_no_reason_when_it_was_asked_for(make_models: MakeModels):
    model = make_models(model_keys=KEYS).get({"model": "offline:rules"}, is_private=False)
    assert isinstance(model, RulesChatModel)
    assert model.note is None


async def test_a_row_without_a_model_gets_the_servers_default(make_models: MakeModels):
    models = make_models(default_model="openai:gpt-4.1", model_keys=KEYS)
    assert model_name(models.get({"temperature": 0}, is_private=False)) == "openai:gpt-4.1"


async def test_without_a_default_the_first_provider_with_a_key_is_asked(make_models: MakeModels):
    models = make_models(model_keys={"groq": "other", **KEYS})
    assert model_name(models.get({}, is_private=True)) == PROVIDERS["openai"].example


async def test_a_key_of_a_provider_whose_package_is_missing_is_no_default(
    make_models: MakeModels,
):
    model = make_models(model_keys={"groq": "some-key"}).get({}, is_private=False)
    answer = await model.ainvoke(QUESTION)
    assert model_name(model) == "offline:rules"
    assert "GROQ_API_KEY is set" in answer.text
    assert "pip install langchain-groq" in answer.text


async def test_equal_configurations_share_one_model_and_different_ones_do_not(make_models: MakeModels):
    models = make_models(model_keys=KEYS)
    first = models.get({"model": "openai:gpt-4.1", "temperature": 0, "stop": ["x"]}, is_private=False)
    again = models.get({"stop": ["x"], "temperature": 0, "model": "openai:gpt-4.1"}, is_private=False)
    other = models.get({"model": "openai:gpt-4.1", "temperature": 1}, is_private=False)
    assert first is again
    assert first is not other


def test_every_provider_with_a_key_has_a_default_and_a_variable_of_its_own():
    assert PROVIDER_KEY_VARIABLES["google_genai"] == "GOOGLE_API_KEY"
    assert len(set(PROVIDER_KEY_VARIABLES.values())) == len(PROVIDER_KEY_VARIABLES)
    assert all(PROVIDERS[name].default_model for name in PROVIDER_KEY_VARIABLES)


# What a row may say


@pytest.mark.parametrize(
    ("llm_config", "words"),
    [
        ({"model": "gpt-4.1"}, ["'gpt-4.1'", "provider:name"]),
        ({"model": ":"}, ["provider:name"]),
        ({"model": "offline:other"}, ["offline:rules"]),
        ({"model": 5}, ["llm_config.model"]),
        ({"model": "nonesuch:x"}, ["nonesuch"]),
        ({"model": "groq:x"}, ["pip install langchain-groq"]),
        ({"api_key": "sk-secret-in-row"}, ["llm_config.api_key", "keys come from the server's environment"]),
        ({"default_headers": {"Authorization": "sk-secret-in-row"}}, ["llm_config.default_headers"]),
        ({"tempereture": 1}, ["llm_config.tempereture", "temperature"]),
        ({"http_client": "x"}, ["llm_config.http_client"]),
        ({"temperature": 3}, ["llm_config.temperature"]),
        ({"temperature": "hot"}, ["llm_config.temperature"]),
        ({"temperature": True}, ["llm_config.temperature"]),
        ({"max_tokens": 0}, ["llm_config.max_tokens"]),
        ({"max_tokens": 1.5}, ["llm_config.max_tokens"]),
        ({"max_retries": 100}, ["llm_config.max_retries"]),
        ({"reasoning_effort": "huge"}, ["llm_config.reasoning_effort"]),
        ({"stop": {"a": 1}}, ["llm_config.stop"]),
        ({"base_url": "file:///etc/passwd"}, ["llm_config.base_url", "http"]),
        ({"base_url": "http://user:sk-secret-in-row@host/v1"}, ["llm_config.base_url", "credentials"]),
        ({"base_url": "http://[half"}, ["llm_config.base_url"]),
    ],
)
async def test_a_row_that_cannot_work_is_refused_with_what_to_change(
    make_models: MakeModels, llm_config: dict[str, Any], words: list[str]
):
    models = make_models(model_keys={**KEYS, "groq": "some-key"})
    with pytest.raises(AgentMisconfigured) as refusal:
        models.get(llm_config, is_private=False)
    for word in words:
        assert word in refusal.value.message
    assert "sk-" not in refusal.value.message


async def test_a_constructor_that_refuses_tells_why_without_the_key(
    make_models: MakeModels, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("OPENAI_API_VERSION", raising=False)
    models = make_models(model_keys={"azure_openai": "sk-azure"})
    with pytest.raises(AgentMisconfigured, match="api_version") as refusal:
        models.get({"model": "azure_openai:x"}, is_private=False)
    # Pydantic's own text shows its input, so it must not reach the log as the cause either.
    assert "sk-" not in refusal.value.message
    assert "ValidationError" not in "".join(traceback.format_exception(refusal.value))


async def test_all_allowed_parameters_reach_the_request(make_models: MakeModels, openai_server: OpenAIServer):
    openai_server.answer("Hi")
    config = {
        "model": "openai:local",
        "base_url": openai_server.base_url,
        "temperature": 0.5,
        "max_tokens": 77,
        "top_p": 0.9,
        "seed": 7,
        "stop": ["END"],
        "frequency_penalty": 0.1,
        "presence_penalty": 0.2,
        "reasoning_effort": "low",
    }
    await make_models().get(config, is_private=False).ainvoke(QUESTION)
    body = openai_server.requests[0].body
    assert body["model"] == "local"
    assert 77 in (body.get("max_tokens"), body.get("max_completion_tokens"))
    for name in ("temperature", "top_p", "seed", "stop", "frequency_penalty", "reasoning_effort"):
        assert body[name] == config[name]


# Whose key goes where


async def test_a_shared_agents_base_url_gets_the_operators_key(
    make_models: MakeModels, openai_server: OpenAIServer
):
    openai_server.answer("Hi")
    config = {"model": "openai:local", "base_url": openai_server.base_url}
    await make_models(model_keys=KEYS).get(config, is_private=False).ainvoke(QUESTION)
    assert openai_server.requests[0].headers["authorization"] == "Bearer sk-operator"


async def test_a_private_agents_allowed_base_url_never_gets_the_operators_key(
    make_models: MakeModels, openai_server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    openai_server.answer("Hi", "Hi")
    models = make_models(model_keys=KEYS, private_agent_base_urls=(openai_server.base_url + "/",))
    config = {"model": "openai:local", "base_url": openai_server.base_url}
    models.get(config, is_private=False)
    await models.get(config, is_private=True).ainvoke(QUESTION)
    sent = openai_server.requests[0]
    assert sent.headers["authorization"] == "Bearer not-needed"
    assert "sk-" not in str(sent)


@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:9/v1", "https://allowed.example/v1/deeper", "https://allowed.example"]
)
async def test_a_private_agent_may_not_name_another_base_url(make_models: MakeModels, base_url: str):
    models = make_models(model_keys=KEYS, private_agent_base_urls=("https://allowed.example/v1",))
    for model in ("openai:x", "offline:rules"):
        with pytest.raises(AgentMisconfigured, match="not one that this server allows"):
            models.get({"model": model, "base_url": base_url}, is_private=True)


async def test_a_private_agents_base_url_needs_a_provider_whose_key_we_can_withhold(
    make_models: MakeModels,
):
    url = "https://allowed.example/v1"
    with pytest.raises(AgentMisconfigured, match="cannot be used with 'cohere'"):
        make_models(private_agent_base_urls=(url,)).get(
            {"model": "cohere:x", "base_url": url}, is_private=True
        )


async def test_a_local_server_needs_no_key_at_all(make_models: MakeModels, openai_server: OpenAIServer):
    openai_server.answer("Hi")
    config = {"model": "openai:local", "base_url": openai_server.base_url}
    answer = await make_models().get(config, is_private=False).ainvoke(QUESTION)
    assert answer.text == "Hi"
    assert openai_server.requests[0].headers["authorization"] == "Bearer not-needed"


async def test_building_a_model_opens_no_connection(make_models: MakeModels, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert model_name(make_models(model_keys=KEYS).get({}, is_private=False)).startswith("openai:")


# Talking to it


async def test_a_streamed_answer_has_its_usage(make_models: MakeModels, openai_server: OpenAIServer):
    openai_server.answer("Good morning to you")
    model = make_models().get({"model": "openai:x", "base_url": openai_server.base_url}, is_private=False)
    chunks = [chunk async for chunk in model.astream(QUESTION)]
    whole = AIMessageChunk(content="")
    for chunk in chunks:
        assert isinstance(chunk, AIMessageChunk)
        whole += chunk
    assert whole.text == "Good morning to you"
    assert whole.usage_metadata is not None
    assert (whole.usage_metadata["input_tokens"], whole.usage_metadata["output_tokens"]) == (10, 5)
    assert openai_server.requests[0].path == "/v1/chat/completions"
    assert openai_server.requests[0].body["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("streams", [True, False])
async def test_tool_calls_come_back_and_tools_are_sent(
    make_models: MakeModels, openai_server: OpenAIServer, streams: bool
):
    @tool
    def add_book(title: str) -> str:
        """Add a book."""
        return title

    # A name whose own API would be another one: compatible servers have chat completions only.
    openai_server.answer(Completion(tool_calls=[("add_book", {"title": "Dune"})]))
    config = {"model": "openai:gpt-6-luna", "base_url": openai_server.base_url}
    model = make_models().get(config, is_private=False).bind_tools([add_book])
    if streams:
        whole = AIMessageChunk(content="")
        async for chunk in model.astream(QUESTION):
            assert isinstance(chunk, AIMessageChunk)
            whole += chunk
        calls = whole.tool_calls
    else:
        calls = (await model.ainvoke(QUESTION)).tool_calls
    assert [(call["name"], call["args"]) for call in calls] == [("add_book", {"title": "Dune"})]
    sent = openai_server.requests[0]
    assert sent.path == "/v1/chat/completions"
    assert sent.body["tools"][0]["function"]["name"] == "add_book"


# One door for errors


async def ask(model: Any, *, streams: bool) -> None:
    with model_errors():
        if streams:
            async for _ in model.astream(QUESTION):
                pass
        else:
            await model.ainvoke(QUESTION)


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Failure(status=401), "refused the server's key"),
        (Failure(status=403), "may not use"),
        (Failure(status=404), "does not know this model"),
        (Failure(status=429), "over its limit"),
        (Failure(status=400), "Try again"),
        (Failure(status=500), "Try again"),
        (BrokenStream(), "Try again"),
        (Nonsense(), "Try again"),
        (Nonsense(body="[]"), "Try again"),
        (Nonsense(body="{}"), "Try again"),
    ],
    ids=str,
)
async def test_whatever_the_provider_does_is_a_model_that_failed(
    make_models: MakeModels, openai_server: OpenAIServer, answer: Answer, words: str, streams: bool
):
    openai_server.answer(answer)
    config = {"model": "openai:x", "base_url": openai_server.base_url, "max_retries": 0}
    with pytest.raises(ModelFailed, match=words) as failure:
        await ask(make_models().get(config, is_private=False), streams=streams)
    assert failure.value.__cause__ is not None
    assert "scripted failure" not in failure.value.message


@pytest.mark.parametrize(
    ("answer", "streams"), [(Hang(), True), (Hang(), False), (Hang(text="Hel"), True)], ids=str
)
async def test_a_provider_that_hangs_is_a_timeout(
    make_models: MakeModels, openai_server: OpenAIServer, answer: Answer, streams: bool
):
    openai_server.answer(answer)
    config = {"model": "openai:x", "base_url": openai_server.base_url, "max_retries": 0}
    model = make_models(model_timeout_seconds=0.2).get(config, is_private=False)
    async with asyncio.timeout(10):
        with pytest.raises(ModelTimeout):
            await ask(model, streams=streams)


async def test_a_provider_that_is_not_there_is_a_model_that_failed(make_models: MakeModels):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        model = make_models().get({"model": "openai:x", "base_url": url, "max_retries": 0}, is_private=False)
        with pytest.raises(ModelFailed, match="cannot be reached"):
            await ask(model, streams=True)


async def test_a_providers_client_does_not_retry_by_itself(
    make_models: MakeModels, openai_server: OpenAIServer
):
    openai_server.answer(Failure(status=500), "Hi")
    config = {"model": "openai:x", "base_url": openai_server.base_url, "max_retries": 5}
    with pytest.raises(ModelFailed):
        await ask(make_models().get(config, is_private=False), streams=True)
    assert len(openai_server.requests) == 1


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (TimeoutError(), ModelTimeout),
        (httpx.ReadTimeout("slow"), ModelTimeout),
        (httpx.RemoteProtocolError("broken"), ModelFailed),
        (ValueError("nonsense"), ModelFailed),
        (KeyError("choices"), ModelFailed),
    ],
)
def test_an_exception_becomes_one_of_ours_with_the_cause_kept(raised: Exception, expected: type[ModelError]):
    with pytest.raises(expected) as caught, model_errors():
        raise raised
    assert caught.value.__cause__ is raised
    assert str(raised) not in caught.value.message or not str(raised)


def test_our_own_errors_and_cancellation_pass_unchanged():
    for error in (AgentMisconfigured("x"), ModelTimeout(), asyncio.CancelledError(), KeyboardInterrupt()):
        with pytest.raises(type(error)) as caught, model_errors():
            raise error
        assert caught.value is error
