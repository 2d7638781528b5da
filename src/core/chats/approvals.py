"""For a person's inbox: what waits for their decision, what became of it, and what they always allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, LiteralString, Self, TypeAlias
from uuid import UUID

from core.db import Pool, Row, database_errors, fetch_as_user
from core.errors import ActionNotFound, ConsentNotFound
from core.types import User

ApprovalStatus: TypeAlias = Literal["pending", "approved", "rejected", "executed", "failed", "expired"]

STATEMENT_SECONDS = 10

# A question that has lapsed is over, whether or not the sweep has come by.
READ_APPROVALS: LiteralString = """
with approval as (
  select action.id, action.run_id, action.chat_id, action.agent_name, action.tool_id, action.tool_name,
         action.tool_call_id, action.arguments, action.proposed_arguments, action.summary, action.preview,
         case when action.status = 'pending' and action.expires_at <= now() then 'expired'
              else action.status end as status,
         action.decision_reason as reason, action.created_at, action.expires_at, action.decided_at,
         chat.title as chat_title,
         (select run.id from public.chat_runs as run
           where run.parent_run_id = action.run_id limit 1) as continued_by
    from public.pending_actions as action
    join public.chats as chat on chat.id = action.chat_id
)
select (select count(*) from public.pending_actions
         where status = 'pending' and (expires_at is null or expires_at > now())) as pending,
       (select count(*) from public.pending_actions where id = %(before)s) as known,
       (select coalesce(jsonb_agg(to_jsonb(page) order by page.created_at desc, page.id desc), '[]')
          from (select * from approval
                 where (%(id)s::uuid is null or id = %(id)s)
                   and (%(status)s::text is null or status = %(status)s)
                   and (%(before)s::uuid is null or (created_at, id) < (
                     select created_at, id from public.pending_actions where id = %(before)s))
                 order by created_at desc, id desc
                 limit %(limit)s) as page) as approvals
"""


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A tool call that asked.

    `arguments` are those that it is, or was, allowed with; `proposed_arguments` the model's, where a person
    has changed them. `continued_by` is the run that went on after the decision.
    """

    id: UUID
    run_id: UUID
    chat_id: UUID
    chat_title: str | None
    agent_name: str
    tool_id: UUID | None
    tool_name: str
    tool_call_id: str
    arguments: Mapping[str, Any]
    proposed_arguments: Mapping[str, Any] | None
    summary: str
    preview: Mapping[str, Any] | None
    status: ApprovalStatus
    reason: str | None
    created_at: datetime
    expires_at: datetime | None
    decided_at: datetime | None
    continued_by: UUID | None

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """From the row as to_jsonb() writes it."""
        ids = {name: _uuid(row[name]) for name in ("id", "run_id", "chat_id", "tool_id", "continued_by")}
        times = {name: _moment(row[name]) for name in ("created_at", "expires_at", "decided_at")}
        values: dict[str, Any] = {**row, **ids, **times, "summary": row["summary"] or ""}
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class ApprovalPage:
    """Some of a user's approvals, newest first; `pending` counts all that wait, on whatever page."""

    approvals: tuple[Approval, ...]
    pending: int
    has_more: bool


@dataclass(frozen=True, kw_only=True)
class ToolConsent:
    """A tool that a user always allows, as its row stood then."""

    tool_id: UUID
    tool_name: str
    agent_name: str
    created_at: datetime


async def list_approvals(
    pool: Pool, user: User, *, status: ApprovalStatus | None, limit: int, before: UUID | None
) -> ApprovalPage:
    """What this user was asked, newest first, behind the approval `before`.

    Raises ActionNotFound when there is no `before`, or DatabaseUnavailable.
    """
    params = {"id": None, "status": status, "limit": limit + 1, "before": before}
    (row,) = await _fetch(pool, user, READ_APPROVALS, params)
    if before is not None and not row["known"]:
        raise ActionNotFound
    found = tuple(Approval.from_json(one) for one in row["approvals"])
    return ApprovalPage(approvals=found[:limit], pending=row["pending"], has_more=len(found) > limit)


async def read_approval(pool: Pool, user: User, action_id: UUID) -> Approval:
    """The approval, if it is this user's. Raises ActionNotFound or DatabaseUnavailable."""
    params = {"id": action_id, "status": None, "limit": 1, "before": None}
    (row,) = await _fetch(pool, user, READ_APPROVALS, params)
    if not row["approvals"]:
        raise ActionNotFound
    return Approval.from_json(row["approvals"][0])


async def list_consents(pool: Pool, user: User) -> list[ToolConsent]:
    """What this user always allows, the newest first. Raises DatabaseUnavailable."""
    rows = await _fetch(
        pool,
        user,
        """
        select tool_id, tool_name, agent_name, created_at
          from public.tool_consents order by created_at desc, tool_name
        """,
        {},
    )
    return [ToolConsent(**row) for row in rows]


async def take_back_consent(pool: Pool, user: User, tool_id: UUID) -> None:
    """The tools of that row ask again. Raises ConsentNotFound or DatabaseUnavailable."""
    rows = await _fetch(
        pool,
        user,
        "delete from public.tool_consents where tool_id = %(tool_id)s returning tool_id",
        {"tool_id": tool_id},
    )
    if not rows:
        raise ConsentNotFound


async def _fetch(pool: Pool, user: User, query: LiteralString, params: Mapping[str, Any]) -> list[Row]:
    with database_errors():
        return await fetch_as_user(pool, user, query, params, timeout_seconds=STATEMENT_SECONDS)


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
