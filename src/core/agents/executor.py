"""An agent ready to run: its model, tools and graph, built once from its rows and shared by all its users."""

import logging
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from langchain.agents import create_agent  # pyright: ignore[reportUnknownVariableType]
from langchain_core.messages import BaseMessage, SystemMessage
from langgraph.graph.state import CompiledStateGraph

from core.agents.definition import AgentDefinition
from core.agents.middleware import TurnMiddleware
from core.agents.models import Models, model_name
from core.agents.prompt import build_system_prompt
from core.config import CoreConfig
from core.errors import AgentMisconfigured
from core.tools.base import ClarityTool, RunContext
from core.tools.registry import build_tool

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class CompiledAgent:
    """What is the same for every user of an agent at one `config_version`.

    `refused_tools` maps the name of a tool that cannot be run as its row stands to the reason.
    """

    definition: AgentDefinition
    model_name: str
    tools: tuple[ClarityTool, ...]
    refused_tools: dict[str, str]
    graph: CompiledStateGraph[Any, RunContext, Any, Any]


@dataclass(frozen=True, kw_only=True)
class AgentExecutor:
    """One user's agent: the shared part and their prompt. Turns share it: nothing of a request is in it."""

    agent: CompiledAgent
    customizations: tuple[str, ...]
    system_prompt: str

    async def stream(
        self, messages: Sequence[BaseMessage], context: RunContext
    ) -> AsyncGenerator[tuple[str, Any]]:
        """LangGraph's `(mode, payload)` pairs of the modes "messages" and "updates", until the model is done.

        `messages` end with the user's new one. Raises ModelError; tool errors are messages to the model.
        """
        stream = self.agent.graph.astream(  # pyright: ignore[reportUnknownMemberType]
            {"messages": [SystemMessage(self.system_prompt), *messages]},
            context=context,
            stream_mode=["messages", "updates"],
            # The middleware bounds the model's calls; the graph's own limit is only a net below it.
            config={"recursion_limit": 1000},
        )
        async for item in stream:
            yield cast(tuple[str, Any], item)


def compile_agent(definition: AgentDefinition, models: Models, config: CoreConfig) -> CompiledAgent:
    """Builds the agent's tools and graph; AgentMisconfigured when its model cannot be built."""
    model = models.get(definition.llm_config, is_private=definition.is_private)
    tools, refused = _build_tools(definition)
    graph = create_agent(
        model,
        tools,
        middleware=[TurnMiddleware(config)],
        context_schema=RunContext,
        name=definition.agent_name,
    )
    return CompiledAgent(
        definition=definition,
        model_name=model_name(model),
        tools=tuple(tools),
        refused_tools=refused,
        graph=graph,
    )


def personalise(agent: CompiledAgent, customizations: Sequence[str]) -> AgentExecutor:
    """The agent with one user's own instructions."""
    return AgentExecutor(
        agent=agent,
        customizations=tuple(customizations),
        system_prompt=build_system_prompt(agent.definition, customizations),
    )


def _build_tools(definition: AgentDefinition) -> tuple[list[ClarityTool], dict[str, str]]:
    tools: list[ClarityTool] = []
    refused: dict[str, str] = {}
    for row in definition.tools:
        try:
            tools.append(build_tool(row))
        except AgentMisconfigured as exc:
            refused[row.name] = exc.message
            logger.warning("Agent %s runs without tool %s: %s", definition.agent_name, row.name, exc.message)
    return tools, refused
