"""`clarity doctor`: what is well, what is wrong, and what to do about it."""

from collections.abc import Iterator

import typer
from rich.text import Text

from cli.errors import NothingRuns
from cli.findings import Finding, machine_findings, port_findings, settings_finding, well, wrong
from cli.health import check
from cli.live_findings import live_findings
from cli.output import clean, console, say
from cli.project import Project, current_project
from cli.state import running_state


def doctor() -> None:
    """Look for what is wrong, and say what to do about it.

    Changes nothing. Exit code 1 when something is wrong.
    """
    problems = 0
    for finding in _findings(current_project()):
        _show(finding)
        problems += not finding.is_well
    say()
    if problems:
        say(f"{problems} {'thing is' if problems == 1 else 'things are'} wrong.", "bold red")
        raise typer.Exit(1)
    say("Everything is well.", "green")


def _findings(project: Project) -> Iterator[Finding]:
    yield from machine_findings(project)
    settings, hosted = settings_finding(project)
    yield settings
    if not settings.is_well:
        return
    try:
        state = running_state(project.home)
    except NothingRuns:
        yield from port_findings(project.home)
        yield well("Nothing is running from this folder.", "Start it: clarity up")
        stack = hosted.to_stack() if hosted else None
    else:
        for part in check(state)[:1]:
            yield (
                well(f"The {part.name} is ready at {part.where}.")
                if part.is_well
                else wrong(f"The {part.name} is not ready at {part.where}.", f"Its log is in {project.logs}")
            )
        stack = state.stack
    if stack:
        yield from live_findings(project, stack)


def _show(finding: Finding) -> None:
    text = Text("✓ ", "green") if finding.is_well else Text("✗ ", "bold red")
    text.append(clean(finding.sentence), "default")
    if finding.advice:
        text.append(f"\n  {clean(finding.advice)}", "dim" if finding.is_well else "yellow")
    console().print(text, soft_wrap=True)
