"""The messages of a chat, for somebody who reads them."""

from uuid import UUID

from langchain_core.messages import BaseMessage, messages_from_dict

from core.db import Pool, database_errors, fetch_as_user
from core.types import User

STATEMENT_SECONDS = 10
# What a client that lost its place needs to show the chat again; earlier ones it reads from Supabase by
# pages.
LATEST = 200


async def latest_messages(
    pool: Pool,
    user: User,
    chat_id: UUID,
    *,
    besides_run: UUID,
    behind: UUID | None = None,
    most: int = LATEST,
) -> list[BaseMessage]:
    """The newest messages, oldest first, as the user's policies show them, without what that run has added.

    `behind` is the id of a message that comes before all of them. Raises DatabaseUnavailable.
    """
    with database_errors():
        rows = await fetch_as_user(
            pool,
            user,
            """
            select row.message from public.chat_message_history as row
             where row.session_id = %(chat_id)s
               and (row.run_id is distinct from %(run_id)s or row.message ->> 'type' = 'human')
               and (%(behind)s::uuid is null or row.id > (
                     select said.id from public.chat_message_history as said
                      where said.session_id = %(chat_id)s and said.message_uuid = %(behind)s))
             order by row.id desc limit %(most)s
            """,
            {"chat_id": chat_id, "run_id": besides_run, "behind": behind, "most": most},
            timeout_seconds=STATEMENT_SECONDS,
        )
    return messages_from_dict([row["message"] for row in reversed(rows)])
