"""GET /api/operator/overview: what admins see of everybody, and nobody else of anybody."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import psycopg
import pytest

from fixtures.people import Person
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.servers import JWT_SECRET, RunningServer

pytestmark = pytest.mark.usefixtures("helper")


@pytest.fixture
def admin(make_user: Callable[..., Person], owner: psycopg.Connection) -> Person:
    person = make_user("admin@example.com")
    owner.execute("insert into admins (user_id) values (%(id)s)", {"id": person.id})
    return person


async def overview(server: RunningServer, person: Person | None, **query: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {person.jwt(JWT_SECRET)}"} if person else {}
    return await server.client.get("/api/operator/overview", params=query, headers=headers)


async def test_an_admin_sees_turns_errors_cost_and_the_server(
    server: RunningServer,
    scripted_model: ScriptedChatModel,
    make_user: Callable[..., Person],
    make_agent: Callable[..., None],
    owner: psycopg.Connection,
    admin: Person,
) -> None:
    ada, ben = make_user("ada@example.com"), make_user("ben@example.com")
    make_agent("diary_of_ben", owner_id=ben.id)
    owner.execute("insert into model_prices values ('scripted:model', 1000, 2000)")
    scripted_model.reply(
        Reply(tool_calls=[("list_tasks", {})]), "None.", RuntimeError("trouble"), "Dear diary"
    )
    await server.say(ada, "Which tasks?")
    await server.say(ada, "Fail")
    await server.say(ben, "Dear diary", agent_name="diary_of_ben")

    answer = await overview(server, admin)

    assert answer.status_code == 200
    seen = answer.json()
    assert (seen["running"], seen["waiting"]) == (0, 0)
    assert seen["turns_last_day"] == {"completed": 2, "failed": 1}
    assert seen["error_rate"] == pytest.approx(1 / 3)  # pyright: ignore[reportUnknownMemberType]
    assert seen["errors"] == [{"code": "model_failed", "turns": 1}]
    # 20 tokens in, 10 out at these prices; the failed model told no usage.
    assert [(one["agent_name"], one["turns"], one["cost_usd"]) for one in seen["agents"]] == [
        ("helper", 2, 0.04),
        (None, 1, 0.02),
    ]
    assert [(one["user_id"], one["email"], one["turns"]) for one in seen["users"]] == [
        (str(ada.id), "ada@example.com", 2),
        (str(ben.id), "ben@example.com", 1),
    ]
    assert seen["users"][0]["usage"] == {"input_tokens": 20, "output_tokens": 10, "total_tokens": 30}
    here = seen["server"]
    assert datetime.fromisoformat(here["started_at"]) < datetime.now(UTC)
    assert (here["live_runs"], here["executors"], here["executor_hits"]) == (0, 2, 1)
    [tool] = here["slowest_tools"]
    assert (tool["agent_name"], tool["tool_name"], tool["calls"]) == ("helper", "list_tasks", 1)
    assert "diary" not in answer.text


async def test_usage_is_of_the_days_that_are_asked_for(
    server: RunningServer, owner: psycopg.Connection, admin: Person
) -> None:
    owner.execute(
        """
        insert into user_usage (user_id, day, agent_name, runs)
        select %(id)s, (now() at time zone 'UTC')::date - ago, 'helper', 1 from generate_series(0, 9) as ago
        """,
        {"id": admin.id},
    )

    seen = [(await overview(server, admin, days=days)).json()["users"][0]["turns"] for days in ("1", "7")]

    assert seen == [1, 7]


@pytest.mark.parametrize("days", ["0", "367", "x"])
async def test_days_that_make_no_sense_are_refused(server: RunningServer, admin: Person, days: str) -> None:
    assert (await overview(server, admin, days=days)).status_code == 422


async def test_nobody_else_sees_it(
    server: RunningServer,
    make_user: Callable[..., Person],
    owner: psycopg.Connection,
    admin: Person,
) -> None:
    somebody = await overview(server, make_user())
    nobody = await overview(server, None)
    owner.execute("delete from admins")
    no_longer = await overview(server, admin)

    assert [somebody.status_code, nobody.status_code, no_longer.status_code] == [403, 401, 403]
    assert somebody.json()["code"] == "not_permitted"
