"""A tool that asks, a turn that waits for it, and ways to decide."""

from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from core.chats.opening import Decision, StillUndecided
from core.db import create_pool
from core.services import TurnServices, create_services
from core.turn import run_events, start_turn
from core.turn_requests import DecisionRequest
from core.turn_results import TurnResult, collect_turn
from core.types import User
from fixtures.databases import Database
from fixtures.scripted_model import Reply
from integration.core.conftest import Stage


def add_tool(
    stage: Stage, name: str, *, approval: str = "auto", kind: str = "CRUDTool", **config: Any
) -> UUID:
    if kind == "CRUDTool":
        config = {"table_name": "tasks", **config}
    row = stage.owner.execute(
        """
        insert into agent_tools (agent_id, name, type, approval, config)
        values (%(agent_id)s, %(name)s, %(kind)s, %(approval)s, %(config)s) returning id
        """,
        {
            "agent_id": stage.agent_id,
            "name": name,
            "kind": kind,
            "approval": approval,
            "config": Jsonb(config),
        },
    ).fetchone()
    assert row
    return row[0]


def add_task(stage: Stage, title: str) -> None:
    stage.owner.execute(
        "insert into tasks (user_id, title) values (%(user)s, %(title)s)",
        {"user": stage.user.id, "title": title},
    )


def tasks(stage: Stage) -> list[str]:
    return [title for (title,) in stage.rows("select title from tasks order by title")]


def statuses(stage: Stage) -> list[str]:
    """Of what asked, in the order of asking."""
    rows = stage.rows("select status from pending_actions order by created_at, id")
    return [status for (status,) in rows]


def runs(stage: Stage) -> list[str]:
    return [status for (status,) in stage.rows("select status from chat_runs order by started_at")]


def delete(title: str) -> tuple[str, dict[str, Any]]:
    return "delete_tasks", {"filters": {"title": title}}


async def decide(
    stage: Stage, *decisions: Decision, services: TurnServices | None = None, user: User | None = None
) -> TurnResult | StillUndecided:
    services, user = services or stage.services, user or stage.user
    begun = await start_turn(services, DecisionRequest(user=user, decisions=decisions))
    if isinstance(begun, StillUndecided):
        return begun
    return await collect_turn(run_events(services, user, begun.run_id))


def approve(action_id: UUID, **values: Any) -> Decision:
    return Decision(action_id=action_id, decision="approve", **values)


def reject(action_id: UUID, reason: str | None = None) -> Decision:
    return Decision(action_id=action_id, decision="reject", reason=reason)


@pytest.fixture
def tool_id(stage: Stage) -> UUID:
    """Of `delete_tasks`, which asks. There are the tasks Buy milk and Pay rent."""
    add_task(stage, "Buy milk")
    add_task(stage, "Pay rent")
    return add_tool(stage, "delete_tasks", approval="ask", method="delete", columns=["title"])


async def asked(stage: Stage, *calls: tuple[str, dict[str, Any]], **values: Any) -> TurnResult:
    """A turn in which the model makes these calls, and which waits then."""
    stage.model.reply(Reply(text="Let me see.", tool_calls=calls or [delete("Buy milk")]))
    result = await stage.turn("Clean up", **values)
    assert result.pending_actions
    return result


@pytest.fixture
async def waiting(stage: Stage, tool_id: UUID) -> TurnResult:
    """A turn that waits for `delete_tasks`."""
    return await asked(stage)


async def other_server(stage: Stage, database: Database) -> TurnServices:
    """Another process on the same database; the test closes it and its pool."""
    pool = create_pool(database.server_url, min_size=1, max_size=8)
    await pool.open()
    return create_services(pool, stage.services.config, models=stage.services.models)


async def close(services: TurnServices) -> None:
    await services.aclose(0)
    await services.pool.close()
