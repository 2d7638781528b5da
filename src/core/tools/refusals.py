"""What a tool tells the model when Postgres refuses a statement: one table of SQLSTATEs.

The database's own detail (values, policies, plans) goes to the log. What a trigger or function raises on
purpose (`raise exception`, with whatever SQLSTATE) is written for people, so the model reads it.
"""

import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TypeAlias

import psycopg

from core.errors import ToolError, ToolFailed, ToolInputError

logger = logging.getLogger(__name__)

Answer: TypeAlias = tuple[type[ToolError], str]

AWAY: Answer = (ToolFailed, "The database is not reachable right now.")
OUTDATED: Answer = (ToolFailed, "The tool no longer fits {table}. Its author must look at it.")
UNEXPECTED: Answer = (ToolFailed, "The database could not do this with {table}.")
RAISED: Answer = (ToolInputError, "{raised}")
MISFIT: Answer = (ToolInputError, "A value does not fit its column of {table}.")
COLLISION: Answer = (
    ToolInputError,
    "Somebody changed the same rows of {table} at the same time. Try again once.",
)

# By SQLSTATE, else by its class (the first two characters).
ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {
        "P0001": RAISED,
        "PT": RAISED,
        "23502": (ToolInputError, "{column} of {table} must not be empty."),
        "23503": (
            ToolInputError,
            "This refers to a row that does not exist, or other rows still refer to it (rule {constraint}).",
        ),
        "23505": (
            ToolInputError,
            "{table} already has a row with such a value, which must be unique (rule {constraint}).",
        ),
        "23514": (ToolInputError, "The values break a rule of {table} (rule {constraint})."),
        "23": (ToolInputError, "The values break a rule of {table} (rule {constraint})."),
        "22001": (ToolInputError, "A text is too long for its column of {table}."),
        "22003": (ToolInputError, "A number is too large for its column of {table}."),
        "22025": (ToolInputError, "A pattern must not end with a backslash."),
        "22": MISFIT,
        "54": (ToolInputError, "A value is too large for {table}."),
        "44": (ToolFailed, "The policies of {table} do not let you {action}."),
        "42501": (ToolFailed, "The policies of {table} do not let you {action}."),
        "42P10": OUTDATED,
        "42": OUTDATED,
        "0A": OUTDATED,
        "40": COLLISION,
        "55P03": COLLISION,
        "57014": (
            ToolFailed,
            "This took longer than the server allows and was stopped. Nothing was changed.",
        ),
        "25006": (ToolFailed, "The database is read-only right now."),
        "08": AWAY,
        "53": AWAY,
        "57": AWAY,
        "58": AWAY,
    }
)

# The routine of Postgres that carries out PL/pgSQL's `raise`, as its error messages name it.
RAISE = "exec_stmt_raise"

# Enough for a sentence and a hint; a trigger that says more would crowd out the conversation.
MAX_RAISED_CHARS = 600


@contextmanager
def database_refusals(*, table: str, action: str, answers: Mapping[str, Answer] = ANSWERS) -> Generator[None]:
    """Raises ToolInputError or ToolFailed for a psycopg.Error; `action` completes "do not let you ..."."""
    try:
        yield
    except psycopg.Error as exc:
        logger.info("A tool's statement on %s was refused (%s): %s", table, exc.sqlstate, exc)
        kind, sentence = _answer(exc, answers)
        raise kind(sentence.format_map(_facts(exc, table, action))) from exc


def _facts(exc: psycopg.Error, table: str, action: str) -> Mapping[str, str]:
    return {
        "table": table,
        "action": action,
        "column": exc.diag.column_name or "A column",
        "constraint": exc.diag.constraint_name or "unnamed",
        "raised": _raised(exc),
    }


def _answer(exc: psycopg.Error, answers: Mapping[str, Answer]) -> Answer:
    state = exc.sqlstate
    if state is None:
        return AWAY if isinstance(exc, psycopg.OperationalError) else UNEXPECTED
    if exc.diag.source_function == RAISE:
        return RAISED
    return answers.get(state) or answers.get(state[:2], UNEXPECTED)


def _raised(exc: psycopg.Error) -> str:
    parts = (exc.diag.message_primary, exc.diag.message_hint)
    return " ".join(part for part in parts if part)[:MAX_RAISED_CHARS]
