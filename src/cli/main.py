"""The program `clarity`: its commands, and one place where errors become a sentence and an exit code."""

import importlib.metadata
import logging
import sys
from typing import Annotated

import typer

from cli.commands import agents, chat, database, doctor, stack, tools, users
from cli.errors import ClarityCommandError
from cli.output import show_error
from core.errors import ClarityError
from embedded.errors import EmbeddedError

RUNNING = "Running"
WORKING = "Working with agents"
DATABASE = "Database"

EPILOG = (
    "Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 nothing runs here, 130 interrupted. "
    "Settings come from the environment and from .env; .env.example explains each."
)


def build() -> typer.Typer:
    """The command line as one Typer application."""
    app = typer.Typer(
        name="clarity",
        help="An agent platform on Supabase: an agent is a row, a tool is a row, a permission is a policy.",
        epilog=EPILOG,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_options)
    app.command(rich_help_panel=RUNNING, epilog="Example: clarity up --detach")(stack.up)
    app.command(rich_help_panel=RUNNING)(stack.down)
    app.command(rich_help_panel=RUNNING, epilog="Example: clarity status --json | jq -r .database_url")(
        stack.status
    )
    app.command(rich_help_panel=RUNNING)(doctor.doctor)
    app.command(rich_help_panel=RUNNING)(stack.reset)
    app.command(rich_help_panel=WORKING, epilog=chat.EPILOG)(chat.chat)
    app.add_typer(agents.build(), rich_help_panel=WORKING)
    app.add_typer(tools.build(), rich_help_panel=WORKING)
    app.add_typer(users.build(), rich_help_panel=WORKING)
    app.command(rich_help_panel=DATABASE)(database.migrate)
    app.command(rich_help_panel=DATABASE, epilog=database.TYPES_EPILOG)(database.types)
    return app


def main() -> None:
    """Run the command line. Every foreseeable error is a sentence with an exit code, never a traceback."""
    # What libraries log would only disturb the terminal: what matters is raised.
    logging.basicConfig(level=logging.CRITICAL)
    try:
        build()()
    except ClarityCommandError as error:
        show_error(str(error), error.hint)
        sys.exit(error.exit_code)
    except EmbeddedError as error:
        show_error(str(error.args[0]), error.hint)
        sys.exit(1)
    except ClarityError as error:
        show_error(error.message)
        sys.exit(1)


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"clarity {importlib.metadata.version('clarity-agents')}\n")
        raise typer.Exit


def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    return
