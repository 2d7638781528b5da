import json
import re
from pathlib import Path

import pytest

from embedded.bundle import SOURCES

ROOT = Path(__file__).resolve().parents[3]
JS = ROOT / "tests" / "js"


@pytest.mark.parametrize(
    "folder",
    [SOURCES, JS, JS / "mcp", JS / "openai", ROOT / "webApp"],
    ids=["gateway", "tests", "MCP clients", "OpenAI's client", "web app"],
)
class TestNpmPackages:
    def test_the_lock_names_no_registry(self, folder: Path) -> None:
        lock = (folder / "package-lock.json").read_text()
        assert '"resolved"' not in lock
        assert "registry" not in lock

    def test_every_package_is_pinned_exactly(self, folder: Path) -> None:
        package = json.loads((folder / "package.json").read_text())
        wanted = {**package["dependencies"], **package.get("devDependencies", {})}
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
        locked = json.loads((folder / "package-lock.json").read_text())["packages"]
        assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted

    def test_every_locked_package_has_its_hash(self, folder: Path) -> None:
        locked = json.loads((folder / "package-lock.json").read_text())["packages"]
        # A package that comes inside another is covered by that one's hash.
        own = {name: package for name, package in locked.items() if name and not package.get("inBundle")}
        assert all("integrity" in package for package in own.values())

    def test_the_lock_serves_every_platform(self, folder: Path) -> None:
        locked = json.loads((folder / "package-lock.json").read_text())["packages"]
        wanted = {name for package in locked.values() for name in package.get("optionalDependencies", {})}
        assert {name for name in wanted if f"node_modules/{name}" not in locked} == set()
