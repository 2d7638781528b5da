"""Fixtures of the database's tests: the small world, and a way to add tools to it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from fixtures.people import Person
from integration.database.world import ROWS, AddTool, World


@pytest.fixture
def world(owner: psycopg.Connection, make_user: Callable[..., Person]) -> World:
    """The two people and the first one's rows, written by the database owner."""
    ada, bob = make_user(), make_user()
    shared = owner.execute(
        """insert into agent_configurations (agent_name, description, system_prompt, llm_config)
        values ('helper', 'Helps', 'You help.', '{"model": "openai:gpt-5-mini"}') returning id"""
    ).fetchone()
    assert shared
    ids: dict[str, Any] = {}
    for table, statement in ROWS:
        row = owner.execute(statement, {"user": ada.id, **ids}).fetchone()
        assert row, table
        ids[table] = row[0]
    return World(ada=ada, bob=bob, shared_agent=shared[0], ids=ids)


@pytest.fixture
def add_tool(owner: psycopg.Connection, world: World) -> AddTool:
    """`add_tool(config, name=..., agent_id=...)` inserts a row of agent_tools as the database owner."""

    def add(
        config: Any, *, name: str = "a_tool", agent_id: UUID | None = None, kind: str = "CRUDTool"
    ) -> UUID:
        row = owner.execute(
            """insert into agent_tools (agent_id, name, type, config)
            values (%(agent_id)s, %(name)s, %(type)s, %(config)s) returning id""",
            {"agent_id": agent_id or world.shared_agent, "name": name, "type": kind, "config": Jsonb(config)},
        ).fetchone()
        assert row
        return row[0]

    return add
