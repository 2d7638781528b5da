"""Chat models from an agent's `llm_config`: which provider, whose key, and one door for what providers raise.

Nothing here calls the network: a wrong key or name shows at the first model call. Tracing to LangSmith is
switched by the process's environment (`LANGSMITH_TRACING`), so it is off unless whoever starts it says so.
"""

import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any, cast

import openai
from cachetools import LRUCache
from langchain.chat_models import init_chat_model
from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
)
from langchain_core.language_models import BaseChatModel
from pydantic import ValidationError

from core.agents.llm_config import OFFLINE_MODEL, LlmConfig
from core.agents.offline_rules import RulesChatModel
from core.agents.openai_wire import OpenAiWire
from core.agents.providers import PROVIDERS, is_installed
from core.config import CoreConfig
from core.errors import AgentMisconfigured, ClarityError, ModelFailed, ModelTimeout

logger = logging.getLogger(__name__)

# Distinct configurations kept: each holds HTTP connections, and a server has far fewer agents that differ.
MODEL_CACHE_SIZE = 256

# A local server takes any key, but the clients refuse to start without one.
NO_KEY = "not-needed"

# Where a model carries the row's `max_retries`: its client does not retry, core.agents.model_calls does.
RETRIES_KEY = "max_retries"

# What a person can do about it, by LangChain's classes, which the providers' own exceptions also carry.
FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (ModelAuthenticationError, "The language model's provider refused the server's key."),
    (ModelPermissionDeniedError, "The server's key may not use this language model."),
    (ModelNotFoundError, "The language model's provider does not know this model."),
    (ModelRateLimitError, "The language model's provider is over its limit. Try again in a minute."),
    (ContextOverflowError, "The conversation is too long for this language model. Begin a new chat."),
    (ModelConnectionError, "The language model's provider cannot be reached. Try again in a moment."),
)


