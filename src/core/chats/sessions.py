"""Session instances: a row of `chat_sessions` is one client's engagement with a chat, a tab."""

from datetime import datetime, timedelta

from core.db import Pool, fetch_one

# A client's heartbeat comes every minute; half an hour without one means that it is gone.
STALE_AFTER = timedelta(minutes=30)

# The advisory lock of the sweep: any number will do that no other job of this database uses.
SWEEP_LOCK = 7_224_001


async def deactivate_stale_chat_session_instances(
    pool: Pool, *, at: datetime, older_than: timedelta = STALE_AFTER
) -> int:
    """Deactivates session instances without a heartbeat since `at - older_than`; how many there were.

    Leaves `updated_at` as the last heartbeat. Run by several replicas at once, one does the work.
    """
    row = await fetch_one(
        pool,
        """
        select case when pg_try_advisory_xact_lock(%(lock)s)
                    then private.deactivate_stale_chat_session_instances(%(older_than)s, %(at)s)
                    else 0 end as deactivated
        """,
        {"lock": SWEEP_LOCK, "older_than": older_than, "at": at},
    )
    return row["deactivated"] if row else 0
