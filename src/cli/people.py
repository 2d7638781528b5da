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


def list_admins(connection: Connection) -> list[str]:
    """The emails of those who manage the shared agents."""
    rows = connection.execute(
        """
        select coalesce(person.email, person.id::text) as email
          from public.admins join auth.users as person on person.id = admins.user_id
         order by 1
        """
    ).fetchall()
    return [row["email"] for row in rows]


def add_admin(connection: Connection, user: User) -> bool:
    """False when they were one already."""
    query = "insert into public.admins (user_id) values (%(id)s) on conflict do nothing"
    return connection.execute(query, {"id": user.id}).rowcount == 1


def remove_admin(connection: Connection, user: User) -> bool:
    """False when they were none."""
    return (
        connection.execute("delete from public.admins where user_id = %(id)s", {"id": user.id}).rowcount == 1
    )
