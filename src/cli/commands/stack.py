"""`clarity up`, `down`, `status` and `reset`: the life of what runs from one checkout."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from filelock import FileLock, Timeout
from rich.text import Text

from cli.background import Reporter, start_in_background
from cli.errors import ClarityCommandError, NothingRuns, UsageRefused
from cli.health import Health, check
from cli.hosted import read_hosted
from cli.output import error_console, note, progress, say, show_json, show_table
from cli.overview import show_overview, state_as_json
from cli.project import Project, current_project
from cli.signals import StopSignals
from cli.state import State, running_state
from cli.supervisor import Supervisor, stop_leftovers
from embedded.errors import EmbeddedError
from embedded.placement import place

STOP_SECONDS = 60
LOCK_POLL_SECONDS = 0.2

CTRL_C = "Ctrl-C"
DOWN = ".venv/bin/clarity down"

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for scripts.")]


def up(
    detach: Annotated[
        bool,
        typer.Option("--detach", "-d", help="Run in the background and return once everything is ready."),
    ] = False,
    report_to: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Start Supabase and the chat server, and keep them running.

    Without SUPABASE_URL and DATABASE_URL (environment or .env) that is the embedded Supabase, with all
    its data in .clarity/; with them it is that Supabase, and only the chat server is started here.
    When Clarity already runs from this folder, this only shows what is where.
    """
    project = current_project()
    read_hosted(project.environment)
    project.home.mkdir(parents=True, exist_ok=True)
    if report_to is not None:
        _run_reporting(project, Reporter(report_to))
    elif (state := State.read(project.home)) and state.is_running:
        _show_running(project, state)
    elif detach:
        with progress() as tell:
            start_in_background(project, tell)
        show_overview(project, running_state(project.home), how_to_stop=DOWN)
    else:
        _run_here(project)


def down() -> None:
    """Stop everything that runs from this folder. The data stays."""
    project = current_project()
    stopped = False
    if project.home.is_dir():
        with progress() as tell:
            tell("Stopping.")
            stopped = _stop(project)
    say(
        "Stopped. The data stays in place; clarity up goes on with it." if stopped else "Nothing was running."
    )


def status(as_json: Json = False) -> None:
    """Show what runs, where it is, and whether it is well.

    Exit code 3 when nothing runs here, 1 when a part of it does not answer. The JSON object holds the
    database owner's URL with its password.
    """
    project = current_project()
    try:
        state = running_state(project.home)
    except NothingRuns as error:
        if as_json:
            show_json({"running": False, "error": str(error)})
            raise typer.Exit(error.exit_code) from error
        raise
    parts = check(state)
    if as_json:
        show_json({**state_as_json(state), "healthy": all(part.is_well for part in parts)})
    else:
        _show_parts(parts)
    if not all(part.is_well for part in parts):
        raise typer.Exit(1)


def reset(yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Delete the local database and everything else in .clarity/, for good.

    The next start begins with an empty database. A hosted Supabase is never touched.
    """
    project = current_project()
    if read_hosted(project.environment):
        raise UsageRefused(
            "The settings name a Supabase of your own, and reset never deletes there.",
            hint="Unset SUPABASE_URL and DATABASE_URL to reset the embedded one.",
        )
    if not project.home.is_dir():
        say("There is nothing to delete.")
        return
    if not yes:
        say(
            f"This deletes {project.home}: every user, chat, task and row in its database, its keys and logs."
        )
        typer.confirm("Delete it?", abort=True, err=True)
    with progress() as tell:
        tell("Stopping what runs.")
        _stop(project)
        tell("Deleting.")
        _delete(project)
    say("Deleted. The next clarity up begins with an empty database.")


def _lock(home: Path) -> FileLock:
    """Held by a supervisor as long as it lives: the system frees it even after a kill."""
    return FileLock(home / "up.lock")


def _run_here(project: Project) -> None:
    def ready(state: State) -> None:
        show_overview(project, state, how_to_stop=CTRL_C)

    signals = StopSignals()
    if other := _run(project, signals, ready, note):
        _show_running(project, other)


def _run_reporting(project: Project, reporter: Reporter) -> None:
    signals = StopSignals()
    try:
        _run(project, signals, lambda _: reporter.ready(), say, reporter.progress)
        reporter.ready()
    except (ClarityCommandError, EmbeddedError) as exc:
        reporter.failed(str(exc.args[0]), exc.hint)
        raise


def _run(
    project: Project,
    signals: StopSignals,
    ready: Callable[[State], None],
    tell: Callable[[str], None],
    tell_progress: Callable[[str], None] | None = None,
) -> State | None:
    """Supervise until told to stop; at once gives the state of another supervisor, if there is one here."""
    lock = _lock(project.home)
    supervisor: Supervisor | None = None
    try:
        with progress() as show:
            starting = tell_progress or show
            if other := _acquire(project, lock, starting):
                return other
            supervisor = Supervisor(project, read_hosted(project.environment), starting)
            state = supervisor.start()
        signals.interrupts = False
        ready(state)
        supervisor.watch(state, signals.requested, tell)
    finally:
        signals.interrupts = False
        if supervisor:
            _stop_supervised(supervisor)
        lock.release()
    return None


def _stop_supervised(supervisor: Supervisor) -> None:
    with progress() as tell:
        tell("Stopping.")
        supervisor.stop()
    note("Stopped.")


def _acquire(project: Project, lock: FileLock, tell: Callable[[str], None]) -> State | None:
    """Waits for the lock. Gives another supervisor's state, and not the lock, once that one is ready."""
    told = False
    while True:
        try:
            lock.acquire(timeout=LOCK_POLL_SECONDS)
        except Timeout:
            state = State.read(project.home)
            if state and state.is_running:
                return state
            if not told:
                tell("Another clarity up is starting here: waiting for it.")
                told = True
        else:
            return None


def _stop(project: Project) -> bool:
    """Stop the supervisor and whatever a killed one left; whether anything was running."""
    state = State.read(project.home)
    supervisor = state.supervisor if state else None
    running = supervisor.find() if supervisor else None
    if supervisor and running:
        running.terminate()
        supervisor.wait(STOP_SECONDS)
    try:
        with _lock(project.home).acquire(timeout=STOP_SECONDS):
            left = stop_leftovers(project)
    except Timeout as exc:
        raise ClarityCommandError(
            "Another clarity up is starting here and does not end.", hint="Press Ctrl-C where it runs."
        ) from exc
    return running is not None or left


def _delete(project: Project) -> None:
    """Delete the home, and the database where it had to be kept elsewhere (see embedded.placement)."""
    try:
        database = place(project.home / "postgres", note).home
        shutil.rmtree(database)
        shutil.rmtree(project.home)
    except OSError as exc:
        raise ClarityCommandError(
            f"{exc.filename} cannot be deleted: {exc.strerror}.", hint="Run as the user who made it."
        ) from exc


def _show_running(project: Project, state: State) -> None:
    note("Clarity already runs from this folder.")
    show_overview(project, state, how_to_stop=DOWN)


def _show_parts(parts: list[Health]) -> None:
    rows = [
        (
            part.name,
            Text("well", "green") if part.is_well else Text("does not answer", "bold red"),
            part.where,
            part.pid,
        )
        for part in parts
    ]
    show_table(("Part", "Health", "Where", "Process"), rows)
    if not all(part.is_well for part in parts):
        error_console().print("\nclarity doctor says what to do.")
