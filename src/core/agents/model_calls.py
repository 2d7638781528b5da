"""One model call of a turn: streamed, bounded in time, tried again where that may help, then another model.

What a client has seen is never said twice: once a try has shown text or a call, its failure is the answer.
"""

import asyncio
import itertools
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TypeAlias

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.tools import BaseTool
from opentelemetry.trace import SpanKind

from core.agents.model_retries import RetryRules, described
from core.agents.model_streams import Heard, LangChainStream, ModelStream, OnText
from core.agents.models import max_retries_of, model_errors, model_name
from core.agents.openai_wire import OpenAiWire
from core.config import CoreConfig
from core.errors import ModelError, ModelTimeout, UnreadableCall
from core.observer import NOBODY, ModelOutcome, ModelReport, Observer
from core.tracing import span
from core.types import Usage

logger = logging.getLogger(__name__)

# One more try when a model writes arguments that are no JSON; a second time it will not learn.
UNREADABLE_RETRIES = 1

Sleep: TypeAlias = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class ModelAnswer:
    """A complete answer: its id, the usage as the provider told it, and calls that could all be read.

    `model_name` is "provider:name" of the model that gave it.
    """

    message: AIMessage
    model_name: str


@dataclass(frozen=True, kw_only=True)
class OfferedModel:
    """A model with its tools in its provider's own form; `max_retries` is None where the server decides."""

    name: str
    stream: ModelStream
    max_retries: int | None

    @classmethod
    def of(cls, model: BaseChatModel, tools: Sequence[BaseTool], wire: OpenAiWire | None) -> "OfferedModel":
        return cls(
            name=model_name(model),
            stream=(wire and wire.stream(model, tools)) or LangChainStream(model, tools),
            max_retries=max_retries_of(model),
        )


class ModelChain:
    """An agent's models with its tools, bound once; the preferred one first. It holds nothing of a turn.

    `names` has each model's "provider:name"; `is_private` says that the agent belongs to a user.
    """

    def __init__(
        self,
        models: Sequence[OfferedModel],
        rules: RetryRules,
        *,
        timeout_seconds: float,
        sleep: Sleep,
        is_private: bool = False,
    ) -> None:
        self.is_private = is_private
        self.names = tuple(model.name for model in models)
        self._models = tuple(models)
        self._rules = rules
        self._timeout_seconds = timeout_seconds
        self._sleep = sleep

    @classmethod
    def of(
        cls,
        models: Sequence[BaseChatModel],
        tools: Sequence[BaseTool],
        config: CoreConfig,
        *,
        wire: OpenAiWire | None = None,
        is_private: bool = False,
        sleep: Sleep = asyncio.sleep,
        random: Callable[[], float] = random.random,
    ) -> "ModelChain":
        """Of one model at least. Over the `wire` goes what speaks its protocol, by LangChain the rest.

        `sleep` and `random` (0 to 1) are for tests to replace.
        """
        return cls(
            [OfferedModel.of(model, tools, wire) for model in models],
            RetryRules.of(config, random=random),
            timeout_seconds=config.model_timeout_seconds,
            sleep=sleep,
            is_private=is_private,
        )

    async def ask(
        self, messages: Sequence[BaseMessage], on_text: OnText, observer: Observer = NOBODY
    ) -> ModelAnswer:
        """The answer of the first model that gives one; `on_text` gets each piece of text as it comes.

        Raises ModelFailed or ModelTimeout, for the reason that the preferred model had.
        """
        failures: list[ModelError] = []
        for model in self._models:
            for retries in itertools.count():
                heard = Heard(on_text=on_text)
                try:
                    message = await self._observed(model, messages, heard, observer)
                    return ModelAnswer(message=message, model_name=model.name)
                except ModelError as exc:
                    if _was_shown(heard, exc):
                        raise
                    failures.append(exc)
                pause_seconds = self._pause_seconds(model, failures[-1], retries)
                _log(model, failures[-1], pause_seconds)
                # Every reason leads on to the next model, a conversation too long for this one included: the
                # next may have another key, or more room, and a request that was refused has cost nothing.
                if pause_seconds is None:
                    break
                await self._sleep(pause_seconds)
        raise failures[0]

    async def _observed(
        self, model: OfferedModel, messages: Sequence[BaseMessage], heard: Heard, observer: Observer
    ) -> AIMessage:
        """One try, with a span and a report of it, however it ends."""
        started = perf_counter()
        outcome: ModelOutcome = "cancelled"
        usage = Usage()
        provider, _, name = model.name.partition(":")
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider,
            "gen_ai.request.model": name,
        }
        with span(f"chat {name}", attributes, kind=SpanKind.CLIENT) as kept:
            try:
                with model_errors():
                    async with asyncio.timeout(self._timeout_seconds):
                        message = await model.stream.ask(messages, heard)
                outcome, usage = "answered", usage_of(message)
                return message
            except ModelError as exc:
                outcome = _outcome(exc)
                raise
            finally:
                kept.set_attribute("gen_ai.usage.input_tokens", usage.input_tokens)
                kept.set_attribute("gen_ai.usage.output_tokens", usage.output_tokens)
                if heard.first_token_seconds is not None:
                    kept.set_attribute("gen_ai.response.time_to_first_chunk", heard.first_token_seconds)
                observer.model_called(
                    ModelReport(
                        model_name=model.name,
                        is_private=self.is_private,
                        seconds=perf_counter() - started,
                        first_token_seconds=heard.first_token_seconds,
                        usage=usage,
                        outcome=outcome,
                    )
                )

    def _pause_seconds(self, model: OfferedModel, failure: ModelError, retries: int) -> float | None:
        """How long to wait before this model is asked again; None for not at all."""
        if isinstance(failure, UnreadableCall):
            return 0 if retries < UNREADABLE_RETRIES else None
        # The user has waited for a whole time limit: with another model at hand, that one is asked.
        if isinstance(failure, ModelTimeout) and model is not self._models[-1]:
            return None
        return self._rules.pause_seconds(failure, retries, max_retries=model.max_retries)


def usage_of(message: AIMessage) -> Usage:
    """What the provider told that an answer cost; zero when it told nothing."""
    used = message.usage_metadata
    return Usage(input_tokens=used["input_tokens"], output_tokens=used["output_tokens"]) if used else Usage()


def _outcome(failure: ModelError) -> ModelOutcome:
    match failure:
        case UnreadableCall():
            return "unreadable"
        case ModelTimeout():
            return "timeout"
        case _:
            return "failed"


def _was_shown(heard: Heard, failure: ModelError) -> bool:
    """Whether a client has seen the beginning of an answer, which another try would not go on from.

    A call that nobody can read was not run and is not kept, so only text counts beside it.
    """
    return heard.has_text or (heard.has_call and not isinstance(failure, UnreadableCall))


def _log(model: OfferedModel, failure: ModelError, pause_seconds: float | None) -> None:
    reason = described(failure)
    if pause_seconds is None:
        logger.warning("The model %s is given up after %s", model.name, reason)
    else:
        logger.info("The model %s is asked again in %.1f s after %s", model.name, pause_seconds, reason)
