"""Sharing an agent shares what it is told and what it can do, never anybody's rows."""

import re
from collections.abc import Callable
from typing import Any

import psycopg

from fixtures.people import Person
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.servers import RunningServer

EVERYTHING: dict[str, Any] = {"filters": {"title": {"neq": "no such title"}}}
TOOLS = {
    method: {"table_name": "tasks", "method": method}
    for method in ("fetch", "count", "create", "update", "delete")
}
# What a model that means harm would call, in this order.
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("fetch", {}),
    ("count", {}),
    ("fetch", EVERYTHING),
    ("update", {**EVERYTHING, "data": {"description": "seen by another"}}),
    ("delete", EVERYTHING),
    ("fetch", {}),
)
TASKS = "select title, description from tasks where user_id = %(id)s"
RESTORE = "insert into tasks (user_id, title) values (%(id)s, %(title)s)"


async def test_a_shared_agent_shows_and_changes_no_more_than_ones_own_did(
    server: RunningServer,
    scripted_model: ScriptedChatModel,
    owner: psycopg.Connection,
    make_user: Callable[..., Person],
    make_agent: Callable[..., None],
) -> None:
    ada, ben = make_user("ada@example.com"), make_user("ben@example.com")

    async def results() -> list[tuple[str, str]]:
        """What the tools told Ben's model, each time from the same rows."""
        owner.execute("delete from tasks")
        owner.execute(RESTORE, {"id": ada.id, "title": "Ada's task"})
        owner.execute(RESTORE, {"id": ben.id, "title": "Ben's task"})
        scripted_model.reply(*(Reply(tool_calls=[call]) for call in CALLS), "Done")
        answer = await server.say(ben, "Do your worst", agent_name="helper")
        assert answer.status_code == 200, answer.text
        return [(call["status"], without_times(call["result"])) for call in answer.json()["tool_calls"]]

    make_agent("helper", owner_id=ben.id, **TOOLS)
    with_his_own = await results()
    owner.execute("delete from agent_configurations")
    make_agent("helper", owner_id=ada.id, **TOOLS)
    owner.execute("update agent_configurations set owner_id = null")
    with_the_shared_one = await results()

    assert with_the_shared_one == with_his_own
    assert len(with_the_shared_one) == len(CALLS)
    assert "Ada" not in str(with_the_shared_one)
    assert owner.execute(TASKS, {"id": ada.id}).fetchall() == [("Ada's task", None)]
    assert owner.execute(TASKS, {"id": ben.id}).fetchall() == []


def without_times(result: str) -> str:
    """The result without what differs from row to row: ids and times."""
    return re.sub(r'"[0-9a-f]{8}-[0-9a-f-]{27}"|"\d{4}-\d\d-\d\d[T ][^"]*"', '"…"', result)
