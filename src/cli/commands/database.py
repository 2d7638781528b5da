"""`clarity migrate` and `clarity types`: the schema of the database, forwards and as types."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.connection import database_refusals, owner_url
from cli.errors import ClarityCommandError
from cli.migrations import MigrationError, pending_migrations
from cli.output import note, progress, say
from cli.prepare import migrate as apply
from cli.project import current_project
from cli.target import current_stack
from cli.typegen import generate_python, generate_typescript

TYPES_EPILOG = "Example: clarity types --lang typescript --out webApp/src/lib/database.gen.ts"


def migrate(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be applied.")] = False,
) -> None:
    """Apply the files of supabase/migrations that the database does not have yet.

    Each file is one transaction; the account of them is the Supabase CLI's, so both may be used in turn.
    """
    project = current_project()
    owner = owner_url(current_stack(project))
    if dry_run:
        try:
            with database_refusals():
                versions = pending_migrations(owner, project.migrations)
        except MigrationError as exc:
            raise ClarityCommandError(str(exc)) from exc
    else:
        with progress() as tell:
            versions = apply(project, owner, tell)
    for version in versions:
        say(version)
    counted = f"{len(versions)} migration{'' if len(versions) == 1 else 's'}"
    verb = "to apply" if dry_run else "applied"
    note(f"{counted} {verb}." if versions else "The database is up to date.")


def types(
    lang: Annotated[
        Literal["typescript", "python"], typer.Option(metavar="LANG", help="typescript or python.")
    ] = "typescript",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to this file instead of standard output.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 when --out is not up to date.")
    ] = False,
) -> None:
    """Print types for the tables, generated from the database."""
    if check and out is None:
        raise typer.BadParameter("--check needs --out, the file to compare with.")
    owner = owner_url(current_stack(current_project()))
    with database_refusals():
        text = generate_typescript(owner) if lang == "typescript" else generate_python(owner)
    if out is None:
        typer.echo(text, nl=False)
    elif check:
        _compare(out, text, lang)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
        note(f"Wrote {out}.")


def _compare(out: Path, text: str, lang: str) -> None:
    if not out.is_file() or out.read_text(encoding="utf-8") != text:
        raise ClarityCommandError(
            f"{out} is not what the database has.", hint=f"clarity types --lang {lang} --out {out} writes it."
        )
    note(f"{out} is up to date.")
