"""The Supabase that a command works on: the one that the settings name, or the embedded one if it runs."""

import typer

from cli.errors import UsageRefused
from cli.hosted import read_hosted
from cli.project import Project
from cli.signin import DEMO_EMAIL, DEMO_PASSWORD, SignedIn, sign_in, sign_in_with_token
from cli.state import Stack, running_state


def current_stack(project: Project) -> Stack:
    """Raises NothingRuns when the embedded Supabase is meant and does not run."""
    hosted = read_hosted(project.environment)
    return hosted.to_stack() if hosted else running_state(project.home).stack


def signed_in_user(stack: Stack, *, email: str | None, password: str | None, token: str | None) -> SignedIn:
    """The person that the options name; on the embedded default the demo user when they name none.

    A missing password is asked for on a terminal. UsageRefused when nobody is named.
    """
    if token:
        return sign_in_with_token(stack, token)
    if email is None:
        if stack.mode != "embedded":
            raise UsageRefused(
                "Whose chat is it? This Supabase has no demo user.",
                hint="Give --email (and --password, or let it be asked), or --token; or set CLARITY_EMAIL.",
            )
        email = DEMO_EMAIL
    if password is None:
        is_demo = stack.mode == "embedded" and email == DEMO_EMAIL
        password = (
            DEMO_PASSWORD if is_demo else typer.prompt(f"Password of {email}", hide_input=True, err=True)
        )
    return sign_in(stack, email, str(password))
