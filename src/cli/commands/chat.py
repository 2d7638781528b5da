"""`clarity chat`: talk to an agent in the terminal, or ask it one thing."""

import sys
from typing import Annotated
from uuid import UUID

import typer

from cli.errors import DecisionNeeded, UsageRefused
from cli.output import show_json
from cli.project import current_project
from cli.target import current_stack, signed_in_user

EPILOG = """Examples:

- clarity chat
- clarity chat "what is due today?"
- echo "add a task water the plants" | clarity chat --json
"""

Email = Annotated[
    str | None,
    typer.Option(
        metavar="EMAIL", envvar="CLARITY_EMAIL", help="Sign in as this user; embedded default: the demo user."
    ),
]
Password = Annotated[
    str | None, typer.Option(metavar="TEXT", envvar="CLARITY_PASSWORD", help="Asked for when left out.")
]
Token = Annotated[
    str | None,
    typer.Option(
        metavar="TOKEN", envvar="CLARITY_TOKEN", help="An access token of Supabase Auth instead of a sign-in."
    ),
]


def chat(
    message: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MESSAGE", help="Ask this and exit; begins a new chat unless --chat is given."
        ),
    ] = None,
    agent: Annotated[
        str, typer.Option("--agent", "-a", metavar="NAME", help="Who to talk to: see clarity agents list.")
    ] = "assistant",
    chat_id: Annotated[
        UUID | None, typer.Option("--chat", metavar="ID", help="Go on with this chat.")
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Begin a new chat instead of the last one.")] = False,
    email: Email = None,
    password: Password = None,
    token: Token = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="With a message: print the whole turn as JSON.")
    ] = False,
) -> None:
    """Talk to an agent as a signed-in user, with that user's rights.

    Without a message it goes on with the last chat; /help lists what can be typed, Ctrl-C stops an answer and
    Ctrl-D ends. A message may also come from standard input.

    What an agent may not do unasked is shown, with the rows it would change, and waits for your yes or no.
    Where nobody can be asked (--json, no terminal) it is left open, and the exit code is 4.
    """
    if new and chat_id:
        raise UsageRefused("--new begins a chat and --chat goes on with one: give one of them.")
    text = " ".join(message) if message else _piped_message()
    if as_json and text is None:
        raise UsageRefused("--json needs a message.", hint='For example: clarity chat --json "what is due?"')
    # The language-model libraries take a second to import: not for the other commands, nor for --help.
    from cli.chat_loop import ask_once, talk

    project = current_project()
    stack = current_stack(project)
    person = signed_in_user(stack, email=email, password=password, token=token)
    if text is None:
        talk(project, stack, person, agent_name=agent, chat_id=chat_id, begin_new=new)
    elif answer := ask_once(
        project, stack, person, agent_name=agent, chat_id=chat_id, message=text, quiet=as_json
    ):
        show_json(answer)
        if "pending_actions" in answer:
            raise DecisionNeeded


def _piped_message() -> str | None:
    """What was piped in; None on a terminal, where people type."""
    if sys.stdin.isatty():
        return None
    text = sys.stdin.read().strip()
    if not text:
        raise UsageRefused("There is no message.", hint='For example: clarity chat "what is due today?"')
    return text
