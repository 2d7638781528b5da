"""The life of what runs from one checkout: started, found, killed, recovered, stopped."""

import os
import signal
import socket
from collections.abc import Callable
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from cli.connection import ensure_server_login
from cli.hosted import server_password
from embedded.gateway import Gateway
from fixtures.databases import Database
from fixtures.people import Person
from integration.cli.conftest import TIMEOUT_SECONDS, Checkout


def pids(status: dict[str, Any]) -> dict[str, int]:
    """The process ids of `clarity status --json`, by part."""
    return status["pids"]


def test_what_is_started_is_found_survives_a_kill_and_leaves_nothing_behind(checkout: Checkout) -> None:
    block = checkout.clarity("up", "--detach")
    status = checkout.json("status")
    assert status["api_url"] in block
    assert "demo@clarity.local" in block
    assert status["database_url"] not in block
    assert httpx.get(f"{status['web_url']}/ready").is_success
    with psycopg.connect(status["database_url"]) as owner:
        assert owner.execute("select current_user").fetchone() == ("postgres",)

    turn = checkout.json("chat", "add a task water the plants")
    assert [call["status"] for call in turn["tool_calls"]] == ["success"]

    assert "already runs" not in block
    checkout.clarity("up")
    assert pids(checkout.json("status")) == pids(status)

    for pid in pids(status).values():
        os.kill(pid, signal.SIGKILL)
    checkout.clarity("status", exit_code=3)
    checkout.clarity("up", "--detach")
    recovered = checkout.json("status")
    assert recovered["healthy"]
    assert recovered["api_url"] == status["api_url"]
    assert "water the plants" in checkout.clarity("chat", "list my tasks")

    checkout.clarity("down")
    checkout.clarity("status", exit_code=3)
    assert checkout.processes() == []


def test_a_killed_supervisor_is_replaced_and_its_children_are_not_doubled(checkout: Checkout) -> None:
    checkout.clarity("up", "--detach")
    first = pids(checkout.json("status"))
    os.kill(first["supervisor"], signal.SIGKILL)

    checkout.clarity("up", "--detach")

    second = pids(checkout.json("status"))
    assert second["postgres"] == first["postgres"]
    assert not psutil.pid_exists(first["chat_server"])
    assert not psutil.pid_exists(first["gateway"])


def test_two_starts_at_once_end_in_one_that_runs(checkout: Checkout) -> None:
    with checkout.start("up", "--detach") as first, checkout.start("up", "--detach") as second:
        for process in (first, second):
            _, err = process.communicate(timeout=TIMEOUT_SECONDS)
            assert process.returncode == 0, err

    assert checkout.json("status")["healthy"]
    supervisors = [process for process in checkout.processes() if "--report-to" in process.cmdline()]
    assert [process.pid for process in supervisors] == [pids(checkout.json("status"))["supervisor"]]


def test_taken_ports_are_moved_and_ctrl_c_stops_everything(checkout: Checkout) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        (checkout.home / "ports.json").write_text(
            f'{{"api": {taken}, "supabase": {taken}, "postgres": {taken}}}'
        )
        with checkout.start("up") as process:
            assert process.stdout is not None
            line = next(line for line in process.stdout if "API docs" in line)
            assert f":{taken}/" not in line
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
    assert process.returncode == 0
    assert checkout.processes() == []


def test_ctrl_c_during_the_start_leaves_nothing_behind(checkout: Checkout) -> None:
    with checkout.start("up") as process:
        assert process.stderr is not None
        next(line for line in process.stderr if "migration" in line)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert checkout.processes() == []


def test_reset_deletes_the_data_and_the_next_start_is_a_first_one(checkout: Checkout) -> None:
    assert "There is nothing" not in checkout.clarity("reset", "--yes")
    assert not checkout.home.exists()
    assert "There is nothing to delete." in checkout.clarity("reset", "--yes")


def test_with_a_supabase_of_ones_own_only_the_chat_server_is_started(
    checkout: Checkout,
    database: Database,
    gateway: Gateway,
    owner: psycopg.Connection,
    make_user: Callable[..., Person],
) -> None:
    person = make_user()
    hosted = Checkout(
        root=checkout.root,
        environment={
            "SUPABASE_URL": gateway.url,
            "SUPABASE_PUBLISHABLE_KEY": gateway.publishable_key,
            "SUPABASE_JWT_SECRET": gateway.jwt_secret,
            "DATABASE_URL": database.owner_url,
        },
    )
    block = hosted.clarity("up", "--detach")
    status = hosted.json("status")

    assert status["mode"] == "hosted"
    assert set(pids(status)) == {"supervisor", "chat_server"}
    assert "demo@clarity.local" not in block
    told = psutil.Process(pids(status)["chat_server"]).environ()
    assert told["DATABASE_URL"] == database.server_url
    assert database.owner_url not in told.values()
    answer = httpx.post(
        f"{status['api_url']}/api/chat",
        json={"agent_name": "assistant", "message": "add a task call home"},
        headers={"authorization": f"Bearer {person.jwt(gateway.jwt_secret)}"},
    )
    assert answer.is_success, answer.text
    assert owner.execute("select user_id, title from public.tasks").fetchall() == [(person.id, "call home")]
    assert owner.execute("select count(*) from auth.users").fetchone() == (1,)

    hosted.clarity("down")
    assert hosted.processes() == []


def test_the_servers_password_is_set_only_when_its_login_fails(
    database: Database, owner: psycopg.Connection
) -> None:
    query = "select rolpassword from pg_catalog.pg_authid where rolname = 'clarity_server'"
    before = owner.execute(query).fetchone()

    assert ensure_server_login(database.owner_url, database.server_url) is False
    assert owner.execute(query).fetchone() == before


@pytest.mark.parametrize("owner_password", ["secret", "p@ss:w/ord"])
def test_the_servers_password_is_never_the_owners(owner_password: str) -> None:
    assert owner_password not in server_password(owner_password)
