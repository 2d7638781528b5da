"""The scheduled jobs on a real database, called as the scheduler calls them."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from chatServer.maintenance import create_scheduler
from fixtures.people import Person
from fixtures.scripted_model import ScriptedChatModel
from fixtures.servers import RunningServer

pytestmark = pytest.mark.usefixtures("helper")


async def run_jobs(server: RunningServer) -> None:
    scheduler: Any = create_scheduler(server.services)
    for job in scheduler.get_jobs():
        await job.func(*job.args)


async def test_a_session_without_heartbeat_ends_and_its_executor_is_evicted(
    server: RunningServer,
    scripted_model: ScriptedChatModel,
    make_user: Callable[[], Person],
    owner: psycopg.Connection,
) -> None:
    active, gone = make_user(), make_user()
    scripted_model.reply("Hello", "Hello")
    for person, age in ((active, "29 minutes"), (gone, "31 minutes")):
        chat_id = (await server.say(person, "Hello")).json()["session_id"]
        owner.execute(
            """
            insert into chat_sessions (user_id, chat_id, agent_name, updated_at)
            values (%(user_id)s, %(chat_id)s, 'helper', now() - %(age)s::interval)
            """,
            {"user_id": person.id, "chat_id": chat_id, "age": age},
        )
    before = owner.execute("select id, updated_at from chat_sessions order by id").fetchall()

    await run_jobs(server)

    sessions = owner.execute("select user_id from chat_sessions where is_active").fetchall()
    assert sessions == [(active.id,)]
    assert len(server.services.executors) == 1
    # The last heartbeat stays on record.
    assert owner.execute("select id, updated_at from chat_sessions order by id").fetchall() == before
