"""The command line as a whole: help everywhere, errors as sentences, exit codes that mean something."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import build, main

COMMANDS = (
    (),
    ("up",),
    ("down",),
    ("status",),
    ("reset",),
    ("doctor",),
    ("chat",),
    ("agents",),
    ("agents", "list"),
    ("agents", "show"),
    ("tools",),
    ("tools", "list"),
    ("tools", "describe"),
    ("tools", "add"),
    ("tools", "test"),
    ("user",),
    ("user", "add"),
    ("migrate",),
    ("types",),
)


@pytest.fixture(autouse=True)
def without_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A checkout's home in which nothing runs, and no settings that name another Supabase."""
    for name in list(os.environ):
        if name.startswith(("SUPABASE_", "DATABASE_URL")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CLARITY_HOME", str(tmp_path))


def run(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code of `clarity ...`."""
    monkeypatch.setattr(sys, "argv", ["clarity", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(build(), [*command, "--help"])

    assert result.exit_code == 0
    assert "Usage: " in result.stdout
    assert "report-to" not in result.stdout


def test_the_version_is_the_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(("--version",), monkeypatch) == 0
    assert capsys.readouterr().out.startswith("clarity ")


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("chat", "hello"),
        ("agents", "list"),
        ("tools", "list", "assistant"),
        ("migrate",),
        ("types",),
        ("user", "add", "ada@example.com"),
    ],
    ids=" ".join,
)
def test_what_needs_a_running_clarity_says_so_and_ends_with_3(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command, monkeypatch) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "Error: Nothing is running from this folder.\nStart it with: clarity up\n"


def test_status_as_json_is_an_object_even_when_nothing_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(("status", "--json"), monkeypatch) == 3
    assert '"running": false' in capsys.readouterr().out


@pytest.mark.parametrize(
    "command",
    [
        ("nonsense",),
        ("up", "--nonsense"),
        ("chat", "--new", "--chat", "00000000-0000-0000-0000-000000000001", "x"),
        ("tools", "add", "assistant"),
        ("types", "--check"),
        ("types", "--of", "api", "--lang", "python"),
        ("chat", "--chat", "no-uuid", "x"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(command, monkeypatch) == 2


def test_half_a_set_of_settings_ends_with_2_and_names_the_rest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SUPABASE_URL", "https://example.supabase.co")

    assert run(("up",), monkeypatch) == 2
    assert "DATABASE_URL and SUPABASE_PUBLISHABLE_KEY are not" in capsys.readouterr().err


def test_reset_never_touches_a_supabase_of_ones_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    monkeypatch.setenv("SUPABASE_URL", "https://example.supabase.co")
    monkeypatch.setenv("SUPABASE_PUBLISHABLE_KEY", "key")
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres:x@db.example.com/postgres")

    assert run(("reset", "--yes"), monkeypatch) == 2
    assert (tmp_path / "data").exists()


def test_help_does_not_wait_for_the_language_model_libraries() -> None:
    probe = (
        "import sys, cli.main; print([m for m in ('langchain', 'openai', 'langgraph') if m in sys.modules])"
    )

    shown = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout

    assert shown.strip() == "[]"
