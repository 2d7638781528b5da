"""Loads a blueprint: an agent that comes as SQL rows, in `supabase/blueprints/<agent>/agent.sql`."""

from pathlib import Path
from typing import cast

import psycopg
from psycopg.abc import Query

# Every change of an agent or a tool leaves a row here, so its newest one tells whether there was a change.
NEWEST_CHANGE = "select coalesce(max(id), 0) from public.agent_config_history"


def load_blueprint(owner_url: str, folder: Path) -> bool:
    """Runs the folder's `agent.sql` in one transaction; True when it changed an agent or a tool.

    Raises FileNotFoundError without that file, and psycopg.Error when the database refuses it: nothing of it
    is kept then.
    """
    text = (folder / "agent.sql").read_text(encoding="utf-8")
    with psycopg.connect(owner_url) as conn:
        # Two loads at once would each count the other's changes as its own.
        conn.execute("lock table public.agent_config_history in share row exclusive mode")
        before = conn.execute(NEWEST_CHANGE).fetchone()
        # The file is the project's own SQL, as literal as a string in the code.
        conn.execute(cast("Query", text.encode()))
        return conn.execute(NEWEST_CHANGE).fetchone() != before
