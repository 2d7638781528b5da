"""What runs is remembered by pid and start time, in a file that is whole or absent."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cli.errors import NothingRuns
from cli.processes import ProcessId
from cli.state import Stack, State, forget_state, running_state

STACK = Stack(
    mode="embedded",
    supabase_url="http://127.0.0.1:54321",
    publishable_key="key",
    owner_url="postgresql://postgres:o@127.0.0.1:54322/postgres",
    server_url="postgresql://clarity_server:s@127.0.0.1:54322/postgres",
    jwt_secret="secret",
)


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that only waits for its input to end."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def state_of(pid: int) -> State:
    process = ProcessId.of(pid)
    return State(
        supervisor=process, processes={"gateway": process}, api_url="http://127.0.0.1:8000", stack=STACK
    )


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    state = state_of(os.getpid())
    state.write(tmp_path)

    assert State.read(tmp_path) == state
    assert running_state(tmp_path) == state


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    state_of(os.getpid()).write(tmp_path)

    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"supervisor": 1}', '{"supervisor": {"pid": 1}}'])
def test_a_damaged_file_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "state.json").write_text(content)

    assert State.read(tmp_path) is None
    with pytest.raises(NothingRuns):
        running_state(tmp_path)


def test_a_forgotten_state_is_gone(tmp_path: Path) -> None:
    state_of(os.getpid()).write(tmp_path)
    forget_state(tmp_path)
    forget_state(tmp_path)

    assert State.read(tmp_path) is None


def test_a_dead_supervisor_does_not_run(tmp_path: Path, child: subprocess.Popen[bytes]) -> None:
    state_of(child.pid).write(tmp_path)
    child.kill()
    child.wait()

    with pytest.raises(NothingRuns):
        running_state(tmp_path)


def test_another_process_with_the_same_pid_is_not_taken_for_it(child: subprocess.Popen[bytes]) -> None:
    process = ProcessId.of(child.pid)
    earlier = replace(process, created=process.created - 60)

    assert process.find() is not None
    assert earlier.find() is None
    earlier.end(grace_seconds=0)
    assert child.poll() is None


def test_ending_a_process_waits_until_it_is_gone(child: subprocess.Popen[bytes]) -> None:
    process = ProcessId.of(child.pid)
    process.end(grace_seconds=10)

    assert process.find() is None
    process.end(grace_seconds=10)


def test_a_process_that_does_not_listen_is_killed() -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", deaf], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        ProcessId.of(process.pid).end(grace_seconds=0.2)
        assert process.wait(10) == -9


def test_secrets_are_not_in_a_repr() -> None:
    shown = repr(state_of(os.getpid()))

    assert "secret" not in shown
    assert "postgresql://" not in shown