class Models:
    """The chat models of one server: one shared instance for each distinct configuration.

    `wire` has the connections to those that speak OpenAI's protocol. Close them all with `aclose`, on the
    event loop that used them.
    """

    def __init__(self, config: CoreConfig) -> None:
        self._config = config
        self._cache: LRUCache[tuple[LlmConfig, bool], BaseChatModel] = LRUCache(MODEL_CACHE_SIZE)
        # LangChain's default is one client for the whole process, which outlives its event loop.
        self._openai_client = openai.DefaultAsyncHttpxClient()
        self.wire = OpenAiWire()

    def get(self, llm_config: Mapping[str, Any], *, is_private: bool) -> BaseChatModel:
        """The model that `llm_config` describes; `is_private` for an agent that a user owns.

        Without a model it is the server's default, and without the key it needs it is `offline:rules`, which
        says so. AgentMisconfigured when the configuration cannot work, with what to change.
        """
        settings = LlmConfig.parse(llm_config)
        return self._get(settings.of_model(settings.model), is_private=is_private)

    def chain(self, llm_config: Mapping[str, Any], *, is_private: bool) -> tuple[BaseChatModel, ...]:
        """The model of `get`, and the fallbacks of `llm_config` that this server has a key and a package for.

        A fallback obeys the rules of the model: AgentMisconfigured when a user's own agent may not name it.
        """
        settings = LlmConfig.parse(llm_config)
        first = self._get(settings.of_model(settings.model), is_private=is_private)
        names = [name for name in dict.fromkeys(settings.fallbacks) if name != model_name(first)]
        found = [self._fallback(name, settings, is_private=is_private) for name in names]
        return (first, *(model for model in found if model))

    async def aclose(self) -> None:
        """Close the connections; the models must not be used after it."""
        await self.wire.aclose()
        await self._openai_client.aclose()

    def _get(self, settings: LlmConfig, *, is_private: bool) -> BaseChatModel:
        key = (settings, is_private)
        if key not in self._cache:
            self._cache[key] = self._build(settings, is_private=is_private)
        return self._cache[key]

    def _fallback(self, name: str, settings: LlmConfig, *, is_private: bool) -> BaseChatModel | None:
        if is_private:
            self._refuse_foreign(name, settings.base_url)
        alone = settings.of_model(name)
        provider, _, model = name.partition(":")
        if provider in PROVIDERS and not PROVIDERS[provider].takes_temperature(model):
            # The row's is meant for the model that it prefers.
            alone = alone.model_copy(update={"temperature": None})
        try:
            model = self._get(alone, is_private=is_private)
        except AgentMisconfigured as exc:
            logger.warning("An agent runs without its fallback %s: %s", name, exc.message)
            return None
        if model_name(model) != name:
            logger.warning("An agent runs without its fallback %s, which needs a key.", name)
            return None
        return model

    def _build(self, settings: LlmConfig, *, is_private: bool) -> BaseChatModel:
        name = settings.model or self._default()
        if is_private:
            self._refuse_foreign(name, settings.base_url)
        if name == OFFLINE_MODEL:
            note = None if settings.model or self._config.default_model else self._why_offline()
            return RulesChatModel(note=note)
        provider, separator, model = name.partition(":")
        if not (provider and separator and model) or provider == "offline":
            raise AgentMisconfigured(
                f"llm_config.model is '{name}', but it must be 'provider:name', such as "
                f"'{PROVIDERS['openai'].example}', or '{OFFLINE_MODEL}'."
            )
        api_key = self._api_key(provider, settings.base_url, is_private=is_private)
        if api_key is None and provider in PROVIDERS and PROVIDERS[provider].key_variable:
            variable = PROVIDERS[provider].key_variable
            return RulesChatModel(note=f"{name} needs a key: set {variable} on the server and restart it.")
        return self._connect(name, settings, api_key)

    def _refuse_foreign(self, name: str, base_url: str | None) -> None:
        """What a user's own agent may not name: a host outside the list, a model at the operator's cost."""
        if base_url:
            self._refuse_foreign_base_url(base_url)
        elif name != self._default():
            self._refuse_foreign_model(name)

    def _refuse_foreign_base_url(self, base_url: str) -> None:
        allowed = {url.rstrip("/") for url in self._config.private_agent_base_urls}
        if base_url.rstrip("/") not in allowed:
            raise AgentMisconfigured(
                f"llm_config.base_url '{base_url}' is not one that this server allows for a user's own agent."
            )

    def _refuse_foreign_model(self, name: str) -> None:
        """A user's own agent spends the operator's money, so the operator says on which models."""
        allowed = (OFFLINE_MODEL, *self._config.private_models)
        if not any(fnmatchcase(name, pattern) for pattern in allowed):
            raise AgentMisconfigured(
                f"llm_config: '{name}' is not one that this server allows for a user's own agent. "
                f"Leave it out for the server's default, or name one of: {', '.join(allowed)}."
            )

    def _api_key(self, provider: str, base_url: str | None, *, is_private: bool) -> str | None:
        """The key to pass on. A private agent's `base_url` never gets the operator's key."""
        own_key = self._config.model_keys.get(provider)
        takes_key = provider in PROVIDERS and PROVIDERS[provider].key_variable is not None
        if base_url is None:
            return own_key
        if is_private and not takes_key:
            # Its client may read credentials from the environment by itself and send them there.
            raise AgentMisconfigured(
                f"llm_config.base_url cannot be used with '{provider}' by an agent owned by a user."
            )
        if is_private or own_key is None:
            return NO_KEY if takes_key else None
        return own_key

    def _connect(self, name: str, settings: LlmConfig, api_key: str | None) -> BaseChatModel:
        try:
            model = cast(BaseChatModel, init_chat_model(name, **self._arguments(name, settings, api_key)))
        except ImportError as exc:
            raise AgentMisconfigured(f"The model '{name}' cannot be used yet. {exc}.") from exc
        except ValidationError as exc:
            # Only the sentences: a validation error's own text shows its input, the key included.
            problems = "; ".join(error["msg"] for error in exc.errors(include_input=False))
            raise AgentMisconfigured(f"The model '{name}' cannot be set up: {problems}") from None
        except (ValueError, TypeError, openai.OpenAIError) as exc:
            raise AgentMisconfigured(f"The model '{name}' cannot be set up: {exc}") from exc
        model.name = name
        if settings.max_retries is not None:
            model.metadata = {**(model.metadata or {}), RETRIES_KEY: settings.max_retries}
        return model

    def _arguments(self, name: str, settings: LlmConfig, api_key: str | None) -> dict[str, Any]:
        provider, _, model = name.partition(":")
        arguments = settings.parameters()
        if api_key is not None:
            arguments["api_key"] = api_key
        # Two who retry would multiply: core.agents.model_calls does, with the row's number or the server's.
        arguments["max_retries"] = 0
        if provider in PROVIDERS:
            kind = PROVIDERS[provider]
            arguments |= kind.timeout(self._config.model_timeout_seconds)
            arguments["max_retries"] = kind.max_retries
            arguments = {kind.renamed.get(key, key): value for key, value in arguments.items()}
            if settings.model is None and not kind.takes_temperature(model):
                # The row could not know which model it would get; the provider would refuse the request.
                arguments.pop("temperature", None)
            if kind.speaks_openai:
                arguments |= {"stream_usage": True, "http_async_client": self._openai_client}
                # A call has a time limit as a whole; LangChain's own for each chunk costs 50 microseconds.
                arguments["stream_chunk_timeout"] = None
        if provider == "openai" and settings.base_url:
            # Compatible servers have chat completions; LangChain would pick another API by the model's name.
            arguments["use_responses_api"] = False
        return arguments

    def _default(self) -> str:
        return self._config.default_model or self._default_model()

    def _default_model(self) -> str:
        """The first provider that has a key and whose package is installed, else the rules."""
        for provider, kind in PROVIDERS.items():
            if kind.default_model and provider in self._config.model_keys and is_installed(provider):
                return kind.example
        return OFFLINE_MODEL

    def _why_offline(self) -> str:
        for provider, kind in PROVIDERS.items():
            if kind.default_model and provider in self._config.model_keys:
                return f"{kind.key_variable} is set, but a package is missing: pip install {kind.package}."
        variables = [kind.key_variable for kind in PROVIDERS.values() if kind.default_model]
        return f"No model key is set: set {variables[0]} or {variables[1]} on the server and restart it."


