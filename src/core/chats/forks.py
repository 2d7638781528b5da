"""A chat that goes on from the middle of another, as if what came later had not been said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString, Self
from uuid import UUID

from psycopg.errors import ForeignKeyViolation

from core.config import CoreConfig
from core.db import Pool, database_errors, fetch_one, jsonb
from core.errors import (
    AgentNotFound,
    ChatIdTaken,
    ChatNotFound,
    ClarityError,
    MessageNotFound,
    MessageNotYours,
    RateLimited,
    UserNotFound,
)
from core.types import User

FORK_CHAT: LiteralString = "select private.fork_chat(%(claims)s, %(fork)s) as made"


@dataclass(frozen=True, kw_only=True)
class Fork:
    """A chat with what was said in `forked_from` before the message `forked_before`.

    Without a `title` there was nothing, or that chat has none: its first turn gives it one.
    """

    chat_id: UUID
    agent_name: str
    title: str | None
    forked_from: UUID
    forked_before: UUID

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            chat_id=UUID(row["id"]),
            agent_name=row["agent_name"],
            title=row["title"],
            forked_from=UUID(row["forked_from"]),
            forked_before=UUID(row["forked_before"]),
        )


async def fork_chat(
    pool: Pool, user: User, config: CoreConfig, *, chat_id: UUID, message_id: UUID, new_chat_id: UUID
) -> Fork:
    """A new chat with what was said in the user's chat before that message of theirs, in one round trip.

    The same again under the same id gives the chat that was made. Raises UserNotFound, ChatNotFound,
    MessageNotFound, MessageNotYours, AgentNotFound (the chat's, which the user may use no more), ChatIdTaken,
    RateLimited or DatabaseUnavailable; nothing is stored then.
    """
    fork = {
        "chat_id": str(chat_id),
        "message_id": str(message_id),
        "new_chat_id": str(new_chat_id),
        # Each is followed by a message, as a rule.
        "forks_per_minute": config.max_requests_per_minute,
    }
    try:
        with database_errors():
            row = await fetch_one(pool, FORK_CHAT, {"claims": jsonb(dict(user.claims)), "fork": jsonb(fork)})
    except ForeignKeyViolation as exc:
        # It was deleted meanwhile, alone or with its user.
        raise ChatNotFound(chat_id) from exc
    assert row is not None  # noqa: S101 - a scalar select always has one row
    made = row["made"]
    if made["outcome"] != "forked":
        raise _refusal(made, chat_id)
    return Fork.from_row(made["chat"])


def _refusal(made: Mapping[str, Any], chat_id: UUID) -> ClarityError:
    match made["outcome"]:
        case "user_not_found":
            return UserNotFound()
        case "chat_not_found":
            return ChatNotFound(chat_id)
        case "message_not_found":
            return MessageNotFound()
        case "message_not_yours":
            return MessageNotYours()
        case "agent_not_found":
            return AgentNotFound(made["agent_name"])
        case "chat_id_taken":
            return ChatIdTaken()
        case "rate_limited":
            return RateLimited(
                limit=made["limit"], most=made["most"], retry_after_seconds=made["retry_after_seconds"]
            )
        case outcome:
            raise ValueError(f"private.fork_chat() answered {outcome!r}")
