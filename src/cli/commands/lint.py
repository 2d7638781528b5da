"""`clarity tools lint`: what is wrong with agents and tools, before a user finds out."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from cli.agent_rows import find_agent, list_agents
from cli.connection import connect, owner_url
from cli.model import core_config
from cli.output import clean, console, say, show_json
from cli.project import current_project
from cli.target import current_stack

if TYPE_CHECKING:
    from cli.lint import Finding

MARKS = {"error": ("✗ ", "red"), "warning": ("! ", "yellow")}


def lint(
    agent: Annotated[
        str | None, typer.Argument(metavar="[AGENT]", help="The agent's name or id; all when left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> None:
    """Check every tool as the server and the database would, and say what is wrong.

    Builds each tool from its row, and asks the database about tables, functions, grants and row-level
    security. Exit code 1 when there is anything to say.
    """
    # LangChain takes a second to import: not for the other commands, nor for --help.
    from cli.lint import lint as find

    project = current_project()
    with connect(owner_url(current_stack(project))) as connection:
        agents = list_agents(connection) if agent is None else [find_agent(connection, agent)]
        findings = find(connection, agents, core_config(project.environment))
    if as_json:
        show_json([finding.to_json() for finding in findings])
    elif findings:
        _show(findings)
    else:
        tools = sum(row["tool_count"] for row in agents)
        plural = "" if len(agents) == 1 else "s"
        say(f"Nothing to say about {tools} tools of {len(agents)} agent{plural}.", "green")
    if findings:
        raise typer.Exit(1)


def _show(findings: "list[Finding]") -> None:
    shown = object()
    for finding in findings:
        if finding.agent != shown:
            say(finding.agent or "plugins", "bold")
            shown = finding.agent
        mark, style = MARKS[finding.severity]
        console().print(Text("  ").append(mark, style).append(clean(finding.message)), soft_wrap=True)
        if finding.hint:
            console().print(Text(f"    {clean(finding.hint)}", "dim"), soft_wrap=True)
    errors = sum(finding.severity == "error" for finding in findings)
    say(f"\n{errors} refused, {len(findings) - errors} to look at.")
