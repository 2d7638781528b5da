"""An agent ready to run: its model, tools and graph, built once from its rows and shared by all its users."""

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, cast

from langchain.agents import create_agent  # pyright: ignore[reportUnknownVariableType]
from langchain_core.messages import BaseMessage, SystemMessage
from langgraph.graph.state import CompiledStateGraph

from core.agents.definition import AgentDefinition
from core.agents.middleware import TurnMiddleware
from core.agents.models import Models, model_name
from core.agents.prompt import build_system_prompt
from core.tools.base import ClarityTool, RunContext
from core.tools.offer import offer_tools
from core.tools.services import ToolServices

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class CompiledAgent:
    """What is the same for every user of an agent at one `config_version`.

    `refused_tools` maps the name of a row that cannot give its tools as it stands to the reason. With
    `has_personal_tools` some rows give each user tools of their own: it is then either compiled for one user,
    or for nobody and without these. `expires_at` is a time of `time.monotonic`.
    """

    definition: AgentDefinition
    model_name: str
    tools: tuple[ClarityTool, ...]
    refused_tools: Mapping[str, str]
    graph: CompiledStateGraph[Any, RunContext, Any, Any]
    has_personal_tools: bool
    expires_at: float | None

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and monotonic() >= self.expires_at


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


async def compile_agent(
    definition: AgentDefinition, models: Models, services: ToolServices, caller: RunContext | None = None
) -> CompiledAgent:
    """Builds the agent's tools and graph; AgentMisconfigured when its model cannot be built.

    With a `caller` it is theirs alone; without, the rows that give each user tools of their own are left out.
    """
    model = models.get(definition.llm_config, is_private=definition.is_private)
    offer = await offer_tools(definition.tools, services, caller)
    for reason in offer.refused.values():
        logger.warning("Agent %s runs without a tool: %s", definition.agent_name, reason)
    graph = create_agent(
        model,
        offer.tools,
        middleware=[TurnMiddleware(services.config)],
        context_schema=RunContext,
        name=definition.agent_name,
    )
    return CompiledAgent(
        definition=definition,
        model_name=model_name(model),
        tools=offer.tools,
        refused_tools=offer.refused,
        graph=graph,
        has_personal_tools=offer.has_personal,
        expires_at=offer.expires_at,
    )


def personalise(agent: CompiledAgent, customizations: Sequence[str]) -> AgentExecutor:
    """The agent with one user's own instructions."""
    return AgentExecutor(
        agent=agent,
        customizations=tuple(customizations),
        system_prompt=build_system_prompt(agent.definition, customizations, missing=agent.refused_tools),
    )