def model_name(model: BaseChatModel) -> str:
    """ "provider:name" for logs and `chat_runs`: "openai:gpt-5.4-mini", "offline:rules"."""
    return model.name or type(model).__name__


def max_retries_of(model: BaseChatModel) -> int | None:
    """How often the agent's row lets a call be tried again; None where it leaves that to the server."""
    return (model.metadata or {}).get(RETRIES_KEY)


@contextmanager
def model_errors() -> Generator[None]:
    """Around one model call and nothing else: whatever the provider raises leaves as a ModelError.

    ModelTimeout when it took too long (an `asyncio.timeout` inside the block counts), else ModelFailed.
    Clarity's own errors and cancellation pass unchanged.
    """
    try:
        yield
    except ClarityError:
        raise
    # The providers' packages share no base class and most are not installed, so the door takes all.
    except Exception as exc:
        # The exception itself goes to the log of whoever handles the ModelError, as its cause.
        if _is_timeout(exc):
            raise ModelTimeout from exc
        raise ModelFailed(_sentence(exc)) from exc


def _is_timeout(exc: Exception) -> bool:
    """By name as well: httpx, httpx2 and every SDK have a timeout of their own."""
    return isinstance(exc, TimeoutError) or any("Timeout" in base.__name__ for base in type(exc).__mro__)


def _sentence(exc: Exception) -> str | None:
    return next((sentence for kind, sentence in FAILURES if isinstance(exc, kind)), None)
