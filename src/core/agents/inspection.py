"""Which tools of the shared agents cannot be run as their rows stand, and why."""

from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from core.agents.definition import load_agent
from core.db import Pool, fetch_all
from core.tools.offer import offer_tools
from core.tools.services import ToolAccess


@dataclass(frozen=True, kw_only=True)
class RefusedTool:
    """A row whose tools, or some of them, the agent does without; `reason` is a sentence."""

    agent_name: str
    tool_name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class _Inspected:
    """What was found about one version of an agent; it holds as long as that, or until `expires_at`."""

    config_version: int
    refused: tuple[RefusedTool, ...]
    expires_at: float | None

    def holds_for(self, config_version: int) -> bool:
        is_fresh = self.expires_at is None or monotonic() < self.expires_at
        return self.config_version == config_version and is_fresh


class Inspection:
    """Builds every shared agent's tools as a turn would, once for each version of the agent."""

    def __init__(self, pool: Pool, tools: ToolAccess) -> None:
        self._pool = pool
        self._tools = tools
        self._inspected: dict[UUID, _Inspected] = {}

    async def refused(self) -> list[RefusedTool]:
        """What is refused now. One query, and the building of what has changed since it was last asked."""
        rows = await fetch_all(
            self._pool, "select id, config_version from private.shared_agent_versions()", {}
        )
        current = {row["id"]: row["config_version"] for row in rows}
        kept = {id_: one for id_, one in self._inspected.items() if id_ in current}
        for agent_id, config_version in current.items():
            if agent_id not in kept or not kept[agent_id].holds_for(config_version):
                kept[agent_id] = await self._inspect(agent_id, config_version)
        self._inspected = kept
        refused = [tool for one in kept.values() for tool in one.refused]
        return sorted(refused, key=lambda tool: (tool.agent_name, tool.tool_name))

    async def _inspect(self, agent_id: UUID, config_version: int) -> _Inspected:
        definition = await load_agent(self._pool, agent_id=agent_id, user_id=None)
        if definition is None:
            return _Inspected(config_version=config_version, refused=(), expires_at=None)
        offer = await offer_tools(definition.tools, self._tools.shared)
        return _Inspected(
            config_version=definition.config_version,
            refused=tuple(
                RefusedTool(agent_name=definition.agent_name, tool_name=name, reason=reason)
                for name, reason in offer.refused.items()
            ),
            expires_at=offer.expires_at,
        )
