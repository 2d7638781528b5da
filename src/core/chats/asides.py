"""Requests to a model beside turns, which nobody waits for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage

from core.observer import NOBODY, ModelOutcome, ModelReport, ModelUse, Observer
from core.types import Usage


@dataclass(frozen=True, kw_only=True)
class Aside:
    """What such requests are for, and who is told of them; `is_private` says that a user's own agent asks."""

    kind: ModelUse
    is_private: bool = False
    observer: Observer = field(default=NOBODY, repr=False, compare=False)

    async def ask(
        self, model: BaseChatModel, prompt: Sequence[BaseMessage], *, timeout_seconds: float
    ) -> AIMessage:
        """The model's answer, at the first try. Raises what the model's package does, or TimeoutError."""
        started = perf_counter()
        outcome: ModelOutcome = "failed"
        usage = Usage()
        try:
            async with asyncio.timeout(timeout_seconds):
                answer = await model.ainvoke(list(prompt))
            outcome, usage = "answered", usage_of(answer)
            return answer
        except TimeoutError:
            outcome = "timeout"
            raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            self.observer.model_called(
                ModelReport(
                    model_name=model.name or type(model).__name__,
                    is_private=self.is_private,
                    seconds=perf_counter() - started,
                    first_token_seconds=None,
                    usage=usage,
                    outcome=outcome,
                    kind=self.kind,
                )
            )


def usage_of(answer: AIMessage) -> Usage:
    """What the provider told that an answer cost; zero when it told nothing."""
    used = answer.usage_metadata
    return Usage(input_tokens=used["input_tokens"], output_tokens=used["output_tokens"]) if used else Usage()
