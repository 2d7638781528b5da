"""One turn's record: opened in one round trip, closed in one, both as the user."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self
from uuid import UUID

from langchain_core.messages import BaseMessage, HumanMessage, message_to_dict
from psycopg.errors import ForeignKeyViolation
from psycopg.types.json import Jsonb

from core.chats.history import storable, to_row
from core.db import Pool, database_errors, fetch_one
from core.errors import (
    AgentNotFound,
    ChatBusy,
    ChatNotFound,
    ClarityError,
    MessageAlreadySent,
    UserNotFound,
)
from core.tools.definition import ToolDefinition
from core.types import Usage, User

TITLE_LENGTH = 60


@dataclass(frozen=True, kw_only=True)
class OpenedTurn:
    """What private.open_turn() found: `history` are stored messages, oldest first, without the new one."""

    chat_id: UUID
    agent_id: UUID
    config_version: int
    history: list[dict[str, Any]]
    customizations: tuple[str, ...]


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

    `config_version` and `tools` are those of the agent that was run; None when there was none to run.
    """

    status: Literal["completed", "failed", "cancelled"]
    model: str | None
    usage: Usage
    model_calls: int
    tool_calls: int
    latency_ms: int
    error: ClarityError | None = None
    config_version: int | None = None
    tools: tuple[ToolStamp, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "model": self.model,
            "input_tokens": self.usage.input_tokens,
            "output_tokens": self.usage.output_tokens,
            "total_tokens": self.usage.total_tokens,
            "model_calls": self.model_calls,
            "tool_calls": self.tool_calls,
            "latency_ms": self.latency_ms,
            "error": {"code": self.error.code, "message": self.error.message} if self.error else None,
            "config_version": self.config_version,
            "tools": None if self.tools is None else [asdict(tool) for tool in self.tools],
        }


async def open_turn(
    pool: Pool,
    user: User,
    *,
    chat_id: UUID | None,
    agent_name: str,
    run_id: UUID,
    message_id: UUID,
    message: str,
    lease_seconds: float,
    history_limit: int,
) -> OpenedTurn:
    """Claims the chat for the run and stores the user's message.

    Raises UserNotFound, AgentNotFound, ChatNotFound, ChatBusy, MessageAlreadySent or DatabaseUnavailable;
    nothing is stored then.
    """
    with database_errors(), _user_errors():
        row = await fetch_one(
            pool,
            """
            select private.open_turn(
              %(claims)s, %(chat_id)s, %(agent_name)s, %(run_id)s, %(message_id)s, %(message)s, %(title)s,
              %(lease_seconds)s, %(history_limit)s) as opened
            """,
            {
                "claims": Jsonb(dict(user.claims)),
                "chat_id": chat_id,
                "agent_name": agent_name,
                "run_id": run_id,
                "message_id": message_id,
                "message": Jsonb(storable(message_to_dict(HumanMessage(message, id=str(message_id))))),
                "title": storable(title_of(message)),
                "lease_seconds": lease_seconds,
                "history_limit": history_limit,
            },
        )
    assert row is not None  # noqa: S101 - a scalar select always has one row
    opened = row["opened"]
    match opened["outcome"]:
        case "opened":
            return OpenedTurn(
                chat_id=UUID(opened["chat_id"]),
                agent_id=UUID(opened["agent_id"]),
                config_version=opened["config_version"],
                history=opened["history"],
                customizations=tuple(opened["customizations"]),
            )
        case "agent_not_found":
            raise AgentNotFound(agent_name)
        case "chat_not_found" if chat_id:
            raise ChatNotFound(chat_id)
        case "chat_busy":
            raise ChatBusy(UUID(opened["run_id"]))
        case "message_already_sent":
            raise MessageAlreadySent(UUID(opened["run_id"]))
        case outcome:
            raise ValueError(f"private.open_turn() answered {outcome!r}")


async def close_turn(
    pool: Pool,
    user: User,
    *,
    run_id: UUID,
    messages: Sequence[BaseMessage],
    outcome: RunOutcome,
    title: str,
) -> bool:
    """Stores the turn's messages and how it ended; False, and nothing stored, when the run lost its lease.

    `title` names the chat if nobody has. Raises DatabaseUnavailable.
    """
    with database_errors():
        row = await fetch_one(
            pool,
            """
            select private.close_turn(%(claims)s, %(run_id)s, %(messages)s, %(outcome)s, %(title)s) as closed
            """,
            {
                "claims": Jsonb(dict(user.claims)),
                "run_id": run_id,
                "messages": Jsonb([to_row(message) for message in messages]),
                "outcome": Jsonb(outcome.to_json()),
                "title": storable(title),
            },
        )
    return bool(row and row["closed"])


@contextmanager
def _user_errors() -> Generator[None]:
    """Raises UserNotFound when the rows of a turn have no user to belong to."""
    try:
        yield
    except ForeignKeyViolation as exc:
        raise UserNotFound from exc


def title_of(message: str) -> str:
    """A chat's title: the start of its first message, on one line, cut at a word."""
    line = " ".join(message.split())
    if len(line) <= TITLE_LENGTH:
        return line
    head = line[:TITLE_LENGTH]
    return (head.rsplit(" ", 1)[0] if " " in head else head) + "…"
