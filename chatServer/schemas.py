"""What goes over the wire: requests, answers and problems."""

import operator
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

from core.agents.inspection import RefusedTool
from core.events import PendingAction
from core.tools.user_credentials import CredentialInfo
from core.turn_requests import TurnRequest
from core.turn_results import FinishedCall, TurnResult
from core.types import Usage, User

AgentName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]


class ChatRequest(BaseModel):
    """A message to an agent."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"agent_name": "assistant", "message": "Which tasks are due this week?"}]
        },
    )

    agent_name: AgentName = Field(description="The agent's name, for example `assistant`.")
    message: str = Field(
        min_length=1,
        description="What you say. Not blank; the server limits its length (20,000 characters by default).",
    )
    session_id: UUID | None = Field(
        default=None,
        description="The chat to go on with (`chats.id`). Left out: a new chat begins.",
    )
    message_id: UUID | None = Field(
        default=None,
        description="Your own id for this message. Sent again with the same id, it is never stored or "
        "answered twice.",
    )

    @field_validator("message")
    @classmethod
    def _is_text(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("Must not be blank")
        if "\0" in value:
            raise ValueError("Must not contain the character NUL")
        return value

    def to_turn_request(self, user: User) -> TurnRequest:
        return TurnRequest(
            user=user,
            agent_name=self.agent_name,
            message=self.message,
            chat_id=self.session_id,
            message_id=self.message_id or uuid4(),
        )


class ToolCallOut(BaseModel):
    """A tool that the agent used."""

    id: str
    name: str
    arguments: dict[str, Any] = Field(description="As the model wrote them.")
    result: str = Field(description="What the model read.")
    status: Literal["success", "error"]
    duration_ms: int

    @classmethod
    def from_call(cls, call: FinishedCall) -> Self:
        return cls(
            id=call.id,
            name=call.name,
            arguments=dict(call.arguments),
            result=call.result,
            status=call.status,
            duration_ms=call.duration_ms,
        )


class UsageOut(BaseModel):
    """Tokens that the turn cost, over all its model calls."""

    input_tokens: int
    output_tokens: int
    total_tokens: int

    @classmethod
    def from_usage(cls, usage: Usage) -> Self:
        return cls(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            total_tokens=usage.total_tokens,
        )


class PendingActionOut(BaseModel):
    """A tool call that waits for your decision."""

    id: UUID = Field(description="Decide with `POST /api/approvals/{id}`.")
    tool_name: str
    tool_call_id: str
    arguments: dict[str, Any] = Field(description="What the tool would be called with.")
    summary: str = Field(description="What would happen, in a sentence.")
    preview: dict[str, Any] | None = Field(
        description="`changes`: the values that would be set; `rows`: the rows that would be touched, as "
        "they are (the first of `count`, `more` says whether there are others). Null where nobody can tell."
    )
    expires_at: datetime | None = Field(description="When the question lapses, and nothing is done.")

    @classmethod
    def from_action(cls, action: PendingAction) -> Self:
        return cls(
            id=action.id,
            tool_name=action.tool_name,
            tool_call_id=action.tool_call_id,
            arguments=dict(action.arguments),
            summary=action.summary,
            preview=None if action.preview is None else dict(action.preview),
            expires_at=action.expires_at,
        )


class ChatResponse(BaseModel):
    """The agent's answer."""

    session_id: UUID = Field(description="The chat. Send it with the next message to go on.")
    response: str
    tool_calls: list[ToolCallOut]
    run_id: UUID = Field(description="This turn (`chat_runs.id`).")
    usage: UsageOut
    pending_actions: list[PendingActionOut] = Field(
        default_factory=list[PendingActionOut],
        exclude_if=operator.not_,
        description="There only when the turn waits for you: it goes on once all of these are decided.",
    )

    @classmethod
    def from_result(cls, result: TurnResult) -> Self:
        assert result.chat_id is not None  # noqa: S101 - a message to /api/chat always has a chat
        return cls(
            session_id=result.chat_id,
            response=result.response,
            tool_calls=[ToolCallOut.from_call(call) for call in result.tool_calls],
            run_id=result.run_id,
            usage=UsageOut.from_usage(result.usage),
            pending_actions=[PendingActionOut.from_action(action) for action in result.pending_actions],
        )


class NewCredential(BaseModel):
    """A secret to keep."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    value: SecretStr = Field(
        min_length=1, max_length=8_000, description="The secret itself: printable ASCII, as services take it."
    )

    @field_validator("value")
    @classmethod
    def _can_be_sent(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if not text.isascii() or not text.isprintable():
            raise ValueError("Must be printable ASCII")
        return value


class Credential(BaseModel):
    """A secret that is kept, without the secret."""

    name: str
    created_at: datetime
    updated_at: datetime = Field(description="When it was last set.")

    @classmethod
    def from_info(cls, info: CredentialInfo) -> Self:
        return cls(name=info.name, created_at=info.created_at, updated_at=info.updated_at)


class SocketTicketOut(BaseModel):
    """A ticket for a WebSocket."""

    ticket: str
    expires_at: datetime
    url: str = Field(description="The WebSocket's address with the ticket in it. Keep it out of logs.")


class Health(BaseModel):
    """The process is alive."""

    status: Literal["ok"] = "ok"
    version: str


class RefusedToolOut(BaseModel):
    """A row of `agent_tools` that the server does not run as it stands."""

    agent: str
    tool: str
    reason: str

    @classmethod
    def from_tool(cls, tool: RefusedTool) -> Self:
        return cls(agent=tool.agent_name, tool=tool.tool_name, reason=tool.reason)


class Ready(BaseModel):
    """The server can run turns."""

    status: Literal["ready"] = "ready"
    checks: dict[Literal["database", "migrations", "login"], Literal["ok"]]
    refused_tools: list[RefusedToolOut] | None = Field(
        description="What shared agents do without, and why; null while the server is still finding out."
    )

    @classmethod
    def of(cls, refused: Sequence[RefusedTool] | None) -> Self:
        return cls(
            checks={"database": "ok", "migrations": "ok", "login": "ok"},
            refused_tools=None if refused is None else [RefusedToolOut.from_tool(tool) for tool in refused],
        )


class InvalidPart(BaseModel):
    """One thing that is wrong with a request."""

    in_: str = Field(alias="in", description="`body`, `query`, `path` or `header`.")
    pointer: str = Field(description="A JSON pointer (RFC 6901) into it; empty for the whole.")
    detail: str


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(examples=["urn:clarity:problem:chat_busy"])
    title: str = Field(description="The same each time.", examples=["Chat is busy"])
    status: int = Field(examples=[409])
    detail: str = Field(description="A sentence or two for a person.")
    code: str = Field(description="Stable: write programs against it.", examples=["chat_busy"])
    request_id: str = Field(description="Also in the header X-Request-ID and in the server's log.")
    run_id: UUID | None = Field(default=None, description="The run that the problem is about.")
    action_id: UUID | None = Field(
        default=None, description="The call whose arguments were refused; `errors` are about these."
    )
    session_id: UUID | None = Field(
        default=None, description="The chat of a turn that began and failed; its message is stored."
    )
    errors: list[InvalidPart] | None = Field(default=None, description="What is wrong with the request.")
