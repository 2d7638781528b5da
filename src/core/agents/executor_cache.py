"""Executors kept between turns: a light one for each (user, agent), the heavy part once an agent version.

An entry is never stale: every turn's opening round trip brings the agent's `config_version` and the user's
customisations, and an executor that was built from others is replaced.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from cachetools import LRUCache

from core.agents.definition import load_agent
from core.agents.executor import AgentExecutor, CompiledAgent, compile_agent, personalise
from core.agents.models import Models
from core.config import CoreConfig
from core.db import Pool, array, database_errors, fetch_one
from core.errors import AgentNotFound
from core.tools.base import RunContext
from core.tools.services import ToolAccess

ExecutorKey: TypeAlias = tuple[UUID, str]
# Agent, config_version, and the user for an agent that has tools of each user's own.
AgentKey: TypeAlias = tuple[UUID, int, UUID | None]


@dataclass(kw_only=True)
class CacheStatistics:
    """Counts since the start of the process."""

    hits: int = 0
    misses: int = 0
    agents_compiled: int = 0
    evictions: int = 0


class ExecutorCache:
    """`AgentExecutor`s by (user id, agent name), bounded, built by one task for each agent version."""

    def __init__(self, pool: Pool, config: CoreConfig, models: Models, tools: ToolAccess) -> None:
        self._pool = pool
        self._models = models
        self._tools = tools
        self._executors: LRUCache[ExecutorKey, AgentExecutor] = LRUCache(config.executor_cache_size)
        self._agents: LRUCache[AgentKey, CompiledAgent] = LRUCache(config.agent_cache_size)
        self._compiling: dict[AgentKey, asyncio.Task[CompiledAgent]] = {}
        self.statistics = CacheStatistics()

    def __len__(self) -> int:
        return len(self._executors)

    async def get(
        self,
        caller: RunContext,
        *,
        agent_id: UUID,
        config_version: int,
        customizations: Sequence[str],
    ) -> AgentExecutor:
        """The executor of the caller's user and agent for these versions, built if need be.

        Raises AgentNotFound when the agent went away meanwhile, AgentMisconfigured when it cannot be built.
        """
        key = (caller.user.id, caller.agent_name)
        cached = self._executors.get(key)
        if (
            cached
            and _is_current(cached, agent_id, config_version)
            and cached.customizations == tuple(customizations)
        ):
            self.statistics.hits += 1
            return cached
        self.statistics.misses += 1
        agent = await self._agent(agent_id, config_version, caller)
        executor = personalise(agent, customizations)
        self._executors[key] = executor
        return executor

    async def evict_inactive(self) -> int:
        """Drops the executors whose user has no active session instance with the agent; how many.

        One query for all keys. Nothing is lost: the next turn builds the executor again. Raises
        DatabaseUnavailable.
        """
        keys = list(self._executors)
        if not keys:
            return 0
        places_of_agents: dict[str, int] = {}
        for _, agent_name in keys:
            # From 1, as in SQL.
            places_of_agents.setdefault(agent_name, len(places_of_agents) + 1)
        with database_errors():
            row = await fetch_one(
                self._pool,
                """
                select private.inactive_executors(
                         %(users)s::uuid[], %(agents)s, %(agents_of)s::integer[]) as places
                """,
                {
                    "users": array([user_id for user_id, _ in keys]),
                    "agents": list(places_of_agents),
                    "agents_of": array([places_of_agents[agent_name] for _, agent_name in keys]),
                },
            )
        places: Sequence[int] = row["places"] if row else ()
        for place in places:
            # Turns wait while thousands of them go: pop(), which counts as a use first, takes twice as long.
            try:
                del self._executors[keys[place]]
            except KeyError:
                continue
        self.statistics.evictions += len(places)
        return len(places)

    async def _agent(self, agent_id: UUID, config_version: int, caller: RunContext) -> CompiledAgent:
        agent = await self._compiled((agent_id, config_version, None), caller)
        if agent.has_personal_tools:
            return await self._compiled((agent_id, config_version, caller.user.id), caller)
        return agent

    async def _compiled(self, key: AgentKey, caller: RunContext) -> CompiledAgent:
        agent = self._agents.get(key)
        if agent and not agent.is_expired:
            return agent
        if key not in self._compiling:
            task = asyncio.create_task(self._compile(key, caller))
            task.add_done_callback(lambda _: self._compiling.pop(key, None))
            self._compiling[key] = task
        # Shielded: a turn that is cancelled must not take away what others wait for.
        return await asyncio.shield(self._compiling[key])

    async def _compile(self, key: AgentKey, caller: RunContext) -> CompiledAgent:
        agent_id, _, personal_to = key
        definition = await load_agent(self._pool, agent_id=agent_id, user_id=caller.user.id)
        if definition is None:
            raise AgentNotFound(caller.agent_name)
        services = self._tools.of_agent(is_private=definition.is_private)
        agent = await compile_agent(definition, self._models, services, caller if personal_to else None)
        self.statistics.agents_compiled += 1
        self._agents[(agent_id, definition.config_version, personal_to)] = agent
        return agent


def _is_current(executor: AgentExecutor, agent_id: UUID, config_version: int) -> bool:
    agent = executor.agent
    return (agent.definition.id, agent.definition.config_version) == (agent_id, config_version) and (
        not agent.is_expired
    )
