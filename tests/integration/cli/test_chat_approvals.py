"""`clarity chat` with an agent that has to ask: on a terminal it does, elsewhere it says so and leaves it."""

import json
import sys
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from embedded.gateway import Gateway
from fixtures.people import Person
from integration.cli.conftest import Clarity

ADD = "add a task water the plants"


@pytest.fixture
def token(make_user: Callable[..., Person], gateway: Gateway, owner: psycopg.Connection) -> tuple[str, str]:
    """Of a person whose assistant asks before it adds a task."""
    owner.execute("update agent_tools set approval = 'ask' where name = 'create_task'")
    return "--token", make_user().jwt(gateway.jwt_secret)


@pytest.fixture
def typed(clarity: Clarity, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the person types at a terminal, until Ctrl-D."""
    lines: list[str] = []

    def read(*_: Any) -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    monkeypatch.setattr("builtins.input", read)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    return lines


def tasks(owner: psycopg.Connection) -> list[str]:
    return [title for (title,) in owner.execute("select title from tasks order by title").fetchall()]


def test_a_program_reads_what_waits_and_an_exit_code_of_its_own(
    clarity: Clarity, token: tuple[str, str], owner: psycopg.Connection
) -> None:
    shown = clarity("chat", "--json", *token, ADD, exit_code=4)

    turn, end = json.JSONDecoder().raw_decode(shown)
    (action,) = turn["pending_actions"]
    assert action["summary"].startswith("Add a row to tasks: title 'water the plants'")
    assert "waits for your decision" in shown[end:]
    assert tasks(owner) == []


def test_without_a_terminal_it_is_shown_and_left_open(
    clarity: Clarity, token: tuple[str, str], owner: psycopg.Connection
) -> None:
    shown = clarity("chat", *token, ADD, exit_code=4)

    assert "? Add a row to tasks: title 'water the plants'" in shown
    assert owner.execute("select status from pending_actions").fetchall() == [("pending",)]


def test_on_a_terminal_the_person_is_asked_and_the_turn_goes_on(
    clarity: Clarity, token: tuple[str, str], owner: psycopg.Connection, typed: list[str]
) -> None:
    typed.append("y")

    answer = clarity("chat", *token, ADD)

    assert "water the plants" in answer
    # The answer alone goes to standard output.
    assert "allow it?" not in answer
    assert owner.execute("select status from pending_actions").fetchall() == [("executed",)]
    assert tasks(owner) == ["water the plants"]


def test_what_was_left_open_is_listed_and_decided_later(
    clarity: Clarity, token: tuple[str, str], owner: psycopg.Connection, typed: list[str]
) -> None:
    clarity("chat", *token, ADD, exit_code=4)
    typed += ["/pending 7", "hello", "/pending", "/pending 1", "n", "it rains", "/pending"]

    shown = clarity("chat", *token)

    assert "water the plants" in shown
    assert owner.execute("select status, decision_reason from pending_actions").fetchall() == [
        ("rejected", "it rains")
    ]
    assert owner.execute("select status from chat_runs order by started_at").fetchall() == [
        ("completed",),
        ("completed",),
    ]
    assert tasks(owner) == []
