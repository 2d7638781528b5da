"""Brings a database to where the chat server can work on it: migrations, its login role, the blueprints."""

from collections.abc import Callable

from cli.blueprints import load_blueprint
from cli.connection import database_refusals, ensure_server_login
from cli.errors import ClarityCommandError
from cli.migrations import MigrationError, apply_migrations
from cli.project import Project


def migrate(project: Project, owner: str, progress: Callable[[str], None]) -> list[str]:
    """The migrations applied now. Raises ClarityCommandError for one that fails."""
    try:
        with database_refusals():
            return apply_migrations(
                owner, project.migrations, on_apply=lambda version: progress(f"Applying migration {version}.")
            )
    except MigrationError as exc:
        raise ClarityCommandError(str(exc)) from exc


def prepare_database(project: Project, owner: str, server: str, progress: Callable[[str], None]) -> None:
    """Everything that a start does to the database as its owner; done again, it changes nothing."""
    migrate(project, owner, progress)
    ensure_server_login(owner, server)
    for folder in sorted(path for path in project.blueprints.iterdir() if path.is_dir()):
        progress(f"Loading the agent {folder.name}.")
        with database_refusals():
            load_blueprint(owner, folder)
