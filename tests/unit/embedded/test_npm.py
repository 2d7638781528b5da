from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from embedded.npm import STAMP, install

PACKAGE = '{"name": "thing", "version": "1.0.0", "dependencies": {"part": "file:part"}}'
LOCK = """{
  "name": "thing", "version": "1.0.0", "lockfileVersion": 3,
  "packages": {
    "": {"name": "thing", "version": "1.0.0", "dependencies": {"part": "file:part"}},
    "node_modules/part": {"resolved": "part", "link": true},
    "part": {"version": "1.0.0"}
  }
}"""


@pytest.fixture
def thing(tmp_path: Path) -> Path:
    """A folder whose one package is a part of it: there is nothing to download."""
    folder = tmp_path / "thing"
    (folder / "part").mkdir(parents=True)
    (folder / "part" / "package.json").write_text('{"name": "part", "version": "1.0.0"}')
    (folder / "package.json").write_text(PACKAGE)
    (folder / "package-lock.json").write_text(LOCK)
    return folder


def test_of_several_at_once_one_installs_and_the_others_wait_for_it(
    thing: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with ThreadPoolExecutor() as threads:
        codes = list(threads.map(install, [thing] * 4))

    assert codes == [0, 0, 0, 0]
    assert (thing / STAMP).is_file()
    assert capfd.readouterr().out.count("Installing the packages of thing") == 1


def test_another_lock_is_installed_anew(thing: Path, capfd: pytest.CaptureFixture[str]) -> None:
    install(thing)
    (thing / "package-lock.json").write_text(LOCK + "\n")
    install(thing)

    assert capfd.readouterr().out.count("Installing the packages of thing") == 2


def test_an_install_that_fails_is_tried_again(thing: Path) -> None:
    (thing / "package.json").write_text("{")

    assert install(thing) != 0
    (thing / "package.json").write_text(PACKAGE)
    assert install(thing) == 0
