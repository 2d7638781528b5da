"""supabase-js, the real package of the lock file, against the gateway: tests/js says what it does."""

import subprocess
from pathlib import Path

import pytest

from embedded.gateway import Gateway
from embedded.node_build import node_environment
from embedded.wheels import node
from fixtures.cluster import ROOT
from fixtures.npm_packages import installed


@pytest.fixture(scope="session")
def js_folder() -> Path:
    """supabase-js, installed, and the test file."""
    return installed(ROOT / "tests" / "js")


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
