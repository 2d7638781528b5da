"""Brings a database to where the chat server can work on it: migrations, its login role, the blueprints."""

from collections.abc import Callable
from pathlib import Path

from cli.blueprints import load_blueprint
from cli.connection import database_refusals, ensure_server_login
from cli.errors import ClarityCommandError
from cli.migrations import MigrationError, apply_migrations
from cli.plugins import sync_plugin_types
from cli.project import Project
from cli.tool_config import split

DEFAULT_BLUEPRINT = "assistant"


def migrate(project: Project, owner: str, progress: Callable[[str], None]) -> list[str]:
    """The migrations applied now; after them the database knows the types of installed plugins.

    Raises ClarityCommandError for a migration that fails.
    """
    try:
        with database_refusals():
            applied = apply_migrations(
                owner, project.migrations, on_apply=lambda version: progress(f"Applying migration {version}.")
            )
    except MigrationError as exc:
        raise ClarityCommandError(str(exc)) from exc
    sync_plugin_types(owner, progress)
    return applied


def prepare_database(project: Project, owner: str, server: str, progress: Callable[[str], None]) -> None:
    """Everything that a start does to the database as its owner; done again, it changes nothing."""
    migrate(project, owner, progress)
    ensure_server_login(owner, server)
    for name in split(project.environment.get("CLARITY_BLUEPRINTS", DEFAULT_BLUEPRINT)):
        progress(f"Loading the agent {name}.")
        with database_refusals():
            load_blueprint(owner, find_blueprint(project, name))


def find_blueprint(project: Project, name: str) -> Path:
    """The folder of a blueprint. ClarityCommandError when there is none of that name."""
    names = sorted(path.parent.name for path in project.blueprints.glob("*/agent.sql"))
    if name not in names:
        raise ClarityCommandError(
            f"There is no blueprint named '{name}'.", hint=f"There are: {', '.join(names) or 'none'}."
        )
    return project.blueprints / name
