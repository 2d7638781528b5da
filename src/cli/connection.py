"""The command line's door to Postgres, as the database's owner or as the chat server's login."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Identifier, Literal

from cli.errors import ClarityCommandError, UsageRefused
from cli.hosted import SERVER_LOGIN, without_password
from cli.state import Stack

Connection: TypeAlias = psycopg.Connection[DictRow]

CONNECT_TIMEOUT_SECONDS = 10


@contextmanager
def database_refusals() -> Generator[None]:
    """What Postgres says becomes an error for a person: its sentence, and its hint where it has one."""
    try:
        yield
    except psycopg.OperationalError as exc:
        raise ClarityCommandError(
            f"The database does not answer: {str(exc).strip().splitlines()[-1]}",
            hint="clarity doctor looks for the reason.",
        ) from exc
    except psycopg.Error as exc:
        raise ClarityCommandError(exc.diag.message_primary or str(exc), hint=exc.diag.message_hint) from exc


@contextmanager
def connect(database_url: str) -> Generator[Connection]:
    """A connection that commits each statement. Raises ClarityCommandError for whatever Postgres refuses."""
    with (
        database_refusals(),
        Connection.connect(
            database_url,
            autocommit=True,
            row_factory=dict_row,
            # A transaction-mode pooler does not keep prepared statements.
            prepare_threshold=None,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            application_name="clarity-cli",
        ) as connection,
    ):
        yield connection


def owner_url(stack: Stack) -> str:
    """The owner's URL. UsageRefused when only the chat server's login is known."""
    if stack.owner_url is None:
        raise UsageRefused(
            f"This needs the database's owner, but DATABASE_URL logs in as {SERVER_LOGIN}.",
            hint="Set DATABASE_URL to the owner's URL (user postgres) for this command.",
        )
    return stack.owner_url


def ensure_server_login(owner: str, server: str) -> bool:
    """Makes sure that clarity_server can log in with `server`'s password; whether it had to be set now.

    Raises ClarityCommandError when it cannot log in even then.
    """
    if _can_log_in(server):
        return False
    password = conninfo_to_dict(server)["password"]
    with connect(owner) as connection:
        # Hashed here, so that the server sees, and could log, only the verifier.
        verifier = connection.pgconn.encrypt_password(
            str(password).encode(), SERVER_LOGIN.encode(), b"scram-sha-256"
        )
        connection.execute(
            SQL("alter role {role} password {verifier}").format(
                role=Identifier(SERVER_LOGIN), verifier=Literal(verifier.decode())
            )
        )
    try:
        psycopg.connect(server, connect_timeout=CONNECT_TIMEOUT_SECONDS).close()
    except psycopg.OperationalError as exc:
        raise ClarityCommandError(
            f"The role {SERVER_LOGIN} cannot log in at {without_password(server)}: {exc}",
            hint="Check host and port of DATABASE_URL; a pooler's user name ends in .<project reference>.",
        ) from exc
    return True


def _can_log_in(database_url: str) -> bool:
    try:
        psycopg.connect(database_url, connect_timeout=CONNECT_TIMEOUT_SECONDS).close()
    except psycopg.OperationalError:
        return False
    return True
