from collections.abc import Callable
from pathlib import Path

import pytest

import cli.web_app
from cli.overview import show_overview
from cli.processes import ProcessId
from cli.project import Project
from cli.state import Stack, State
from cli.web_app import prepare_web_app, web_app_build, web_build_log
from embedded.errors import BuildError
from fixtures.cluster import ROOT

STATE = State(
    supervisor=ProcessId(pid=1, created=0),
    processes={},
    api_url="http://127.0.0.1:8000",
    stack=Stack(
        mode="embedded",
        supabase_url="http://127.0.0.1:8001",
        publishable_key="key",
        owner_url=None,
        server_url="",
        jwt_secret=None,
    ),
)


def say_nothing(_: str) -> None:
    pass


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "webApp").mkdir()
    (tmp_path / "webApp" / "package.json").write_text("{}")
    return Project(root=tmp_path, home=tmp_path / ".clarity", environment={})


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path | None], None]:
    """Makes every build give this folder, or fail."""

    class Build:
        def __init__(self, product: Path | None) -> None:
            self._product = product

        def build(self, into: Path, progress: Callable[[str], None]) -> Path:
            if self._product is None:
                raise BuildError("The web app could not be built:\nno network")
            return self._product

    def use(product: Path | None) -> None:
        def web_app_build(sources: Path) -> Build:
            return Build(product)

        monkeypatch.setattr(cli.web_app, "web_app_build", web_app_build)

    return use


def test_a_build_that_fails_stops_nothing_and_is_told_until_one_works(
    project: Project, build: Callable[[Path | None], None], capsys: pytest.CaptureFixture[str]
) -> None:
    build(None)
    assert prepare_web_app(project, say_nothing) is None
    assert "no network" in web_build_log(project).read_text()
    show_overview(project, STATE, how_to_stop="Ctrl-C")
    assert "the web app could not be built" in capsys.readouterr().out

    build(project.home / "dist")
    assert prepare_web_app(project, say_nothing) == project.home / "dist"
    show_overview(project, STATE, how_to_stop="Ctrl-C")
    assert "could not be built" not in capsys.readouterr().out


def test_a_folder_that_the_settings_name_is_served_as_it_is(
    project: Project, build: Callable[[Path | None], None]
) -> None:
    build(None)
    named = Project(root=project.root, home=project.home, environment={"CLARITY_WEB_ROOT": "webApp/dist"})

    assert prepare_web_app(named, say_nothing) == project.root / "webApp" / "dist"


def test_a_checkout_without_the_web_app_has_a_welcome_page(tmp_path: Path) -> None:
    project = Project(root=tmp_path, home=tmp_path / ".clarity", environment={})

    assert prepare_web_app(project, say_nothing) is None
    assert not web_build_log(project).exists()


def test_the_app_is_built_from_its_sources_and_not_from_its_tests() -> None:
    sources = ROOT / "webApp"
    names = {path.relative_to(sources).as_posix() for path in web_app_build(sources).files}

    assert {"src/main.tsx", "src/index.css", "public/theme.js", "index.html", "package-lock.json"} <= names
    foreign = (".test.", "src/testing/", "node_modules/", "dist/")
    assert not [name for name in names for part in foreign if part in name]
