"""What goes over the wire about tool calls that ask, and what a person always allows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chatServer.schemas import PendingActionOut
from core.chats.approvals import Approval, ApprovalPage, ApprovalStatus, ToolConsent
from core.chats.opening import Decision

MAX_REASON_CHARACTERS = 2_000
# More calls than this are not made in one message.
MAX_DECISIONS = 100


class DecisionIn(BaseModel):
    """What you say to one call."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"decision": "approve"}]})

    decision: Literal["approve", "reject"]
    arguments: dict[str, Any] | None = Field(
        default=None, description="With `approve`: call the tool with these instead. The agent is told."
    )
    reason: str | None = Field(
        default=None, max_length=MAX_REASON_CHARACTERS, description="The agent reads it when you reject."
    )
    always: bool = Field(
        default=False,
        description="With `approve`: the tool does not ask you any more, until its row changes or you take "
        "it back (`DELETE /api/consents/{tool_id}`).",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.decision == "reject" and (self.always or self.arguments is not None):
            raise ValueError("Arguments and always go with approve only")
        return self

    def to_decision(self, action_id: UUID) -> Decision:
        return Decision(
            action_id=action_id,
            decision=self.decision,
            arguments=self.arguments,
            reason=self.reason,
            always=self.always,
        )


class ActionDecisionIn(DecisionIn):
    """What you say to one of several calls."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"action_id": "3f2b8c1e-9a4d-4c5e-8f70-0a1b2c3d4e5f", "decision": "approve"}]
        }
    )

    action_id: UUID


class DecisionsIn(BaseModel):
    """What you say to several calls of one turn: all of it is kept, or none."""

    model_config = ConfigDict(extra="forbid")

    decisions: list[ActionDecisionIn] = Field(min_length=1, max_length=MAX_DECISIONS)

    def to_decisions(self) -> tuple[Decision, ...]:
        return tuple(decision.to_decision(decision.action_id) for decision in self.decisions)


class DecidedOut(BaseModel):
    """Your decision is kept."""

    status: Literal["waiting", "running"] = Field(
        description="`running`: it was the turn's last one, and the conversation goes on. `waiting`: other "
        "calls of the turn are still to be decided."
    )
    run_id: UUID = Field(
        description="The run that goes on, to follow at `/api/runs/{run_id}/events`, or the one that waits."
    )
    undecided: int = Field(description="How many calls of the turn still wait.")


class ApprovalOut(PendingActionOut):
    """A tool call that asked you, and what became of it."""

    status: ApprovalStatus = Field(
        description="`pending`, `approved` (being carried out), `rejected`, `executed`, `failed`, `expired`."
    )
    agent_name: str
    session_id: UUID = Field(description="The chat.")
    chat_title: str | None
    run_id: UUID = Field(description="The turn that asked.")
    continued_by: UUID | None = Field(description="The run that went on after the decision.")
    tool_id: UUID | None = Field(description="Null once the tool is gone.")
    proposed_arguments: dict[str, Any] | None = Field(description="The agent's own, where you changed them.")
    reason: str | None
    created_at: datetime
    decided_at: datetime | None

    @classmethod
    def from_approval(cls, approval: Approval) -> Self:
        return cls(
            id=approval.id,
            tool_name=approval.tool_name,
            tool_call_id=approval.tool_call_id,
            arguments=dict(approval.arguments),
            summary=approval.summary,
            preview=_dict(approval.preview),
            expires_at=approval.expires_at,
            status=approval.status,
            agent_name=approval.agent_name,
            session_id=approval.chat_id,
            chat_title=approval.chat_title,
            run_id=approval.run_id,
            continued_by=approval.continued_by,
            tool_id=approval.tool_id,
            proposed_arguments=_dict(approval.proposed_arguments),
            reason=approval.reason,
            created_at=approval.created_at,
            decided_at=approval.decided_at,
        )


class ApprovalList(BaseModel):
    """Calls that asked you, newest first."""

    approvals: list[ApprovalOut]
    pending: int = Field(description="How many wait for you now, on whatever page: for a badge.")
    has_more: bool = Field(description="Whether there are older ones: ask again with `before`, the last id.")

    @classmethod
    def of(cls, page: ApprovalPage) -> Self:
        return cls(
            approvals=[ApprovalOut.from_approval(approval) for approval in page.approvals],
            pending=page.pending,
            has_more=page.has_more,
        )


class ConsentOut(BaseModel):
    """A tool that does not ask you any more, for as long as its row says what it said."""

    tool_id: UUID
    tool_name: str
    agent_name: str
    created_at: datetime

    @classmethod
    def of(cls, consent: ToolConsent) -> Self:
        return cls(
            tool_id=consent.tool_id,
            tool_name=consent.tool_name,
            agent_name=consent.agent_name,
            created_at=consent.created_at,
        )


def _dict(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if value is None else dict(value)
