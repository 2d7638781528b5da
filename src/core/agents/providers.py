"""What differs between the model providers that Clarity knows by name; others work by their own defaults."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any


def _timeout_in_seconds(seconds: float) -> dict[str, Any]:
    return {"timeout": seconds}


def _timeout_in_whole_seconds(seconds: float) -> dict[str, Any]:
    return {"timeout": math.ceil(seconds)}


def _timeout_in_milliseconds(seconds: float) -> dict[str, Any]:
    return {"timeout": math.ceil(seconds * 1000)}


def _timeout_of_the_client(seconds: float) -> dict[str, Any]:
    return {"client_kwargs": {"timeout": seconds}}


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A provider of `init_chat_model`.

    `key_variable` is the environment variable of its key, None where it needs none; `default_model` is asked
    when nobody names a model; `timeout` gives the constructor's arguments for a limit in seconds; `renamed`
    maps parameters of `llm_config` to its own; `default_takes_temperature` is whether that
    default model accepts one; `max_retries` keeps its client from retrying, which for most is 0.
    """

    name: str
    package: str
    key_variable: str | None = None
    default_model: str | None = None
    speaks_openai: bool = False
    timeout: Callable[[float], dict[str, Any]] = _timeout_in_seconds
    renamed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    default_takes_temperature: bool = True
    max_retries: int = 0

    @property
    def example(self) -> str:
        return f"{self.name}:{self.default_model}"

    def takes_temperature(self, model: str) -> bool:
        """False for a model that is known to refuse it."""
        return self.default_takes_temperature or model != self.default_model


# In the order in which a default is looked for. The default models are middle-sized ones that call tools.
_ALL = (
    Provider(
        name="openai",
        package="langchain-openai",
        key_variable="OPENAI_API_KEY",
        default_model="gpt-5.4-mini",
        speaks_openai=True,
    ),
    Provider(
        name="anthropic",
        package="langchain-anthropic",
        key_variable="ANTHROPIC_API_KEY",
        default_model="claude-sonnet-5-5",
        default_takes_temperature=False,
    ),
    Provider(
        name="google_genai",
        package="langchain-google-genai",
        key_variable="GOOGLE_API_KEY",
        default_model="gemini-flash-latest",
        # It counts the first request as well, and takes 0 for "as you like".
        max_retries=1,
    ),
    Provider(
        name="mistralai",
        package="langchain-mistralai",
        key_variable="MISTRAL_API_KEY",
        default_model="mistral-medium-latest",
        timeout=_timeout_in_whole_seconds,
        # It counts the first request as well.
        max_retries=1,
    ),
    Provider(
        name="groq",
        package="langchain-groq",
        key_variable="GROQ_API_KEY",
        default_model="openai/gpt-oss-120b",
    ),
    Provider(
        name="deepseek",
        package="langchain-deepseek",
        key_variable="DEEPSEEK_API_KEY",
        default_model="deepseek-v4-flash",
        speaks_openai=True,
    ),
    Provider(
        name="xai",
        package="langchain-xai",
        key_variable="XAI_API_KEY",
        default_model="grok-4.5",
        speaks_openai=True,
    ),
    Provider(
        name="openrouter",
        package="langchain-openrouter",
        key_variable="OPENROUTER_API_KEY",
        default_model="openrouter/auto",
        timeout=_timeout_in_milliseconds,
    ),
    Provider(
        name="ollama",
        package="langchain-ollama",
        timeout=_timeout_of_the_client,
        renamed=MappingProxyType({"max_tokens": "num_predict"}),
    ),
)

PROVIDERS: Mapping[str, Provider] = MappingProxyType({provider.name: provider for provider in _ALL})

# Provider to the environment variable of its key: what a process reads to fill `CoreConfig.model_keys`.
PROVIDER_KEY_VARIABLES: Mapping[str, str] = MappingProxyType(
    {provider.name: provider.key_variable for provider in _ALL if provider.key_variable}
)


def is_installed(provider: str) -> bool:
    """Whether the LangChain package of a known provider can be imported."""
    return find_spec(PROVIDERS[provider].package.replace("-", "_")) is not None
