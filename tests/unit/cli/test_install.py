"""Setting up .venv: what is up to date is left alone, and the two locks agree."""

import json
import re
from pathlib import Path

import pytest

from cli import install

ROOT = Path(__file__).resolve().parents[3]


def pins(lock: str) -> set[str]:
    return set(re.findall(r"^[\w.-]+==[^\s;\\]+", (ROOT / lock).read_text(), re.MULTILINE))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of lock files alone, whose installation is only noted down (in `done`)."""
    for name in (install.RUNTIME_LOCK, install.DEV_LOCK, "pyproject.toml"):
        (tmp_path / name).write_text(name)
    venv = tmp_path / ".venv"
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", venv)
    monkeypatch.setattr(install, "STAMP", venv / "clarity-setup.json")
    return tmp_path


@pytest.fixture
def done(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps of installing, in order."""
    steps: list[str] = []

    def make_venv() -> None:
        steps.append("venv")
        (project / ".venv").mkdir(exist_ok=True)

    monkeypatch.setattr(install, "make_venv", make_venv)

    def works(_: Path) -> bool:
        return "venv" in steps

    monkeypatch.setattr(install, "works", works)
    monkeypatch.setattr(install, "install_lock", steps.append)
    monkeypatch.setattr(install, "install_project", lambda: steps.append("project"))
    return steps


def test_the_locks_pin_their_common_packages_alike() -> None:
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_no_lock_names_a_registry() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in (ROOT / lock).read_text()


def test_a_fresh_checkout_gets_everything_and_a_second_run_nothing(done: list[str]) -> None:
    install.set_up(dev=False)
    install.set_up(dev=False)

    assert done == ["venv", "requirements.lock", "project"]


def test_after_the_tests_were_set_up_running_needs_nothing_more(done: list[str]) -> None:
    install.set_up(dev=True)
    install.set_up(dev=False)

    assert done == ["venv", "requirements-dev.lock", "project"]


def test_the_tests_can_be_set_up_over_what_runs(done: list[str]) -> None:
    install.set_up(dev=False)
    install.set_up(dev=True)

    assert done == ["venv", "requirements.lock", "project", "requirements-dev.lock", "project"]


def test_a_changed_lock_is_installed_and_a_changed_project_file_alone_is_not_a_reason_to(
    project: Path, done: list[str]
) -> None:
    install.set_up(dev=False)
    done[:] = ["venv"]
    (project / "pyproject.toml").write_text("changed")
    install.set_up(dev=False)
    (project / "requirements.lock").write_text("changed")
    install.set_up(dev=False)

    assert done == ["venv", "project", "requirements.lock", "project"]


def test_an_interrupted_run_is_done_again(
    project: Path, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(install, "install_lock", interrupted)
        with pytest.raises(KeyboardInterrupt):
            install.set_up(dev=False)
    install.set_up(dev=False)

    assert done == ["venv", "requirements.lock", "project"]
    assert (project / ".venv" / "clarity-setup.json").exists()


def test_a_folder_that_was_moved_is_set_up_anew(project: Path, done: list[str]) -> None:
    install.set_up(dev=False)
    stamp = project / ".venv" / "clarity-setup.json"
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), "root": "/elsewhere"}))
    done[:] = ["venv"]
    install.set_up(dev=False)

    assert done == ["venv", "venv", "requirements.lock", "project"]


def test_a_python_that_is_gone_does_not_work(tmp_path: Path) -> None:
    assert not install.works(tmp_path / "bin" / "python")
