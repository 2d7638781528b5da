import logging
from datetime import timedelta
from typing import Any

import pytest

from chatServer.maintenance import create_scheduler, run_job
from core.config import CoreConfig
from core.db import create_pool
from core.errors import DatabaseUnavailable
from core.observer import NOBODY
from core.services import create_services
from fixtures.servers import NO_DATABASE
from fixtures.watching import Watching


def outcome(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (record,) = caplog.records
    return vars(record)


async def test_each_job_has_its_clock_and_never_runs_twice_at_once() -> None:
    services = create_services(create_pool(NO_DATABASE), CoreConfig())
    scheduler: Any = create_scheduler(services)
    jobs: list[Any] = scheduler.get_jobs()
    await services.models.aclose()

    assert {job.id: job.trigger.interval for job in jobs} == {
        "interrupt_broken_runs": timedelta(seconds=15),
        "expire_approvals": timedelta(minutes=1),
        "delete_expired_socket_tickets": timedelta(minutes=5),
        "deactivate_stale_chat_session_instances": timedelta(minutes=5),
        "evict_inactive_executors": timedelta(minutes=5),
    }
    for job in jobs:
        assert timedelta(seconds=job.trigger.jitter) < job.trigger.interval / 4
        assert job.coalesce
        assert job.max_instances == 1
        # A job that is late is done late, not left out.
        assert job.misfire_grace_time is None


async def test_a_job_says_how_much_it_did(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> int:
        return 3

    caplog.set_level(logging.INFO)
    watching = Watching()
    await run_job("sweep", work, watching)

    assert outcome(caplog)["message"] == "job done"
    assert (outcome(caplog)["job"], outcome(caplog)["count"]) == ("sweep", 3)
    [report] = watching.jobs
    assert (report.name, report.outcome, report.rows) == ("sweep", "done", 3)
    assert report.seconds > 0


async def test_a_job_that_found_nothing_to_do_is_not_worth_a_line(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> int:
        return 0

    caplog.set_level(logging.INFO)
    await run_job("sweep", work, NOBODY)

    assert caplog.records == []


@pytest.mark.parametrize(
    ("error", "told", "message", "has_traceback"),
    [
        (DatabaseUnavailable(), "skipped", "job skipped: the database is away", False),
        (ZeroDivisionError(), "failed", "job failed", True),
    ],
)
async def test_a_job_that_fails_is_logged_and_does_not_end_the_clock(
    caplog: pytest.LogCaptureFixture, error: Exception, told: str, message: str, has_traceback: bool
) -> None:
    async def work() -> int:
        raise error

    watching = Watching()
    await run_job("sweep", work, watching)

    assert [report.outcome for report in watching.jobs] == [told]
    assert outcome(caplog)["message"] == message
    assert bool(outcome(caplog)["exc_info"]) is has_traceback
