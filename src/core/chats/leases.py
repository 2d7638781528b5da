"""Keeps the leases of this process's runs, and learns on the way which of them are to stop.

One statement for all runs, every few seconds, and none while nothing runs.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextvars import Context
from uuid import UUID

from core.chats.live_runs import LiveRun, LiveRuns
from core.config import CoreConfig
from core.db import Pool, database_errors, fetch_all
from core.errors import DatabaseUnavailable

logger = logging.getLogger(__name__)


class LeaseKeeper:
    """Renews while there are runs. One that was lost to another server, or cancelled there, is stopped."""

    def __init__(self, pool: Pool, config: CoreConfig, runs: LiveRuns) -> None:
        self._pool = pool
        self._config = config
        self._runs = runs
        self._task: asyncio.Task[None] | None = None

    def ensure(self) -> None:
        """To be called when a run begins."""
        if self._task is None or self._task.done():
            # In a context of its own: it is no part of the turn that happens to be the first.
            self._task = asyncio.create_task(self._keep(), context=Context())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._config.lease_renewal_seconds)
            running = {run.run_id: run for run in self._runs}
            if not running:
                return
            try:
                await self._renew(running)
            except DatabaseUnavailable:
                # Nobody else can take a run over either, as long as it is away.
                logger.warning("Leases could not be renewed: the database is away")
            except Exception:
                # The outermost loop of a job.
                logger.exception("Leases could not be renewed")

    async def _renew(self, running: Mapping[UUID, LiveRun]) -> None:
        with database_errors():
            rows = await fetch_all(
                self._pool,
                "select run_id, is_lost from private.renew_leases(%(run_ids)s, %(seconds)s)",
                {"run_ids": list(running), "seconds": self._config.lease_seconds},
            )
        for row in rows:
            run = running[row["run_id"]]
            if row["is_lost"]:
                run.break_off()
            else:
                run.cancel()
