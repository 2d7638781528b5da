"""The official `supabase db push` on the project's migrations: alone, and in turn with `clarity migrate`."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
import pytest
from filelock import FileLock

from cli.migrations import apply_migrations, pending_migrations
from embedded.bootstrap import prepare_database
from embedded.gateway import make_auth_tables
from embedded.node_build import node_environment
from embedded.wheels import node, npm
from fixtures.cluster import ROOT
from fixtures.databases import Database

PACKAGE = ROOT / "tests" / "supabase_cli"
MIGRATIONS = ROOT / "supabase" / "migrations"
VERSION = json.loads((PACKAGE / "package.json").read_text())["devDependencies"]["supabase"]
INSTALL_SECONDS = 300
PUSH_SECONDS = 120
LEDGER = "select version, name from supabase_migrations.schema_migrations order by version"


def run(command: Sequence[str], folder: Path, seconds: float, **env: str) -> tuple[int, str]:
    """A Node program's exit code and all that it said."""
    result = subprocess.run(
        command,
        cwd=folder,
        env={
            **node_environment(),
            "PATH": f"{node().parent}{os.pathsep}{os.environ['PATH']}",
            "PGSSLMODE": "disable",
            "SUPABASE_TELEMETRY_DISABLED": "1",
            **env,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    return result.returncode, result.stdout


@pytest.fixture(scope="session")
def supabase_cli(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command of the locked CLI, installed once; only a machine that cannot install it goes without."""
    program = [str(node()), str(PACKAGE / "node_modules" / "supabase" / "dist" / "supabase.js")]
    # It keeps settings of its own below the home folder.
    home = {"HOME": str(tmp_path_factory.mktemp("home"))}
    PACKAGE.joinpath("node_modules").mkdir(exist_ok=True)
    with FileLock(PACKAGE / "node_modules" / ".install.lock"):
        if run([*program, "--version"], PACKAGE, PUSH_SECONDS, **home) != (0, f"{VERSION}\n"):
            # Not `npm ci`: it wants the binaries of all platforms in the lock, which not every registry has.
            command = [*npm(), "install", "--no-save", "--no-audit", "--no-fund"]
            code, said = run(command, PACKAGE, INSTALL_SECONDS)
            if code or run([*program, "--version"], PACKAGE, PUSH_SECONDS, **home)[0]:
                pytest.skip(f"NOT PROVED: the Supabase CLI could not be installed here: {said[-500:]}")
    return program


Push = Callable[[], str]


@pytest.fixture
def push(supabase_cli: list[str], database_to_push: str, tmp_path: Path) -> Push:
    """`push()` runs `supabase db push` on a copy of the project's supabase folder, and gives what it said."""
    shutil.copytree(ROOT / "supabase", tmp_path / "supabase")
    options = ["--yes", "--remote", database_to_push, "--workdir", str(tmp_path)]

    def push_once() -> str:
        code, said = run([*supabase_cli, "db", "push", *options], tmp_path, PUSH_SECONDS, HOME=str(tmp_path))
        assert code == 0, said
        return said

    return push_once


@pytest.fixture
def database_to_push(empty_database: Database, gateway_bundle: Path) -> str:
    """The URL of a database as `clarity up` prepares it before the first migration."""
    make_auth_tables(gateway_bundle, empty_database.owner_url)
    prepare_database(empty_database.owner_url)
    return empty_database.owner_url


def ledger(url: str) -> list[tuple[str, str]]:
    with psycopg.connect(url) as conn:
        return conn.execute(LEDGER).fetchall()


def test_the_supabase_cli_pushes_every_migration_and_then_has_nothing_to_do(
    push: Push, database_to_push: str
) -> None:
    assert "Applying migration 20261121090000" in push()
    assert ledger(database_to_push) == [
        (path.name[:14], path.stem[15:]) for path in sorted(MIGRATIONS.glob("*.sql"))
    ]
    assert "up to date" in push()
    assert pending_migrations(database_to_push, MIGRATIONS) == []
    assert apply_migrations(database_to_push, MIGRATIONS) == []


def test_the_supabase_cli_goes_on_where_clarity_stopped(
    push: Push, database_to_push: str, tmp_path: Path
) -> None:
    first = tmp_path / "first"
    first.mkdir()
    for path in sorted(MIGRATIONS.glob("*.sql"))[:3]:
        shutil.copy(path, first)
    assert len(apply_migrations(database_to_push, first)) == 3
    said = push()
    assert "Applying migration 20261121090000" not in said
    assert "Applying migration 20261121090900" in said
    assert pending_migrations(database_to_push, MIGRATIONS) == []
