import logging
from datetime import timedelta
from typing import Any

import pytest

from chatServer.maintenance import create_scheduler, run_job
from core.config import CoreConfig
from core.db import create_pool
from core.errors import DatabaseUnavailable
from core.turn import create_services
from fixtures.servers import NO_DATABASE


def outcome(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (record,) = caplog.records
    return vars(record)


async def test_both_jobs_run_every_five_minutes_and_never_twice_at_once() -> None:
    services = create_services(create_pool(NO_DATABASE), CoreConfig())
    scheduler: Any = create_scheduler(services)
    jobs: list[Any] = scheduler.get_jobs()
    await services.models.aclose()

    assert {job.id for job in jobs} == {
        "deactivate_stale_chat_session_instances",
        "evict_inactive_executors",
    }
    for job in jobs:
        assert job.trigger.interval == timedelta(minutes=5)
        assert job.trigger.jitter < 60
        assert job.coalesce
        assert job.max_instances == 1
        # A job that is late is done late, not left out.
        assert job.misfire_grace_time is None


async def test_a_job_says_how_much_it_did(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> int:
        return 3

    caplog.set_level(logging.INFO)
    await run_job("sweep", work)

    assert outcome(caplog)["message"] == "job done"
    assert (outcome(caplog)["job"], outcome(caplog)["count"]) == ("sweep", 3)


@pytest.mark.parametrize(
    ("error", "message", "has_traceback"),
    [
        (DatabaseUnavailable(), "job skipped: the database is away", False),
        (ZeroDivisionError(), "job failed", True),
    ],
)
async def test_a_job_that_fails_is_logged_and_does_not_end_the_clock(
    caplog: pytest.LogCaptureFixture, error: Exception, message: str, has_traceback: bool
) -> None:
    async def work() -> int:
        raise error

    await run_job("sweep", work)

    assert outcome(caplog)["message"] == message
    assert bool(outcome(caplog)["exc_info"]) is has_traceback
