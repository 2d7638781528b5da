"""How a conversation looks in a terminal."""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from rich.console import Console
from rich.status import Status
from rich.text import Text

from cli.output import clean, error_console, show_error
from core.events import (
    DelegatedStep,
    StepFinished,
    StepStarted,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnWaiting,
)

MAX_WIDTH = 100
# A tool call is one line: what is left of it for the arguments, once mark and milliseconds have their place.
ARGUMENTS_MARGIN = 16
RESULT_SHOWN = 200
HISTORY_CHARACTERS_SHOWN = 600


class WordWrap:
    """Breaks streamed text at words, where a terminal would break inside them. `width` 0 breaks nothing."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._column = 0
        self._word = ""
        self._spaces = ""

    def feed(self, text: str) -> str:
        """What can be printed by now; the last word may still grow."""
        if not self._width:
            return text
        return "".join(self._take(character) for character in text)

    def flush(self) -> str:
        """The rest, at the end of the text."""
        return self._put_word()

    def _take(self, character: str) -> str:
        if character == "\n":
            out = self._put_word() + "\n"
            self._column, self._spaces = 0, ""
            return out
        if character == " ":
            out = self._put_word()
            self._spaces += " "
            return out
        self._word += character
        return ""

    def _put_word(self) -> str:
        if not self._word:
            return ""
        word, spaces = self._word, self._spaces
        self._word = self._spaces = ""
        if self._column and self._column + len(spaces) + len(word) > self._width:
            self._column = len(word)
            return "\n" + word
        self._column += len(spaces) + len(word)
        return spaces + word


class TurnView:
    """Shows one turn: a spinner while nothing comes, tool calls in dim lines, the answer as it is written.

    The answer goes to standard output and all else to standard error: a pipe gets the answer alone.
    """

    def __init__(self) -> None:
        self._errors: Console = error_console()
        width = min(shutil.get_terminal_size().columns, MAX_WIDTH) if sys.stdout.isatty() else 0
        self._wrap = WordWrap(width)
        self._status: Status | None = None
        self._is_writing = False
        self._message_id: str | None = None
        self._arguments: dict[str, Mapping[str, Any]] = {}

    def __enter__(self) -> "TurnView":
        self._spin("thinking")
        return self

    def __exit__(self, *_: object) -> None:
        self._still()
        self._end_text()

    def show(self, event: TurnEvent) -> None:
        match event:
            case TextDelta():
                self._text(event)
            case ToolCallStarted():
                self._end_text()
                self._arguments[event.tool_call_id] = event.arguments
                self._spin(event.name)
            case ToolCallFinished():
                self._still()
                self._errors.print(
                    tool_line(event, self._arguments.get(event.tool_call_id, {}), width=self._errors.width),
                    soft_wrap=True,
                )
                self._spin("thinking")
            case TurnFailed():
                self._still()
                self._end_text()
                show_error(event.error.message)
            case DelegatedStep():
                self._delegated(event)
            case TurnStarted() | TurnFinished() | TurnWaiting() | StepStarted() | StepFinished():
                pass

    def _text(self, event: TextDelta) -> None:
        self._still()
        if self._message_id not in (None, event.message_id):
            self._end_text()
        self._message_id = event.message_id
        self._is_writing = True
        sys.stdout.write(self._wrap.feed(clean(event.text)))
        sys.stdout.flush()

    def _delegated(self, event: DelegatedStep) -> None:
        """Which tool an asked agent is at; what it says is for the agent that asked."""
        if isinstance(event.step, ToolCallStarted):
            self._spin(f"{event.agent_name}: {event.step.name}")
        elif isinstance(event.step, DelegatedStep):
            self._delegated(event.step)

    def _end_text(self) -> None:
        if self._is_writing:
            sys.stdout.write(self._wrap.flush() + "\n")
            sys.stdout.flush()
            self._is_writing = False

    def _spin(self, what: str) -> None:
        if self._errors.is_terminal:
            self._still()
            self._status = self._errors.status(Text(clean(what), "dim"), spinner="dots")
            self._status.start()

    def _still(self) -> None:
        if self._status:
            self._status.stop()
            self._status = None


def tool_line(event: ToolCallFinished, arguments: Mapping[str, Any], *, width: int) -> Text:
    """`✓ list_tasks {"status": "pending"}  12 ms`, or with the reason when it failed."""
    failed = event.status == "error"
    text = Text("  ✗ " if failed else "  ✓ ", "red" if failed else "green")
    text.append(clean(event.name), "dim")
    if arguments:
        shown = json.dumps(arguments, ensure_ascii=False, default=str)
        text.append(f" {shorten(shown, max(20, width - ARGUMENTS_MARGIN - len(event.name)))}", "dim")
    text.append(f"  {event.duration_ms} ms", "dim")
    if failed:
        text.append(f"\n    {shorten(event.result, RESULT_SHOWN)}", "dim red")
    return text


def show_history(messages: Sequence[BaseMessage]) -> None:
    """Earlier messages, dim; tool calls and results are left out."""
    errors = error_console()
    for message in messages:
        if isinstance(message, HumanMessage):
            errors.print(Text(f"you › {shorten(message.text, HISTORY_CHARACTERS_SHOWN)}", "dim bold"))
        elif isinstance(message, AIMessage) and message.text:
            errors.print(Text(clean(message.text[:HISTORY_CHARACTERS_SHOWN]), "dim"))


def shorten(text: str, length: int) -> str:
    """On one line and clean, cut with an ellipsis."""
    line = clean(" ".join(text.split()))
    return line if len(line) <= length else f"{line[: length - 1]}…"
