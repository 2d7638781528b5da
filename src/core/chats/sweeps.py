"""What is cleared away on a clock, in the database: by one replica at a time."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, LiteralString

from psycopg.sql import SQL

from core.db import Pool, database_errors, fetch_one


class SweepLock(IntEnum):
    """The advisory lock of each sweep: any numbers will do that nothing else in this database uses."""

    STALE_SESSIONS = 7_224_001
    # 7,224,002 seeds the locks that private.over_limit() takes.
    BROKEN_RUNS = 7_224_003
    OLD_APPROVALS = 7_224_004
    OLD_TICKETS = 7_224_005
    # 7,224,006 seeds those that core.chats.opening takes, 7,224,007 those of private.fork_chat().


async def sweep(pool: Pool, lock: SweepLock, call: LiteralString, params: Mapping[str, Any]) -> int:
    """How many rows `call` dealt with, a call of a function of schema `private`; in one round trip.

    0 while another replica is at it. Raises DatabaseUnavailable.
    """
    with database_errors():
        row = await fetch_one(
            pool,
            SQL("select case when pg_try_advisory_xact_lock(%(lock)s) then {} else 0 end as count").format(
                SQL(call)
            ),
            {**params, "lock": int(lock)},
        )
    return row["count"] if row else 0
