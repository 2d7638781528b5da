"""The jobs that keep a server and its database tidy. They only call the core, on a clock."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC
from time import perf_counter

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # pyright: ignore[reportMissingTypeStubs]
from apscheduler.triggers.interval import IntervalTrigger  # pyright: ignore[reportMissingTypeStubs]

from core.chats.runs import expire_approvals, interrupt_broken_runs
from core.chats.sessions import deactivate_stale_chat_session_instances
from core.chats.tickets import delete_expired_socket_tickets
from core.errors import DatabaseUnavailable
from core.observer import JobOutcome, JobReport, Observer
from core.services import TurnServices

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work to be done every so many seconds; it says how much there was.

    Up to `jitter_seconds` earlier or later, so that replicas which were started together do not all knock at
    once.
    """

    name: str
    interval_seconds: int
    jitter_seconds: int
    work: Callable[[], Awaitable[int]]


def jobs_of(services: TurnServices) -> list[Job]:
    """What is to be done for one server.

    The sweeps of the database run in one replica at a time (the database sees to that) and go by its clock:
    one server whose own is fast would give up the turns of all others. Each evicts from its own cache.
    """
    pool = services.pool
    return [
        Job(
            name="interrupt_broken_runs",
            # A chat whose server died is free again after its lease and, at most, this; the next message to
            # it does not wait for the job.
            interval_seconds=15,
            jitter_seconds=3,
            work=lambda: interrupt_broken_runs(pool),
        ),
        Job(
            name="expire_approvals",
            interval_seconds=60,
            jitter_seconds=10,
            work=lambda: expire_approvals(pool),
        ),
        Job(
            name="delete_expired_socket_tickets",
            interval_seconds=300,
            jitter_seconds=30,
            work=lambda: delete_expired_socket_tickets(pool),
        ),
        Job(
            name="deactivate_stale_chat_session_instances",
            interval_seconds=300,
            jitter_seconds=30,
            work=lambda: deactivate_stale_chat_session_instances(pool),
        ),
        Job(
            name="evict_inactive_executors",
            interval_seconds=300,
            jitter_seconds=30,
            work=services.executors.evict_inactive,
        ),
    ]


def create_scheduler(services: TurnServices) -> AsyncIOScheduler:
    """The jobs on a clock that is not started yet."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    for job in jobs_of(services):
        scheduler.add_job(  # pyright: ignore[reportUnknownMemberType]
            run_job,
            IntervalTrigger(seconds=job.interval_seconds, jitter=job.jitter_seconds, timezone=UTC),
            args=(job.name, job.work, services.observer),
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    return scheduler


async def run_job(name: str, work: Callable[[], Awaitable[int]], observer: Observer) -> None:
    """Does the work, and says how much it was. A failure is logged, and the next run tries again."""
    started = perf_counter()
    outcome: JobOutcome = "failed"
    rows = 0
    try:
        rows = await work()
        outcome = "done"
    except DatabaseUnavailable:
        outcome = "skipped"
        logger.warning("job skipped: the database is away", extra={"job": name})
    except Exception:
        # The outermost loop of a job.
        logger.exception("job failed", extra={"job": name})
    else:
        # Most sweeps find nothing, four times a minute.
        level = logging.INFO if rows else logging.DEBUG
        logger.log(level, "job done", extra={"job": name, "count": rows})
    finally:
        seconds = perf_counter() - started
        observer.job_ran(JobReport(name=name, outcome=outcome, seconds=seconds, rows=rows))
