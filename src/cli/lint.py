"""What is wrong with agents and their tools, found by doing what the server and the database's trigger do."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, LiteralString, TypeAlias

import psycopg

from cli.agent_rows import load_definition
from cli.connection import Connection
from core.agents.definition import AgentDefinition
from core.agents.llm_config import LlmConfig
from core.agents.models import Models, model_name
from core.config import CoreConfig
from core.errors import AgentMisconfigured
from core.tools.definition import ToolDefinition
from core.tools.offer import Offer, offer_tools
from core.tools.services import ToolAccess

Severity: TypeAlias = Literal["error", "warning"]

CHECK_TOOL: LiteralString = """
select private.check_tool(tool) from public.agent_tools as tool where tool.id = %(id)s
"""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A sentence about a tool; about an agent where `tool` is None, about a plugin where `agent` is too.

    An error is what the server does not run; a warning is what will not do what its author may think.
    """

    agent: str | None
    tool: str | None
    severity: Severity
    message: str
    hint: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def lint(connection: Connection, agents: Sequence[Mapping[str, Any]], config: CoreConfig) -> list[Finding]:
    """All that is found about these rows of `agent_configurations`. What is inactive is passed over."""
    access = ToolAccess.of(config)
    findings = [
        Finding(agent=None, tool=None, severity="error", message=problem)
        for problem in access.shared.types.problems
    ]
    definitions = [
        AgentDefinition.from_row(load_definition(connection, agent)) for agent in agents if agent["is_active"]
    ]
    offers = asyncio.run(_offers(definitions, access))
    models = Models(config)
    for definition, offer in zip(definitions, offers, strict=True):
        findings += _model_findings(definition, models)
        findings += _tool_findings(connection, definition, offer)
    asyncio.run(models.aclose())
    return findings


def refused_tools(connection: Connection, agent: Mapping[str, Any], config: CoreConfig) -> dict[str, str]:
    """What the agent does without, as the server sees it: reasons by rows' names. {} for an inactive one."""
    if not agent["is_active"]:
        return {}
    definition = AgentDefinition.from_row(load_definition(connection, agent))
    [offer] = asyncio.run(_offers([definition], ToolAccess.of(config)))
    return dict(offer.refused)


async def _offers(definitions: Sequence[AgentDefinition], access: ToolAccess) -> list[Offer]:
    return [
        await offer_tools(definition.tools, access.of_agent(is_private=definition.is_private))
        for definition in definitions
    ]


def _model_findings(definition: AgentDefinition, models: Models) -> list[Finding]:
    try:
        chain = models.chain(definition.llm_config, is_private=definition.is_private)
    except AgentMisconfigured as exc:
        return [Finding(agent=definition.agent_name, tool=None, severity="error", message=exc.message)]
    found = {model_name(model) for model in chain}
    return [
        Finding(
            agent=definition.agent_name,
            tool=None,
            severity="warning",
            message=f"The fallback {name} is left out: this server has no key or no package for it.",
        )
        for name in LlmConfig.parse(definition.llm_config).fallbacks
        if name not in found
    ]


def _tool_findings(connection: Connection, agent: AgentDefinition, offer: Offer) -> list[Finding]:
    findings: list[Finding] = []
    for tool in agent.tools:
        of_database = _asked_of_database(connection, agent.agent_name, tool)
        findings += of_database
        # Where both refuse a row, the database's sentence comes with a hint.
        if tool.name in offer.refused and all(finding.severity == "warning" for finding in of_database):
            findings.append(
                Finding(
                    agent=agent.agent_name,
                    tool=tool.name,
                    severity="error",
                    message=offer.refused[tool.name],
                )
            )
    return findings


def _asked_of_database(connection: Connection, agent_name: str, tool: ToolDefinition) -> list[Finding]:
    """What the trigger would say of the row if it were written now, its warnings too."""
    findings: list[Finding] = []

    def remember(said: psycopg.errors.Diagnostic, severity: Severity = "warning") -> None:
        findings.append(
            Finding(
                agent=agent_name,
                tool=tool.name,
                severity=severity,
                message=said.message_primary or "",
                hint=said.message_hint,
            )
        )

    connection.add_notice_handler(remember)
    try:
        connection.execute(CHECK_TOOL, {"id": tool.id})
    except psycopg.errors.CheckViolation as exc:
        remember(exc.diag, "error")
    finally:
        connection.remove_notice_handler(remember)
    return findings
