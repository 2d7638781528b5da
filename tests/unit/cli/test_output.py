"""Text from outside is shown as text: no terminal acts on it, and Rich does not read it."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from cli.output import clean, say, show_error, show_json, show_table


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b[2Jcleared",
        "\x1b]0;title\x07",
        "\x9b31mred",
        "a\x08\x08b",
        "\x00",
        "abc\u202egpj.exe",
        "\u2066x",
        "line\u2028line",
        "\ud800",
    ],
)
def test_control_characters_do_not_reach_the_terminal(hostile: str) -> None:
    cleaned = clean(hostile)

    assert "�" in cleaned
    assert all(character.isprintable() for character in cleaned)


@pytest.mark.parametrize("harmless", ["plain", "zwei\nZeilen\tTab", "日本語 🎉 é", "[bold]x[/bold]", ""])
def test_ordinary_text_stays_as_it_is(harmless: str) -> None:
    assert clean(harmless) == harmless


def test_a_carriage_return_cannot_overwrite_a_line() -> None:
    assert clean("one\r\ntwo\rthree") == "one\ntwothree"


def test_text_can_be_cleaned_piece_by_piece() -> None:
    text = "a\x1b[31mb\u202ec\nd"

    assert "".join(clean(character) for character in text) == clean(text)


def test_square_brackets_are_not_markup(capsys: pytest.CaptureFixture[str]) -> None:
    say("[red]not red[/red] [link=https://example.com]x[/link]")
    show_error("[bold]no[/bold]", "[/]")
    show_table(("a",), [("[green]x[/green]",)])

    shown = capsys.readouterr()
    assert "[red]not red[/red] [link=https://example.com]x[/link]" in shown.out
    assert "[green]x[/green]" in shown.out
    assert "[bold]no[/bold]\n[/]" in shown.err


def test_json_knows_ids_and_dates(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"id": UUID(int=1), "at": datetime(2026, 1, 2, tzinfo=UTC), "é": None})

    assert json.loads(capsys.readouterr().out) == {
        "id": str(UUID(int=1)),
        "at": "2026-01-02 00:00:00+00:00",
        "é": None,
    }


def test_a_long_table_outside_of_a_terminal_is_not_cut_at_80_columns(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_table(("a", "b"), [("x", "y" * 100)], cut_last=True)

    assert "y" * 100 in capsys.readouterr().out


def test_only_the_last_column_gives_way_when_rows_keep_to_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [
        ("list_tasks", "fetch agent_long_term_memory", "auto", "y" * 300),
        ("recall", "count", "ask", "z"),
    ]

    show_table(("Tool", "Does", "Approval", "Description"), rows, cut_last=True)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["Tool", "Does", "Approval", "Description"]
    assert lines[2].split()[:4] == ["list_tasks", "fetch", "agent_long_term_memory", "auto"]
    assert lines[2].rstrip().endswith("…")
    assert len(lines) == 4
