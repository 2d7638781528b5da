"""`clarity migrate` and `clarity types`: the schema of the database, forwards and as types."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.connection import database_refusals, owner_url
from cli.errors import ClarityCommandError
from cli.migrations import MigrationError, pending_migrations
from cli.openapi_document import Document
from cli.openapi_types import generate_api_types
from cli.output import note, progress, say
from cli.prepare import migrate as apply
from cli.project import Project, current_project
from cli.target import current_stack
from cli.typegen import generate_python, generate_typescript

TYPES_EPILOG = "Example: clarity types --of api --out webApp/src/lib/api.gen.ts"


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
    of: Annotated[
        Literal["database", "api"],
        typer.Option(metavar="SOURCE", help="database, or api: chatServer/openapi.json (TypeScript only)."),
    ] = "database",
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
    """Print types generated from the database, for its tables, or from the API's document."""
    if check and out is None:
        raise typer.BadParameter("--check needs --out, the file to compare with.")
    if of == "api" and lang == "python":
        raise typer.BadParameter("--of api gives TypeScript only.")
    project = current_project()
    text = _api_types(project) if of == "api" else _database_types(project, lang)
    if out is None:
        typer.echo(text, nl=False)
    elif check:
        _compare(out, text, f"clarity types --of {of} --lang {lang} --out {out}")
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
        note(f"Wrote {out}.")


def _api_types(project: Project) -> str:
    return generate_api_types(Document.read(project.root / "chatServer" / "openapi.json"))


def _database_types(project: Project, lang: Literal["typescript", "python"]) -> str:
    owner = owner_url(current_stack(project))
    with database_refusals():
        return generate_typescript(owner) if lang == "typescript" else generate_python(owner)


def _compare(out: Path, text: str, command: str) -> None:
    if not out.is_file() or out.read_text(encoding="utf-8") != text:
        raise ClarityCommandError(f"{out} is not up to date.", hint=f"{command} writes it.")
    note(f"{out} is up to date.")
