"""How a turn ended: stored in one round trip, however long the database is away."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Literal, Self
from uuid import UUID, uuid4

from langchain_core.messages import BaseMessage

from core.chats.history import storable, to_row
from core.db import Pool, database_errors, fetch_one, jsonb
from core.errors import ClarityError, DatabaseUnavailable
from core.events import PendingAction
from core.tools.definition import ToolDefinition
from core.types import Usage, User

logger = logging.getLogger(__name__)

# How long an ended turn tries to be stored while the database is away, and how long once the server stops.
PATIENCE_SECONDS = 120
LAST_PATIENCE_SECONDS = 5
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class ToolStamp:
    """A tool's row as a run had it: `hash` differs as soon as what the row says does."""

    id: str
    name: str
    type: str
    hash: str

    @classmethod
    def of(cls, definition: ToolDefinition) -> Self:
        return cls(
            id=str(definition.id), name=definition.name, type=definition.type, hash=definition.content_hash
        )


@dataclass(frozen=True, kw_only=True)
class RunOutcome:
    """How a run ended, for its row in `chat_runs`.

    `by_model` is the usage by "provider:name". `config_version` and `tools` are those of the agent that was
    run; None when there was none to run. `asked` are calls that now wait, `executed` maps the id of a call
    that had been allowed to its status and its result.
    """

    status: Literal["completed", "failed", "cancelled", "interrupted", "waiting"]
    model: str | None
    by_model: Mapping[str, Usage]
    model_calls: int
    tool_calls: int
    latency_ms: int
    error: ClarityError | None = None
    config_version: int | None = None
    tools: tuple[ToolStamp, ...] | None = None
    asked: tuple[PendingAction, ...] = ()
    approval_timeout_seconds: float = 0
    executed: Mapping[str, tuple[Literal["executed", "failed"], str]] = field(
        default_factory=dict[str, tuple[Literal["executed", "failed"], str]]
    )

    def to_json(self) -> dict[str, Any]:
        usage = sum(self.by_model.values(), start=Usage())
        return {
            "status": self.status,
            "model": self.model,
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "total_tokens": usage.total_tokens,
            "by_model": usage_by_model(self.by_model),
            "model_calls": self.model_calls,
            "tool_calls": self.tool_calls,
            "latency_ms": self.latency_ms,
            "error": {"code": self.error.code, "message": self.error.message} if self.error else None,
            "config_version": self.config_version,
            "tools": None if self.tools is None else [vars(tool) for tool in self.tools],
            "asked": [_asked(action, self.approval_timeout_seconds) for action in self.asked],
            "executed": [
                {"tool_call_id": call_id, "status": status, "result": storable(result)}
                for call_id, (status, result) in self.executed.items()
            ],
        }


def _asked(action: PendingAction, expires_in_seconds: float) -> dict[str, Any]:
    return {
        "id": str(action.id),
        "tool_id": str(action.tool_id),
        "tool_name": action.tool_name,
        "tool_call_id": action.tool_call_id,
        "tool_hash": action.tool_hash,
        "arguments": storable(dict(action.arguments)),
        "summary": storable(action.summary),
        "preview": storable(dict(action.preview)) if action.preview is not None else None,
        "expires_in_seconds": expires_in_seconds,
    }


def usage_by_model(by_model: Mapping[str, Usage]) -> list[dict[str, Any]]:
    """As private.add_usage() and private.cost_of() take it."""
    return [
        {"model": model, "input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
        for model, usage in by_model.items()
    ]


class ClosingTurn:
    """One turn on its way into the database. `title` names the chat if nobody has."""

    def __init__(self, pool: Pool, user: User, run_id: UUID, *, title: str | None) -> None:
        self._pool = pool
        self._user = user
        self._run_id = run_id
        self._title = title
        self._deadline = monotonic() + PATIENCE_SECONDS

    def hurry(self) -> None:
        """The server must stop: what cannot be stored soon will not be."""
        self._deadline = min(self._deadline, monotonic() + LAST_PATIENCE_SECONDS)

    async def store(self, rows: Sequence[dict[str, Any]], outcome: RunOutcome) -> bool:
        """False when the run was given up meanwhile. Raises ClarityError when it cannot be stored."""
        try:
            return await self._store_patiently(rows, outcome)
        except ClarityError:
            logger.exception("Turn %s could not be stored", self._run_id)
            raise
        except Exception:
            # Something in these messages cannot be stored: without them the chat is free again at least.
            logger.exception("The messages of turn %s could not be stored", self._run_id)
        failed = replace(outcome, status="failed", error=ClarityError(), asked=())
        try:
            await self._store_patiently([], failed)
        except Exception:
            logger.exception("Turn %s could not be closed", self._run_id)
        raise ClarityError

    async def _store_patiently(self, rows: Sequence[dict[str, Any]], outcome: RunOutcome) -> bool:
        pause_seconds = FIRST_PAUSE_SECONDS
        while True:
            try:
                is_stored = await close_turn(
                    self._pool,
                    self._user,
                    run_id=self._run_id,
                    messages=rows,
                    outcome=outcome,
                    title=self._title,
                )
            except DatabaseUnavailable:
                if monotonic() + pause_seconds > self._deadline:
                    raise
                await asyncio.sleep(pause_seconds)
                pause_seconds = min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)
            else:
                if not is_stored:
                    logger.warning("Turn %s had lost its chat to a later one", self._run_id)
                return is_stored


async def close_turn(
    pool: Pool,
    user: User,
    *,
    run_id: UUID,
    messages: Sequence[dict[str, Any]],
    outcome: RunOutcome,
    title: str | None,
) -> bool:
    """Stores the turn's messages (as to_row() gives them) and how it ended; may be repeated.

    False, and nothing stored, when the run was given up. `title` names the chat if nobody has. Raises
    DatabaseUnavailable.
    """
    with database_errors():
        row = await fetch_one(
            pool,
            "select private.close_turn(%(claims)s, %(run_id)s, %(close)s) as outcome",
            {
                "claims": jsonb(dict(user.claims)),
                "run_id": run_id,
                "close": jsonb({**outcome.to_json(), "messages": list(messages), "title": storable(title)}),
            },
        )
    return bool(row and row["outcome"] != "lost")


def rows_of(messages: Sequence[BaseMessage]) -> list[dict[str, Any]]:
    """The messages as close_turn() takes them, each with an identity that a repeated close repeats."""
    return [to_row(message, _identity(message)) for message in messages]


def _identity(message: BaseMessage) -> UUID:
    try:
        return UUID(message.id or "")
    except ValueError:
        return uuid4()
