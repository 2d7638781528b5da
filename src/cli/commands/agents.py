"""`clarity agents`: which agents there are, and what one is made of."""

from typing import Annotated, Any

import typer

from cli.agent_rows import find_agent, list_agents, list_tools
from cli.connection import connect, owner_url
from cli.output import say, show_json, show_pairs, show_table
from cli.project import current_project
from cli.target import current_stack

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def build() -> typer.Typer:
    """The group `agents`."""
    app = typer.Typer(name="agents", help="See the agents: each is a row.", no_args_is_help=True)
    app.command("list")(list_)
    app.command("show", epilog="Example: clarity agents show assistant")(show)
    return app


def list_(as_json: Json = False) -> None:
    """List every agent: the shared ones, then those of single users."""
    with connect(owner_url(current_stack(current_project()))) as connection:
        agents = list_agents(connection)
    if as_json:
        show_json(agents)
    elif not agents:
        say("There are no agents yet. clarity up loads those of supabase/blueprints.")
    else:
        rows = [(a["agent_name"], _whose(a), _state(a), a["tool_count"], a["description"]) for a in agents]
        show_table(("Agent", "Of", "State", "Tools", "What it does"), rows)


def show(
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="The agent's name or id.")],
    as_json: Json = False,
) -> None:
    """Show one agent: its model, its prompt and its tools."""
    with connect(owner_url(current_stack(current_project()))) as connection:
        row = find_agent(connection, agent)
        tools = list_tools(connection, row["id"])
    if as_json:
        show_json({**row, "tools": tools})
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
    say(f"\nclarity tools list {row['agent_name']} shows more.", "dim")


def _whose(agent: dict[str, Any]) -> str:
    return "everyone" if agent["owner_id"] is None else str(agent["owner_email"] or agent["owner_id"])


def _state(agent: dict[str, Any]) -> str:
    return "active" if agent["is_active"] else "off"


def _model(agent: dict[str, Any]) -> str:
    settings = dict(agent["llm_config"])
    model = settings.pop("model", "the server's default")
    return ", ".join([model, *(f"{key}={value}" for key, value in settings.items())])
