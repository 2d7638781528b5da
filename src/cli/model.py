"""The language model that this environment gives access to."""

from collections.abc import Mapping

from core.agents.llm_config import OFFLINE_MODEL
from core.agents.providers import PROVIDER_KEY_VARIABLES, PROVIDERS, is_installed
from core.config import CoreConfig


def core_config(environment: Mapping[str, str]) -> CoreConfig:
    """As the chat server reads the same variables."""
    urls = environment.get("CLARITY_PRIVATE_AGENT_BASE_URLS", "")
    return CoreConfig(
        default_model=environment.get("CLARITY_DEFAULT_MODEL"),
        model_keys=model_keys(environment),
        private_agent_base_urls=tuple(url.strip() for url in urls.split(",") if url.strip()),
    )


def model_keys(environment: Mapping[str, str]) -> dict[str, str]:
    variables = PROVIDER_KEY_VARIABLES.items()
    return {provider: environment[name] for provider, name in variables if environment.get(name)}


def default_model(environment: Mapping[str, str]) -> str:
    """What an agent runs on whose row names no model."""
    if named := environment.get("CLARITY_DEFAULT_MODEL"):
        return named
    keys = model_keys(environment)
    usable = (
        kind.example
        for provider, kind in PROVIDERS.items()
        if kind.default_model and provider in keys and is_installed(provider)
    )
    return next(usable, OFFLINE_MODEL)


def is_offline(model: str) -> bool:
    return model == OFFLINE_MODEL
