"""A conversation in a terminal: words stay whole, tool calls are lines, and nothing hostile gets through."""

from uuid import UUID

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from cli.chat_view import TurnView, WordWrap, shorten, show_history, tool_line
from core.errors import ModelFailed
from core.events import TextDelta, ToolCallFinished, ToolCallStarted, TurnFailed

TEXT = "The quick brown fox jumps over the lazy dog.\n\n- one  two\n- averyveryverylongwordindeed end"


def wrapped(pieces: list[str], width: int) -> str:
    wrap = WordWrap(width)
    return "".join(wrap.feed(piece) for piece in pieces) + wrap.flush()


def test_streamed_text_is_broken_at_words() -> None:
    lines = wrapped([TEXT], 16).split("\n")

    assert lines[:3] == ["The quick brown", "fox jumps over", "the lazy dog."]
    assert "averyveryverylongwordindeed" in lines


def test_no_word_is_lost_however_the_text_is_cut_into_pieces() -> None:
    for size in (1, 3, 7, 1000):
        pieces = [TEXT[at : at + size] for at in range(0, len(TEXT), size)]
        assert wrapped(pieces, 16) == wrapped([TEXT], 16)
        assert wrapped(pieces, 16).split() == TEXT.split()


def test_without_a_width_the_text_stays_as_it_is() -> None:
    assert wrapped([TEXT], 0) == TEXT


def test_the_answer_alone_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    with TurnView() as view:
        view.show(ToolCallStarted(tool_call_id="1", name="list_tasks", arguments={"limit": 2}))
        view.show(
            ToolCallFinished(
                tool_call_id="1", name="list_tasks", result="[]", status="success", duration_ms=3
            )
        )
        view.show(TextDelta(message_id="m", text="Two "))
        view.show(TextDelta(message_id="m", text="tasks."))

    shown = capsys.readouterr()
    assert shown.out == "Two tasks.\n"
    assert '✓ list_tasks {"limit": 2}  3 ms' in shown.err


def test_two_messages_of_one_turn_are_two_paragraphs(capsys: pytest.CaptureFixture[str]) -> None:
    with TurnView() as view:
        view.show(TextDelta(message_id="a", text="one"))
        view.show(TextDelta(message_id="b", text="two"))

    assert capsys.readouterr().out == "one\ntwo\n"


def test_a_models_text_cannot_move_the_cursor_or_use_markup(capsys: pytest.CaptureFixture[str]) -> None:
    with TurnView() as view:
        view.show(TextDelta(message_id="m", text="\x1b[2J[red]x[/red]"))

    assert capsys.readouterr().out == "�[2J[red]x[/red]\n"


def test_a_failed_turn_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    with TurnView() as view:
        view.show(TextDelta(message_id="m", text="half an ans"))
        view.show(
            TurnFailed(run_id=UUID(int=1), chat_id=UUID(int=2), error=ModelFailed("Out of \x1b order."))
        )

    shown = capsys.readouterr()
    assert shown.out == "half an ans\n"
    assert "Error: Out of � order." in shown.err


def test_a_refused_tool_call_shows_the_reason_and_fits_its_line() -> None:
    event = ToolCallFinished(
        tool_call_id="1", name="list_tasks", result="No such\ncolumn \x1b[1m.", status="error", duration_ms=1
    )

    first, second = tool_line(event, {"filters": "x" * 500}, width=60).plain.split("\n")

    assert len(first) <= 60
    assert second.strip() == "No such column �[1m."


def test_history_leaves_out_what_tools_said(capsys: pytest.CaptureFixture[str]) -> None:
    show_history(
        [
            HumanMessage("hello"),
            AIMessage("", tool_calls=[{"name": "t", "args": {}, "id": "1"}]),
            ToolMessage("secret rows", tool_call_id="1"),
            AIMessage("hi\x1b[31m"),
        ]
    )

    assert capsys.readouterr().err == "you › hello\nhi�[31m\n"


def test_a_long_text_is_shortened_to_one_line() -> None:
    assert shorten("a\n b   c", 10) == "a b c"
    assert shorten("abcdefghij", 5) == "abcd…"
