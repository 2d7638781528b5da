"""What tools need of the process they run in; what belongs to one turn is in RunContext."""

from dataclasses import dataclass

from core.config import CoreConfig


@dataclass(frozen=True, kw_only=True)
class ToolServices:
    """Shared by all tools of one server, and handed to a tool when it is built from its row."""

    config: CoreConfig
