"""The question about a call in a terminal: what it shows, and what an answer means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from cli.approvals import ROWS_SHOWN, ask_about, show_question
from core.chats.opening import Decision

ID = UUID(int=7)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A call that waits."""

    id: UUID = ID
    summary: str = "Delete rows of tasks where title is 'x'."
    preview: Mapping[str, Any] | None = None


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a person types, line by line; then the input ends."""
    lines: list[str] = []

    def read() -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    monkeypatch.setattr("builtins.input", read)
    return lines


def test_a_question_shows_what_is_there_now_and_what_would_be(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"title": f"task {n}", "status": None} for n in range(8)]
    preview = {"changes": {"status": "done"}, "rows": rows, "count": 312, "more": True}

    show_question(Asked(preview=preview))

    shown = capsys.readouterr()
    assert shown.out == ""
    lines = [line.strip() for line in shown.err.splitlines()]
    assert lines[0] == "? Delete rows of tasks where title is 'x'."
    assert lines[1] == "now: title task 0, status nothing"
    assert len([line for line in lines if line.startswith("now: ")]) == ROWS_SHOWN
    assert lines[-2:] == ["and 307 more", "then: status done"]


def test_new_rows_are_shown_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    show_question(Asked(preview={"changes": [{"title": "a"}, {"title": "b"}], "rows": [], "count": 0}))

    assert [line.strip() for line in capsys.readouterr().err.splitlines()[1:]] == [
        "then: title a",
        "then: title b",
    ]


def test_a_row_cannot_move_the_cursor_or_hide_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_question(Asked(preview={"changes": {}, "rows": [{"title": "\x1b[2J\na\u202eb" + "c" * 500}]}))

    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown.splitlines()) == 2
    assert len(shown.splitlines()[1]) < 90


@pytest.mark.parametrize(
    ("lines", "decision"),
    [
        (["y"], Decision(action_id=ID, decision="approve")),
        (["Yes"], Decision(action_id=ID, decision="approve")),
        (["a"], Decision(action_id=ID, decision="approve", always=True)),
        (["n", "not today"], Decision(action_id=ID, decision="reject", reason="not today")),
        (["n", ""], Decision(action_id=ID, decision="reject")),
        (["", "perhaps", "y"], Decision(action_id=ID, decision="approve")),
    ],
)  # fmt: skip
def test_an_answer_is_a_decision(
    typed: list[str], capsys: pytest.CaptureFixture[str], lines: list[str], decision: Decision
) -> None:
    typed += lines

    assert ask_about([Asked()]) == [decision]
    assert capsys.readouterr().out == ""


def test_each_call_is_asked_about(typed: list[str]) -> None:
    typed += ["y", "n", "no"]

    decisions = ask_about([Asked(id=UUID(int=1)), Asked(id=UUID(int=2))])

    assert decisions is not None
    assert [decision.decision for decision in decisions] == ["approve", "reject"]


@pytest.mark.usefixtures("typed")
def test_the_end_of_input_leaves_it_open() -> None:
    assert ask_about([Asked()]) is None


def test_an_interrupt_leaves_all_of_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: Iterator[str] = iter(["y"])

    def read() -> str:
        for answer in answers:
            return answer
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", read)

    assert ask_about([Asked(), Asked()]) is None
