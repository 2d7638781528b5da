"""`clarity agents`: which agents there are, and what one is made of."""

from typing import Annotated, Any

import typer

from cli.agent_rows import find_agent, list_agents, list_tools
from cli.blueprints import load_blueprint, seed_blueprint
from cli.commands import agent_files, agent_history
from cli.connection import connect, database_refusals, owner_url
from cli.model import core_config
from cli.output import say, show_json, show_pairs, show_table
from cli.people import user_by_email
from cli.prepare import find_blueprint
from cli.project import current_project
from cli.target import current_stack

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def build() -> typer.Typer:
    """The group `agents`."""
    app = typer.Typer(name="agents", help="See, change and move agents: each a row.", no_args_is_help=True)
    app.command("list")(list_)
    app.command("show", epilog="Example: clarity agents show assistant")(show)
    app.command("load", epilog="Example: clarity agents load helpdesk --demo demo@example.com")(load)
    app.command("history", epilog="Example: clarity agents history assistant --limit 5")(
        agent_history.history
    )
    app.command("diff", epilog="Example: clarity agents diff assistant 3 7")(agent_history.diff)
    app.command("restore", epilog="Example: clarity agents restore assistant 3")(agent_history.restore)
    app.command("export", epilog="Example: clarity agents export assistant -o agents/assistant.yaml")(
        agent_files.export
    )
    app.command("import", epilog="Example: clarity agents import agents/assistant.yaml")(agent_files.import_)
    app.command("apply", epilog="Example: clarity agents apply agents --prune --dry-run")(agent_files.apply)
    return app


def list_(as_json: Json = False) -> None:
    """List every agent: the shared ones, then those of single users."""
    with connect(owner_url(current_stack(current_project()))) as connection:
        agents = list_agents(connection)
    if as_json:
        show_json(agents)
    elif not agents:
        say("There are no agents yet. clarity agents load assistant loads one.")
    else:
        rows = [(a["agent_name"], _whose(a), _state(a), a["tool_count"], a["description"]) for a in agents]
        show_table(("Agent", "Of", "State", "Tools", "What it does"), rows)


def show(
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="The agent's name or id.")],
    as_json: Json = False,
) -> None:
    """Show one agent: its model, its prompt and its tools, and those that the server does not run."""
    # LangChain takes a second to import: not for the other commands, nor for --help.
    from cli.lint import refused_tools

    project = current_project()
    with connect(owner_url(current_stack(project))) as connection:
        row = find_agent(connection, agent)
        tools = list_tools(connection, row["id"])
        refused = refused_tools(connection, row, core_config(project.environment))
    if as_json:
        show_json({**row, "tools": tools, "refused_tools": refused})
        return
    show_pairs(
        [
            ("Agent", row["agent_name"]),
            ("Name", row["display_name"]),
            ("What it does", row["description"]),
            ("Of", _whose(row)),
            ("State", _state(row)),
            ("Model", _model(row)),
            ("Version", row["config_version"]),
            ("Id", row["id"]),
        ]
    )
    say("\nPrompt", "dim")
    say(row["system_prompt"] or "none")
    say("\nTools", "dim")
    say(", ".join(tool["name"] for tool in tools if tool["is_active"]) or "none")
    for name, reason in refused.items():
        say(f"{name} does not run. {reason}", "red")
    say(f"\nclarity tools list {row['agent_name']} shows more.", "dim")


def load(
    blueprint: Annotated[
        str, typer.Argument(metavar="BLUEPRINT", help="A folder of supabase/blueprints, such as helpdesk.")
    ],
    demo: Annotated[
        str | None,
        typer.Option(metavar="EMAIL", help="Give this user something to try it with, if it brings that."),
    ] = None,
) -> None:
    """Load an agent that comes with the project, with the tables it works on.

    Loaded once: what is there already stays as it is.
    """
    project = current_project()
    folder = find_blueprint(project, blueprint)
    owner = owner_url(current_stack(project))
    with database_refusals():
        changed = load_blueprint(owner, folder)
    say(f"Loaded {blueprint}." if changed else f"{blueprint} was there already: nothing changed.")
    if demo is not None:
        with connect(owner) as connection:
            user = user_by_email(connection, demo)
        with database_refusals():
            seed_blueprint(owner, blueprint, user.id)
        say(f"{demo} can try it: clarity chat --agent {blueprint}")


def _whose(agent: dict[str, Any]) -> str:
    return "everyone" if agent["owner_id"] is None else str(agent["owner_email"] or agent["owner_id"])


def _state(agent: dict[str, Any]) -> str:
    return "active" if agent["is_active"] else "off"


def _model(agent: dict[str, Any]) -> str:
    settings = dict(agent["llm_config"])
    model = settings.pop("model", "the server's default")
    return ", ".join([model, *(f"{key}={value}" for key, value in settings.items())])
