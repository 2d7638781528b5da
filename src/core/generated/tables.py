"""Generated from the database by `clarity types`. Do not edit: change the tables and run it again."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypedDict
from uuid import UUID


class ActionDecisionsRow(TypedDict):
    """A row of the table action_decisions."""

    action_id: UUID
    arguments: Any
    created_at: datetime
    decision: Literal["approve", "reject", "expire", "stop", "always_allow"]
    id: UUID
    reason: str | None
    user_id: UUID


class AdminsRow(TypedDict):
    """A row of the table admins."""

    created_at: datetime
    user_id: UUID


class AgentConfigHistoryRow(TypedDict):
    """A row of the table agent_config_history."""

    action: Literal["insert", "update", "delete"]
    after: Any
    agent_id: UUID
    before: Any
    changed_at: datetime
    changed_by: UUID | None
    config_version: int | None
    id: int
    owner_id: UUID | None
    table_name: Literal["agent_configurations", "agent_tools"]
    tool_id: UUID | None


class AgentConfigurationsRow(TypedDict):
    """A row of the table agent_configurations."""

    agent_name: str
    config_version: int
    created_at: datetime
    description: str | None
    display_name: str | None
    id: UUID
    is_active: bool
    llm_config: Any
    owner_id: UUID | None
    system_prompt: str
    updated_at: datetime


class AgentLongTermMemoryRow(TypedDict):
    """A row of the table agent_long_term_memory."""

    agent_name: str
    content: str
    created_at: datetime
    embedding: str | None
    id: UUID
    is_untrusted: bool
    kind: str
    metadata: Any
    updated_at: datetime
    user_id: UUID


class AgentToolsRow(TypedDict):
    """A row of the table agent_tools."""

    agent_id: UUID
    approval: Literal["auto", "ask", "ask_after_untrusted"]
    config: Any
    created_at: datetime
    description: str
    id: UUID
    is_active: bool
    name: str
    order: int
    type: str
    updated_at: datetime


class ChatMessageHistoryRow(TypedDict):
    """A row of the table chat_message_history."""

    created_at: datetime
    id: int
    message: Any
    message_uuid: UUID
    run_id: UUID | None
    session_id: UUID
    user_id: UUID
    words: str | None


class ChatRunsRow(TypedDict):
    """A row of the table chat_runs."""

    agent_id: UUID | None
    agent_name: str
    cancel_requested_at: datetime | None
    chat_id: UUID | None
    config_version: int | None
    cost_usd: Decimal | None
    error: Any
    finished_at: datetime | None
    id: UUID
    input_tokens: int | None
    latency_ms: int | None
    lease_expires_at: datetime | None
    model: str | None
    model_calls: int
    output_tokens: int | None
    parent_run_id: UUID | None
    started_at: datetime
    status: Literal["running", "completed", "failed", "cancelled", "interrupted", "waiting"]
    tool_calls: int
    tools: Any
    total_tokens: int | None
    user_id: UUID
    user_message_uuid: UUID | None


class ChatSessionsRow(TypedDict):
    """A row of the table chat_sessions."""

    agent_name: str
    chat_id: UUID
    created_at: datetime
    id: UUID
    is_active: bool
    metadata: Any
    updated_at: datetime
    user_id: UUID


class ChatSummariesRow(TypedDict):
    """A row of the table chat_summaries."""

    chat_id: UUID
    content: str
    created_at: datetime
    id: UUID
    is_untrusted: bool
    model: str
    up_to_message_id: int
    updated_at: datetime
    user_id: UUID


class ChatsRow(TypedDict):
    """A row of the table chats."""

    agent_name: str
    context: Any
    created_at: datetime
    forked_before: UUID | None
    forked_from: UUID | None
    id: UUID
    is_archived: bool
    is_pinned: bool
    last_message_at: datetime | None
    tags: list[str]
    title: str | None
    user_id: UUID


class MessageFeedbackRow(TypedDict):
    """A row of the table message_feedback."""

    chat_id: UUID
    created_at: datetime
    message_uuid: UUID
    rating: Literal["up", "down"]
    updated_at: datetime
    user_id: UUID


class ModelPricesRow(TypedDict):
    """A row of the table model_prices."""

    input_usd_per_million: Decimal
    model: str
    output_usd_per_million: Decimal
    updated_at: datetime


class NotesRow(TypedDict):
    """A row of the table notes."""

    content: str
    created_at: datetime
    id: UUID
    is_pinned: bool
    tags: list[str]
    title: str
    updated_at: datetime
    user_id: UUID


class PendingActionsRow(TypedDict):
    """A row of the table pending_actions."""

    agent_name: str
    arguments: Any
    chat_id: UUID
    created_at: datetime
    decided_at: datetime | None
    decided_by: UUID | None
    decision_reason: str | None
    expires_at: datetime | None
    id: UUID
    preview: Any
    proposed_arguments: Any
    result: Any
    run_id: UUID
    status: Literal["pending", "approved", "rejected", "executed", "expired", "failed"]
    summary: str | None
    tool_call_id: str
    tool_hash: str | None
    tool_id: UUID | None
    tool_name: str
    user_id: UUID


class ProfilesRow(TypedDict):
    """A row of the table profiles."""

    avatar_url: str | None
    created_at: datetime
    display_name: str | None
    id: UUID
    locale: str | None
    timezone: str
    updated_at: datetime


class TasksRow(TypedDict):
    """A row of the table tasks."""

    category: str | None
    completed_at: datetime | None
    completion_note: str | None
    created_at: datetime
    description: str | None
    due_date: date | None
    id: UUID
    motivation: str | None
    notes: str | None
    parent_task_id: UUID | None
    position: int
    priority: int
    status: Literal["pending", "in_progress", "completed", "skipped", "deferred"]
    title: str
    updated_at: datetime
    user_id: UUID


class ToolConsentsRow(TypedDict):
    """A row of the table tool_consents."""

    agent_name: str
    created_at: datetime
    tool_hash: str
    tool_id: UUID
    tool_name: str
    user_id: UUID


class UserAgentPromptCustomizationsRow(TypedDict):
    """A row of the table user_agent_prompt_customizations."""

    agent_name: str
    content: str
    created_at: datetime
    customization_type: str
    id: UUID
    is_active: bool
    priority: int
    updated_at: datetime
    user_id: UUID


class UserCredentialsRow(TypedDict):
    """A row of the table user_credentials."""

    ciphertext: bytes
    created_at: datetime
    id: UUID
    name: str
    updated_at: datetime
    user_id: UUID


class UserToolPreferencesRow(TypedDict):
    """A row of the table user_tool_preferences."""

    approval: Literal["auto", "ask"]
    created_at: datetime
    id: UUID
    tool_id: UUID
    updated_at: datetime
    user_id: UUID


class UserUsageRow(TypedDict):
    """A row of the table user_usage."""

    agent_name: str
    cost_usd: Decimal
    day: date
    input_tokens: int
    model_calls: int
    output_tokens: int
    runs: int
    tool_calls: int
    user_id: UUID
