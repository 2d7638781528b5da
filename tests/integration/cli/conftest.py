"""A checkout of its own for the command line: real processes, free ports, its own data."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from cli.blueprints import load_blueprint
from cli.main import main
from embedded.gateway import Gateway
from embedded.ports import free_port
from fixtures.cluster import ROOT
from fixtures.databases import Database

TIMEOUT_SECONDS = 120

# Settings of the machine that runs the tests must not decide what is tested.
FOREIGN = ("SUPABASE_", "DATABASE_URL", "CLARITY_", "OPENAI_", "ANTHROPIC_", "GOOGLE_", "LANGSMITH_")


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A folder that `clarity` takes for a checkout."""

    root: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def home(self) -> Path:
        return self.root / ".clarity"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """`clarity ...` as a process whose output can be read."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            cwd=self.root,
            env={**kept, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def clarity(self, *arguments: str, exit_code: int = 0) -> str:
        """What `clarity ...` prints, after it has ended with the exit code."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=TIMEOUT_SECONDS)
        assert process.returncode == exit_code, f"clarity {' '.join(arguments)}: {out}{err}"
        return out + err if exit_code else out

    def json(self, *arguments: str) -> dict[str, Any]:
        return json.loads(self.clarity(*arguments, "--json"))

    def processes(self) -> list[psutil.Process]:
        """Every process that works in this checkout, by its working folder, its data folder or its ports."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return str(self.root) in " ".join((process.cwd(), *process.cmdline()))
        except psutil.Error:
            return False


@pytest.fixture
def checkout(run_folder: Path, gateway_bundle: Path) -> Iterator[Checkout]:
    """A checkout in a path with a space, with the gateway built already; whatever runs there is ended."""
    folder = Path(tempfile.mkdtemp(prefix="cli-", dir=run_folder))
    # As root Postgres runs as another user, who must be able to pass.
    folder.chmod(0o711)
    root = folder / "a check out"
    shutil.copytree(ROOT / "supabase", root / "supabase")
    shutil.copy(ROOT / "pyproject.toml", root)
    shutil.copytree(gateway_bundle.parent, root / ".clarity" / "gateway" / gateway_bundle.parent.name)
    ports = {"api": free_port(), "supabase": free_port(), "postgres": free_port()}
    (root / ".clarity" / "ports.json").write_text(json.dumps(ports))
    checkout = Checkout(root=root)
    yield checkout
    checkout.clarity("down")
    shutil.rmtree(folder)


class Clarity:
    """`clarity ...` in this process, with the test's database as the Supabase of one's own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str, exit_code: int = 0) -> str:
        """Standard output, and standard error with it when it failed."""
        self._monkeypatch.setattr(sys, "argv", ["clarity", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = self._capsys.readouterr()
        assert (ended.value.code or 0) == exit_code, shown.out + shown.err
        return shown.out + shown.err if exit_code else shown.out

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))


@pytest.fixture
def clarity(
    database: Database,
    gateway: Gateway,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Clarity:
    load_blueprint(database.owner_url, ROOT / "supabase" / "blueprints" / "assistant")
    for name, value in {
        "CLARITY_HOME": str(tmp_path),
        "SUPABASE_URL": gateway.url,
        "SUPABASE_PUBLISHABLE_KEY": gateway.publishable_key,
        "SUPABASE_JWT_SECRET": gateway.jwt_secret,
        "DATABASE_URL": database.owner_url,
        "CLARITY_DEFAULT_MODEL": "offline:rules",
    }.items():
        monkeypatch.setenv(name, value)
    return Clarity(monkeypatch, capsys)
