"""Everything the command line prints: one look for tables, errors, JSON and progress, and no surprises.

Text that comes from a model, a row or an error is data: it is cleaned of terminal escapes and never read as
Rich markup.
"""

import json
import sys
import unicodedata
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

# Bidirectional overrides and isolates reorder what a person reads; they are format characters, not controls.
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEPT = frozenset("\n\t")

# Columns of a pipe or a file.
WIDTH_ELSEWHERE = 160
# Between two columns of a table: Rich's own, and one of padding.
GAP = 2


def clean(text: str) -> str:
    """`text` without anything that a terminal would act on; it may be a piece of a longer text."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in _KEPT:
        return character
    if character == "\r":
        return ""
    unsafe = character in _REORDERING or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
    return "�" if unsafe else character


def console() -> Console:
    """Standard output, for what was asked for. What is not a terminal is given room instead of cut cells."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_ELSEWHERE)


def error_console() -> Console:
    """Standard error, for progress, errors and questions: output that a script must not mistake for data."""
    return Console(stderr=True, highlight=False)


def say(text: str = "", style: str = "") -> None:
    """One line (or several) of plain text; long lines are wrapped at words, URLs and paths stay whole."""
    console().print(Text(clean(text), style), soft_wrap=True)


def note(text: str) -> None:
    """A remark beside the output, dim, to standard error."""
    error_console().print(Text(clean(text), "dim"), soft_wrap=True)


def show_error(message: str, hint: str | None = None) -> None:
    errors = error_console()
    errors.print(Text("Error: ", "bold red").append(clean(message), "not bold red"), soft_wrap=True)
    if hint:
        errors.print(Text(clean(hint)), soft_wrap=True)


def show_json(value: Any) -> None:
    """One JSON document on standard output; dates, ids and decimals become strings."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, cut_last: bool = False) -> None:
    """Rows under dim headings, without a frame; None is shown as nothing. A Text cell keeps its style.

    `cut_last` keeps each row on one line, at the cost of its last cell's end.
    """
    table = Table(
        box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False, show_edge=False, padding=(0, 1, 0, 0)
    )
    cells = [[_cell(value) for value in row] for row in rows]
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=cut_last)
    if cut_last:
        # Rich would shrink all columns alike: the last one gives way alone.
        kept = sum(_width(column, number, cells) + GAP for number, column in enumerate(columns[:-1]))
        table.columns[-1].overflow = "ellipsis"
        table.columns[-1].max_width = max(console().width - kept - GAP, len(columns[-1]))
    for row in cells:
        table.add_row(*row)
    console().print(table)


def _width(column: str, number: int, cells: Sequence[Sequence[Text]]) -> int:
    return max([len(column), *(row[number].cell_len for row in cells)])


def show_pairs(pairs: Iterable[tuple[str, object]]) -> None:
    """Names in a dim column, values beside them."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(name, _cell(value))
    console().print(grid)


def _cell(value: object) -> Text:
    if isinstance(value, Text):
        return value
    return Text("" if value is None else clean(str(value)))


@contextmanager
def progress() -> Generator[Callable[[str], None]]:
    """Gives a function that says what is being done: a spinner on a terminal, else one line each."""
    errors = error_console()
    if not errors.is_terminal:
        yield note
        return
    with errors.status(Text("Working.")) as status:
        yield lambda line: status.update(Text(clean(line)))
