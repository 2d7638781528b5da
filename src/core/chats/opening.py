"""What begins a turn, and what a turn begins with: opened in one round trip, for the user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, LiteralString, Self
from uuid import UUID

from langchain_core.messages import HumanMessage, message_to_dict
from psycopg.errors import ForeignKeyViolation, UniqueViolation

from core.chats.history import storable
from core.chats.stored_runs import read_run
from core.config import CoreConfig
from core.db import Pool, database_errors, fetch_one, jsonb
from core.errors import (
    ActionDecided,
    ActionNotFound,
    AgentNotFound,
    ApprovalExpired,
    ApprovalPending,
    ChatBusy,
    ChatNotFound,
    ClarityError,
    MessageAlreadySent,
    RateLimited,
    RunIdTaken,
    RunNotFound,
    UserNotFound,
)
from core.types import User

# Messages to one chat are taken one after the other: whether one came before is looked up while none is being
# taken. Decisions are, by their run. The lock is gone with the transaction, before the model is asked.
OPEN_TURN: LiteralString = """
with place as materialized (select pg_advisory_xact_lock(hashtextextended(%(place)s, %(lock)s)))
select private.open_turn(%(claims)s, %(turn)s) as opened from place
"""
# Seeds the lock; see core.chats.sweeps for the others.
OPENING_LOCK = 7_224_006

TITLE_LENGTH = 60


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """What a user says. `chat_id` None begins a chat, as an unknown one does with `may_begin_chat`.

    A message that `keeps_no_chat` is answered, counted and forgotten.
    """

    agent_name: str
    text: str
    message_id: UUID
    chat_id: UUID | None = None
    may_begin_chat: bool = False
    keeps_no_chat: bool = False

    def to_json(self) -> dict[str, Any]:
        message = HumanMessage(self.text, id=str(self.message_id))
        return {
            "agent_name": self.agent_name,
            "message_id": str(self.message_id),
            "message": storable(message_to_dict(message)),
            "title": storable(title_of(self.text)),
            "chat_id": str(self.chat_id) if self.chat_id else None,
            "may_begin_chat": self.may_begin_chat,
            "keeps_no_chat": self.keeps_no_chat,
        }


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a person says to a call that waits. `arguments` replace the model's; `always`: from now on."""

    action_id: UUID
    decision: Literal["approve", "reject"]
    arguments: Mapping[str, Any] | None = None
    reason: str | None = None
    always: bool = False

    @property
    def edited(self) -> Mapping[str, Any] | None:
        """The arguments that the call is allowed with, when they are not the model's."""
        return self.arguments if self.decision == "approve" else None

    def to_json(self) -> dict[str, Any]:
        return {
            "action_id": str(self.action_id),
            "decision": self.decision,
            "arguments": storable(dict(self.edited)) if self.edited is not None else None,
            "reason": storable(self.reason),
            "always": self.always,
        }


@dataclass(frozen=True, kw_only=True)
class DecidedAction:
    """A call that waited, and what was decided; `arguments` are the ones it is allowed with.

    `tool_hash` is what the tool's row said when it asked.
    """

    tool_call_id: str
    tool_name: str
    tool_hash: str | None
    arguments: Mapping[str, Any]
    is_allowed: bool
    is_edited: bool
    reason: str | None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            tool_call_id=row["tool_call_id"],
            tool_name=row["tool_name"],
            tool_hash=row["tool_hash"],
            arguments=row["arguments"],
            is_allowed=row["status"] == "approved",
            is_edited=row["is_edited"],
            reason=row["reason"],
        )


@dataclass(frozen=True, kw_only=True)
class OpenedTurn:
    """What private.open_turn() found.

    `history` are rows `{"id", "message"}`, oldest first, without the new message; one that `is_repeat`,
    because it failed before, is in it, with what came of it. `actions` are what a turn goes on with after
    decisions.
    """

    chat_id: UUID | None
    agent_id: UUID | None
    agent_name: str
    config_version: int
    is_repeat: bool
    has_title: bool
    history: Sequence[Mapping[str, Any]]
    customizations: tuple[str, ...]
    memories: Sequence[Mapping[str, Any]]
    time_zone: str
    context: Mapping[str, Any]
    summary: Mapping[str, Any] | None
    preferences: Mapping[UUID, str]
    consents: frozenset[tuple[UUID, str]]
    actions: tuple[DecidedAction, ...]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            chat_id=UUID(row["chat_id"]) if row["chat_id"] else None,
            agent_id=UUID(row["agent_id"]) if row["agent_id"] else None,
            agent_name=row["agent_name"],
            config_version=row["config_version"] or 0,
            is_repeat=row["is_repeat"],
            has_title=row["has_title"],
            history=row["history"],
            customizations=tuple(row["customizations"]),
            memories=row["memories"],
            time_zone=row["time_zone"] or "UTC",
            context=row["context"],
            summary=row["summary"],
            preferences={UUID(tool_id): approval for tool_id, approval in row["preferences"].items()},
            consents=frozenset((UUID(tool_id), tool_hash) for tool_id, tool_hash in row["consents"]),
            actions=tuple(DecidedAction.from_row(action) for action in row["actions"]),
        )


@dataclass(frozen=True, kw_only=True)
class StillUndecided:
    """The decision is kept, and the turn waits for others: how many."""

    run_id: UUID
    undecided: int


