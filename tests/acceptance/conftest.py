"""The chat server on a database of the test's own, spoken to over HTTP; only the model is scripted."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any, cast

import psycopg
import pytest
from pydantic import SecretStr

from chatServer.main import create_app
from core.agents.models import Models
from core.db import create_pool
from core.services import create_services
from fixtures.databases import Database
from fixtures.scripted_model import ScriptedChatModel
from fixtures.servers import RunningServer, ScriptedModels, Serve, make_settings, serving


@pytest.fixture
async def serve(database: Database, scripted_model: ScriptedChatModel) -> AsyncIterator[Serve]:
    """Starts a server with these settings; its turns are stopped when the test ends."""
    async with AsyncExitStack() as stack:

        async def start(*, models: Models | None = None, **settings: Any) -> RunningServer:
            values = make_settings(**{"database_url": SecretStr(database.server_url), **settings})
            pool = create_pool(
                values.database_url.get_secret_value(),
                min_size=1,
                timeout_seconds=values.database_timeout_seconds,
            )
            await pool.open(wait=False)
            stack.push_async_callback(pool.close)
            models = models or cast("Models", ScriptedModels(model=scripted_model))
            stack.push_async_callback(models.aclose)
            services = create_services(pool, values.core_config(), models=models)
            stack.push_async_callback(services.aclose, 0)
            app = create_app(values, services=services)
            client = await stack.enter_async_context(serving(app))
            return RunningServer(app=app, client=client, services=services)

        yield start


@pytest.fixture
async def server(serve: Serve) -> RunningServer:
    """A server with the default settings."""
    return await serve()


@pytest.fixture
def make_agent(owner: psycopg.Connection) -> Callable[..., None]:
    """`make_agent("name", owner_id=..., tool_name={config}, ...)` inserts an agent and its tools as rows."""

    def make(name: str, *, owner_id: object = None, **tools: dict[str, Any]) -> None:
        row = owner.execute(
            """
            insert into agent_configurations (agent_name, owner_id, system_prompt)
            values (%(name)s, %(owner_id)s, 'You help.') returning id
            """,
            {"name": name, "owner_id": owner_id},
        ).fetchone()
        assert row
        for tool_name, config in tools.items():
            owner.execute(
                "insert into agent_tools (agent_id, name, config) values (%(agent)s, %(name)s, %(config)s)",
                {"agent": row[0], "name": tool_name, "config": json.dumps(config)},
            )

    return make


@pytest.fixture
def helper(make_agent: Callable[..., None]) -> None:
    """The shared agent `helper`, which can add tasks and list them."""
    make_agent(
        "helper",
        add_task={"table_name": "tasks", "method": "create"},
        list_tasks={"table_name": "tasks", "method": "fetch"},
    )
