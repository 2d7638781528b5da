"""`clarity user`: people who may sign in."""

import secrets
from typing import Annotated

import typer

from cli.connection import connect, owner_url
from cli.output import say
from cli.people import add_admin, list_admins, remove_admin, user_by_email
from cli.project import current_project
from cli.signin import sign_up
from cli.target import current_stack

# 16 random bytes, as 22 characters.
PASSWORD_BYTES = 16


def build() -> typer.Typer:
    """The group `user`."""
    app = typer.Typer(name="user", help="Add people who may sign in, and admins.", no_args_is_help=True)
    app.command("add", epilog="Example: clarity user add ada@example.com")(add)
    app.command("admin", epilog="Example: clarity user admin ada@example.com")(admin)
    return app


def add(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The address to sign in with.")],
    password: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", envvar="CLARITY_NEW_PASSWORD", help="Left out: a random one is made and printed."
        ),
    ] = None,
) -> None:
    """Sign a new user up at Supabase Auth."""
    chosen = password or secrets.token_urlsafe(PASSWORD_BYTES)
    person = sign_up(current_stack(current_project()), email, chosen)
    if person is None:
        say(f"{email} must follow the link in the mail that Supabase has sent, then may sign in.")
    else:
        say(f"{email} may sign in now. Their id is {person.user.id}.", "green")
    if password is None:
        say(f"Password: {chosen}")


def admin(
    email: Annotated[
        str | None, typer.Argument(metavar="[EMAIL]", help="Left out: the admins are listed.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take them off the list.")] = False,
) -> None:
    """Let a user manage the shared agents, their tools and their history, over the API too."""
    with connect(owner_url(current_stack(current_project()))) as connection:
        if email is None:
            admins = list_admins(connection)
            say("\n".join(admins) if admins else "There are no admins yet.")
            return
        user = user_by_email(connection, email)
        changed = remove_admin(connection, user) if remove else add_admin(connection, user)
    state = "no longer an admin" if remove else "an admin"
    say(f"{email} is {state}." if changed else f"{email} was {'no' if remove else 'an'} admin already.")
