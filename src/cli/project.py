"""Which checkout a command works on, where its local data is, and the settings it was given."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from cli.errors import UsageRefused


@dataclass(frozen=True, kw_only=True)
class Project:
    """One checkout.

    `home` is where everything local is kept (`.clarity`, or the folder that CLARITY_HOME names).
    `environment` is the process's environment over the checkout's `.env`; empty values count as not set.
    """

    root: Path
    home: Path
    environment: Mapping[str, str] = field(repr=False)

    @property
    def migrations(self) -> Path:
        return self.root / "supabase" / "migrations"

    @property
    def blueprints(self) -> Path:
        return self.root / "supabase" / "blueprints"

    @property
    def logs(self) -> Path:
        return self.home / "logs"


def find_project(start: Path, environ: Mapping[str, str]) -> Project:
    """The checkout around `start`, or else the one that this program is installed from.

    Raises UsageRefused when there is neither.
    """
    installed_from = Path(__file__).resolve().parents[2]
    start = start.resolve()
    for folder in (start, *start.parents, installed_from):
        if (folder / "pyproject.toml").is_file() and (folder / "supabase" / "migrations").is_dir():
            return _project(folder, environ)
    raise UsageRefused(
        f"There is no Clarity project in {start} or above it.",
        hint="Change into your checkout: the folder with pyproject.toml and supabase/migrations.",
    )


def _project(root: Path, environ: Mapping[str, str]) -> Project:
    from_file = {name: value for name, value in dotenv_values(root / ".env").items() if value}
    environment = {**from_file, **{name: value for name, value in environ.items() if value}}
    home = environment.get("CLARITY_HOME")
    return Project(
        root=root,
        home=Path(home).expanduser().resolve() if home else root / ".clarity",
        environment=environment,
    )


def current_project() -> Project:
    """The checkout that a command typed here and now works on."""
    return find_project(Path.cwd(), os.environ)
