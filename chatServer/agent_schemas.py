"""What goes over the wire about agents and their tools."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.agents.directory import AgentContent, AgentEntry, ToolRow
from core.agents.functions import ToolFunction
from core.agents.health import AgentHealth
from core.agents.tables import ToolTable
from core.agents.trial import ToolTrial, TrialRequest
from core.tools.definition import Write
from core.types import Approval


class AgentOut(BaseModel):
    """An agent that you may talk to."""

    agent_name: str = Field(description="What clients call it.")
    display_name: str | None = Field(description="What people call it.")
    description: str | None
    is_private: bool = Field(description="Yours alone; else it is everybody's.")
    may_manage: bool = Field(description="Whether you may change it: its owner, or an admin when shared.")
    tool_count: int = Field(description="Active tools.")
    problem: str | None = Field(
        default=None, description="Why it cannot run as it stands. For those who may change it."
    )
    refused_tools: dict[str, str] | None = Field(
        default=None,
        description="Tools that are not offered to the model as their rows stand, and why. "
        "For those who may change the agent; null for others.",
    )

    @classmethod
    def of(cls, entry: AgentEntry, health: AgentHealth | None) -> Self:
        return cls(**_public(entry), **_health(health))


class AgentList(BaseModel):
    """The agents that you may talk to, by name."""

    agents: list[AgentOut]


class ToolOut(BaseModel):
    """A tool's row."""

    id: UUID
    name: str
    type: str
    description: str
    config: dict[str, Any]
    approval: Approval
    is_active: bool
    order: int

    @classmethod
    def of(cls, row: ToolRow) -> Self:
        return cls(**asdict(row))


class AgentDetail(AgentOut):
    """One agent; what it is told and made of is null for those who may not change it."""

    id: UUID
    is_active: bool
    config_version: int = Field(description="Goes up with every change of the agent or of one of its tools.")
    llm_config: dict[str, Any] | None = None
    system_prompt: str | None = None
    tools: list[ToolOut] | None = None

    @classmethod
    def with_content(
        cls, entry: AgentEntry, content: AgentContent | None, health: AgentHealth | None
    ) -> Self:
        known: dict[str, Any] = {}
        if content:
            known = {
                "llm_config": dict(content.llm_config),
                "system_prompt": content.system_prompt,
                "tools": [ToolOut.of(row) for row in content.tools],
            }
        return cls(
            id=entry.id,
            is_active=entry.is_active,
            config_version=entry.config_version,
            **_public(entry),
            **_health(health),
            **known,
        )


class ColumnOut(BaseModel):
    """A column that users may read."""

    name: str
    type: str = Field(description="As Postgres writes it.")
    comment: str | None
    is_required: bool = Field(description="A new row needs it.")
    is_generated: bool = Field(description="The database alone decides it; a user's id is such a column.")
    enum_values: tuple[str, ...] | None = Field(description="The only values that it takes; null for any.")


class TableOut(BaseModel):
    """A table or view that a tool may work on."""

    name: str
    comment: str | None
    columns: list[ColumnOut]
    writes: tuple[Write, ...] = Field(description="What it takes besides reading.")


class TableList(BaseModel):
    """The tables that a tool may work on, by name."""

    tables: list[TableOut]

    @classmethod
    def of(cls, tables: Sequence[ToolTable]) -> Self:
        return cls(tables=[TableOut(**asdict(table)) for table in tables])


class ArgumentOut(BaseModel):
    """An argument of a function."""

    name: str
    type: str = Field(description="As Postgres writes it.")
    comment: str | None = Field(description="What the function's comment says of it.")
    is_required: bool = Field(description="It has no default.")
    enum_values: tuple[str, ...] | None = Field(description="The only values that it takes; null for any.")


class FunctionOut(BaseModel):
    """A function that a tool may call."""

    name: str
    comment: str | None
    arguments: list[ArgumentOut]
    returns: str = Field(description="As Postgres writes it.")
    returns_set: bool = Field(description="It gives rows or values, any number of them.")
    columns: tuple[str, ...] = Field(description="The names in a row that it gives; none for a single value.")


class FunctionList(BaseModel):
    """The functions that a tool may call, by name."""

    functions: list[FunctionOut]

    @classmethod
    def of(cls, functions: Sequence[ToolFunction]) -> Self:
        return cls(functions=[FunctionOut(**asdict(function)) for function in functions])


class ToolTypeOut(BaseModel):
    """A type that a tool may have."""

    name: str
    config_schema: dict[str, Any] = Field(description="The JSON Schema of the config of such a tool.")


class ToolTypeList(BaseModel):
    """The types that a tool may have; the built-in ones first."""

    types: list[ToolTypeOut]

    @classmethod
    def of(cls, schemas: Mapping[str, dict[str, Any]]) -> Self:
        return cls(types=[ToolTypeOut(name=name, config_schema=schema) for name, schema in schemas.items()])


class ToolTrialRequest(BaseModel):
    """A call of one tool."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"arguments": {"filters": {"status": "pending"}}}]}
    )

    arguments: dict[str, Any] = Field(
        default_factory=dict[str, Any], description="What a model would pass to it."
    )
    as_user: str | None = Field(
        default=None,
        min_length=1,
        max_length=320,
        description="The id or email of somebody else to act as. For admins, on shared agents, and only "
        "where the server allows it; each call is written down.",
    )

    def to_trial(self, tool_name: str) -> TrialRequest:
        return TrialRequest(tool_name=tool_name, arguments=self.arguments, as_user=self.as_user)


class ToolTrialResult(BaseModel):
    """What the call did."""

    status: Literal["success", "error"]
    result: str = Field(description="What the model would read.")
    sql: list[str] = Field(description="What ran, with its values.")
    explanation: list[str] = Field(
        description="The policies that refused the call or may have hidden rows from it, a sentence each."
    )

    @classmethod
    def of(cls, trial: ToolTrial) -> Self:
        return cls(
            status=trial.status,
            result=trial.result,
            sql=list(trial.queries),
            explanation=list(trial.explanation),
        )


def _public(entry: AgentEntry) -> Mapping[str, Any]:
    return {
        "agent_name": entry.agent_name,
        "display_name": entry.display_name,
        "description": entry.description,
        "is_private": entry.is_private,
        "may_manage": entry.may_manage,
        "tool_count": entry.tool_count,
    }


def _health(health: AgentHealth | None) -> Mapping[str, Any]:
    if health is None:
        return {}
    return {"problem": health.problem, "refused_tools": dict(health.refused_tools)}
