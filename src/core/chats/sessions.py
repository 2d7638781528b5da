"""Session instances: a row of `chat_sessions` is one client's engagement with a chat, a tab."""

from datetime import datetime, timedelta

from core.chats.sweeps import SweepLock, sweep
from core.db import Pool

# A client's heartbeat comes every minute; half an hour without one means that it is gone.
STALE_AFTER = timedelta(minutes=30)


async def deactivate_stale_chat_session_instances(
    pool: Pool, *, at: datetime | None = None, older_than: timedelta = STALE_AFTER
) -> int:
    """Deactivates session instances without a heartbeat since `at - older_than`; how many there were.

    Without `at`, it is now. Leaves `updated_at` as the last heartbeat. Run by several replicas at once, one
    does the work.
    """
    return await sweep(
        pool,
        SweepLock.STALE_SESSIONS,
        """
        private.deactivate_stale_chat_session_instances(
          %(older_than)s, coalesce(%(at)s::timestamptz, now()))
        """,
        {"older_than": older_than, "at": at},
    )
