"""Agents and tools through the command line, on a database of the test's own."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from embedded.gateway import Gateway
from fixtures.people import Person, act_as
from integration.cli.conftest import Clarity

BOOKS = """
create table public.books (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id),
  title text not null,
  year integer
);
alter table public.books enable row level security;
create policy "Users see their own books" on public.books for select to authenticated
  using (user_id = (select auth.uid()));
create policy "Users add their own books" on public.books for insert to authenticated
  with check (user_id = (select auth.uid()));
grant select, insert on public.books to authenticated;
"""


def test_a_table_becomes_a_tool_that_a_user_can_call(
    clarity: Clarity, owner: psycopg.Connection, make_user: Callable[..., Person]
) -> None:
    owner.execute(BOOKS.encode())
    ada = make_user("ada@example.com")
    make_user("bob@example.com")

    shown = clarity("tools", "add", "assistant", "--table", "books", "--method", "create", "--yes")
    assert '"table_name": "books"' in shown
    assert "data.title" in shown
    assert "add_books" in [tool["name"] for tool in clarity.json("tools", "list", "assistant")]

    called = clarity.json(
        "tools", "test", "assistant", "add_books", '{"data": {"title": "Emma"}}', "--as", ada.email
    )
    assert called["status"] == "success"
    assert "insert into" in called["sql"][0].lower()
    assert owner.execute("select user_id, title from public.books").fetchall() == [(ada.id, "Emma")]

    clarity("tools", "add", "assistant", "-t", "books", "-m", "count", "-y")
    assert '"count": 0' in clarity("tools", "test", "assistant", "count_books", "--as", "bob@example.com")
    assert '"count": 1' in clarity("tools", "test", "assistant", "count_books", "--as", "ada@example.com")


def test_a_dry_run_inserts_nothing(clarity: Clarity, owner: psycopg.Connection) -> None:
    version = "select config_version from public.agent_configurations"
    before = owner.execute(version).fetchall()

    shown = clarity("tools", "add", "assistant", "--table", "notes", "--method", "count", "--dry-run")

    assert "Nothing was inserted." in shown
    assert "count_notes" not in [tool["name"] for tool in clarity.json("tools", "list", "assistant")]
    assert owner.execute(version).fetchall() == before


def test_a_bad_row_is_refused_with_the_databases_sentence_and_hint(clarity: Clarity) -> None:
    command = ("tools", "add", "assistant", "--table", "notes", "--method", "fetch")

    shown = clarity(*command, "--columns", "titel", "--yes", exit_code=1)

    assert "titel" in shown
    assert "Columns of notes: " in shown


def test_a_tool_that_refuses_ends_with_1_and_says_why(
    clarity: Clarity, make_user: Callable[..., Person]
) -> None:
    person = make_user()

    shown = clarity(
        "tools",
        "test",
        "assistant",
        "list_tasks",
        '{"filters": {"nope": 1}}',
        "--as",
        person.email,
        exit_code=1,
    )

    assert "filters.nope is not an argument" in shown


def test_a_tool_or_agent_that_does_not_exist_is_named(clarity: Clarity) -> None:
    assert "no active tool named 'nope'" in clarity("tools", "describe", "assistant", "nope", exit_code=1)
    assert "no agent named 'nope'" in clarity("agents", "show", "nope", exit_code=1)
    assert "no user nobody@example.com" in clarity(
        "tools", "test", "assistant", "list_tasks", "--as", "nobody@example.com", exit_code=1
    )


def test_describe_says_what_the_model_sees(clarity: Clarity) -> None:
    assert "filters.status" in clarity("tools", "describe", "assistant", "list_tasks")

    described = clarity.json("tools", "describe", "assistant", "list_tasks")

    assert described["name"] == "list_tasks"
    assert described["arguments"]["type"] == "object"


def test_an_agent_is_shown_with_its_prompt_and_tools(clarity: Clarity) -> None:
    (agent,) = clarity.json("agents", "list")
    shown = clarity("agents", "show", "assistant")

    assert agent["agent_name"] == "assistant"
    assert "list_tasks" in shown
    assert clarity.json("agents", "show", agent["id"])["system_prompt"] in shown


def test_an_agent_of_one_user_is_found_by_name_and_one_of_many_by_id(
    clarity: Clarity, owner: psycopg.Connection, make_user: Callable[..., Person]
) -> None:
    insert = "insert into public.agent_configurations (agent_name, owner_id) values ('mine', %(id)s)"
    owner.execute(insert, {"id": make_user().id})
    assert "mine" in clarity("agents", "show", "mine")

    owner.execute(insert, {"id": make_user().id})
    assert "2 users have an agent named 'mine'" in clarity("agents", "show", "mine", exit_code=1)


def test_a_new_user_can_sign_in_and_chat_as_themselves(clarity: Clarity, owner: psycopg.Connection) -> None:
    shown = clarity("user", "add", "ada@example.com")
    password = shown.split("Password: ")[1].strip()
    sign_in = ("--email", "ada@example.com", "--password", password)

    turn = json.loads(clarity("chat", "--json", *sign_in, "add a task water the plants"))
    again = json.loads(clarity("chat", "--json", *sign_in, "--chat", turn["session_id"], "list my tasks"))

    assert again["session_id"] == turn["session_id"]
    assert "water the plants" in again["response"]
    assert again["usage"]["total_tokens"] > 0
    assert "Invalid" in clarity("chat", "--email", "ada@example.com", "--password", "wrong", "x", exit_code=1)
    assert owner.execute("select count(*) from public.chats").fetchone() == (1,)


def test_an_access_token_serves_instead_of_a_password(
    clarity: Clarity, make_user: Callable[..., Person], gateway: Gateway, owner: psycopg.Connection
) -> None:
    person = make_user()

    clarity("chat", "--token", person.jwt("x" * 32), "hello", exit_code=1)
    clarity("chat", "--token", person.jwt(gateway.jwt_secret), "hello")

    with act_as(owner, person):
        assert owner.execute("select count(*) from public.chats").fetchone() == (1,)


def test_nobody_is_signed_in_by_default_on_a_supabase_of_ones_own(clarity: Clarity) -> None:
    assert "Whose chat is it?" in clarity("chat", "hello", exit_code=2)


def test_an_agent_that_does_not_exist_cannot_be_talked_to(
    clarity: Clarity, make_user: Callable[..., Person], gateway: Gateway
) -> None:
    token = make_user().jwt(gateway.jwt_secret)

    assert "no active agent named 'nope'" in clarity("chat", "--token", token, "-a", "nope", "x", exit_code=1)


def test_types_can_be_written_and_checked(clarity: Clarity, tmp_path: Path) -> None:
    out = tmp_path / "new" / "types.ts"

    clarity("types", "--out", str(out), "--check", exit_code=1)
    clarity("types", "--out", str(out))
    clarity("types", "--out", str(out), "--check")

    assert out.read_text() == clarity("types")


def test_the_doctor_finds_a_server_with_rights_of_its_own(
    clarity: Clarity, owner: psycopg.Connection
) -> None:
    owner.execute("grant select on public.tasks to clarity_server")

    shown = clarity("doctor", exit_code=1)

    assert "✗ clarity_server has rights of its own on tables." in shown


def test_the_doctor_finds_a_supabase_that_does_not_answer(
    clarity: Clarity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPABASE_URL", "http://127.0.0.1:9")

    assert "✗ Supabase Auth does not answer at http://127.0.0.1:9." in clarity("doctor", exit_code=1)


def test_a_function_becomes_a_tool_that_a_user_can_call(
    clarity: Clarity, owner: psycopg.Connection, make_user: Callable[..., Person]
) -> None:
    owner.execute(
        """
        create function public.greet(name text, loudly boolean default false) returns text
        language sql immutable set search_path = '' return name || case when loudly then '!' else '' end;
        comment on function public.greet(text, boolean) is 'Greets somebody.'
        """
    )
    make_user("ada@example.com")

    shown = clarity("tools", "add", "assistant", "--function", "greet", "--fixed", "loudly=true", "--yes")

    assert "Greets somebody." in shown
    called = clarity.json("tools", "test", "assistant", "greet", '{"name": "Bob"}', "--as", "ada@example.com")
    assert called["result"] == '{"result":"Bob!"}'
    assert "call greet" in clarity("tools", "list", "assistant")


@pytest.mark.parametrize(
    "options", [(), ("--table", "tasks"), ("--function", "greet", "--table", "tasks")], ids=str
)
def test_a_tool_is_on_a_table_with_a_method_or_on_a_function(
    options: tuple[str, ...], clarity: Clarity
) -> None:
    assert "function" in clarity("tools", "add", "assistant", *options, exit_code=2)


def test_a_blueprint_is_loaded_by_name_with_something_to_try_it_with(
    clarity: Clarity, owner: psycopg.Connection, make_user: Callable[..., Person]
) -> None:
    ada = make_user("ada@example.com")

    assert "Loaded helpdesk." in clarity("agents", "load", "helpdesk", "--demo", "ada@example.com")
    assert "nothing changed" in clarity("agents", "load", "helpdesk")

    assert owner.execute("select user_id from customers").fetchall() == [(ada.id,)]
    assert "There are: assistant, helpdesk" in clarity("agents", "load", "nothing", exit_code=1)
    assert "seed_assistant" in clarity(
        "agents", "load", "assistant", "--demo", "ada@example.com", exit_code=1
    )
