"""Users, as the database's owner finds them."""

from cli.connection import Connection
from cli.errors import ClarityCommandError
from core.types import User


def user_by_email(connection: Connection, email: str) -> User:
    """The user with the claims that a sign-in would give them. ClarityCommandError when there is none."""
    row = connection.execute(
        "select id, email from auth.users where lower(email) = lower(%(email)s)", {"email": email}
    ).fetchone()
    if row is None:
        raise ClarityCommandError(f"There is no user {email}.", hint="clarity user add makes one.")
    claims = {"sub": str(row["id"]), "aud": "authenticated", "role": "authenticated", "email": row["email"]}
    return User.from_claims(claims)
