"""supabase-js, the real package of the lock file, against the gateway: tests/js says what it does."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock

from embedded.bundle import node_environment
from embedded.gateway import Gateway
from embedded.wheels import node, npm
from fixtures.cluster import ROOT

SOURCES = ROOT / "tests" / "js"


@pytest.fixture(scope="session")
def js_folder() -> Path:
    """A folder with the installed packages and the test file, kept between runs by the lock's hash."""
    content = (SOURCES / "package-lock.json").read_bytes()
    folder = ROOT / ".clarity" / "tests-js" / hashlib.sha256(content).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    path = f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"
    with FileLock(folder / "install.lock"):
        for name in ("package.json", "package-lock.json", "compat.test.mjs"):
            shutil.copy(SOURCES / name, folder)
        if not (folder / "node_modules").exists():
            command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=folder, env={**node_environment(), "PATH": path}, check=True)
    return folder


def test_supabase_js_works_against_the_gateway(library: None, gateway: Gateway, js_folder: Path) -> None:
    result = subprocess.run(
        [node(), "--test", "--test-reporter=spec", "compat.test.mjs"],
        cwd=js_folder,
        env={**node_environment(), "SUPABASE_URL": gateway.url, "SUPABASE_KEY": gateway.publishable_key},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "pass 10" in result.stdout
