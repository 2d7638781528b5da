"""The names of migrations, and what those of this project look like."""

import re
from pathlib import Path

import pytest

from cli.migrations import MigrationError, read_migrations

MIGRATIONS = Path(__file__).parents[3] / "supabase" / "migrations"


@pytest.mark.parametrize(
    "name",
    ["create_books.sql", "2026_create_books.sql", "20260131120000-create.sql", "20260131120000_Books.sql"],
)
def test_a_file_that_is_not_named_like_a_migration_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("select 1;")
    with pytest.raises(MigrationError, match=re.escape(name) + r" is not named like a migration\. Name it"):
        read_migrations(tmp_path)


def test_two_migrations_of_one_version_are_refused(tmp_path: Path) -> None:
    for name in ("20260131120000_a.sql", "20260131120000_b.sql"):
        (tmp_path / name).write_text("select 1;")
    with pytest.raises(MigrationError, match="have the same version"):
        read_migrations(tmp_path)


def test_migrations_are_read_oldest_first_and_other_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("20260201000000_b.sql", "20260101000000_a.sql", "README.md"):
        (tmp_path / name).write_text("")
    assert [migration.name for migration in read_migrations(tmp_path)] == ["a", "b"]


@pytest.mark.parametrize("path", sorted(MIGRATIONS.glob("*.sql")), ids=lambda path: path.stem)
def test_each_migration_begins_with_why_it_is_there(path: Path) -> None:
    assert path.read_text().startswith("-- ")


@pytest.mark.parametrize("path", sorted(MIGRATIONS.glob("*.sql")), ids=lambda path: path.stem)
def test_no_migration_is_longer_than_a_reader_can_hold(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400
