"""The journal of a run: what it has done that must not be done twice, should its server die.

A call that changes something is noted in the transaction of its effect, where that is in this database, and
before it is made where it is not. A run that was given up, or stopped, can note nothing more, and so do
nothing.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic
from typing import LiteralString

import psycopg
from psycopg.types.json import Jsonb

from core.db import Statement, database_errors, fetch_all, fetch_one
from core.errors import TurnCancelled, TurnInterrupted
from core.tools.base import RunContext

JOURNAL_CALL: LiteralString = """
select private.journal_call(
  %(journal_run_id)s, %(journal_user_id)s, %(journal_call_id)s, %(journal_tool)s, %(journal_arguments)s,
  %(journal_is_done)s),
  -- For triggers of tables that keep what was written: private.mark_untrusted_memory().
  set_config('clarity.turn_is_tainted', %(journal_is_tainted)s, true)
"""

# Between two looks for a database that is away.
RETRY_SECONDS = 0.5

# What private.journal_call() raises for a run that is not running any more, and for one that is to stop.
NOT_RUNNING = "CLR01"
CANCELLED = "CLR02"


def note_of_call(context: RunContext, *, is_done: bool) -> Statement | None:
    """The statement that notes the current call, as the server and not the user; None outside of a run."""
    if context.run_id is None or context.call is None:
        return None
    return JOURNAL_CALL, {
        "journal_run_id": context.run_id,
        "journal_user_id": context.user.id,
        "journal_call_id": context.call.id,
        "journal_tool": context.call.tool_name,
        "journal_arguments": Jsonb(dict(context.call.arguments)),
        "journal_is_done": is_done,
        "journal_is_tainted": "true" if context.is_tainted else "false",
    }


async def journal_call(context: RunContext) -> None:
    """Notes that the current call is being made. It must not be when this raises.

    TurnInterrupted for a run that is not running any more, TurnCancelled for one that is to stop, or
    DatabaseUnavailable.
    """
    note = note_of_call(context, is_done=False)
    if note:
        with database_errors(), lost_runs():
            await fetch_all(context.pool, note[0], note[1])


async def was_carried_out(context: RunContext, *, patience_seconds: float) -> bool | None:
    """Whether a call that notes itself took effect, after the connection was lost on which it was made.

    Asks for as long as the database is away, up to `patience_seconds`; None when nobody could say by then.
    """
    if context.run_id is None or context.call is None:
        return None
    deadline = monotonic() + patience_seconds
    while True:
        try:
            row = await fetch_one(
                context.pool,
                "select private.was_carried_out(%(run_id)s, %(user_id)s, %(call_id)s) as was_carried_out",
                {"run_id": context.run_id, "user_id": context.user.id, "call_id": context.call.id},
            )
        except psycopg.OperationalError:
            if monotonic() >= deadline:
                return None
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return bool(row and row["was_carried_out"])


@contextmanager
def lost_runs() -> Generator[None]:
    """Raises TurnInterrupted or TurnCancelled where a note was refused because the run is over, or to be."""
    try:
        yield
    except psycopg.Error as exc:
        if exc.sqlstate == NOT_RUNNING:
            raise TurnInterrupted from exc
        if exc.sqlstate == CANCELLED:
            raise TurnCancelled from exc
        raise
