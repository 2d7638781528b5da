"""`clarity tools`: see an agent's tools, add one from a table or a function, and try one as a user."""

from typing import Annotated, Literal, TypeAlias

import typer

from cli.agent_rows import (
    NewTool,
    active_tools,
    find_agent,
    insert_tool,
    list_tools,
    load_definition,
    try_tool,
)
from cli.commands.import_openapi import import_openapi
from cli.commands.lint import lint
from cli.connection import connect, owner_url
from cli.errors import UsageRefused
from cli.output import say, show_json, show_table
from cli.people import user_by_email
from cli.project import current_project
from cli.signin import DEMO_EMAIL
from cli.target import current_stack
from cli.tool_config import Method, build_config, build_function_config, default_name, parse_object
from cli.tool_view import as_the_model_sees, show_as_the_model_sees, show_call, show_trial, summary

AgentName: TypeAlias = Annotated[str, typer.Argument(metavar="AGENT", help="The agent's name or id.")]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def build() -> typer.Typer:
    """The group `tools`."""
    app = typer.Typer(
        name="tools", help="See, add and try the tools of an agent: each is a row.", no_args_is_help=True
    )
    app.command("list", epilog="Example: clarity tools list assistant")(list_)
    app.command("describe", epilog="Example: clarity tools describe assistant list_tasks")(describe)
    app.command(
        "add", epilog="Example: clarity tools add assistant --table books --method fetch --filters title"
    )(add)
    app.command(
        "import-openapi",
        epilog="Example: clarity tools import-openapi petstore.yaml --agent assistant --operation listPets",
    )(import_openapi)
    app.command("lint", epilog="Example: clarity tools lint assistant")(lint)
    app.command(
        "test",
        epilog="""Example: clarity tools test assistant list_tasks --as ada@example.com '{"filters": {}}'""",
    )(try_out)
    return app


def list_(agent: AgentName, as_json: Json = False) -> None:
    """List an agent's tools."""
    with connect(owner_url(current_stack(current_project()))) as connection:
        tools = list_tools(connection, find_agent(connection, agent)["id"])
    if as_json:
        show_json(tools)
    elif not tools:
        say(f"{agent} has no tools yet. clarity tools add {agent} --table NAME --method fetch gives it one.")
    else:
        rows = [summary(tool) for tool in tools]
        show_table(("Tool", "Does", "Approval", "Description"), rows, cut_last=True)


def describe(
    agent: AgentName,
    tool: Annotated[
        str | None, typer.Argument(metavar="[TOOL]", help="One tool; all of them when left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what the model is told about a tool: its description and its arguments."""
    with connect(owner_url(current_stack(current_project()))) as connection:
        definition = load_definition(connection, find_agent(connection, agent))
    rows = active_tools(definition, tool)
    seen = [one for row in rows for one in as_the_model_sees(row)]
    if as_json:
        show_json(seen[0] if tool is not None and len(seen) == 1 else seen)
        return
    for index, one in enumerate(seen):
        if index:
            say()
        show_as_the_model_sees(one)


def add(
    agent: AgentName,
    table: Annotated[
        str | None, typer.Option("--table", "-t", metavar="TABLE", help="The table or view in schema public.")
    ] = None,
    method: Annotated[
        Method | None,
        typer.Option(
            "--method",
            "-m",
            metavar="METHOD",
            help="What the tool does with it: fetch, count, create, update, upsert or delete.",
        ),
    ] = None,
    function: Annotated[
        str | None,
        typer.Option(
            "--function", "-f", metavar="FUNCTION", help="A function in schema public, instead of a table."
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Left out: the function's, or made of method and table: list_books."
        ),
    ] = None,
    description: Annotated[
        str,
        typer.Option(metavar="TEXT", help="What the model chooses by; left out: from the comment in SQL."),
    ] = "",
    columns: Annotated[
        str | None, typer.Option(metavar="A,B", help="Columns that come back. Left out: all.")
    ] = None,
    filters: Annotated[
        str | None,
        typer.Option(
            metavar="A,B:OP",
            help="Columns to filter by, with operators: title:ilike,year:gte:lte. Left out: all.",
        ),
    ] = None,
    fixed: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A column or argument that is constant; may be repeated."),
    ] = None,
    config: Annotated[
        str | None, typer.Option(metavar="JSON", help='More of the config: {"soft_delete": {...}}.')
    ] = None,
    approval: Annotated[
        Literal["auto", "ask", "ask_after_untrusted"],
        typer.Option(
            metavar="WHEN", help="Whether a person approves each call: auto, ask or ask_after_untrusted."
        ),
    ] = "auto",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show and check, insert nothing.")] = False,
) -> None:
    """Give an agent a tool on a table or a function, by inserting one row.

    Shows the row and what the model will see before it inserts. The agent has the tool on its next turn.
    """
    if function is not None:
        if table or method or filters:
            raise UsageRefused("--function goes without --table, --method and --filters.")
        kind, default = "RPCTool", function.removeprefix("public.")
        values = build_function_config(function, columns=columns, fixed=fixed or (), more=config)
    elif table and method:
        kind, default = "CRUDTool", default_name(table, method)
        values = build_config(table, method, columns=columns, filters=filters, fixed=fixed or (), more=config)
    else:
        raise UsageRefused(
            "A tool works on a table or a function.", hint="--table NAME --method METHOD, or --function NAME."
        )
    tool = NewTool(name=name or default, type=kind, description=description, config=values, approval=approval)
    with connect(owner_url(current_stack(current_project()))) as connection:
        row = find_agent(connection, agent)
        trial = try_tool(connection, row, tool)
        show_trial(trial, tool)
        if dry_run:
            say("Nothing was inserted.")
            return
        if not yes:
            typer.confirm(f"Insert it for {row['agent_name']}?", abort=True, err=True)
        insert_tool(connection, row, tool)
    say(f"{row['agent_name']} has {tool.name} from its next turn on.", "green")


def try_out(
    agent: AgentName,
    tool: Annotated[str, typer.Argument(metavar="TOOL", help="The tool's name.")],
    arguments_json: Annotated[
        str, typer.Argument(metavar="ARGUMENTS", help="What a model would pass, as a JSON object.")
    ] = "{}",
    as_email: Annotated[
        str, typer.Option("--as", metavar="EMAIL", help="The user to act as; their policies apply.")
    ] = DEMO_EMAIL,
    as_json: Json = False,
) -> None:
    """Call one tool as a user, and show the SQL it ran, what the model would read and which policies refused.

    It is a real call: a tool that writes, writes. Exit code 1 when the tool refuses.
    """
    values = parse_object(arguments_json, "ARGUMENTS")
    # LangChain takes a second to import: not for the other commands, nor for --help.
    from cli.tool_call import call_tool

    stack = current_stack(current_project())
    with connect(owner_url(stack)) as connection:
        definition = load_definition(connection, find_agent(connection, agent))
        user = user_by_email(connection, as_email)
    called = call_tool(stack, definition, tool, user, values)
    if as_json:
        show_json(
            {
                "sql": called.queries,
                "status": called.status,
                "result": called.result,
                "explanation": called.explanation,
            }
        )
    else:
        show_call(called)
    if called.status == "error":
        raise typer.Exit(1)
