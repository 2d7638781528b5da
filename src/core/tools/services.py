"""What tools need of the process they run in; what belongs to one turn is in RunContext."""

from dataclasses import dataclass, field
from typing import Self

from core.config import CoreConfig
from core.tools.mcp_listing import Listings
from core.tools.outbound import Outbound
from core.tools.tool_types import ToolTypes


@dataclass(frozen=True, kw_only=True)
class ToolServices:
    """Shared by all tools of one server, and handed to a tool when it is built from its row."""

    config: CoreConfig
    types: ToolTypes = field(default_factory=ToolTypes.installed)
    outbound: Outbound = field(default_factory=Outbound)
    mcp_listings: Listings = field(default_factory=Listings)


@dataclass(frozen=True, kw_only=True)
class ToolAccess:
    """What the tools of shared agents are handed, and what those of the agents that users own are."""

    shared: ToolServices
    private: ToolServices

    @classmethod
    def of(cls, config: CoreConfig) -> Self:
        """As the operator's settings say; ValueError for a setting that cannot be read."""
        types = ToolTypes.installed()
        return cls(
            shared=ToolServices(config=config, types=types, outbound=Outbound.of(config, is_private=False)),
            private=ToolServices(config=config, types=types, outbound=Outbound.of(config, is_private=True)),
        )

    def of_agent(self, *, is_private: bool) -> ToolServices:
        return self.private if is_private else self.shared
