"""`clarity user`: people who may sign in."""

import secrets
from typing import Annotated

import typer

from cli.output import say
from cli.project import current_project
from cli.signin import sign_up
from cli.target import current_stack

# 16 random bytes, as 22 characters.
PASSWORD_BYTES = 16


def build() -> typer.Typer:
    """The group `user`."""
    app = typer.Typer(name="user", help="Add people who may sign in.", no_args_is_help=True)
    # With a callback a single command stays a command of its group.
    app.callback()(_group)
    app.command("add", epilog="Example: clarity user add ada@example.com")(add)
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


def _group() -> None:
    return
