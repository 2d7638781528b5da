"""From a row of `agent_tools` to the tools that a model is offered."""

import logging

from pydantic import ValidationError

from core.errors import AgentMisconfigured
from core.tools.argument_errors import explain_config
from core.tools.base import BuiltTools, ClarityTool, RunContext
from core.tools.definition import ToolDefinition
from core.tools.services import ToolServices

logger = logging.getLogger(__name__)


async def build_tools(
    definition: ToolDefinition, services: ToolServices, caller: RunContext | None = None
) -> BuiltTools:
    """What the row gives: one tool, or several for a type such as MCPTool.

    `caller` is whose turn it is, which only a row that `is_personal` depends on; None where there is no turn.
    Raises AgentMisconfigured, with a sentence naming tool and reason, for a row that cannot work.
    """
    tool_type = tool_type_of(definition, services)
    try:
        return await tool_type.build(definition, services, caller)
    except (AgentMisconfigured, ValidationError, ValueError) as exc:
        raise _misconfigured(definition, exc) from exc
    # A plugin is foreign code: a bug in it must not take the agent's other tools away.
    except Exception as exc:
        logger.exception("Tool %s could not be built", definition.name)
        raise AgentMisconfigured(
            f"Tool {definition.name}: its type {definition.type} failed to build it ({type(exc).__name__})."
        ) from exc


def build_tool(definition: ToolDefinition, services: ToolServices) -> ClarityTool:
    """The tool of a row whose type gives exactly one. AgentMisconfigured as build_tools()."""
    try:
        return tool_type_of(definition, services).from_definition(definition, services)
    except (AgentMisconfigured, ValidationError, ValueError) as exc:
        raise _misconfigured(definition, exc) from exc


def is_personal(definition: ToolDefinition, services: ToolServices) -> bool:
    """Whether each user gets tools of their own from this row; False for a row that cannot work."""
    try:
        return tool_type_of(definition, services).is_personal(definition)
    except AgentMisconfigured:
        return False


def tool_type_of(definition: ToolDefinition, services: ToolServices) -> type[ClarityTool]:
    """The class of the row's type. AgentMisconfigured, naming the tool, when there is none."""
    try:
        return services.types.get(definition.type)
    except AgentMisconfigured as exc:
        raise _misconfigured(definition, exc) from exc


def _misconfigured(definition: ToolDefinition, reason: Exception) -> AgentMisconfigured:
    """The reason as a sentence that begins with the tool's name."""
    prefix = f"Tool {definition.name}: "
    text = explain_config(reason) if isinstance(reason, ValidationError) else str(reason)
    return AgentMisconfigured(prefix + text.removeprefix(prefix).removesuffix(".") + ".")
