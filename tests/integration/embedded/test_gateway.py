"""The gateway as a process: starting, stopping, its database going away, and what browsers see."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from embedded.bootstrap import GATEWAY_ROLE, prepare_cluster, prepare_database
from embedded.errors import GatewayError
from embedded.gateway import Gateway, make_auth_tables
from embedded.postgres import EmbeddedPostgres
from fixtures.databases import Database
from fixtures.people import Person
from fixtures.waiting import eventually

# A parent that starts a gateway, says its process id and then waits to be killed.
PARENT = """
import json, sys
from pathlib import Path
from embedded.gateway import Gateway
given = json.loads(sys.argv[1])
gateway = Gateway(Path(given["bundle"]), database_url=given["url"], jwt_secret="s" * 40, port=None,
                  log_file=Path(given["log"]))
gateway.start()
print(gateway.pid, flush=True)
sys.stdin.read()
"""


def gateway_on(url: str, bundle: Path, log_file: Path, *, port: int | None = None) -> Gateway:
    return Gateway(bundle, database_url=url, jwt_secret="s" * 40, port=port, log_file=log_file)


def test_it_ends_with_a_parent_that_is_killed(
    database: Database, gateway_bundle: Path, tmp_path: Path
) -> None:
    given = {"bundle": str(gateway_bundle), "url": database.gateway_url, "log": str(tmp_path / "log")}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, json.dumps(given)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        gateway = psutil.Process(int(parent.stdout.readline()))
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        gateway.wait(10)
        assert not gateway.is_running()


def test_stopping_and_starting_again_keeps_the_address(gateway: Gateway) -> None:
    url = gateway.url
    gateway.stop()
    assert not gateway.is_running()
    gateway.start()
    assert gateway.url == url
    assert httpx.get(f"{url}/health").json() == {"status": "ok"}


def test_a_taken_port_is_left_to_its_owner(database: Database, gateway_bundle: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port: int = taken.getsockname()[1]
        gateway = gateway_on(database.gateway_url, gateway_bundle, tmp_path / "log", port=port)
        gateway.start()
        assert not gateway.url.endswith(f":{port}")
        gateway.stop()


def test_it_listens_on_loopback_only(gateway: Gateway) -> None:
    assert gateway.pid
    listening = [c.laddr for c in psutil.Process(gateway.pid).net_connections() if c.status == "LISTEN"]
    assert [address.ip for address in listening] == ["127.0.0.1"]


def test_a_database_that_refuses_it_is_named_in_the_error(
    database: Database, gateway_bundle: Path, tmp_path: Path
) -> None:
    wrong = database.owner_url.replace("//postgres:", f"//{GATEWAY_ROLE}:", 1)
    gateway = gateway_on(wrong, gateway_bundle, tmp_path / "log")
    with pytest.raises(GatewayError, match="password authentication failed"):
        gateway.start()
    assert not gateway.is_running()


def test_no_secret_is_on_its_command_line_in_its_environment_or_its_log(
    gateway: Gateway, tmp_path: Path
) -> None:
    assert gateway.pid
    process = psutil.Process(gateway.pid)
    seen = " ".join(process.cmdline()) + json.dumps(process.environ())
    seen += (tmp_path / "gateway.log").read_text()
    assert gateway.jwt_secret not in seen
    assert gateway.service_role_key not in seen
    assert "postgresql://" not in seen


def test_its_log_is_its_owners_only(gateway: Gateway, tmp_path: Path) -> None:
    assert (tmp_path / "gateway.log").stat().st_mode & 0o077 == 0


def test_the_log_tells_errors_without_the_rows_they_are_about(
    owner: psycopg.Connection, gateway: Gateway, tmp_path: Path
) -> None:
    # Without RLS, because with it Postgres itself keeps quiet about the row.
    owner.execute("create table plain (name text, age integer not null); grant insert on plain to anon")
    given = {"apikey": gateway.publishable_key}
    url = f"{gateway.url}/rest/v1/plain"

    def status() -> int:
        return httpx.post(url, headers=given, json={"name": "Very Private"}).status_code

    eventually(lambda: status() == 400)
    log = (tmp_path / "gateway.log").read_text()
    assert "23502" in log
    assert "Very Private" not in log


def test_what_the_database_refuses_is_told_as_postgrest_tells_it(
    owner: psycopg.Connection, gateway: Gateway, tmp_path: Path
) -> None:
    owner.execute(
        "create table plain (name text, age integer check (age > 0)); grant insert on plain to anon"
    )
    owner.execute(
        """
        create function refuse() returns trigger language plpgsql as $$
        begin
          raise check_violation using message = 'That name is taken.', hint = 'Choose another one.';
        end $$;
        create trigger refuse before insert on plain for each row when (new.name = 'taken')
          execute function refuse()
        """
    )
    given = {"apikey": gateway.publishable_key}
    url = f"{gateway.url}/rest/v1/plain"
    taken: dict[str, object] = {"name": "taken"}

    eventually(lambda: httpx.post(url, headers=given, json=taken).status_code == 400)
    answer = httpx.post(url, headers=given, json=taken).json()
    check = httpx.post(url, headers=given, json={"name": "Very Private", "age": -1})

    assert (answer["code"], answer["message"], answer["hint"]) == (
        "23514",
        "That name is taken.",
        "Choose another one.",
    )
    assert (check.status_code, check.json()["code"]) == (400, "23514")
    log = (tmp_path / "gateway.log").read_text()
    assert "23514 That name is taken." in log
    assert "Very Private" not in log


def test_a_browser_may_call_it_from_anywhere(gateway: Gateway) -> None:
    asked = {
        "origin": "http://localhost:5173",
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "apikey,authorization,prefer,x-client-info",
    }
    for path in ("/rest/v1/no_such_table", "/auth/v1/token"):
        answer = httpx.options(f"{gateway.url}{path}", headers=asked)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-allow-headers"] == asked["access-control-request-headers"]
        assert "PATCH" in answer.headers["access-control-allow-methods"]


def test_a_browser_may_read_every_answer(gateway: Gateway) -> None:
    for path in ("/rest/v1/profiles", "/auth/v1/user", "/nowhere", "/rest/v1/no_such_table"):
        answer = httpx.get(f"{gateway.url}{path}", headers={"apikey": gateway.publishable_key})
        assert answer.status_code >= 400
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "Content-Range" in answer.headers["access-control-expose-headers"]


def test_a_reload_of_the_schema_fails_no_request_in_flight(
    owner: psycopg.Connection, library: None, gateway: Gateway, make_user: Callable[..., Person]
) -> None:
    token = make_user().jwt(gateway.jwt_secret)
    given = {"apikey": gateway.publishable_key, "authorization": f"Bearer {token}"}
    url = f"{gateway.url}/rest/v1/authors"

    def read(_: int) -> int:
        return httpx.get(url, headers=given).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(read, range(60))
        for number in range(10):
            owner.execute(f"alter table authors add column extra_{number} text")  # pyright: ignore
        assert set(answers) == {200}


def test_a_changed_column_is_served_without_stale_plans(
    owner: psycopg.Connection, library: None, gateway: Gateway, make_user: Callable[..., Person]
) -> None:
    person = make_user()
    given = {"apikey": gateway.publishable_key, "authorization": f"Bearer {person.jwt(gateway.jwt_secret)}"}
    owner.execute("insert into authors (owner_id, name) values (%(id)s, 'A')", {"id": person.id})
    url = f"{gateway.url}/rest/v1/authors?select=*"
    assert "age" not in httpx.get(url, headers=given).json()[0]
    owner.execute("alter table authors add column age integer default 7")
    eventually(lambda: httpx.get(url, headers=given).json()[0].get("age") == 7, seconds=2)


def test_it_outlives_a_restart_of_the_database(
    own_cluster: EmbeddedPostgres, gateway_bundle: Path, tmp_path: Path
) -> None:
    own_cluster.start()
    prepare_cluster(own_cluster.url(), gateway_password="gateway")
    make_auth_tables(gateway_bundle, own_cluster.url())
    prepare_database(own_cluster.url())
    url = own_cluster.url(user=GATEWAY_ROLE, password="gateway")
    gateway = gateway_on(url, gateway_bundle, tmp_path / "log", port=None)
    gateway.start()
    key = {"apikey": gateway.publishable_key}

    def status(path: str) -> int:
        return httpx.get(f"{gateway.url}{path}", headers=key).status_code

    def make(table: str) -> None:
        with psycopg.connect(own_cluster.url(), autocommit=True) as owner:
            owner.execute(f"create table {table} (); grant select on {table} to anon")  # pyright: ignore

    make("before")
    eventually(lambda: status("/rest/v1/before") == 200)
    own_cluster.stop()
    assert status("/health") == 503
    assert status("/rest/v1/before") == 503
    login = {"email": "a@example.com", "password": "long enough"}
    token = httpx.post(f"{gateway.url}/auth/v1/token?grant_type=password", headers=key, json=login)
    assert token.status_code == 503
    own_cluster.start()
    eventually(lambda: status("/rest/v1/before") == 200, seconds=5)
    make("after")
    eventually(lambda: status("/rest/v1/after") == 200, seconds=5)
    gateway.stop()
