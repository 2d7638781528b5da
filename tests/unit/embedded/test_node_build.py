import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from embedded.errors import BuildError
from embedded.node_build import BUILDS_KEPT, NodeBuild, node_environment

PACKAGE = '{"name": "thing", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "thing"}}}'
COPY = "require('fs').cpSync('src', 'dist', { recursive: true })"


@pytest.fixture
def thing(tmp_path: Path) -> NodeBuild:
    """A build without packages: it copies src/ to dist/."""
    sources = tmp_path / "sources"
    (sources / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        (sources / name).write_text(PACKAGE)
    (sources / "src" / "page.txt").write_text("first")
    files = [path for path in sources.rglob("*") if path.is_file()]
    return NodeBuild(title="The thing", sources=sources, files=files, commands=[("-e", COPY)], product="dist")


@pytest.fixture
def change(thing: NodeBuild) -> Callable[[str], None]:
    """Changes the thing's source."""

    def write(text: str) -> None:
        (thing.sources / "src" / "page.txt").write_text(text)

    return write


def test_the_product_alone_is_kept(thing: NodeBuild, tmp_path: Path) -> None:
    product = thing.build(tmp_path / "built")

    assert (product / "page.txt").read_text() == "first"
    assert [path.name for path in product.parent.iterdir()] == ["dist"]
    assert sorted(path.name for path in (tmp_path / "built").iterdir()) == ["build.lock", product.parent.name]


def test_what_is_built_is_found_again_by_its_content(
    thing: NodeBuild, change: Callable[[str], None], tmp_path: Path
) -> None:
    told: list[str] = []
    first = thing.build(tmp_path / "built", told.append)
    again = thing.build(tmp_path / "built", told.append)
    change("second")
    changed = thing.build(tmp_path / "built", told.append)
    change("first")

    assert first == again == thing.build(tmp_path / "built", told.append)
    assert (changed / "page.txt").read_text() == "second"
    assert told == ["Building the thing (once)."] * 2


def test_old_builds_are_forgotten_but_never_one_in_use(
    thing: NodeBuild, change: Callable[[str], None], tmp_path: Path
) -> None:
    first = thing.build(tmp_path / "built")
    os.utime(first.parent, (0, 0))
    later: list[Path] = []
    for number in range(BUILDS_KEPT):
        change(f"{number}")
        later.append(thing.build(tmp_path / "built"))
        os.utime(later[-1].parent, (number + 1, number + 1))
    change("first")

    assert not first.exists()
    assert all(build.exists() for build in later)
    assert thing.build(tmp_path / "built").exists()
    assert len([path for path in (tmp_path / "built").iterdir() if path.is_dir()]) == BUILDS_KEPT


def test_a_failing_install_says_what_npm_said_and_leaves_nothing(thing: NodeBuild, tmp_path: Path) -> None:
    wanted = '{"name": "thing", "version": "1.0.0", "dependencies": {"not-in-the-lock": "1.0.0"}}'
    (thing.sources / "package.json").write_text(wanted)

    with pytest.raises(BuildError, match=r"(?s)The thing could not be built:.*npm error"):
        thing.build(tmp_path / "built")
    assert [path.name for path in (tmp_path / "built").iterdir()] == ["build.lock"]


def test_a_failing_command_says_what_it_said_and_leaves_nothing(thing: NodeBuild, tmp_path: Path) -> None:
    broken = replace(thing, commands=[*thing.commands, ("-e", "console.log('no such'); process.exit(1)")])

    with pytest.raises(BuildError, match="no such"):
        broken.build(tmp_path / "built")
    assert not list((tmp_path / "built").glob("*/dist"))


def test_a_folder_with_a_space_in_its_name_is_no_trouble(thing: NodeBuild, tmp_path: Path) -> None:
    moved = tmp_path / "a space"
    shutil.copytree(thing.sources, moved)
    there = replace(thing, sources=moved, files=[path for path in moved.rglob("*") if path.is_file()])

    assert (there.build(tmp_path / "the built") / "page.txt").exists()


def test_nothing_is_reported_to_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "somebody's")
    environment = node_environment()
    assert environment["LITE_TELEMETRY"] == "0"
    assert "PGPASSWORD" not in environment
