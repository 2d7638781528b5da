"""Which models an agent that a user owns may run on: its turns are the operator's to pay."""

import pytest

from core.agents.models import Models, model_name
from core.config import CoreConfig
from core.errors import AgentMisconfigured

KEYS = {"openai": "sk-operator", "anthropic": "sk-other"}


def models(**settings: object) -> Models:
    return Models(CoreConfig(model_keys=KEYS, **settings))  # pyright: ignore[reportArgumentType]


async def test_without_a_setting_it_is_the_servers_default_or_the_rules() -> None:
    server = models(default_model="openai:gpt-5-mini")

    for llm_config in ({}, {"model": "openai:gpt-5-mini"}, {"temperature": 0.5}):
        assert model_name(server.get(llm_config, is_private=True)) == "openai:gpt-5-mini"
    assert model_name(server.get({"model": "offline:rules"}, is_private=True)) == "offline:rules"
    await server.aclose()


@pytest.mark.parametrize(
    "model",
    ["openai:gpt-5-pro", "anthropic:claude-x", "openai:gpt-5-mini2", "OPENAI:gpt-5-mini", "ollama:llama"],
)
async def test_another_model_is_refused_with_what_may_be_named(model: str) -> None:
    server = models(default_model="openai:gpt-5-mini", private_models=("openai:o4*",))

    with pytest.raises(AgentMisconfigured, match=r"name one of: offline:rules, openai:o4\*"):
        server.get({"model": model}, is_private=True)
    await server.aclose()


async def test_the_operators_patterns_allow_more_for_private_agents_and_shared_ones_need_none() -> None:
    server = models(private_models=("openai:gpt-5*",))

    assert model_name(server.get({"model": "openai:gpt-5-pro"}, is_private=True)) == "openai:gpt-5-pro"
    shared = server.get({"model": "openai:o4"}, is_private=False)
    assert model_name(shared) == "openai:o4"
    # What a shared agent has built already is not handed to a private one.
    with pytest.raises(AgentMisconfigured):
        server.get({"model": "openai:o4"}, is_private=True)
    await server.aclose()


@pytest.mark.parametrize("key", ["api_key", "default_headers", "organization", "http_client", "base_urls"])
async def test_no_other_way_out_is_open(key: str) -> None:
    server = models()
    with pytest.raises(AgentMisconfigured, match=f"llm_config.{key} is not"):
        server.get({key: "https://evil.example"}, is_private=True)
    await server.aclose()
