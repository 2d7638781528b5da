"""Whether an agent can run as its rows stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.agents.directory import AgentEntry
from core.agents.executor_cache import ExecutorCache
from core.errors import AgentMisconfigured
from core.tools.base import RunContext


@dataclass(frozen=True, kw_only=True)
class AgentHealth:
    """`problem` is why it cannot run at all; `refused_tools` maps a tool it runs without to the reason."""

    problem: str | None = None
    refused_tools: Mapping[str, str] = field(default_factory=dict[str, str])


async def check_agent(executors: ExecutorCache, caller: RunContext, entry: AgentEntry) -> AgentHealth | None:
    """For an active agent that the caller may change, else None. Built once a version, as for a turn."""
    if not (entry.may_manage and entry.is_active):
        return None
    try:
        executor = await executors.get(
            caller, agent_id=entry.id, config_version=entry.config_version, customizations=()
        )
    except AgentMisconfigured as exc:
        return AgentHealth(problem=exc.message)
    return AgentHealth(refused_tools=executor.agent.refused_tools)
