"""AgentTool: another agent as a tool. It gets a task and nothing else, and its answer is the result."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import ToolFailed
from core.tools.agent_config import AgentToolConfig
from core.tools.argument_errors import explain_config
from core.tools.base import ClarityTool, RunContext
from core.tools.definition import AskedAgent, ToolDefinition
from core.tools.delegation import Delegation
from core.tools.sentences import quoted, sentence
from core.tools.services import ToolServices

# Of a task in a sentence about it.
MAX_TASK_CHARS = 400


class Task(BaseModel):
    """The arguments of every AgentTool."""

    model_config = ConfigDict(extra="forbid")

    task: str = Field(
        min_length=1,
        max_length=20_000,
        strict=True,
        description="What to do, with everything it takes: the agent sees nothing else of this conversation.",
    )


class AgentTool(ClarityTool):
    """Hands a task to another agent, which works on it as the same user and under limits of its own.

    The other agent runs within this turn: it has no chat, remembers nothing between two calls, and nobody can
    be asked to approve what it does. What it costs is counted to the turn; its steps are events of the turn.
    """

    config_type = AgentToolConfig

    config: AgentToolConfig = Field(repr=False)

    @classmethod
    def from_definition(cls, definition: ToolDefinition, services: ToolServices) -> Self:
        config = AgentToolConfig.model_validate(definition.config)
        if definition.agent is None:
            raise ValueError(f"the agent {config.agent_name}, which it asks, is gone or switched off")
        return cls(
            name=definition.name,
            description=definition.description or _described(definition.agent),
            args_schema=Task,
            handle_validation_error=_explain,
            definition=definition,
            config=config,
        )

    def summary(self, arguments: Mapping[str, Any]) -> str:
        return sentence(f"Ask the agent {self.config.agent_name}:", quoted(arguments["task"], MAX_TASK_CHARS))

    async def call(self, context: RunContext, arguments: Mapping[str, Any]) -> str:
        """The other agent's answer, as it wrote it. ToolFailed when it gives none."""
        if context.delegate is None:
            raise ToolFailed("Another agent can be asked only within a turn.")
        return await context.delegate(
            context,
            Delegation(
                agent_name=self.config.agent_name,
                task=arguments["task"],
                max_depth=self.config.max_depth,
                max_model_calls=self.config.max_model_calls,
                timeout_seconds=self.config.timeout_seconds,
                only_shared=not self.definition.is_private,
                tool_call_id=context.call.id if context.call else None,
            ),
        )


def _explain(error: Exception) -> str:
    return explain_config(error) if isinstance(error, ValidationError) else "The tool takes a task, as text."


def _described(agent: AskedAgent) -> str:
    sentence = f"Hands a task to the agent {agent.agent_name}, and gives its answer."
    return f"{sentence} {agent.description}" if agent.description else sentence
