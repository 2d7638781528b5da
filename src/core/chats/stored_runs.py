"""A run from what is stored: for a client that comes back after it ended, or to another replica."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, LiteralString, Self
from uuid import UUID

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage, messages_from_dict

from core.db import Pool, database_errors, fetch_as_user
from core.errors import ClarityError, DatabaseUnavailable, RunNotFound, TurnInterrupted, stored_error
from core.events import (
    EndEvent,
    PendingAction,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnWaiting,
)
from core.types import Usage, User

# Between two looks at a run that goes on elsewhere.
POLL_SECONDS = 1.0
STATEMENT_SECONDS = 10

READ_RUN: LiteralString = """
select run.id, run.chat_id, run.agent_name, run.user_message_uuid, run.error,
       case when run.status = 'running' and run.lease_expires_at < now() then 'interrupted'
            else run.status end as status,
       coalesce(run.input_tokens, 0) as input_tokens, coalesce(run.output_tokens, 0) as output_tokens,
       (select coalesce(jsonb_agg(message.message order by message.id), '[]')
          from public.chat_message_history as message
         where message.run_id = run.id and message.session_id = run.chat_id) as messages,
       (select coalesce(jsonb_agg(to_jsonb(action) order by action.created_at, action.id), '[]')
          from public.pending_actions as action
         where action.run_id = run.id and action.status = 'pending') as actions
  from public.chat_runs as run
 where run.id = %(run_id)s
"""


@dataclass(frozen=True, kw_only=True)
class StoredRun:
    """A run as its rows have it; `messages` are its own, without the user's. `actions` wait."""

    run_id: UUID
    chat_id: UUID | None
    agent_name: str
    message_id: UUID | None
    status: str
    error: ClarityError | None
    usage: Usage
    messages: Sequence[BaseMessage]
    actions: tuple[PendingAction, ...]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        error = row["error"]
        return cls(
            run_id=row["id"],
            chat_id=row["chat_id"],
            agent_name=row["agent_name"],
            message_id=row["user_message_uuid"],
            status=row["status"],
            error=stored_error(error["code"], error["message"]) if error else None,
            usage=Usage(input_tokens=row["input_tokens"], output_tokens=row["output_tokens"]),
            messages=[
                message for message in messages_from_dict(row["messages"]) if message.type in ("ai", "tool")
            ],
            actions=tuple(action_from_row(action) for action in row["actions"]),
        )

    @property
    def is_over(self) -> bool:
        return self.status != "running"

    @property
    def response(self) -> str:
        """The text of the last message, if it is the model's; of a turn that waits, the model's last one."""
        last = self.messages[-1] if self.messages else None
        if self.status == "waiting":
            last = next((one for one in reversed(self.messages) if isinstance(one, AIMessage)), None)
        return last.text if isinstance(last, AIMessage) else ""

    def events(self) -> Iterator[TurnEvent]:
        """What the run told, as far as it is stored: whole texts, and its end when it is over."""
        yield TurnStarted(
            run_id=self.run_id, chat_id=self.chat_id, agent_name=self.agent_name, message_id=self.message_id
        )
        started: set[str] = set()
        for message in self.messages:
            if isinstance(message, AIMessage):
                if message.text:
                    yield TextDelta(message_id=message.id or "", text=message.text)
                for call in message.tool_calls:
                    started.add(call["id"] or "")
                    yield ToolCallStarted(
                        tool_call_id=call["id"] or "",
                        name=call["name"],
                        arguments=call["args"],
                        message_id=message.id or "",
                    )
            elif isinstance(message, ToolMessage):
                if message.tool_call_id not in started:
                    # A turn that went on after a decision: the call itself is in the turn before.
                    yield ToolCallStarted(
                        tool_call_id=message.tool_call_id,
                        name=message.name or "",
                        arguments={},
                        was_decided=True,
                    )
                yield tool_call_finished(message)
        if self.is_over:
            yield self._end()

    def _end(self) -> EndEvent:
        match self.status:
            case "completed":
                return TurnFinished(
                    run_id=self.run_id, chat_id=self.chat_id, response=self.response, usage=self.usage
                )
            case "waiting" if self.chat_id:
                return TurnWaiting(
                    run_id=self.run_id,
                    chat_id=self.chat_id,
                    response=self.response,
                    actions=self.actions,
                    usage=self.usage,
                )
            case _:
                error = self.error or TurnInterrupted()
                return TurnFailed(run_id=self.run_id, chat_id=self.chat_id, error=error)


async def read_run(pool: Pool, user: User, run_id: UUID) -> StoredRun:
    """The run, if it is this user's. Raises RunNotFound or DatabaseUnavailable."""
    with database_errors():
        rows = await fetch_as_user(
            pool, user, READ_RUN, {"run_id": run_id}, timeout_seconds=STATEMENT_SECONDS
        )
    if not rows:
        raise RunNotFound
    return StoredRun.from_row(rows[0])


async def run_that_asked(pool: Pool, user: User, action_ids: Sequence[UUID]) -> StoredRun | None:
    """The run whose tool calls wait, or waited, under these ids; None when they are nobody's, or not known.

    Raises DatabaseUnavailable.
    """
    with database_errors():
        rows = await fetch_as_user(
            pool,
            user,
            "select run_id from public.pending_actions where id = any (%(ids)s) limit 1",
            {"ids": list(action_ids)},
            timeout_seconds=STATEMENT_SECONDS,
        )
    return await read_run(pool, user, rows[0]["run_id"]) if rows else None


async def wait_for_end(
    pool: Pool, user: User, run_id: UUID, *, silence_seconds: float | None = None
) -> AsyncGenerator[StoredRun | None]:
    """The run as it is now, and once more when it is over, if it goes on elsewhere.

    None, meanwhile, whenever so much time has passed. Raises what read_run() does at first, and RunNotFound
    when the run is gone later on.
    """
    stored = await read_run(pool, user, run_id)
    yield stored
    silent_since = monotonic()
    while not stored.is_over:
        await asyncio.sleep(POLL_SECONDS)
        # While the database is away, no run comes to its end.
        with suppress(DatabaseUnavailable):
            stored = await read_run(pool, user, run_id)
        if stored.is_over:
            yield stored
        elif silence_seconds is not None and monotonic() - silent_since >= silence_seconds:
            silent_since = monotonic()
            yield None


def action_from_row(row: Mapping[str, Any]) -> PendingAction:
    """From a row of `pending_actions` as JSON."""
    return PendingAction(
        id=UUID(row["id"]),
        tool_id=UUID(row["tool_id"]) if row["tool_id"] else None,
        tool_call_id=row["tool_call_id"],
        tool_name=row["tool_name"],
        tool_hash=row["tool_hash"] or "",
        arguments=row["arguments"],
        summary=row["summary"] or "",
        preview=row["preview"],
        expires_at=datetime.fromisoformat(row["expires_at"]) if row["expires_at"] else None,
    )


def tool_call_finished(message: ToolMessage) -> ToolCallFinished:
    """The call's end, as its message keeps it."""
    return ToolCallFinished(
        tool_call_id=message.tool_call_id,
        name=message.name or "",
        result=message.text,
        status=message.status,
        duration_ms=message.response_metadata.get("duration_ms", 0),
        is_untrusted=bool(message.additional_kwargs.get("untrusted")),
        message_id=message.id or "",
    )
