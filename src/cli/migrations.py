"""Applies `supabase/migrations` to a database, and keeps the same account of it as the Supabase CLI.

Both write `supabase_migrations.schema_migrations` (version, statements, name), so `clarity migrate` and
`supabase db push` may be used in turn on one database.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import cast

import psycopg
from psycopg.abc import Query

FILE_NAME = re.compile(r"(?P<version>\d{14})_(?P<name>[a-z0-9_]+)\.sql")

# Two processes that migrate one database take turns by this advisory lock; any number serves.
LOCK_KEY = 0x636C_6172

# Made as the Supabase CLI makes them, which adds the columns to the table of its older versions.
CREATE_LEDGER = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text;
"""

RECORD = """
insert into supabase_migrations.schema_migrations (version, name, statements)
values (%(version)s, %(name)s, array[%(text)s])
"""


class MigrationError(Exception):
    """A migration cannot be applied. The message names the file, says what is wrong and what to do."""


@dataclass(frozen=True, kw_only=True)
class Migration:
    """A file of the migrations folder. `version` is its 14 digits, `name` what follows them."""

    version: str
    name: str
    path: Path

    @classmethod
    def from_path(cls, path: Path) -> "Migration":
        match = FILE_NAME.fullmatch(path.name)
        if match is None:
            raise MigrationError(
                f"{path.name} is not named like a migration. "
                "Name it <14 digits>_<what_it_does>.sql, such as 20260131120000_create_books.sql."
            )
        return cls(version=match["version"], name=match["name"], path=path)


def read_migrations(folder: Path) -> list[Migration]:
    """The migrations of a folder, oldest first. MigrationError for a name or a version that does not fit."""
    migrations = [Migration.from_path(path) for path in sorted(folder.glob("*.sql"))]
    for earlier, later in pairwise(migrations):
        if earlier.version == later.version:
            raise MigrationError(
                f"{earlier.path.name} and {later.path.name} have the same version. Give one a later one."
            )
    return migrations


def pending_migrations(owner_url: str, folder: Path) -> list[str]:
    """The versions that the folder has and the database has not, oldest first. Changes nothing."""
    with psycopg.connect(owner_url, autocommit=True) as conn:
        return [migration.version for migration in _pending(conn, read_migrations(folder))]


def apply_migrations(
    owner_url: str, folder: Path, *, on_apply: Callable[[str], None] | None = None
) -> list[str]:
    """The versions applied now, oldest first; none when the database is up to date.

    Each file runs in one transaction together with its record, so a failing one leaves nothing behind.
    `on_apply` hears each version before it runs. Raises MigrationError; psycopg.OperationalError when the
    database cannot be reached.
    """
    migrations = read_migrations(folder)
    with psycopg.connect(owner_url, autocommit=True) as conn:
        conn.execute("select pg_advisory_lock(%(key)s)", {"key": LOCK_KEY})
        # A no-op that says "already exists, skipping" is no news.
        conn.execute("set client_min_messages = warning")
        conn.execute(CREATE_LEDGER)
        pending = _pending(conn, migrations)
        for migration in pending:
            if on_apply:
                on_apply(migration.version)
            _apply(conn, migration)
    return [migration.version for migration in pending]


def _pending(conn: psycopg.Connection, migrations: Sequence[Migration]) -> list[Migration]:
    applied = _applied_versions(conn)
    pending = [migration for migration in migrations if migration.version not in applied]
    newest = max(applied, default="")
    if pending and pending[0].version < newest:
        raise MigrationError(
            f"{pending[0].path.name} is older than {newest}, which the database already has. "
            "Migrations only go forward: rename it to a version after that one."
        )
    return pending


def _applied_versions(conn: psycopg.Connection) -> set[str]:
    with suppress(psycopg.errors.UndefinedTable):
        rows = conn.execute("select version from supabase_migrations.schema_migrations").fetchall()
        return {row[0] for row in rows}
    return set()


def _apply(conn: psycopg.Connection, migration: Migration) -> None:
    text = migration.path.read_text(encoding="utf-8")
    try:
        with conn.transaction():
            # The file is the project's own SQL, as literal as a string in the code.
            conn.execute(cast("Query", text.encode()))
            conn.execute(RECORD, {"version": migration.version, "name": migration.name, "text": text})
    except psycopg.OperationalError:
        raise
    except psycopg.Error as exc:
        raise MigrationError(_refusal(migration, text, exc)) from exc


def _refusal(migration: Migration, text: str, error: psycopg.Error) -> str:
    diagnosis = error.diag
    place = migration.path.name
    if diagnosis.statement_position:
        line = text.count("\n", 0, int(diagnosis.statement_position) - 1) + 1
        place = f"{place}, line {line}"
    sentences = [diagnosis.message_primary or str(error), diagnosis.message_detail, diagnosis.message_hint]
    return f"{place}: " + " ".join(sentence.rstrip(".") + "." for sentence in sentences if sentence)
