"""Stores a turn that has ended, however long the database is away."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from time import monotonic
from typing import Any
from uuid import UUID

from core.chats.runs import RunOutcome, close_turn
from core.db import Pool
from core.errors import ClarityError, DatabaseUnavailable
from core.types import User

logger = logging.getLogger(__name__)

# How long an ended turn tries to be stored while the database is away, and how long once the server stops.
PATIENCE_SECONDS = 120
LAST_PATIENCE_SECONDS = 5
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 2.0


class ClosingTurn:
    """One turn on its way into the database. `title` names the chat if nobody has."""

    def __init__(self, pool: Pool, user: User, run_id: UUID, *, title: str | None) -> None:
        self._pool = pool
        self._user = user
        self._run_id = run_id
        self._title = title
        self._deadline = monotonic() + PATIENCE_SECONDS

    def hurry(self) -> None:
        """The server must stop: what cannot be stored soon will not be."""
        self._deadline = min(self._deadline, monotonic() + LAST_PATIENCE_SECONDS)

    async def store(self, rows: Sequence[dict[str, Any]], outcome: RunOutcome) -> bool:
        """False when the run was given up meanwhile. Raises ClarityError when it cannot be stored."""
        try:
            return await self._store_patiently(rows, outcome)
        except ClarityError:
            logger.exception("Turn %s could not be stored", self._run_id)
            raise
        except Exception:
            # Something in these messages cannot be stored: without them the chat is free again at least.
            logger.exception("The messages of turn %s could not be stored", self._run_id)
        failed = replace(outcome, status="failed", error=ClarityError(), asked=())
        try:
            await self._store_patiently([], failed)
        except Exception:
            logger.exception("Turn %s could not be closed", self._run_id)
        raise ClarityError

    async def _store_patiently(self, rows: Sequence[dict[str, Any]], outcome: RunOutcome) -> bool:
        pause_seconds = FIRST_PAUSE_SECONDS
        while True:
            try:
                is_stored = await close_turn(
                    self._pool,
                    self._user,
                    run_id=self._run_id,
                    messages=rows,
                    outcome=outcome,
                    title=self._title,
                )
            except DatabaseUnavailable:
                if monotonic() + pause_seconds > self._deadline:
                    raise
                await asyncio.sleep(pause_seconds)
                pause_seconds = min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)
            else:
                if not is_stored:
                    logger.warning("Turn %s had lost its chat to a later one", self._run_id)
                return is_stored
