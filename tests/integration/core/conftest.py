"""Turns on a real database with a scripted model: everything but the model is what a server runs."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from langchain_core.language_models import BaseChatModel
from psycopg.types.json import Jsonb

from core.agents.models import Models
from core.config import CoreConfig
from core.db import Pool, create_pool
from core.services import TurnServices, create_services
from core.turn import run_turn
from core.turn_requests import TurnRequest
from core.turn_results import TurnResult, collect_turn
from core.types import User
from fixtures.databases import Database
from fixtures.people import Person
from fixtures.scripted_model import ScriptedChatModel

CONFIG = CoreConfig(
    model_timeout_seconds=5,
    turn_timeout_seconds=10,
    max_model_calls=4,
    model_retries=0,
    # A scripted model has replies for the turn alone.
    improve_titles=False,
    summarise_chats=False,
)


class ScriptedModels(Models):
    """Gives every agent the test's own model."""

    def __init__(self, config: CoreConfig, model: BaseChatModel) -> None:
        super().__init__(config)
        self._model = model

    def get(self, llm_config: Mapping[str, Any], *, is_private: bool) -> BaseChatModel:
        return self._model

    def chain(self, llm_config: Mapping[str, Any], *, is_private: bool) -> tuple[BaseChatModel, ...]:
        return (self.get(llm_config, is_private=is_private),)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A database with an agent, a user, and the services of one server process."""

    owner: psycopg.Connection
    services: TurnServices
    model: ScriptedChatModel
    user: User
    agent_id: UUID

    def request(self, message: str, **values: Any) -> TurnRequest:
        values = {"user": self.user, "agent_name": "helper", "message": message, **values}
        return TurnRequest(**values)

    async def turn(self, message: str, **values: Any) -> TurnResult:
        return await collect_turn(run_turn(self.services, self.request(message, **values)))

    def add_tool(self, name: str, **config: Any) -> None:
        self.owner.execute(
            "insert into agent_tools (agent_id, name, config) values (%(agent_id)s, %(name)s, %(config)s)",
            {"agent_id": self.agent_id, "name": name, "config": Jsonb({"table_name": "tasks", **config})},
        )

    def with_config(self, **values: Any) -> "Stage":
        """The same stage on another server process, with other limits."""
        config = replace(self.services.config, **values)
        services = create_services(self.services.pool, config, models=self.services.models)
        return replace(self, services=services)

    def rows(self, query: Any, **params: Any) -> list[tuple[Any, ...]]:
        return self.owner.execute(query, params).fetchall()


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    async with create_pool(database.server_url, min_size=1, max_size=8) as pool:
        yield pool


@pytest.fixture
def user(make_user: Callable[[], Person]) -> User:
    return User.from_claims(make_user().claims)


@pytest.fixture
async def stage(
    owner: psycopg.Connection, pool: Pool, scripted_model: ScriptedChatModel, user: User
) -> AsyncIterator[Stage]:
    row = owner.execute(
        """
        insert into agent_configurations (agent_name, system_prompt) values ('helper', 'Help {user}.')
        returning id
        """
    ).fetchone()
    assert row
    models = ScriptedModels(CONFIG, scripted_model)
    services = create_services(pool, CONFIG, models=models)
    yield Stage(owner=owner, services=services, model=scripted_model, user=user, agent_id=row[0])
    await services.aclose(grace_seconds=0)
    await models.aclose()
