import os
from pathlib import Path

import pytest

from embedded.postmaster import Postmaster

# A pid beyond what any system gives out.
NOBODY = 2**22 + 1


def any_pid(_: int) -> bool:
    return True


def write(data: Path, *, pid: int = NOBODY, folder: Path | None = None, status: str = "ready") -> None:
    lines = [str(pid), str(folder or data), "1767225600", "54321", "", "127.0.0.1", " 1 2", status]
    (data / "postmaster.pid").write_text("\n".join(lines))


def test_a_folder_without_pid_file_has_no_server(tmp_path: Path) -> None:
    assert Postmaster.of(tmp_path) is None


def test_the_file_of_a_dead_server_is_no_server(tmp_path: Path) -> None:
    write(tmp_path)
    assert Postmaster.of(tmp_path) is None


def test_another_program_with_the_same_pid_is_no_server(tmp_path: Path) -> None:
    write(tmp_path, pid=os.getpid())
    assert Postmaster.of(tmp_path) is None


def test_a_server_that_still_starts_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedded.postmaster._is_postgres", any_pid)
    write(tmp_path, status="starting")
    assert Postmaster.of(tmp_path) == Postmaster(pid=NOBODY, port=54321, ready=False)
    write(tmp_path)
    assert Postmaster.of(tmp_path) == Postmaster(pid=NOBODY, port=54321, ready=True)


def test_a_copied_folder_does_not_have_the_server_of_the_original(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embedded.postmaster._is_postgres", any_pid)
    write(tmp_path, folder=tmp_path / "original")
    assert Postmaster.of(tmp_path) is None


def test_a_half_written_file_is_no_server(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text("123\n")
    assert Postmaster.of(tmp_path) is None