async def open_turn(
    pool: Pool, user: User, config: CoreConfig, *, run_id: UUID, begin: NewMessage | Sequence[Decision]
) -> OpenedTurn | StillUndecided:
    """Claims the chat for the run, and stores the user's message or decisions.

    StillUndecided, and no run, when decisions leave others to be made. Raises UserNotFound, AgentNotFound,
    ChatNotFound, ChatBusy, ApprovalPending, MessageAlreadySent (also for decisions that this run goes on with
    already), RateLimited, ActionNotFound, ActionDecided, ApprovalExpired, RunIdTaken (by another message),
    RunNotFound (when the run's id is somebody else's) or DatabaseUnavailable; nothing is stored then.
    """
    turn: dict[str, Any] = {
        "run_id": str(run_id),
        "lease_seconds": config.lease_seconds,
        "history_limit": config.history_messages,
        "limits": {
            "concurrent_runs": config.max_concurrent_runs,
            "requests_per_minute": config.max_requests_per_minute,
            "tokens_per_day": config.max_tokens_per_day,
        },
    }
    if isinstance(begin, NewMessage):
        turn |= begin.to_json()
    else:
        turn["decisions"] = [decision.to_json() for decision in begin]
    opened = await _open(pool, user, turn)
    match opened["outcome"]:
        case "opened":
            return OpenedTurn.from_row(opened)
        case "decided":
            return StillUndecided(run_id=UUID(opened["run_id"]), undecided=opened["undecided"])
        case "run_id_taken" if isinstance(begin, NewMessage):
            raise await _why_taken(pool, user, run_id, begin)
        case _:
            raise _refusal(opened, run_id, begin)


async def _open(pool: Pool, user: User, turn: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return await _open_once(pool, user, turn)
    except (UniqueViolation, ForeignKeyViolation):
        # What it had seen has changed meanwhile: the same message came by another way, or the chat or the
        # agent was deleted. By now that is over, and is seen as it is.
        pass
    try:
        return await _open_once(pool, user, turn)
    except ForeignKeyViolation as exc:
        # The rows of a turn have no user to belong to.
        raise UserNotFound from exc


async def _open_once(pool: Pool, user: User, turn: Mapping[str, Any]) -> Mapping[str, Any]:
    with database_errors():
        row = await fetch_one(
            pool,
            OPEN_TURN,
            {
                "claims": jsonb(dict(user.claims)),
                "turn": jsonb(turn),
                "place": f"{user.id} {turn.get('chat_id')}",
                "lock": OPENING_LOCK,
            },
        )
    assert row is not None  # noqa: S101 - a scalar select always has one row
    return row["opened"]


async def _why_taken(pool: Pool, user: User, run_id: UUID, message: NewMessage) -> ClarityError:
    """Why a message cannot have the run that its client names: it has it already, or another message has."""
    run = await read_run(pool, user, run_id)
    return MessageAlreadySent(run_id) if run.message_id == message.message_id else RunIdTaken()


def _refusal(opened: Mapping[str, Any], run_id: UUID, begin: NewMessage | Sequence[Decision]) -> ClarityError:
    match opened["outcome"]:
        case "user_not_found":
            return UserNotFound()
        case "agent_not_found" if isinstance(begin, NewMessage):
            return AgentNotFound(begin.agent_name)
        case "chat_not_found" if isinstance(begin, NewMessage) and begin.chat_id:
            return ChatNotFound(begin.chat_id)
        case "chat_busy":
            return ChatBusy(UUID(opened["run_id"]))
        case "approval_pending":
            return ApprovalPending(UUID(opened["run_id"]))
        case "message_already_sent" if opened["run_id"] is None:
            # Its user wrote it into the chat without any agent.
            return RunNotFound("This message is in the chat already, and no run belongs to it.")
        case "message_already_sent":
            return MessageAlreadySent(UUID(opened["run_id"]))
        case "run_id_taken":
            # Of decisions: the run that asked, or another of theirs, is told, and nothing is decided.
            return MessageAlreadySent(run_id)
        case "rate_limited":
            return RateLimited(
                limit=opened["limit"],
                most=opened["most"],
                retry_after_seconds=opened["retry_after_seconds"],
            )
        case "action_not_found":
            return ActionNotFound()
        case "actions_of_several_turns":
            return ActionNotFound(
                "Decide about the calls of one turn at a time, and about each of them once."
            )
        case "action_decided":
            return _decided_before(opened, run_id)
        case outcome:
            raise ValueError(f"private.open_turn() answered {outcome!r}")


def _decided_before(opened: Mapping[str, Any], run_id: UUID) -> ClarityError:
    waited = UUID(opened["run_id"])
    if opened["status"] == "expired":
        return ApprovalExpired(waited)
    continued_by = UUID(opened["continued_by"]) if opened["continued_by"] else None
    if continued_by == run_id:
        # The answer to the first attempt was lost on its way.
        return MessageAlreadySent(run_id)
    return ActionDecided(status=opened["status"], run_id=continued_by or waited)


def title_of(message: str) -> str:
    """A chat's title: the start of its first message, on one line, cut at a word."""
    line = " ".join(message.split())
    if len(line) <= TITLE_LENGTH:
        return line
    head = line[:TITLE_LENGTH]
    return (head.rsplit(" ", 1)[0] if " " in head else head) + "…"
