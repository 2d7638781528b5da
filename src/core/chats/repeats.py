"""A message that is tried again, with what came of it the first time."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

from langchain_core.messages import BaseMessage

from core.chats.history import window, without_open_tool_calls
from core.db import Pool, database_errors, fetch_as_user
from core.types import User

STATEMENT_SECONDS = 10

READ_TURN: LiteralString = """
select id, message from public.chat_message_history
 where session_id = %(chat_id)s
   and id >= (select id from public.chat_message_history
               where session_id = %(chat_id)s and message_uuid = %(message_id)s)
 order by id
"""


async def window_of_repeat(
    pool: Pool,
    user: User,
    history: Sequence[Mapping[str, Any]],
    *,
    chat_id: UUID,
    message_id: UUID,
    max_tokens: int,
) -> list[BaseMessage]:
    """The window up to what the first try did, so that nothing is done again.

    That may have been more than the `history` of a turn has room for; then it is read, and stands alone.
    Raises DatabaseUnavailable.
    """
    if not any(row["message"].get("type") == "human" for row in history):
        params = {"chat_id": chat_id, "message_id": message_id}
        with database_errors():
            history = await fetch_as_user(pool, user, READ_TURN, params, timeout_seconds=STATEMENT_SECONDS)
    return without_open_tool_calls(window(history, max_tokens=max_tokens, goes_on=True))
