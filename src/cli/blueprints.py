"""Loads a blueprint: an agent that comes as SQL, in `supabase/blueprints/<agent>/`.

`agent.sql` holds its rows; other files, such as the tables that it works on, go before it by their names.
"""

from pathlib import Path
from typing import cast
from uuid import UUID

import psycopg
from psycopg.abc import Query
from psycopg.sql import SQL, Identifier

# Every change of an agent or a tool leaves a row here, so its newest one tells whether there was a change.
NEWEST_CHANGE = "select coalesce(max(id), 0) from public.agent_config_history"


def load_blueprint(owner_url: str, folder: Path) -> bool:
    """Runs the folder's SQL files by name, in one transaction; True when they changed an agent or a tool.

    Raises FileNotFoundError without an `agent.sql`, and psycopg.Error when the database refuses something:
    nothing of it is kept then.
    """
    files = sorted({folder / "agent.sql", *folder.glob("*.sql")})
    texts = [file.read_text(encoding="utf-8") for file in files]
    with psycopg.connect(owner_url) as conn:
        # Two loads at once would each count the other's changes as its own.
        conn.execute("lock table public.agent_config_history in share row exclusive mode")
        before = conn.execute(NEWEST_CHANGE).fetchone()
        for text in texts:
            # The file is the project's own SQL, as literal as a string in the code.
            conn.execute(cast("Query", text.encode()))
        return conn.execute(NEWEST_CHANGE).fetchone() != before


def seed_blueprint(owner_url: str, name: str, user_id: UUID) -> None:
    """Gives a user something to try a blueprint with: `private.seed_<name>(user_id)`, if it has that.

    Raises psycopg.errors.UndefinedFunction when it has not.
    """
    seed = SQL("select private.{}(%(user_id)s)").format(Identifier(f"seed_{name}"))
    with psycopg.connect(owner_url) as conn:
        conn.execute(seed, {"user_id": user_id})
