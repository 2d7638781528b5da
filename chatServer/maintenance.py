"""The two jobs that keep sessions and executors honest. They only call the core, on a clock."""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # pyright: ignore[reportMissingTypeStubs]
from apscheduler.triggers.interval import IntervalTrigger  # pyright: ignore[reportMissingTypeStubs]

from core.chats.sessions import deactivate_stale_chat_session_instances
from core.errors import DatabaseUnavailable
from core.turn import TurnServices

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 300
# Replicas that were started together do not all knock at once.
JITTER_SECONDS = 30


def create_scheduler(services: TurnServices) -> AsyncIOScheduler:
    """The jobs, every five minutes, on a scheduler that is not started yet.

    The sweep of the sessions runs in one replica at a time (the database sees to that); each replica evicts
    from its own cache.
    """

    async def deactivate() -> int:
        return await deactivate_stale_chat_session_instances(services.pool, at=datetime.now(UTC))

    scheduler = AsyncIOScheduler(timezone=UTC)
    for name, work in (
        ("deactivate_stale_chat_session_instances", deactivate),
        ("evict_inactive_executors", services.executors.evict_inactive),
    ):
        scheduler.add_job(  # pyright: ignore[reportUnknownMemberType]
            run_job,
            IntervalTrigger(seconds=INTERVAL_SECONDS, jitter=JITTER_SECONDS, timezone=UTC),
            args=(name, work),
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    return scheduler


async def run_job(name: str, work: Callable[[], Awaitable[int]]) -> None:
    """Does the work and logs how much it was. A failure is logged, and the next run tries again."""
    try:
        count = await work()
    except DatabaseUnavailable:
        logger.warning("job skipped: the database is away", extra={"job": name})
    except Exception:
        # The outermost loop of a job.
        logger.exception("job failed", extra={"job": name})
    else:
        logger.info("job done", extra={"job": name, "count": count})
