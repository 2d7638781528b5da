"""An agent ready to run: its models and tools, built once from its rows and shared by all its users."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from time import monotonic

from langchain_core.language_models import BaseChatModel

from core.agents.definition import AgentDefinition
from core.agents.model_calls import ModelChain
from core.agents.models import Models, model_name
from core.agents.prompt import build_system_prompt
from core.tools.base import ClarityTool, RunContext
from core.tools.offer import offer_tools
from core.tools.services import ToolServices

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class CompiledAgent:
    """What is the same for every user of an agent at one `config_version`.

    `chain` has its models with the tools bound, `model` the preferred one as it is. `refused_tools` maps the
    name of a row that cannot give its tools as it stands to the reason. With `has_personal_tools` some rows
    give each user tools of their own: it is then either compiled for one user, or for nobody and without
    these. `expires_at` is a time of `time.monotonic`.
    """

    definition: AgentDefinition
    model: BaseChatModel
    chain: ModelChain
    tools: tuple[ClarityTool, ...]
    tools_by_name: Mapping[str, ClarityTool]
    refused_tools: Mapping[str, str]
    has_personal_tools: bool
    expires_at: float | None

    @cached_property
    def for_anybody(self) -> "AgentExecutor":
        """The executor of every user without instructions of their own."""
        return _with_prompt(self, ())

    @property
    def model_name(self) -> str:
        return model_name(self.model)

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and monotonic() >= self.expires_at


@dataclass(frozen=True, kw_only=True)
class AgentExecutor:
    """A user's agent: the shared part and their prompt. Turns share it: nothing of a request is in it."""

    agent: CompiledAgent
    customizations: tuple[str, ...]
    system_prompt: str


async def compile_agent(
    definition: AgentDefinition, models: Models, services: ToolServices, caller: RunContext | None = None
) -> CompiledAgent:
    """Builds the agent's models and tools; AgentMisconfigured when its model cannot be built.

    With a `caller` it is theirs alone; without, the rows that give each user tools of their own are left out.
    """
    chosen = models.chain(definition.llm_config, is_private=definition.is_private)
    offer = await offer_tools(definition.tools, services, caller)
    for reason in offer.refused.values():
        logger.warning("Agent %s runs without a tool: %s", definition.agent_name, reason)
    return CompiledAgent(
        definition=definition,
        model=chosen[0],
        chain=ModelChain.of(
            chosen, offer.tools, services.config, wire=models.wire, is_private=definition.is_private
        ),
        tools=offer.tools,
        tools_by_name={tool.name: tool for tool in offer.tools},
        refused_tools=offer.refused,
        has_personal_tools=offer.has_personal,
        expires_at=offer.expires_at,
    )


def personalise(agent: CompiledAgent, customizations: Sequence[str]) -> AgentExecutor:
    """The agent with one user's own instructions."""
    return _with_prompt(agent, customizations) if customizations else agent.for_anybody


def _with_prompt(agent: CompiledAgent, customizations: Sequence[str]) -> AgentExecutor:
    return AgentExecutor(
        agent=agent,
        customizations=tuple(customizations),
        system_prompt=build_system_prompt(
            agent.definition,
            customizations,
            missing=agent.refused_tools,
            untrusted=[tool.name for tool in agent.tools if tool.is_untrusted],
        ),
    )
