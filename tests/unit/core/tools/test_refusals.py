"""What the model reads for an SQLSTATE."""

import psycopg
import pytest
from psycopg import errors
from psycopg_pool import PoolTimeout

from core.errors import ToolError, ToolFailed, ToolInputError
from core.tools.refusals import ANSWERS, database_refusals


def refusal(error: psycopg.Error) -> ToolError:
    with (
        pytest.raises(ToolError) as caught,
        database_refusals(table="books", action="create this row"),
    ):
        raise error
    assert caught.value.__cause__ is error
    return caught.value


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (errors.InsufficientPrivilege, ToolFailed, "The policies of books do not let you create this row."),
        (
            errors.WithCheckOptionViolation,
            ToolFailed,
            "The policies of books do not let you create this row.",
        ),
        (errors.InvalidTextRepresentation, ToolInputError, "A value does not fit its column of books."),
        (errors.SerializationFailure, ToolInputError, "Somebody changed the same rows of books"),
        (errors.DeadlockDetected, ToolInputError, "Somebody changed the same rows of books"),
        (errors.LockNotAvailable, ToolInputError, "Somebody changed the same rows of books"),
        (errors.QueryCanceled, ToolFailed, "This took longer than the server allows"),
        (errors.UndefinedColumn, ToolFailed, "The tool no longer fits books."),
        (errors.FeatureNotSupported, ToolFailed, "The tool no longer fits books."),
        (errors.ExclusionViolation, ToolInputError, "The values break a rule of books"),
        (errors.ProgramLimitExceeded, ToolInputError, "A value is too large for books."),
        (errors.ReadOnlySqlTransaction, ToolFailed, "The database is read-only"),
        (errors.AdminShutdown, ToolFailed, "The database is not reachable"),
        (errors.TooManyConnections, ToolFailed, "The database is not reachable"),
        (errors.InternalError_, ToolFailed, "The database could not do this with books."),
        (psycopg.OperationalError, ToolFailed, "The database is not reachable"),
        (PoolTimeout, ToolFailed, "The database is not reachable"),
        (psycopg.DataError, ToolFailed, "The database could not do this with books."),
    ],
)
def test_a_refusal_is_a_sentence_of_the_right_kind(
    error: type[psycopg.Error], kind: type[ToolError], sentence: str
) -> None:
    raised = refusal(error("secret detail of the database"))
    assert type(raised) is kind
    assert raised.message.startswith(sentence)
    assert "secret" not in raised.message


def test_every_answer_can_be_completed() -> None:
    facts = {"table": "t", "action": "a", "column": "c", "constraint": "k", "raised": "r"}
    for kind, sentence in ANSWERS.values():
        assert kind(sentence.format_map(facts)).message
