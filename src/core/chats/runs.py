"""Runs that end by another hand than their own: stopped by their user, given up or expired by a sweep."""

from datetime import datetime
from uuid import UUID

from core.chats.sweeps import SweepLock, sweep
from core.db import Pool, database_errors, fetch_one
from core.errors import RunNotFound
from core.types import User

# A sweep that finds more leaves them to the next one.
SWEPT_AT_ONCE = 1000


async def cancel_run(pool: Pool, user: User, run_id: UUID) -> str:
    """Asks for a run to be stopped, wherever it is: its status now, "running" until its server sees it.

    Raises RunNotFound or DatabaseUnavailable.
    """
    with database_errors():
        row = await fetch_one(
            pool,
            "select private.cancel_run(%(user_id)s, %(run_id)s) as status",
            {"user_id": user.id, "run_id": run_id},
        )
    if row is None or row["status"] is None:
        raise RunNotFound
    return row["status"]


async def interrupt_broken_runs(pool: Pool, *, at: datetime | None = None, most: int = SWEPT_AT_ONCE) -> int:
    """Gives up turns whose lease has passed at that time, or now: how many.

    Their chats tell what they had done. Run by several replicas at once, one does the work. Raises
    DatabaseUnavailable.
    """
    return await sweep(
        pool,
        SweepLock.BROKEN_RUNS,
        "private.interrupt_broken_runs(%(most)s, coalesce(%(at)s::timestamptz, now()))",
        {"most": most, "at": at},
    )


async def expire_approvals(pool: Pool, *, at: datetime | None = None, most: int = SWEPT_AT_ONCE) -> int:
    """Ends turns that have waited for a decision for too long by then, or by now: how many.

    Run by several replicas at once, one does the work. Raises DatabaseUnavailable.
    """
    return await sweep(
        pool,
        SweepLock.OLD_APPROVALS,
        "private.expire_action_runs(%(most)s, coalesce(%(at)s::timestamptz, now()))",
        {"most": most, "at": at},
    )
