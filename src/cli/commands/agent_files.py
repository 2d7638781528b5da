"""`clarity agents export`, `import` and `apply`: agents as files that a team can keep in git."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.agent_file import AgentFile
from cli.agent_plan import Plan
from cli.agent_rows import find_agent
from cli.agent_store import read_all, read_file
from cli.connection import Connection, connect, owner_url
from cli.errors import UsageRefused
from cli.output import note, say, show_json
from cli.project import current_project
from cli.target import current_stack

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Show and check, change nothing; exit code 1 when there is something to."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts; needs --yes or --dry-run.")]

# A file of an agent; others of the folder are left alone.
SUFFIXES = frozenset({".yaml", ".yml"})


def export(
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="The agent's name or id.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Left out: standard output.")
    ] = None,
) -> None:
    """Write an agent, with its prompt and its tools, as one YAML file."""
    with connect(owner_url(current_stack(current_project()))) as connection:
        text = read_file(connection, find_agent(connection, agent)).to_yaml()
    if out is None:
        typer.echo(text, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    note(f"Wrote {out}.")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As clarity agents export writes it.")],
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Make an agent what a file says: it is created, or changed where it differs."""
    _apply([read_agent_file(file)], prune=False, yes=yes, dry_run=dry_run, as_json=as_json)


def apply(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder with one YAML file an agent.")],
    yes: Yes = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete the shared agents that no file describes.")
    ] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Make the database's agents match the files of a folder.

    Shows what would be created, changed and deleted, then does all of it or nothing. What is the same already
    is not touched. Exit code 0 when the database matches in the end, else 1.
    """
    _apply(read_folder(folder), prune=prune, yes=yes, dry_run=dry_run, as_json=as_json)


def read_agent_file(path: Path) -> AgentFile:
    """UsageRefused, naming the file, when it cannot be read as an agent."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageRefused(f"{path} cannot be read: {exc}.") from exc
    return AgentFile.from_yaml(text, source=str(path))


def read_folder(folder: Path) -> list[AgentFile]:
    """The agents of the folder's YAML files. UsageRefused when there are none, or one is there twice."""
    if not folder.is_dir():
        raise UsageRefused(f"{folder} is not a folder.")
    paths = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    if not paths:
        raise UsageRefused(f"{folder} has no file of an agent (*.yaml).")
    sources: dict[tuple[str, str | None], Path] = {}
    files = [read_agent_file(path) for path in paths]
    for path, file in zip(paths, files, strict=True):
        if file.key in sources:
            raise UsageRefused(f"{sources[file.key]} and {path} both describe {file.title}.")
        sources[file.key] = path
    return files


def _apply(wanted: Sequence[AgentFile], *, prune: bool, yes: bool, dry_run: bool, as_json: bool) -> None:
    if as_json and not (yes or dry_run):
        raise UsageRefused("--json asks nothing: give it --yes or --dry-run.")
    with connect(owner_url(current_stack(current_project()))) as connection:
        plan = Plan.make(read_all(connection), wanted, prune=prune)
        if not as_json:
            plan.show()
        # What the database refuses is known before anybody is asked.
        plan.carry_out(connection, rehearse=True)
        is_applied = not dry_run and bool(plan.changes)
        if is_applied:
            _carry_out(connection, plan, yes=yes)
    if as_json:
        show_json({"changes": [change.to_json() for change in plan.changes], "applied": is_applied})
    elif is_applied:
        say("Done. Each agent is different from its next turn on.", "green")
    if dry_run and plan.changes:
        raise typer.Exit(1)


def _carry_out(connection: Connection, plan: Plan, *, yes: bool) -> None:
    if not yes:
        typer.confirm("Do this?", abort=True, err=True)
    plan.carry_out(connection)
