"""A stranger's first minutes: a real server process, the real gateway and its tokens, the offline model."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from cli.blueprints import load_blueprint
from cli.migrations import apply_migrations
from embedded.gateway import Gateway
from fixtures.cluster import ROOT
from fixtures.databases import Database
from fixtures.waiting import eventually

BOOKS = """
create table public.books (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  title text not null,
  created_at timestamptz not null default now()
);
alter table public.books enable row level security;
create policy "Users see their own books" on public.books
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users add books of their own" on public.books
  for insert to authenticated with check (user_id = (select auth.uid()));
create index books_user_id_idx on public.books (user_id);
grant select, insert on public.books to authenticated;
"""


@dataclass(frozen=True, kw_only=True)
class Someone:
    """A person who signed up at the gateway, at the server's door."""

    access_token: str
    api_url: str

    def say(self, message: str) -> dict[str, Any]:
        answer = httpx.post(
            f"{self.api_url}/api/chat",
            json={"agent_name": "assistant", "message": message},
            headers={"Authorization": f"Bearer {self.access_token}"},
            timeout=30,
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def tool_result(self, message: str, tool: str) -> str:
        """What the tool answered that the message led to."""
        (call,) = self.say(message)["tool_calls"]
        assert (call["name"], call["status"]) == (tool, "success"), call
        return call["result"]


@pytest.fixture
def assistant(database: Database) -> None:
    """The agent `assistant`, as rows."""
    load_blueprint(database.owner_url, ROOT / "supabase" / "blueprints" / "assistant")


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def api(
    database: Database, gateway: Gateway, assistant: None, port: int, tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m chatServer`, as `clarity up` starts it, without a model key."""
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "chatServer", "--exit-with-parent"],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "DATABASE_URL": database.server_url,
                "SUPABASE_URL": gateway.url,
                "SUPABASE_JWT_SECRET": gateway.jwt_secret,
                "CLARITY_PORT": str(port),
            },
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
    eventually(lambda: is_ready(f"http://127.0.0.1:{port}"), seconds=60)
    with process:
        yield process
        process.terminate()


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ready", trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.fixture
def sign_up(gateway: Gateway, api: subprocess.Popen[bytes], port: int) -> Callable[[str], Someone]:
    """Signs somebody up at the gateway, as a browser does."""

    def sign(email: str) -> Someone:
        answer = httpx.post(
            f"{gateway.url}/auth/v1/signup",
            json={"email": email, "password": "a long enough password"},
            headers={"apikey": gateway.publishable_key},
            trust_env=False,
        ).json()
        return Someone(access_token=answer["access_token"], api_url=f"http://127.0.0.1:{port}")

    return sign


def test_a_message_reads_and_changes_the_rows_of_who_sent_it_and_of_nobody_else(
    sign_up: Callable[[str], Someone], owner: psycopg.Connection
) -> None:
    ada, ben = sign_up("ada@example.com"), sign_up("ben@example.com")

    ada.tool_result('Add a task "Water the plants"', "create_task")
    ben.tool_result('Add a task "Feed the cat"', "create_task")
    of_ada, of_ben = (person.tool_result("Show my tasks", "list_tasks") for person in (ada, ben))

    assert "Water the plants" in of_ada
    assert "Feed the cat" not in of_ada
    assert "Feed the cat" in of_ben
    assert "Water the plants" not in of_ben
    tasks = owner.execute(
        "select email, title from tasks join auth.users u on u.id = user_id order by email"
    ).fetchall()
    assert tasks == [("ada@example.com", "Water the plants"), ("ben@example.com", "Feed the cat")]


def test_the_answer_says_openly_that_no_language_model_gave_it(sign_up: Callable[[str], Someone]) -> None:
    assert "not a language model" in sign_up("ada@example.com").say("Hello")["response"]


def test_a_new_table_and_one_row_are_a_new_tool_on_the_very_next_turn(
    sign_up: Callable[[str], Someone],
    api: subprocess.Popen[bytes],
    database: Database,
    owner: psycopg.Connection,
    tmp_path: Path,
) -> None:
    ada = sign_up("ada@example.com")
    ada.say("Hello")
    (tmp_path / "20990101000000_create_books.sql").write_text(BOOKS)
    assert apply_migrations(database.owner_url, tmp_path) == ["20990101000000"]
    insert = """
        insert into agent_tools (agent_id, name, config)
        select id, %(name)s, %(config)s from agent_configurations where agent_name = 'assistant'
    """

    owner.execute(insert, {"name": "add_book", "config": '{"table_name": "books", "method": "create"}'})
    ada.tool_result('Add the book "Dune"', "add_book")
    owner.execute(insert, {"name": "list_books", "config": '{"table_name": "books", "method": "fetch"}'})

    assert "Dune" in ada.tool_result("List my books", "list_books")
    assert api.poll() is None


def test_a_row_that_names_a_missing_column_is_refused_with_a_sentence_that_names_it(
    owner: psycopg.Connection, assistant: None
) -> None:
    with pytest.raises(psycopg.Error, match="colour") as refused:
        owner.execute(
            """
            insert into agent_tools (agent_id, name, config)
            select id, 'list_colours', %(config)s from agent_configurations where agent_name = 'assistant'
            """,
            {"config": '{"table_name": "tasks", "method": "fetch", "columns": ["title", "colour"]}'},
        )

    assert refused.value.diag.message_primary
    assert refused.value.diag.message_hint


def test_the_keys_of_the_project_are_no_sign_in(
    gateway: Gateway, api: subprocess.Popen[bytes], port: int
) -> None:
    for key in (gateway.publishable_key, gateway.service_role_key):
        answer = httpx.post(
            f"http://127.0.0.1:{port}/api/chat",
            json={"agent_name": "assistant", "message": "Hello"},
            headers={"Authorization": f"Bearer {key}", "apikey": key},
            trust_env=False,
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


def turn_lines(log: Path) -> list[dict[str, Any]]:
    complete = [line for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return [line for line in map(json.loads, complete) if line.get("path") == "/api/chat"]


def test_the_log_of_a_turn_is_one_line_without_its_words_or_its_token(
    sign_up: Callable[[str], Someone], tmp_path: Path
) -> None:
    ada = sign_up("ada@example.com")
    ada.say("A word that nobody else says: flibbertigibbet")

    # The line is written after the answer was sent, so a client can be ahead of it.
    lines = eventually(lambda: turn_lines(tmp_path / "server.log"))
    assert [(line["status"], line["message"]) for line in lines] == [(200, "request")]
    log = (tmp_path / "server.log").read_text()
    assert "flibbertigibbet" not in log
    assert ada.access_token not in log
