"""`clarity tools import-openapi`: rows for the operations of a web service, from its own description."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from cli.agent_rows import NewTool, find_agent, insert_tool, list_tools, try_tool
from cli.connection import connect, owner_url
from cli.errors import ClarityCommandError, UsageRefused
from cli.model import core_config
from cli.openapi_document import Document, Operation
from cli.openapi_tools import Import, tools_of
from cli.output import note, say, show_json, show_table
from cli.project import current_project
from cli.target import current_stack
from cli.tool_view import show_row


def import_openapi(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An OpenAPI 3 document, JSON or YAML.")],
    agent: Annotated[str, typer.Option("--agent", "-a", metavar="AGENT", help="The agent's name or id.")],
    operation: Annotated[
        list[str] | None,
        typer.Option("--operation", "-o", metavar="ID", help="Only this operation; may be repeated."),
    ] = None,
    server: Annotated[
        str | None, typer.Option(metavar="URL", help="The service's address, instead of the document's.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show and check, insert nothing.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the rows as JSON, for scripts; inserts only with --yes.")
    ] = False,
) -> None:
    """Give an agent the operations of a web service as tools, by inserting a row for each.

    What changes something (any method but GET) is inserted to ask a person first. Secrets are only named: the
    end says which settings the server needs.
    """
    document = Document.read(file)
    operations = chosen(document, operation or ())
    project = current_project()
    with connect(owner_url(current_stack(project))) as connection:
        row = find_agent(connection, agent)
        found = tools_of(
            document,
            operations,
            server=server,
            is_private=row["owner_id"] is not None,
            taken={tool["name"] for tool in list_tools(connection, row["id"])},
        )
        if not found.tools:
            _show_left_out(found)
            raise ClarityCommandError("There is nothing to insert.")
        for tool in found.tools:
            try_tool(connection, row, tool)
        _show(found, as_json=as_json)
        if dry_run or (as_json and not yes):
            note("Nothing was inserted.")
            return
        if not yes:
            typer.confirm(f"Insert {len(found.tools)} for {row['agent_name']}?", abort=True, err=True)
        with connection.transaction():
            for tool in found.tools:
                insert_tool(connection, row, tool)
    for line in settings_to_make(found.tools, project.environment):
        note(line)
    if not as_json:
        say(f"{row['agent_name']} has {len(found.tools)} more tools from its next turn on.", "green")


def chosen(document: Document, ids: Sequence[str]) -> list[Operation]:
    """The operations of these ids, or all. UsageRefused for an id that the document does not have."""
    operations = list(document.operations())
    known = [operation.id for operation in operations]
    for unknown in (one for one in ids if one not in known):
        raise UsageRefused(f"The document has no operation '{unknown}'.", hint=f"It has: {', '.join(known)}.")
    return [operation for operation in operations if not ids or operation.id in ids]


def settings_to_make(tools: Sequence[NewTool], environment: Mapping[str, str]) -> list[str]:
    """What the server has to be told before these tools work, as far as this environment does not say it."""
    # Pydantic takes a moment to import: not for --help.
    from core.tools.hosts import HostRules, Origin

    rules = HostRules.of(core_config(environment).http_allowed_hosts)
    lines: dict[str, None] = {}
    for tool in tools:
        parts = urlsplit(str(tool.config["url"]))
        if rules.rule_for(Origin.of(f"{parts.scheme}://{parts.netloc}")) is None:
            entry = parts.netloc if parts.scheme == "https" else f"{parts.scheme}://{parts.netloc}"
            lines[f"Still to do: add {entry} to the server's CLARITY_HTTP_ALLOWED_HOSTS."] = None
        credentials: Mapping[str, Any] = tool.config.get("credentials", {})
        secret = credentials.get("secret")
        if secret and f"CLARITY_SECRET_{secret}" not in environment:
            lines[f"Still to do: set CLARITY_SECRET_{secret} for the server."] = None
        if name := credentials.get("user_credential"):
            lines[f"Still to do: each user sets their credential: PUT /api/credentials/{name}."] = None
    return list(lines)


def _show(found: Import, *, as_json: bool) -> None:
    if as_json:
        show_json([tool.to_json() for tool in found.tools])
    elif len(found.tools) == 1:
        show_row(found.tools[0])
    else:
        show_table(
            ("Tool", "Does", "Approval", "Description"),
            [
                (tool.name, f"{tool.config['method']} {tool.config['url']}", tool.approval, tool.description)
                for tool in found.tools
            ],
            cut_last=True,
        )
    _show_left_out(found)


def _show_left_out(found: Import) -> None:
    for operation_id, reason in found.left_out.items():
        note(f"{operation_id} is left out: {reason}.")
