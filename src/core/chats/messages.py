"""The messages of a chat, for somebody who reads them."""

from uuid import UUID

from langchain_core.messages import BaseMessage, messages_from_dict

from core.db import Pool, database_errors, fetch_as_user
from core.types import User

STATEMENT_SECONDS = 10
# What a client that lost its place needs to show the chat again; earlier ones it reads from Supabase by
# pages.
LATEST = 200


async def latest_messages(pool: Pool, user: User, chat_id: UUID, *, most: int = LATEST) -> list[BaseMessage]:
    """The newest messages, oldest first, as the user's policies show them. Raises DatabaseUnavailable."""
    with database_errors():
        rows = await fetch_as_user(
            pool,
            user,
            """
            select message from public.chat_message_history
             where session_id = %(chat_id)s order by id desc limit %(most)s
            """,
            {"chat_id": chat_id, "most": most},
            timeout_seconds=STATEMENT_SECONDS,
        )
    return messages_from_dict([row["message"] for row in reversed(rows)])
