"""The models of an agent's row beside the preferred one: which are built, and whose rules they obey."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI

from core.agents.llm_config import LlmConfig
from core.agents.models import Models, max_retries_of, model_name
from core.agents.providers import PROVIDERS
from core.config import CoreConfig
from core.errors import AgentMisconfigured
from fixtures.cluster import ROOT
from fixtures.openai_server import OpenAIServer

KEYS = {"openai": "sk-operator", "groq": "gsk-operator"}
ROW: dict[str, Any] = {"model": "openai:large", "fallbacks": ["openai:small", "offline:rules"]}

MakeModels: TypeAlias = Callable[..., Models]


@pytest.fixture
async def make_models() -> AsyncIterator[MakeModels]:
    """`make_models(private_models=...)`, closed at the test's end."""
    made: list[Models] = []

    def make(**config: Any) -> Models:
        made.append(Models(CoreConfig(model_keys=KEYS, **config)))
        return made[-1]

    yield make
    for models in made:
        await models.aclose()


def names(models: Models, llm_config: dict[str, Any], *, is_private: bool = False) -> list[str]:
    return [model_name(model) for model in models.chain(llm_config, is_private=is_private)]


async def test_a_chain_is_the_model_and_its_fallbacks_in_order(make_models: MakeModels) -> None:
    models = make_models()
    assert names(models, ROW) == ["openai:large", "openai:small", "offline:rules"]
    assert names(models, {}) == [PROVIDERS["openai"].example]
    assert models.chain(ROW, is_private=False)[0] is models.get(ROW, is_private=False)


async def test_nobody_is_asked_twice(make_models: MakeModels) -> None:
    row = {"model": "openai:large", "fallbacks": ["openai:large", "openai:small", "openai:small"]}
    assert names(make_models(), row) == ["openai:large", "openai:small"]


async def test_agents_that_name_a_model_in_another_place_share_it(make_models: MakeModels) -> None:
    models = make_models()
    [_, second, _] = models.chain(ROW, is_private=False)
    assert second is models.get({"model": "openai:small"}, is_private=False)


@pytest.mark.parametrize(
    ("fallback", "reason"),
    [
        ("anthropic:claude-x", "needs a key"),
        ("groq:x", "pip install langchain-groq"),
        ("nonesuch:x", "nonesuch"),
    ],
)
async def test_a_fallback_that_this_server_cannot_ask_is_left_out_and_logged(
    make_models: MakeModels, caplog: pytest.LogCaptureFixture, fallback: str, reason: str
) -> None:
    row = {"model": "openai:large", "fallbacks": [fallback, "openai:small"]}
    assert names(make_models(), row) == ["openai:large", "openai:small"]
    [record] = [record for record in caplog.records if record.name == "core.agents.models"]
    assert fallback in record.getMessage()
    assert reason in record.getMessage()


async def test_a_preferred_model_that_cannot_be_asked_is_an_error_as_ever(make_models: MakeModels) -> None:
    with pytest.raises(AgentMisconfigured, match="pip install langchain-groq"):
        make_models().chain({"model": "groq:x", "fallbacks": ["openai:small"]}, is_private=False)


@pytest.mark.parametrize(
    ("fallbacks", "words"),
    [
        (["small"], "llm_config.fallbacks.0: 'small' must be 'provider:name'"),
        (["openai:small", ":x"], "llm_config.fallbacks.1"),
        (["offline:other"], "'offline:rules'"),
        ([5], "llm_config.fallbacks.0"),
        ("openai:small", "llm_config.fallbacks"),
        ([f"openai:{number}" for number in range(6)], "at most 5"),
        (["openai:" + "x" * 200], "at most 200"),
    ],
)
async def test_fallbacks_that_cannot_work_are_refused(
    make_models: MakeModels, fallbacks: Any, words: str
) -> None:
    with pytest.raises(AgentMisconfigured, match=words):
        make_models().get({"fallbacks": fallbacks}, is_private=False)


async def test_a_private_agents_fallbacks_obey_the_rules_of_its_model(make_models: MakeModels) -> None:
    server = make_models(default_model="openai:large", private_models=("openai:o4*",))
    allowed = {"fallbacks": ["openai:o4-mini", "offline:rules"]}
    assert names(server, allowed, is_private=True) == ["openai:large", "openai:o4-mini", "offline:rules"]

    with pytest.raises(AgentMisconfigured, match="'openai:small' is not one that this server allows"):
        server.chain({"fallbacks": ["openai:small"]}, is_private=True)
    # What a shared agent has built already is not handed to a private one.
    assert names(server, {"fallbacks": ["openai:small"]}) == ["openai:large", "openai:small"]
    with pytest.raises(AgentMisconfigured):
        server.chain({"fallbacks": ["openai:small"]}, is_private=True)


async def test_fallbacks_go_to_the_rows_own_server_without_the_operators_key(
    make_models: MakeModels, openai_server: OpenAIServer
) -> None:
    url = openai_server.base_url
    models = make_models(private_agent_base_urls=(url,))
    openai_server.answer("One", "Two")
    for model in models.chain({**ROW, "base_url": url, "fallbacks": ["openai:small"]}, is_private=True):
        await model.ainvoke([HumanMessage("Hello?")])
    assert [request.body["model"] for request in openai_server.requests] == ["large", "small"]
    assert "operator" not in str(openai_server.requests)


async def test_a_fallback_is_not_sent_a_temperature_that_it_is_known_to_refuse(
    make_models: MakeModels, openai_server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = replace(PROVIDERS["openai"], default_model="strict", default_takes_temperature=False)
    monkeypatch.setattr("core.agents.models.PROVIDERS", {"openai": strict})
    row = {**ROW, "fallbacks": ["openai:strict", "openai:small"], "temperature": 0.5}
    openai_server.answer("One", "Two", "Three")
    for model in make_models().chain({**row, "base_url": openai_server.base_url}, is_private=False):
        await model.ainvoke([HumanMessage("Hello?")])

    sent = [(request.body["model"], request.body.get("temperature")) for request in openai_server.requests]
    assert sent == [("large", 0.5), ("strict", None), ("small", 0.5)]


async def test_the_rows_retries_are_the_servers_to_make(make_models: MakeModels) -> None:
    models = make_models()
    for retries in (None, 0, 4):
        row = ROW if retries is None else {**ROW, "max_retries": retries}
        first, second, _ = models.chain(row, is_private=False)
        for model in (first, second):
            assert isinstance(model, ChatOpenAI)
            assert max_retries_of(model) == retries
            assert model.max_retries == 0
            assert model.root_async_client.max_retries == 0


async def test_a_client_that_counts_the_first_request_is_told_so(
    make_models: MakeModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PROVIDERS["google_genai"].max_retries == 1
    monkeypatch.setattr(
        "core.agents.models.PROVIDERS", {"openai": replace(PROVIDERS["openai"], max_retries=1)}
    )
    model = make_models().get({"model": "openai:large"}, is_private=False)
    assert isinstance(model, ChatOpenAI)
    assert model.max_retries == 1


def test_every_parameter_of_a_row_is_documented() -> None:
    page = (ROOT / "memory-bank" / "models.md").read_text(encoding="utf-8")
    table = page.split("| key | meaning |\n| --- | --- |\n")[1].split("\n\n")[0]
    documented = [key for line in table.splitlines() for key in line.strip("| ").split(" | ")[0].split(", ")]
    assert sorted(documented) == sorted(LlmConfig.model_fields)
