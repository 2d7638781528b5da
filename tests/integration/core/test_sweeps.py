"""What is cleared away on a clock: as of the time that is given, and by one replica at a time."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, tzinfo
from uuid import UUID

import pytest

from chatServer import maintenance
from core.chats.runs import expire_approvals, interrupt_broken_runs
from core.chats.sessions import deactivate_stale_chat_session_instances
from core.chats.sweeps import SweepLock
from core.chats.tickets import delete_expired_socket_tickets, make_socket_ticket
from core.db import create_pool
from core.errors import DatabaseUnavailable
from core.services import create_services, outside_a_turn
from core.types import User
from fixtures.counting_proxy import counting_proxy
from fixtures.databases import Database
from fixtures.scripted_model import Reply
from fixtures.servers import NO_DATABASE
from integration.core.conftest import Stage

Sweep = Callable[..., Awaitable[int]]
SWEEPS: dict[SweepLock, Sweep] = {
    SweepLock.BROKEN_RUNS: interrupt_broken_runs,
    SweepLock.OLD_APPROVALS: expire_approvals,
    SweepLock.STALE_SESSIONS: deactivate_stale_chat_session_instances,
    SweepLock.OLD_TICKETS: delete_expired_socket_tickets,
}


def now(**ahead: float) -> datetime:
    return datetime.now(UTC) + timedelta(**ahead)


async def make_something_for_each(stage: Stage) -> None:
    """A row that each sweep finds in 25 hours: a run that broke, a question, a session and a ticket."""
    stage.add_tool("add_task", method="create")
    stage.owner.execute("update agent_tools set approval = 'ask'")
    stage.model.reply("Hello", Reply(tool_calls=[("add_task", {"data": {"title": "Water"}})]))
    broken = await stage.turn("Hi")
    waiting = await stage.turn("Add a task")
    assert waiting.pending_actions
    stage.owner.execute(
        """
        update chat_runs set status = 'running', lease_expires_at = now() + interval '30 seconds'
         where id = %(id)s
        """,
        {"id": broken.run_id},
    )
    stage.owner.execute(
        "insert into chat_sessions (user_id, chat_id, agent_name) values (%(user)s, %(chat)s, 'helper')",
        {"user": stage.user.id, "chat": broken.chat_id},
    )
    user = User.from_claims({**stage.user.claims, "exp": now(hours=1).timestamp()})
    await make_socket_ticket(stage.services.pool, user)


@pytest.mark.parametrize(
    ("lock", "early", "late"),
    [
        (SweepLock.BROKEN_RUNS, timedelta(seconds=20), timedelta(seconds=31)),
        (SweepLock.OLD_APPROVALS, timedelta(hours=23), timedelta(hours=25)),
        (SweepLock.STALE_SESSIONS, timedelta(minutes=29), timedelta(minutes=31)),
        (SweepLock.OLD_TICKETS, timedelta(seconds=50), timedelta(seconds=61)),
    ],
)
async def test_each_sweep_takes_what_is_over_at_the_time_that_it_is_given(
    stage: Stage, lock: SweepLock, early: timedelta, late: timedelta
) -> None:
    await make_something_for_each(stage)
    sweep, pool = SWEEPS[lock], stage.services.pool

    swept = [await sweep(pool, at=now() + ahead) for ahead in (timedelta(0), early, late, late)]

    assert swept == [0, 0, 1, 0]


async def test_the_clock_of_a_job_is_the_databases_and_not_its_servers(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FastClock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(days=2)

    monkeypatch.setattr(maintenance, "datetime", FastClock, raising=False)
    await make_something_for_each(stage)
    sweeps = [job for job in maintenance.jobs_of(stage.services) if job.name != "evict_inactive_executors"]

    assert [await job.work() for job in sweeps] == [0, 0, 0, 0]
    stage.owner.execute("update chat_runs set lease_expires_at = now() - interval '1 second'")
    stage.owner.execute("update pending_actions set expires_at = now() - interval '1 second'")
    stage.owner.execute("update private.socket_tickets set expires_at = now() - interval '1 second'")
    stage.owner.execute("update chat_sessions set updated_at = now() - interval '31 minutes'")
    assert [await job.work() for job in sweeps] == [1, 1, 1, 1]


async def test_what_a_sweep_did_is_in_the_rows(stage: Stage) -> None:
    await make_something_for_each(stage)
    for sweep in SWEEPS.values():
        await sweep(stage.services.pool, at=now(hours=25))

    assert stage.rows("select status, error ->> 'code' from chat_runs order by started_at") == [
        ("interrupted", "turn_interrupted"),
        ("cancelled", "approval_expired"),
    ]
    assert stage.rows("select status from pending_actions") == [("expired",)]
    assert stage.rows("select is_active from chat_sessions") == [(False,)]
    assert stage.rows("select count(*) from private.socket_tickets") == [(0,)]


@pytest.mark.parametrize("lock", SweepLock)
async def test_while_one_replica_sweeps_the_others_do_not(stage: Stage, lock: SweepLock) -> None:
    await make_something_for_each(stage)
    sweep, pool, late = SWEEPS[lock], stage.services.pool, now(hours=25)

    with stage.owner.transaction():
        stage.owner.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": int(lock)})
        assert await sweep(pool, at=late) == 0
        # The others are another matter.
        assert [await other(pool, at=late) for key, other in SWEEPS.items() if key != lock] == [1, 1, 1]

    assert await sweep(pool, at=late) == 1


@pytest.mark.parametrize("lock", SweepLock)
async def test_a_database_that_is_away_is_told_as_such(lock: SweepLock) -> None:
    async with create_pool(NO_DATABASE, min_size=1, timeout_seconds=0.05) as pool:
        with pytest.raises(DatabaseUnavailable):
            await SWEEPS[lock](pool, at=now())


# Executors


async def test_ten_thousand_executors_cost_one_query(stage: Stage, database: Database) -> None:
    stage.model.reply("Hello")
    # The one who has the agent open.
    chat_id = (await stage.turn("Hi")).chat_id
    stage.owner.execute(
        "insert into chat_sessions (user_id, chat_id, agent_name) values (%(user)s, %(chat)s, 'helper')",
        {"user": stage.user.id, "chat": chat_id},
    )
    [(version,)] = stage.rows("select config_version from agent_configurations")
    users = [stage.user, *(User(id=UUID(int=number), claims={}) for number in range(1, 10_000))]

    async with (
        counting_proxy(database.server_url) as proxy,
        create_pool(proxy.url, min_size=1, max_size=1) as pool,
    ):
        services = create_services(pool, stage.services.config, models=stage.services.models)
        executors = services.executors
        for user in users:
            await executors.get(
                outside_a_turn(services, user, "helper"),
                agent_id=stage.agent_id,
                config_version=version,
                customizations=(),
            )
        assert (len(executors), executors.statistics.agents_compiled) == (10_000, 1)
        proxy.reset()

        evicted = await executors.evict_inactive()

        assert proxy.round_trips == 1
        assert (evicted, len(executors), executors.statistics.evictions) == (9_999, 1, 9_999)
