"""The embedded Supabase as a whole, as `clarity up` uses it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from embedded.errors import EmbeddedError
from embedded.supabase import EmbeddedSupabase, RunningSupabase
from fixtures.waiting import eventually


def migrate(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(
            """
            create table if not exists public.marks (
              id integer primary key,
              user_id uuid references auth.users (id)
            );
            grant select on public.marks to anon;
            """
        )


def served(running: RunningSupabase) -> httpx.Response:
    return httpx.get(f"{running.url}/rest/v1/marks", headers={"apikey": running.publishable_key})


@pytest.fixture
def home(own_folder: Path, gateway_bundle: Path) -> Path:
    """A project's `.clarity` with the gateway built, so that no test waits for it."""
    home = own_folder / ".clarity"
    shutil.copytree(gateway_bundle.parent, home / "gateway" / gateway_bundle.parent.name)
    return home


@pytest.fixture
def supabase(home: Path) -> Iterator[EmbeddedSupabase]:
    embedded = EmbeddedSupabase(home)
    yield embedded
    embedded.stop()


def test_migrations_find_auth_and_their_tables_are_served_at_once(supabase: EmbeddedSupabase) -> None:
    running = supabase.start(migrate)
    assert served(running).json() == []


def test_a_second_start_keeps_keys_data_and_runs_the_migrations(
    supabase: EmbeddedSupabase, home: Path
) -> None:
    first = supabase.start(migrate)
    with psycopg.connect(first.database_url, autocommit=True) as owner:
        owner.execute("insert into marks (id) values (1)")
    supabase.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(first.database_url)
    again = EmbeddedSupabase(home)
    second = again.start(migrate)
    assert (second.jwt_secret, second.publishable_key) == (first.jwt_secret, first.publishable_key)
    assert served(second).json() == [{"id": 1, "user_id": None}]
    again.stop()


def test_two_checkouts_run_side_by_side(supabase: EmbeddedSupabase, own_folder: Path, home: Path) -> None:
    neighbour_home = own_folder / "neighbour"
    shutil.copytree(home / "gateway", neighbour_home / "gateway")
    neighbour = EmbeddedSupabase(neighbour_home)
    first = supabase.start(migrate)
    second = neighbour.start(migrate)
    assert first.postgres_pid != second.postgres_pid
    assert first.publishable_key != second.publishable_key
    neighbour.stop()
    assert served(first).status_code == 200


def test_a_server_left_by_a_killed_start_is_adopted(supabase: EmbeddedSupabase, home: Path) -> None:
    left_running = supabase.start(migrate)
    later = EmbeddedSupabase(home, postgres_port=left_running.postgres_port)
    assert later.start(migrate).postgres_pid == left_running.postgres_pid
    later.stop()


def test_a_dead_gateway_is_started_again_at_its_address(supabase: EmbeddedSupabase) -> None:
    running = supabase.start(migrate)
    assert supabase.gateway_pid
    psutil.Process(supabase.gateway_pid).kill()
    eventually(lambda: not supabase.gateway_is_running())
    supabase.restart_gateway()
    assert served(running).status_code == 200


def test_failing_migrations_leave_no_gateway(supabase: EmbeddedSupabase) -> None:
    def refuse(_: str) -> None:
        raise ValueError("not this one")

    with pytest.raises(ValueError, match="not this one"):
        supabase.start(refuse)
    assert not supabase.gateway_is_running()


def test_secrets_are_for_their_owner_only(supabase: EmbeddedSupabase, home: Path) -> None:
    running = supabase.start(migrate)
    secrets_file = home / "secrets.json"
    assert secrets_file.stat().st_mode & 0o777 == 0o600
    kept = json.loads(secrets_file.read_text())
    logs = running.postgres_log.read_text() + running.gateway_log.read_text()
    assert not any(secret in logs or secret in repr(running) for secret in kept.values())


def test_stopping_before_any_start_does_nothing(supabase: EmbeddedSupabase) -> None:
    supabase.stop()
    with pytest.raises(EmbeddedError, match="not been started"):
        supabase.restart_gateway()


def test_progress_is_told_in_sentences(home: Path) -> None:
    said: list[str] = []
    embedded = EmbeddedSupabase(home, progress=said.append)
    embedded.start(migrate)
    embedded.stop()
    assert "Applying the migrations." in said
    assert all(sentence.endswith(".") for sentence in said)
