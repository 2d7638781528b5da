"""Servers of this version on a database of the one before, as a rollout meets it."""

import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr

from cli.migrations import apply_migrations
from embedded.bootstrap import prepare_database
from embedded.gateway import make_auth_tables
from fixtures.cluster import ROOT
from fixtures.databases import Database
from fixtures.servers import Serve

# The last migration of the version before.
LAST_BEFORE = "20261121100540"
MIGRATIONS = ROOT / "supabase" / "migrations"


@pytest.fixture
def older_database(empty_database: Database, gateway_bundle: Path, tmp_path: Path) -> Database:
    """A database that has had the migrations of the version before, and no others."""
    for migration in MIGRATIONS.glob("*.sql"):
        if migration.name[: len(LAST_BEFORE)] <= LAST_BEFORE:
            shutil.copy(migration, tmp_path)
    make_auth_tables(gateway_bundle, empty_database.owner_url)
    prepare_database(empty_database.owner_url)
    apply_migrations(empty_database.owner_url, tmp_path)
    return empty_database


async def test_a_server_that_comes_before_its_migrations_is_not_ready_and_then_is_by_itself(
    serve: Serve, older_database: Database
) -> None:
    server = await serve(database_url=SecretStr(older_database.server_url))
    early = await server.client.get("/ready")

    applied = apply_migrations(older_database.owner_url, MIGRATIONS)
    late = await server.client.get("/ready")

    assert (early.status_code, early.json()["code"]) == (503, "database_not_migrated")
    assert applied[0] > LAST_BEFORE
    assert late.status_code == 200, late.text
