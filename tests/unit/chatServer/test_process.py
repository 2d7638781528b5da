"""`python -m chatServer` as somebody starts it: a real process, without a database."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from fixtures.servers import JWT_SECRET, NO_DATABASE, NO_SUPABASE
from fixtures.waiting import eventually

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Start]:
    """Starts the server with the arguments and settings given, in an empty folder."""
    processes: list[subprocess.Popen[str]] = []

    def run(*arguments: str, **settings: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "chatServer", *arguments],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "DATABASE_URL": NO_DATABASE,
                "SUPABASE_URL": NO_SUPABASE,
                "SUPABASE_JWT_SECRET": JWT_SECRET,
                "CLARITY_PORT": str(port),
                **settings,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        with process:
            process.kill()


def is_alive(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).is_success
    except httpx.TransportError:
        return False


def test_settings_that_make_no_server_are_refused_in_sentences(start: Start) -> None:
    process = start(DATABASE_URL="", CLARITY_PORT="many")
    output, errors = process.communicate(timeout=30)

    assert process.returncode == 2
    assert output == ""
    assert errors.splitlines() == [
        "DATABASE_URL is not set: a Postgres URL whose login is clarity_server.",
        "CLARITY_PORT input should be a valid integer, unable to parse string as an integer.",
    ]


def test_a_dotenv_file_where_it_starts_is_read_and_the_environment_wins(start: Start, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=mysql://x\nCLARITY_LOG_LEVEL=chatty\n")
    process = start(DATABASE_URL="", CLARITY_LOG_LEVEL="info")
    _, errors = process.communicate(timeout=30)

    assert errors == (
        "DATABASE_URL is not a Postgres URL (postgresql://login:password@host:port/database).\n"
    )


def test_without_its_database_it_lives_and_says_that_it_is_not_ready(start: Start, port: int) -> None:
    process = start()
    eventually(lambda: is_alive(port), seconds=30)

    ready = httpx.get(f"http://127.0.0.1:{port}/ready", trust_env=False)

    assert ready.status_code == 503
    assert ready.json()["code"] == "database_unavailable"
    assert "Server" not in ready.headers
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=30)
    assert output == ""
    lines = [json.loads(line) for line in errors.splitlines()]
    assert {"request", "Application shutdown complete."} <= {line["message"] for line in lines}
    assert not [line for line in lines if "traceback" in line]


def test_it_ends_when_its_parent_does(start: Start, port: int) -> None:
    process = start("--exit-with-parent")
    eventually(lambda: is_alive(port), seconds=30)
    assert process.stdin
    process.stdin.close()

    assert process.wait(timeout=30) == 0
    assert not is_alive(port)


def test_a_port_that_is_taken_is_a_failed_start(start: Start, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        process = start()
        _, errors = process.communicate(timeout=30)

    assert process.returncode not in (0, 2)
    assert "address already in use" in errors
