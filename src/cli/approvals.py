"""Calls that wait for a person, in a terminal: what each would do, and the question about it."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from rich.text import Text

from cli.output import clean, error_console
from core.chats.opening import Decision

# Of a preview's rows: as many as fit beside a question.
ROWS_SHOWN = 5
VALUE_SHOWN = 60

ASK = "allow it? [y]es, [n]o, [a]lways › "
ASK_WHY = "what should the agent know? (enter for nothing) › "


class Question(Protocol):
    """A call that waits, as a turn tells it or as the inbox has it."""

    @property
    def id(self) -> UUID: ...
    @property
    def summary(self) -> str: ...
    @property
    def preview(self) -> Mapping[str, Any] | None: ...


def show_question(question: Question) -> None:
    """On standard error, beside the agent's own words."""
    text = Text("  ? ", "yellow").append(clean(question.summary))
    for line in _lines(question.preview or {}):
        text.append(f"\n    {line}", "dim")
    error_console().print(text, soft_wrap=True)


def ask_about(questions: Sequence[Question]) -> list[Decision] | None:
    """What the person says to each; None when they leave it open (Ctrl-C, or the end of input)."""
    decisions: list[Decision] = []
    try:
        for question in questions:
            show_question(question)
            decisions.append(_decision(question.id))
    except (KeyboardInterrupt, EOFError):
        sys.stderr.write("\n")
        return None
    return decisions


def _decision(action_id: UUID) -> Decision:
    while True:
        match _answer(ASK).lower():
            case "y" | "yes":
                return Decision(action_id=action_id, decision="approve")
            case "a" | "always":
                return Decision(action_id=action_id, decision="approve", always=True)
            case "n" | "no":
                return Decision(action_id=action_id, decision="reject", reason=_answer(ASK_WHY) or None)
            case _:
                pass


def _answer(prompt: str) -> str:
    # Not by input(prompt), which may write to standard output: that is for the answer alone.
    sys.stderr.write(f"    {prompt}")
    sys.stderr.flush()
    return input().strip()


def _lines(preview: Mapping[str, Any]) -> list[str]:
    """`now: title Buy milk, status pending` for the first rows, and `then: status completed`."""
    rows: Sequence[Mapping[str, Any]] = preview.get("rows", ())
    lines = [f"now: {_values(row)}" for row in rows[:ROWS_SHOWN]]
    if more := preview.get("count", len(rows)) - len(lines):
        lines.append(f"and {more} more")
    changes: Mapping[str, Any] | Sequence[Mapping[str, Any]] = preview.get("changes") or ()
    new = [changes] if isinstance(changes, Mapping) else changes
    return lines + [f"then: {_values(row)}" for row in new[:ROWS_SHOWN]]


def _values(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{_short(name)} {_short(value)}" for name, value in row.items())


def _short(value: object) -> str:
    text = clean(" ".join(str("nothing" if value is None else value).split()))
    return text if len(text) <= VALUE_SHOWN else f"{text[: VALUE_SHOWN - 1]}…"
