"""What the doctor asks of a Supabase that runs: its database, its sign-in, and the chat server's rights."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx

from cli.connection import Connection, connect
from cli.errors import ClarityCommandError
from cli.findings import Finding, well, wrong
from cli.health import TIMEOUT_SECONDS, database_answers, supabase_answers
from cli.hosted import SERVER_LOGIN, without_password
from cli.migrations import MigrationError, pending_migrations
from cli.project import Project
from cli.signin import uses_proxy
from cli.state import Stack

# Tokens are valid to the second: beyond this, fresh ones look expired or not yet valid.
MAX_CLOCK_SECONDS = 30

# One row: what the chat server's login must not be or have.
SERVER_RIGHTS = """
select rolsuper or rolbypassrls as passes_policies,
       pg_catalog.pg_has_role(oid, 'service_role', 'member') as is_service,
       exists (select from pg_catalog.pg_class
                where relnamespace = 'public'::regnamespace and relkind = 'r'
                  and (relowner = role.oid or pg_catalog.has_table_privilege(
                         role.oid, pg_class.oid, 'select,insert,update,delete'))
              ) as reads_tables
  from pg_catalog.pg_roles role
 where rolname = %(login)s
"""


def live_findings(project: Project, stack: Stack) -> Iterator[Finding]:
    """Database first: without it the rest has nothing to say."""
    yield _supabase(stack)
    yield _server_login(stack)
    yield _token_keys(stack)
    if stack.owner_url is None:
        yield well(f"DATABASE_URL is {SERVER_LOGIN}'s: what only the owner can see is not checked.")
        return
    try:
        with connect(stack.owner_url) as connection:
            yield from _as_owner(project, stack.owner_url, connection)
    except ClarityCommandError as error:
        yield wrong(
            f"The owner cannot log in at {without_password(stack.owner_url)}: {error}",
            "Check DATABASE_URL; for the embedded one, stop and start it: clarity down, clarity up",
        )


def _as_owner(project: Project, owner: str, connection: Connection) -> Iterator[Finding]:
    yield well("The database's owner can log in.")
    yield _migrations(project, owner)
    yield _rights(connection)
    yield _clock(connection)


def _supabase(stack: Stack) -> Finding:
    if supabase_answers(stack.supabase_url, stack.publishable_key):
        return well(f"Supabase Auth answers at {stack.supabase_url}.")
    advice = "Is SUPABASE_URL right?" if stack.mode == "hosted" else "Start again: clarity down, clarity up"
    return wrong(f"Supabase Auth does not answer at {stack.supabase_url}.", advice)


def _server_login(stack: Stack) -> Finding:
    if database_answers(stack.server_url):
        return well(f"{SERVER_LOGIN} can log in.")
    return wrong(
        f"{SERVER_LOGIN} cannot log in at {without_password(stack.server_url)}.",
        "clarity up, with the owner's DATABASE_URL, makes the role and sets its password.",
    )


def _token_keys(stack: Stack) -> Finding:
    if stack.jwt_secret:
        return well("Tokens are checked with the JWT secret.")
    url = f"{stack.supabase_url}/auth/v1/.well-known/jwks.json"
    try:
        keys = httpx.get(url, timeout=TIMEOUT_SECONDS, trust_env=uses_proxy(stack)).json().get("keys")
    except (httpx.HTTPError, ValueError, AttributeError):
        keys = None
    if keys:
        return well(f"Tokens are checked with the {len(keys)} public keys of {url}.")
    return wrong(
        f"There is nothing to check tokens with: no SUPABASE_JWT_SECRET, and no keys at {url}.",
        "Set SUPABASE_JWT_SECRET, or change the project to asymmetric signing keys.",
    )


def _migrations(project: Project, owner: str) -> Finding:
    try:
        pending = pending_migrations(owner, project.migrations)
    except MigrationError as error:
        return wrong(str(error), "Correct the file's name, then: clarity migrate")
    if pending:
        return wrong(
            f"{len(pending)} migrations are not applied, from {pending[0]} on.", "Apply them: clarity migrate"
        )
    return well("Every migration is applied.")


def _rights(connection: Connection) -> Finding:
    row = connection.execute(SERVER_RIGHTS, {"login": SERVER_LOGIN}).fetchone()
    if row is None:
        return wrong(f"The role {SERVER_LOGIN} does not exist.", "The migrations make it: clarity migrate")
    problems = [
        text
        for is_so, text in (
            (row["passes_policies"], "passes by the row-level policies"),
            (row["is_service"], "is a member of service_role"),
            (row["reads_tables"], "has rights of its own on tables"),
        )
        if is_so
    ]
    if problems:
        return wrong(
            f"{SERVER_LOGIN} {' and '.join(problems)}.",
            f"Take them back: revoke, and alter role {SERVER_LOGIN} nosuperuser nobypassrls.",
        )
    return well(f"{SERVER_LOGIN} can only act as the signed-in user.")


def _clock(connection: Connection) -> Finding:
    row = connection.execute("select clock_timestamp() as now").fetchone()
    seconds = abs((datetime.now(UTC) - row["now"]).total_seconds()) if row else 0
    if seconds > MAX_CLOCK_SECONDS:
        return wrong(
            f"This machine's clock and the database's are {seconds:.0f} s apart.",
            "Set the clock (NTP): tokens depend on it.",
        )
    return well("The clock agrees with the database's.")
