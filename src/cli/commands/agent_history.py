"""`clarity agents history`, `diff` and `restore`: what an agent was, and back to it."""

from difflib import unified_diff
from typing import Annotated, TypeAlias

import typer
from rich.text import Text

from cli.agent_file import AgentFile
from cli.agent_plan import AgentChange, Plan
from cli.agent_rows import find_agent
from cli.agent_store import file_at, read_changes, read_file, versions
from cli.connection import connect, owner_url
from cli.output import clean, console, say, show_json, show_table
from cli.project import current_project
from cli.target import current_stack

AgentName: TypeAlias = Annotated[str, typer.Argument(metavar="AGENT", help="The agent's name or id.")]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]

DIFF_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def history(
    agent: AgentName,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="The newest so many.")] = 20,
    as_json: Json = False,
) -> None:
    """List the changes of an agent and its tools, newest first: version, when, who, what."""
    with connect(owner_url(current_stack(current_project()))) as connection:
        changes = read_changes(connection, find_agent(connection, agent)["id"])[::-1][:limit]
    if as_json:
        show_json([change.to_json() for change in changes])
        return
    rows = [
        (change.config_version, f"{change.changed_at:%Y-%m-%d %H:%M:%S %Z}", change.who, change.what)
        for change in changes
    ]
    show_table(("Version", "When", "Who", "What"), rows)


def diff(
    agent: AgentName,
    old: Annotated[
        int | None, typer.Argument(metavar="[VERSION]", help="Left out: the one before the last change.")
    ] = None,
    new: Annotated[int | None, typer.Argument(metavar="[VERSION]", help="Left out: as it is now.")] = None,
) -> None:
    """Show what changed between two versions of an agent, as a unified diff of its YAML form."""
    with connect(owner_url(current_stack(current_project()))) as connection:
        row = find_agent(connection, agent)
        changes = read_changes(connection, row["id"])
        known = versions(changes)
        before = file_at(row, changes, old if old is not None else known[max(len(known) - 2, 0)])
        after = read_file(connection, row) if new is None else file_at(row, changes, new)
    lines = list(_diff(before, after, str(old or "before"), str(new or "now")))
    for line in lines:
        console().print(Text(clean(line), DIFF_COLOURS.get(line[:1], "")), soft_wrap=True)
    if not lines:
        say("There is no difference.")


def restore(
    agent: AgentName,
    version: Annotated[int, typer.Argument(metavar="VERSION", help="As clarity agents history lists it.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show and check, change nothing.")] = False,
) -> None:
    """Put an agent and its tools back as they were at a version.

    Shows what that changes first. It is a change like any other: a new version, which can be undone too.
    """
    with connect(owner_url(current_stack(current_project()))) as connection:
        row = find_agent(connection, agent)
        wanted = file_at(row, read_changes(connection, row["id"]), version)
        change = AgentChange.between(row["id"], read_file(connection, row), wanted)
        plan = Plan(changes=(change,) if change else ())
        plan.show()
        plan.carry_out(connection, rehearse=True)
        if dry_run or not plan.changes:
            return
        if not yes:
            typer.confirm(f"Put {row['agent_name']} back to version {version}?", abort=True, err=True)
        plan.carry_out(connection)
    say(f"{row['agent_name']} is as it was at version {version}, from its next turn on.", "green")


def _diff(before: AgentFile, after: AgentFile, old: str, new: str) -> list[str]:
    lines = unified_diff(
        before.to_yaml().splitlines(), after.to_yaml().splitlines(), old, new, lineterm="", n=3
    )
    return list(lines)
