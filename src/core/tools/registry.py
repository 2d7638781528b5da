"""Which class runs which type of tool."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from core.errors import AgentMisconfigured
from core.tools.base import ClarityTool
from core.tools.crud_tool import CRUDTool
from core.tools.definition import ToolDefinition

TOOL_TYPES: Mapping[str, Callable[[ToolDefinition], ClarityTool]] = MappingProxyType(
    {"CRUDTool": CRUDTool.from_definition}
)


def build_tool(definition: ToolDefinition) -> ClarityTool:
    """The tool of a row. AgentMisconfigured, with a sentence naming tool and reason, when it cannot work."""
    build = TOOL_TYPES.get(definition.type)
    if build is None:
        known = ", ".join(TOOL_TYPES)
        raise AgentMisconfigured(
            f"Tool {definition.name}: there is no tool type {definition.type}, only {known}."
        )
    return build(definition)
