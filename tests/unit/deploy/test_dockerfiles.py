"""The images, as far as they can be checked without building them."""

import json
import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from chatServer.settings import load_settings
from fixtures.cluster import ROOT
from fixtures.deploy_files import (
    DEPLOY,
    OPERATORS,
    documented_settings,
    environment_of,
    hadolint,
    instructions,
    last_stage,
    pooler_settings,
)

SERVER = DEPLOY / "Dockerfile"
POOLER = DEPLOY / "pgbouncer" / "Dockerfile"
# The folder that each is built from.
CONTEXTS = {SERVER: ROOT, POOLER: POOLER.parent}
both = pytest.mark.parametrize("dockerfile", CONTEXTS, ids=lambda path: path.parent.name)


class HealthServer(HTTPServer):
    """Answers /health with `health`, and nothing else."""

    health = HTTPStatus.OK


class HealthHandler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, HealthServer)
        self.send_response(self.server.health if self.path == "/health" else HTTPStatus.NOT_FOUND)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""


@pytest.fixture
def health_server() -> Iterator[HealthServer]:
    with HealthServer(("127.0.0.1", 0), HealthHandler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@both
def test_the_linter_finds_nothing(dockerfile: Path) -> None:
    assert hadolint(dockerfile) == (0, "")


def test_the_linter_would_find_something(tmp_path: Path) -> None:
    bad = tmp_path / "Dockerfile"
    bad.write_text(SERVER.read_text().replace("USER 10001:10001", "USER root").replace("--no-index", ""))

    code, said = hadolint(bad)

    assert code != 0
    assert "DL3002" in said


@both
def test_everything_that_is_copied_is_there_and_reaches_the_builder(dockerfile: Path) -> None:
    context = CONTEXTS[dockerfile]
    ignored = dockerfile.with_name("Dockerfile.dockerignore")
    let_in = (
        {line[1:].rstrip("/") for line in ignored.read_text().splitlines() if line.startswith("!")}
        if ignored.exists()
        else None
    )
    copied = [one.arguments for one in instructions(dockerfile) if one.name == "COPY"]
    sources = [
        source for arguments in copied if "--from=" not in arguments for source in arguments.split()[:-1]
    ]

    assert sources
    for source in sources:
        assert (context / source).exists(), source
        assert let_in is None or Path(source).parts[0] in let_in, source


def test_nothing_private_reaches_the_builder() -> None:
    rules = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    rules = [rule for rule in rules if rule and not rule.startswith("#")]

    assert rules[0] == "*"
    assert "**/.env*" in rules[rules.index("!webApp/") :]
    assert not {".env", ".clarity", ".git", "tests"} & {rule.strip("!/") for rule in rules}


@both
def test_an_image_runs_as_nobody_in_particular_and_holds_no_secret(dockerfile: Path) -> None:
    stage = last_stage(dockerfile)
    names = [one.name for one in stage]
    user = next(one.arguments for one in reversed(stage) if one.name == "USER")

    assert all(part.isdecimal() and int(part) >= 10000 for part in user.split(":"))
    assert names.index("USER") < names.index("CMD")
    # Nothing is written into the image after that.
    assert not {"RUN", "COPY", "ADD"} & set(names[names.index("USER") :])
    for one in instructions(dockerfile):
        if one.name in ("ENV", "ARG"):
            assert not any(
                word in one.arguments.upper()
                for word in ("SECRET", "PASSWORD", "TOKEN", "_KEY", "DATABASE_URL")
            )


def test_packages_are_installed_by_the_hashes_of_the_lock() -> None:
    installs = [one.arguments for one in instructions(SERVER) if "pip install" in one.arguments]
    lock = (ROOT / "requirements.lock").read_text()

    assert "--require-hashes -r requirements.lock" in installs[0]
    # The project itself: built from what the lock brought, without asking any registry.
    assert "--no-index --no-deps --no-build-isolation ." in installs[1]
    removed = installs[1].partition("pip uninstall --yes ")[2].split()
    assert removed
    for package in removed:
        assert f"\n{package}==" in lock


def test_its_python_is_one_that_the_project_supports() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (version,) = (one.arguments.partition("=")[2] for one in instructions(SERVER) if one.name == "ARG")

    assert tuple(map(int, version.split("."))) >= tuple(
        map(int, project["requires-python"].removeprefix(">=").split("."))
    )


def test_the_server_of_the_image_starts_with_what_an_operator_adds(tmp_path: Path) -> None:
    (tmp_path / "index.html").touch()
    environment = environment_of(last_stage(SERVER))
    given = {name: value for name, value in environment.items() if name.startswith("CLARITY_")}

    assert set(given) <= documented_settings()
    assert Path(given["CLARITY_WEB_ROOT"]).name in {
        Path(one.arguments.split()[-1]).name for one in last_stage(SERVER) if one.name == "COPY"
    }
    settings = load_settings({**given, **OPERATORS, "CLARITY_WEB_ROOT": str(tmp_path)})
    assert (settings.host, str(settings.port)) == ("0.0.0.0", given["CLARITY_PORT"])
    exposed = [one.arguments for one in last_stage(SERVER) if one.name == "EXPOSE"]
    assert exposed == [given["CLARITY_PORT"]]
    commands = [json.loads(one.arguments) for one in last_stage(SERVER) if one.name == "CMD"]
    assert commands == [["python", "-m", "chatServer"]]


def test_the_health_check_tells_a_server_that_is_well_from_any_other(health_server: HealthServer) -> None:
    (check,) = (one.arguments for one in last_stage(SERVER) if one.name == "HEALTHCHECK")
    program, *arguments = json.loads(check.partition("CMD")[2])
    port = str(health_server.server_port)

    def outcome() -> int:
        environment = {"PATH": os.environ["PATH"], "CLARITY_PORT": port}
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, check=False).returncode

    assert program == "python"
    well = outcome()
    health_server.health = HTTPStatus.SERVICE_UNAVAILABLE
    ill = outcome()
    health_server.socket.close()
    gone = outcome()

    assert (well, ill, gone) == (0, 1, 1)


def test_the_pooler_listens_where_its_image_says_and_stops_after_its_transactions() -> None:
    stage = {one.name: one.arguments for one in last_stage(POOLER)}

    assert stage["EXPOSE"] == pooler_settings()["listen_port"]
    # Its SIGTERM waits until every client has gone, which a chat server's pool never does.
    assert stage["STOPSIGNAL"] == "SIGINT"
    assert pooler_settings()["pool_mode"] == "transaction"
    assert pooler_settings()["auth_type"] == "scram-sha-256"
