"""The tasks that the agents of one turn hand to one another: found, bounded, run, counted and told."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import LiteralString
from uuid import UUID

from langchain_core.messages import HumanMessage

from core.agents.executor_cache import ExecutorCache
from core.agents.loop import AgentLoop, Spent
from core.config import CoreConfig
from core.db import database_errors, fetch_as_user
from core.errors import ClarityError, ToolFailed, TurnCancelled, TurnInterrupted
from core.events import DelegatedStep, StepEvent
from core.tools.base import RunContext
from core.tools.delegation import Delegate, Delegation
from core.tracing import span

# As the user, whose own agent of the name comes first; what they told that agent to heed comes with it.
FIND_AGENT: LiteralString = """
select id, config_version,
       array(select content from public.user_agent_prompt_customizations
              where agent_name = %(agent_name)s and is_active
              order by priority desc, created_at) as customizations
  from public.agent_configurations
 where agent_name = %(agent_name)s and is_active and (owner_id is null or not %(only_shared)s)
 order by owner_id is null
 limit 1
"""


@dataclass(frozen=True, kw_only=True)
class _AskedAgent:
    """The agent that a task goes to, as the user sees it."""

    id: UUID
    config_version: int
    customizations: Sequence[str]


class Delegations:
    """All tasks that are handed on in one turn, at any depth.

    The other agent sees its task and no history; nothing of its conversation is stored but its answer, which
    is the tool's result. `spent` is what they took, failures included; `turn_spent` also has what the agents
    that asked them took of models so far.
    """

    def __init__(self, executors: ExecutorCache, config: CoreConfig) -> None:
        self._executors = executors
        self._config = config
        self._count = 0
        self.spent = Spent()
        self.turn_spent = Spent()

    def telling(self, emit: Callable[[StepEvent], None]) -> Delegate:
        """What a run's tools hand tasks on with; `emit` hears the steps of the agents that they ask."""

        async def delegate(context: RunContext, delegation: Delegation) -> str:
            return await self._delegate(context, delegation, emit)

        return delegate

    async def _delegate(
        self, context: RunContext, delegation: Delegation, emit: Callable[[StepEvent], None]
    ) -> str:
        name = delegation.agent_name
        try:
            agent = await self._find(context, delegation)
            self._admit(context, delegation, agent)
            async with asyncio.timeout(delegation.timeout_seconds):
                answer = await self._run(context, delegation, agent, emit)
        except TimeoutError as exc:
            seconds = f"{delegation.timeout_seconds:g} seconds"
            raise ToolFailed(f"The agent {name} did not finish within {seconds}.") from exc
        except (ToolFailed, TurnInterrupted, TurnCancelled):
            # The last two are about the whole turn.
            raise
        except ClarityError as exc:
            raise ToolFailed(f"The agent {name} could not answer. {exc.message}") from exc
        if not answer:
            raise ToolFailed(f"The agent {name} gave no answer.")
        return answer

    async def _find(self, context: RunContext, delegation: Delegation) -> _AskedAgent:
        with database_errors():
            rows = await fetch_as_user(
                context.pool,
                context.user,
                FIND_AGENT,
                {"agent_name": delegation.agent_name, "only_shared": delegation.only_shared},
                timeout_seconds=context.tool_timeout_seconds,
            )
        if not rows:
            raise ToolFailed(f"There is no active agent named {delegation.agent_name} to ask.")
        return _AskedAgent(**rows[0])

    def _admit(self, context: RunContext, delegation: Delegation, agent: _AskedAgent) -> None:
        """Refuses what would go round in circles, too deep, or on for ever."""
        name = delegation.agent_name
        if agent.id in context.agent_path:
            raise ToolFailed(f"The agent {name} is itself waiting for this answer. Do it without asking it.")
        if len(context.agent_path) > delegation.max_depth:
            raise ToolFailed(f"The agent {name} cannot be asked from here: too many agents wait already.")
        if self._count >= self._config.max_delegations:
            raise ToolFailed(f"This turn has asked other agents {self._count} times, and may not ask again.")
        self._count += 1

    async def _run(
        self,
        context: RunContext,
        delegation: Delegation,
        agent: _AskedAgent,
        emit: Callable[[StepEvent], None],
    ) -> str:
        def tell(step: StepEvent) -> None:
            call_id = delegation.tool_call_id or ""
            emit(DelegatedStep(tool_call_id=call_id, agent_name=delegation.agent_name, step=step))

        asked = replace(
            context,
            agent_name=delegation.agent_name,
            agent_path=(*context.agent_path, agent.id),
            delegate=self.telling(tell),
            max_model_calls=delegation.max_model_calls,
            call=None,
        )
        executor = await self._executors.get(
            asked,
            agent_id=agent.id,
            config_version=agent.config_version,
            customizations=agent.customizations,
        )
        # Nobody can be asked in the middle of a call, so what needs a person's approval is refused there.
        loop = AgentLoop(executor.agent, asked, self._config, tell, turn_spent=self.turn_spent)
        attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": delegation.agent_name}
        try:
            with span(f"invoke_agent {delegation.agent_name}", attributes):
                await loop.run(executor.system_prompt, [HumanMessage(delegation.task)])
        finally:
            self.spent.add(loop.spent)
            if loop.is_tainted and delegation.tool_call_id:
                context.untrusted_calls.add(delegation.tool_call_id)
        return loop.response
