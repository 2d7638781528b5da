import json
import re
import shutil
from pathlib import Path

import pytest

import embedded.bundle
from embedded.bundle import SOURCES, build_gateway, node_environment
from embedded.errors import GatewayError

JS = Path(__file__).resolve().parents[2] / "js"


@pytest.mark.parametrize("folder", [SOURCES, JS], ids=["gateway", "tests"])
def test_the_lock_names_no_registry(folder: Path) -> None:
    lock = (folder / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert "registry" not in lock


@pytest.mark.parametrize("folder", [SOURCES, JS], ids=["gateway", "tests"])
def test_every_package_is_pinned_exactly(folder: Path) -> None:
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    locked = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_every_locked_package_has_its_hash() -> None:
    locked = json.loads((SOURCES / "package-lock.json").read_text())["packages"]
    assert all("integrity" in package for name, package in locked.items() if name)


def test_a_failing_build_says_what_npm_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = tmp_path / "sources"
    shutil.copytree(SOURCES, sources)
    (sources / "package-lock.json").write_text("{}")
    monkeypatch.setattr(embedded.bundle, "SOURCES", sources)
    with pytest.raises(GatewayError, match="npm error"):
        build_gateway(tmp_path / "built")
    assert not list((tmp_path / "built").glob("*/host.mjs"))
    assert not list((tmp_path / "built").glob("build-*"))


def test_what_is_built_is_found_again_by_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Path] = []

    def build(target: Path) -> None:
        target.parent.mkdir()
        target.touch()
        built.append(target)

    sources = tmp_path / "sources"
    shutil.copytree(SOURCES, sources)
    monkeypatch.setattr(embedded.bundle, "SOURCES", sources)
    monkeypatch.setattr(embedded.bundle, "_build", build)
    first = build_gateway(tmp_path / "built")
    assert build_gateway(tmp_path / "built") == first
    (sources / "types.ts").write_text("// changed")
    assert build_gateway(tmp_path / "built") != first
    assert len(built) == 2


def test_nothing_is_reported_to_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "somebody's")
    environment = node_environment()
    assert environment["LITE_TELEMETRY"] == "0"
    assert "PGPASSWORD" not in environment
