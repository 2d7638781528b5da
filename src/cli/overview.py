"""The block that says what is where, once everything runs."""

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli.model import default_model, is_offline
from cli.output import clean, console
from cli.project import Project
from cli.signin import DEMO_EMAIL, DEMO_PASSWORD
from cli.state import State
from cli.web_app import web_build_log


def show_overview(project: Project, state: State, *, how_to_stop: str) -> None:
    """What is where, how to sign in, and what to type next. No password of the database is in it."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in _lines(project, state, how_to_stop):
        grid.add_row(name, Text(value) if not name else _styled(name, value))
    panel = Panel(grid, title="Clarity is running", title_align="left", border_style="green", box=box.ROUNDED)
    output = console()
    output.print(panel, width=min(output.width, 88))


def _lines(project: Project, state: State, how_to_stop: str) -> list[tuple[str, str]]:
    embedded = state.stack.mode == "embedded"
    sign_in = (
        f"{DEMO_EMAIL}  password {DEMO_PASSWORD}" if embedded else "with a user of that Supabase project"
    )
    model = default_model(project.environment)
    if is_offline(model):
        model += "\nNot a language model: set OPENAI_API_KEY (or another) in .env, start again"
    return [
        ("Web", state.api_url + _web_problem(project)),
        ("API", f"{state.api_url}/api/chat"),
        ("API docs", f"{state.api_url}/docs"),
        ("Supabase", f"{state.stack.supabase_url}{'  (embedded)' if embedded else ''}"),
        ("Database", "its URL, with the password: clarity status --json"),
        ("", ""),
        ("Sign in", sign_in),
        ("Model", model),
        ("", ""),
        ("Chat", ".venv/bin/clarity chat"),
        ("Stop", how_to_stop),
    ]


def _web_problem(project: Project) -> str:
    log = web_build_log(project)
    return f"\nA welcome page only: the web app could not be built, see {log}" if log.exists() else ""


def _styled(name: str, value: str) -> Text:
    text = Text(clean(value))
    first_line_end = value.find("\n")
    if first_line_end >= 0:
        text.stylize("yellow", first_line_end)
    if value.startswith("http"):
        text.stylize("cyan", 0, len(value.split(maxsplit=1)[0]))
    elif name in ("Chat", "Stop"):
        text.stylize("bold")
    return text


def state_as_json(state: State) -> dict[str, Any]:
    """The object of `clarity status --json`. `database_url` is the owner's, password included."""
    pids: Mapping[str, int] = {name: process.pid for name, process in state.processes.items()}
    return {
        "running": True,
        "mode": state.stack.mode,
        "api_url": state.api_url,
        "web_url": state.api_url,
        "docs_url": f"{state.api_url}/docs",
        "supabase_url": state.stack.supabase_url,
        "publishable_key": state.stack.publishable_key,
        "database_url": state.stack.owner_url,
        "supervisor_pid": state.supervisor.pid,
        "server_pid": pids.get("chat_server"),
        "pids": {"supervisor": state.supervisor.pid, **pids},
    }
