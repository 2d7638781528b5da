"""What is done for a chat after a turn, in the background: a better title, a summary of what is old.

It is a help and no more: it may fail, be left undone by a server that stops, and be done by a later turn
instead. What it costs is the user's usage like any other.
"""

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from langchain_core.language_models import BaseChatModel
from psycopg.types.json import Jsonb

from core.chats.asides import Aside
from core.chats.closing import usage_by_model
from core.chats.summaries import needs_summary, summarise_chat
from core.chats.titles import improve_title
from core.config import CoreConfig
from core.db import Pool, database_errors, fetch_one
from core.errors import DatabaseUnavailable
from core.observer import NOBODY, Observer
from core.types import Usage, User

logger = logging.getLogger(__name__)

# At a time: users wait for the model in their turns, and nobody waits for these.
MOST_AT_ONCE = 4
# Beyond this many that wait, a chat's is left to its next turn.
MOST_WAITING = 200


@dataclass(frozen=True, kw_only=True)
class EndedTurn:
    """A turn that was answered and stored; `history` are the chat's rows since its summary, its own included.

    `made_title` is what the chat was called by this turn, None when it had a title before. `is_private` says
    that the agent is a user's own, and `observer` is told of what the model is asked.
    """

    user: User
    chat_id: UUID
    agent_name: str
    model: BaseChatModel
    message: str
    answer: str
    made_title: str | None
    history: Sequence[Mapping[str, Any]]
    is_private: bool = False
    observer: Observer = field(default=NOBODY, repr=False, compare=False)


class Aftermath:
    """The background work of one process: at most one at a time a chat."""

    def __init__(self, pool: Pool, config: CoreConfig) -> None:
        self._pool = pool
        self._config = config
        self._chats: set[UUID] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    def follow(self, turn: EndedTurn) -> None:
        """Sees to what the turn leaves to do. Returns at once."""
        work = list(self._work(turn))
        if not work or turn.chat_id in self._chats or len(self._tasks) >= MOST_WAITING:
            for one in work:
                one.close()
            return
        self._chats.add(turn.chat_id)
        task = asyncio.create_task(self._do(turn, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Waits until nothing is left to do."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        """Breaks off what is going on."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _work(self, turn: EndedTurn) -> Sequence[Coroutine[Any, Any, tuple[str, Usage] | None]]:
        work: list[Coroutine[Any, Any, tuple[str, Usage] | None]] = []
        if self._config.improve_titles and turn.made_title and turn.answer:
            work.append(self._title(turn, turn.made_title))
        if needs_summary(turn.history, self._config):
            work.append(self._summary(turn))
        return work

    async def _do(
        self, turn: EndedTurn, work: Sequence[Coroutine[Any, Any, tuple[str, Usage] | None]]
    ) -> None:
        try:
            async with self._room:
                for one in work:
                    if spent := await one:
                        await self._count(turn, *spent)
        except Exception:
            # The outermost loop of the work.
            logger.exception("The work after a turn of chat %s failed", turn.chat_id)
        finally:
            for one in work:
                one.close()
            self._chats.discard(turn.chat_id)

    async def _title(self, turn: EndedTurn, made_title: str) -> tuple[str, Usage]:
        done = await improve_title(
            self._pool,
            turn.user,
            chat_id=turn.chat_id,
            model=turn.model,
            first_message=turn.message,
            answer=turn.answer,
            made_title=made_title,
            timeout_seconds=self._config.model_timeout_seconds,
            aside=Aside(kind="title", is_private=turn.is_private, observer=turn.observer),
        )
        return done.model, done.usage

    async def _summary(self, turn: EndedTurn) -> tuple[str, Usage] | None:
        done = await summarise_chat(
            self._pool,
            turn.user,
            chat_id=turn.chat_id,
            model=turn.model,
            config=self._config,
            aside=Aside(kind="summary", is_private=turn.is_private, observer=turn.observer),
        )
        return (done.model, done.usage) if done else None

    async def _count(self, turn: EndedTurn, model: str, usage: Usage) -> None:
        if not usage.total_tokens:
            return
        used = {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "model_calls": 1,
            "by_model": usage_by_model({model: usage}),
        }
        try:
            with database_errors():
                await fetch_one(
                    self._pool,
                    "select private.add_usage(%(user_id)s, %(agent_name)s, %(usage)s)",
                    {"user_id": turn.user.id, "agent_name": turn.agent_name, "usage": Jsonb(used)},
                )
        except DatabaseUnavailable:
            logger.warning(
                "What followed a turn of chat %s is not counted: the database is away", turn.chat_id
            )
