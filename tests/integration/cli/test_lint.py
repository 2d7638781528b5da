"""`clarity tools lint`: everything that is wrong with a row is said, and nothing about one that works."""

import json
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from integration.cli.conftest import Clarity

BOOKS = """
create table public.books (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid(),
  title text not null
);
alter table public.books enable row level security;
create policy "Users see their own books" on public.books for select to authenticated
  using (user_id = (select auth.uid()));
grant select on public.books to authenticated;
"""


def add_tool(owner: psycopg.Connection, name: str, kind: str = "CRUDTool", /, **config: Any) -> None:
    owner.execute(
        """
        insert into agent_tools (agent_id, name, type, config)
        select id, %(name)s, %(kind)s, %(config)s
          from agent_configurations where agent_name = 'assistant' and owner_id is null
        """,
        {"name": name, "kind": kind, "config": Jsonb(config)},
    )


def found(clarity: Clarity, *arguments: str) -> list[tuple[str, str, str, str]]:
    """(tool, severity, message, hint) of each finding, after the command has failed because of them."""
    findings = json.loads(clarity("tools", "lint", *arguments, "--json", exit_code=1))
    assert {one["agent"] for one in findings} <= {"assistant"}
    return [(one["tool"], one["severity"], one["message"], one["hint"]) for one in findings]


@pytest.fixture
def books(clarity: Clarity, owner: psycopg.Connection) -> psycopg.Connection:
    """The owner of a database in which the assistant has the tool `list_books`."""
    owner.execute(BOOKS)
    add_tool(owner, "list_books", table_name="books", method="fetch")
    return owner


def test_the_agent_that_comes_with_the_project_has_no_findings(clarity: Clarity) -> None:
    assert clarity.json("tools", "lint") == []
    assert clarity("tools", "lint", "assistant").startswith("Nothing to say about")


def test_a_table_that_is_gone_is_said_once_with_a_hint(clarity: Clarity, books: psycopg.Connection) -> None:
    books.execute("drop table public.books")

    [(tool, severity, message, hint)] = found(clarity)

    assert (tool, severity) == ("list_books", "error")
    assert message == "Tool list_books names the table books, which does not exist."
    assert hint.startswith("Tables: ")


def test_a_grant_that_is_missing_and_row_level_security_that_is_off_are_warnings(
    clarity: Clarity, books: psycopg.Connection
) -> None:
    books.execute("revoke select on public.books from authenticated")
    books.execute("alter table public.books disable row level security")

    assert found(clarity) == [
        (
            "list_books",
            "warning",
            "Tool list_books will fail: users may not select books.",
            "grant select on public.books to authenticated;",
        ),
        (
            "list_books",
            "warning",
            "Tool list_books gives every user every row: books has no row-level security.",
            "alter table public.books enable row level security; and add policies.",
        ),
    ]


def test_a_host_that_the_operator_does_not_allow_is_found(
    clarity: Clarity, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_tool(owner, "weather", "HTTPTool", method="GET", url="https://weather.example/today")

    [(tool, severity, message, _)] = found(clarity)
    monkeypatch.setenv("CLARITY_HTTP_ALLOWED_HOSTS", "weather.example")

    assert (tool, severity) == ("weather", "error")
    assert "weather.example" in message
    assert clarity.json("tools", "lint") == []


def test_a_function_that_is_gone_is_found(clarity: Clarity, owner: psycopg.Connection) -> None:
    owner.execute("create function public.pay() returns integer language sql return 1")
    add_tool(owner, "pay", "RPCTool", function_name="pay")
    owner.execute("drop function public.pay()")

    [(tool, severity, message, _)] = found(clarity)

    assert (tool, severity) == ("pay", "error")
    assert "pay" in message


def test_a_type_that_no_server_knows_any_more_is_found(clarity: Clarity, owner: psycopg.Connection) -> None:
    owner.execute("insert into private.tool_types (name, package) values ('GoneTool', 'clarity-tool-gone')")
    add_tool(owner, "gone", "GoneTool")

    [(tool, severity, message, _)] = found(clarity)

    assert (tool, severity) == ("gone", "error")
    assert message.startswith("Tool gone: there is no tool type GoneTool, only CRUDTool")


def test_a_model_that_cannot_be_built_is_found(clarity: Clarity, owner: psycopg.Connection) -> None:
    owner.execute(
        "update agent_configurations set llm_config = %(llm_config)s where agent_name = 'assistant'",
        {"llm_config": Jsonb({"model": "nowhere:x"})},
    )

    [(tool, severity, message, _)] = found(clarity)

    assert (tool, severity) == (None, "error")
    assert "nowhere:x" in message


def test_a_fallback_that_this_server_cannot_ask_is_found(clarity: Clarity, owner: psycopg.Connection) -> None:
    row = {"model": "offline:rules", "fallbacks": ["anthropic:claude-x", "offline:rules"]}
    owner.execute(
        "update agent_configurations set llm_config = %(llm_config)s where agent_name = 'assistant'",
        {"llm_config": Jsonb(row)},
    )

    [(tool, severity, message, _)] = found(clarity)

    assert (tool, severity) == (None, "warning")
    assert message.startswith("The fallback anthropic:claude-x is left out")


def test_only_the_named_agent_is_looked_at(clarity: Clarity, books: psycopg.Connection) -> None:
    books.execute("insert into agent_configurations (agent_name) values ('other')")
    books.execute("drop table public.books")

    assert clarity.json("tools", "lint", "other") == []
    assert "no agent named" in clarity("tools", "lint", "nobody", exit_code=1)


def test_what_is_switched_off_is_passed_over(clarity: Clarity, books: psycopg.Connection) -> None:
    books.execute("drop table public.books")
    books.execute("update agent_tools set is_active = false where name = 'list_books'")

    assert clarity.json("tools", "lint") == []


def test_findings_read_as_sentences_under_their_agent(clarity: Clarity, books: psycopg.Connection) -> None:
    books.execute("drop table public.books")

    lines = clarity("tools", "lint", exit_code=1).splitlines()

    assert lines[:2] == [
        "assistant",
        "  ✗ Tool list_books names the table books, which does not exist.",
    ]
    assert lines[-1] == "1 refused, 0 to look at."


def test_what_an_agent_does_without_is_in_its_listing(clarity: Clarity, books: psycopg.Connection) -> None:
    books.execute("drop table public.books")

    shown = clarity("agents", "show", "assistant")

    assert "list_books does not run. Tool list_books: its table books is gone." in shown
    assert clarity.json("agents", "show", "assistant")["refused_tools"] == {
        "list_books": "Tool list_books: its table books is gone."
    }
