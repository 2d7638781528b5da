"""Migrations: applied in order, once, each whole or not at all, and in the Supabase CLI's own account."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from cli.migrations import LOCK_KEY, MigrationError, apply_migrations, pending_migrations
from embedded.bootstrap import prepare_database
from embedded.gateway import make_auth_tables
from fixtures.cluster import ROOT
from fixtures.databases import Database

MIGRATIONS = ROOT / "supabase" / "migrations"


@pytest.fixture
def bare(empty_database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(empty_database.owner_url, autocommit=True) as connection:
        yield connection


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name.removeprefix('_')}.sql").write_text(text)
    return folder


def test_all_migrations_apply_from_empty_and_a_second_time_change_nothing(
    empty_database: Database, gateway_bundle: Path
) -> None:
    url = empty_database.owner_url
    make_auth_tables(gateway_bundle, url)
    prepare_database(url)
    heard: list[str] = []
    versions = [path.name[:14] for path in sorted(MIGRATIONS.glob("*.sql"))]
    assert pending_migrations(url, MIGRATIONS) == versions
    assert apply_migrations(url, MIGRATIONS, on_apply=heard.append) == versions == heard
    assert pending_migrations(url, MIGRATIONS) == []
    assert apply_migrations(url, MIGRATIONS, on_apply=heard.append) == []
    assert heard == versions


def test_the_account_is_the_supabase_clis(
    empty_database: Database, bare: psycopg.Connection, tmp_path: Path
) -> None:
    folder = write(tmp_path, _20260101000000_create_birds="create table birds (id integer);")
    assert apply_migrations(empty_database.owner_url, folder) == ["20260101000000"]
    assert bare.execute("select * from supabase_migrations.schema_migrations").fetchall() == [
        ("20260101000000", ["create table birds (id integer);"], "create_birds")
    ]


def test_a_migration_that_fails_leaves_nothing_behind_and_names_its_line(
    empty_database: Database, bare: psycopg.Connection, tmp_path: Path
) -> None:
    folder = write(
        tmp_path,
        _20260101000000_create_birds="create table birds (id integer);",
        _20260102000000_create_nests="create table nests (id int);\nselect 1;\ninsert into bird values (1);",
        _20260103000000_create_eggs="create table eggs (id integer);",
    )
    with pytest.raises(MigrationError, match=r"20260102000000_create_nests\.sql, line 3: .*\"bird\""):
        apply_migrations(empty_database.owner_url, folder)
    assert bare.execute(
        "select to_regclass('birds') is not null, to_regclass('nests'), to_regclass('eggs')"
    ).fetchone() == (
        True,
        None,
        None,
    )
    assert pending_migrations(empty_database.owner_url, folder) == ["20260102000000", "20260103000000"]


def test_a_hint_of_the_database_reaches_the_reader(empty_database: Database, tmp_path: Path) -> None:
    folder = write(
        tmp_path, _20260101000000_refuse="do $$ begin raise 'No birds' using hint = 'Add a tree.'; end $$;"
    )
    with pytest.raises(MigrationError, match=r"No birds\. Add a tree\."):
        apply_migrations(empty_database.owner_url, folder)


def test_a_migration_older_than_the_newest_applied_one_is_refused(
    empty_database: Database, tmp_path: Path
) -> None:
    apply_migrations(empty_database.owner_url, write(tmp_path, _20260102000000_b="select 1;"))
    write(tmp_path, _20260101000000_a="select 1;")
    with pytest.raises(
        MigrationError, match=r"20260101000000_a\.sql is older than 20260102000000.*rename it"
    ):
        apply_migrations(empty_database.owner_url, tmp_path)


def test_a_percent_sign_is_only_a_percent_sign(
    empty_database: Database, bare: psycopg.Connection, tmp_path: Path
) -> None:
    folder = write(tmp_path, _20260101000000_a="create table a as select '100%s'::text as share;")
    apply_migrations(empty_database.owner_url, folder)
    assert bare.execute("select share from a").fetchone() == ("100%s",)


def test_a_second_migrator_waits_for_the_first(
    empty_database: Database, bare: psycopg.Connection, tmp_path: Path
) -> None:
    folder = write(tmp_path, _20260101000000_a="create table a (id integer);")
    bare.execute("select pg_advisory_lock(%(key)s)", {"key": LOCK_KEY})
    with ThreadPoolExecutor() as pool:
        second = pool.submit(apply_migrations, empty_database.owner_url, folder)
        while not bare.execute("select from pg_locks where locktype = 'advisory' and not granted").fetchall():
            assert not second.done()
        assert bare.execute("select to_regclass('a')").fetchone() == (None,)
        bare.execute("select pg_advisory_unlock_all()")
        assert second.result(timeout=10) == ["20260101000000"]
