"""deploy/compose.yaml, by the specification's schema and by what it must not get wrong."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from chatServer.draining import LAST_WORDS_SECONDS
from chatServer.settings import load_settings
from fixtures.deploy_files import (
    DEPLOY,
    OPERATORS,
    documented_settings,
    last_stage,
    lint,
    pooler_settings,
)

FILE = DEPLOY / "compose.yaml"
SCHEMA = ("check_jsonschema", "--builtin-schema", "vendor.compose-spec")
CHAT_SERVERS = ("chat-1", "chat-2")
# What an operator writes into deploy/.env.
ANSWERS = {
    "SUPABASE_URL": OPERATORS["SUPABASE_URL"],
    "SUPABASE_PUBLISHABLE_KEY": OPERATORS["SUPABASE_PUBLISHABLE_KEY"],
    "DATABASE_HOST": "db.example.com",
    "DATABASE_PASSWORD": "0123abcd",
    "DATABASE_OWNER_URL": "postgresql://postgres:owner@db.example.com/postgres",
}


@pytest.fixture
def compose() -> dict[str, Any]:
    """The file as Compose reads it, with the operator's answers in it."""
    return yaml.safe_load(interpolated(FILE.read_text()))


def interpolated(text: str) -> str:
    """Compose's ${NAME}, ${NAME:-default} and ${NAME:?message}, of which the last must be answered."""

    def value(match: re.Match[str]) -> str:
        name, how, rest = match.groups()
        assert how != ":?" or name in ANSWERS, f"{name}: {rest}"
        return ANSWERS.get(name, rest if how == ":-" else "")

    return re.sub(r"\$\{([A-Z_]+)(:-|:\?|-)?([^}]*)\}", value, text)


def seconds(duration: str) -> int:
    assert duration.endswith("s")
    return int(duration.removesuffix("s"))


def test_it_is_a_compose_file() -> None:
    assert lint(*SCHEMA, FILE) == (0, "ok -- validation done\n")


def test_the_schema_would_find_a_mistake(tmp_path: Path) -> None:
    mistaken = tmp_path / "compose.yaml"
    mistaken.write_text(FILE.read_text().replace("restart: unless-stopped", "restarts: unless-stopped"))

    code, said = lint(*SCHEMA, mistaken)

    assert code == 1
    assert "'restarts' was unexpected" in said


def test_every_answer_that_it_wants_is_in_the_example_and_no_other() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", FILE.read_text()))
    example = (DEPLOY / "compose.env.example").read_text()

    assert asked == set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))


def test_every_file_that_it_names_is_there(compose: dict[str, Any]) -> None:
    builds = [service["build"] for service in compose["services"].values() if "build" in service]
    files = [config["file"] for config in compose["configs"].values() if "file" in config]

    for build in builds:
        assert (DEPLOY / build["context"] / build.get("dockerfile", "Dockerfile")).is_file(), build
    assert files
    for name in files:
        assert (DEPLOY / name).is_file(), name


@pytest.mark.parametrize("name", CHAT_SERVERS)
def test_a_chat_server_starts_with_it_and_reaches_the_pooler(compose: dict[str, Any], name: str) -> None:
    environment = compose["services"][name]["environment"]

    assert set(environment) <= documented_settings()
    settings = load_settings(environment)
    port = pooler_settings()["listen_port"]
    assert settings.database_url.get_secret_value() == (
        f"postgresql://clarity_server:0123abcd@pgbouncer:{port}/postgres"
    )
    (published,) = compose["services"][name]["ports"]
    # TLS is the proxy's business; what has none stays on this machine.
    assert re.fullmatch(rf"127\.0\.0\.1:\d+:{settings.port}", published)


@pytest.mark.parametrize("name", CHAT_SERVERS)
def test_a_chat_server_is_left_alone_until_its_turns_have_ended(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    grace = int(service["environment"]["CLARITY_SHUTDOWN_GRACE_SECONDS"])

    assert seconds(service["stop_grace_period"]) >= grace + LAST_WORDS_SECONDS + 10


def test_the_pooler_is_given_the_database_and_the_one_login(compose: dict[str, Any]) -> None:
    service, configs = compose["services"]["pgbouncer"], compose["configs"]
    given = {config["target"]: configs[config["source"]]["content"] for config in service["configs"]}

    assert given["/etc/pgbouncer/databases.ini"] == "[databases]\n* = host=db.example.com port=5432\n"
    assert given["/etc/pgbouncer/userlist.txt"] == '"clarity_server" "0123abcd"\n'
    assert set(given) == named_by_the_pooler()
    user = next(
        one.arguments for one in last_stage(DEPLOY / "pgbouncer" / "Dockerfile") if one.name == "USER"
    )
    secret = next(config for config in service["configs"] if config["source"] == "userlist")
    assert (f"{secret['uid']}:{secret['gid']}", secret["mode"]) == (user, 0o400)


def test_only_the_migration_knows_the_owner(compose: dict[str, Any]) -> None:
    owners = {
        name for name, service in compose["services"].items() if ANSWERS["DATABASE_OWNER_URL"] in str(service)
    }

    assert owners == {"migrate"}
    assert compose["services"]["migrate"]["profiles"] == ["migrate"]
    # What Compose fills in by itself does not reach a container; this is what does.
    files = [entry["path"] for name in CHAT_SERVERS for entry in compose["services"][name]["env_file"]]
    assert set(files) == {"chat.env"}


def test_nothing_may_gain_privileges(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service
        assert "/var/run/docker.sock" not in str(service)


def test_the_proxy_asks_and_reaches_every_chat_server() -> None:
    text = (DEPLOY / "Caddyfile").read_text()

    assert re.search(r"reverse_proxy (.+) \{", text, re.MULTILINE)
    upstreams = re.findall(r"(\S+):8000", text)
    assert set(upstreams) == set(CHAT_SERVERS)
    assert "health_uri /ready" in text
    # Or events of a stream would wait for one another.
    assert "flush_interval -1" in text


def named_by_the_pooler() -> set[str]:
    """The files that pgbouncer.ini reads beside itself."""
    text = (DEPLOY / "pgbouncer" / "pgbouncer.ini").read_text()
    return set(re.findall(r"^(?:%include |auth_file = )(\S+)$", text, re.MULTILINE))
