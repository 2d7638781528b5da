"""How tools look in a terminal: as rows, as a model sees them, and in use."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from cli.agent_rows import NewTool, Trial, active_tools
from cli.output import clean, console, error_console, say, show_table
from cli.tool_words import arguments

if TYPE_CHECKING:
    from cli.tool_call import CalledTool


def summary(tool: Mapping[str, Any]) -> tuple[object, ...]:
    """A row of the list of tools: name, what it does, approval, description."""
    config = tool["config"]
    name = Text(clean(tool["name"])) if tool["is_active"] else Text(f"{clean(tool['name'])} (off)", "dim")
    return (
        name,
        " ".join((config.get("method", tool["type"]), config.get("table_name", ""))).strip(),
        tool["approval"],
        tool["description"],
    )


def as_the_model_sees(row: Mapping[str, Any]) -> dict[str, Any]:
    """`name`, `description` and `arguments` (a JSON schema) of a tool in a loaded definition.

    Raises AgentMisconfigured when the row makes no tool.
    """
    # LangChain takes a second to import: not for the commands that do not need it.
    from langchain_core.utils.function_calling import convert_to_openai_tool

    from core.tools.definition import ToolDefinition
    from core.tools.registry import build_tool

    function = convert_to_openai_tool(build_tool(ToolDefinition.from_row(row)))["function"]
    return {**function, "arguments": function["parameters"]}


def show_as_the_model_sees(seen: Mapping[str, Any]) -> None:
    say(seen["name"], "bold")
    say(seen["description"])
    rows = [
        (argument.path, argument.type, "required" if argument.is_required else "", argument.description)
        for argument in arguments(seen["arguments"])
    ]
    if rows:
        say()
        show_table(("Argument", "Type", "", "Description"), rows)
    else:
        say("It takes no arguments.", "dim")


def show_trial(trial: Trial, tool: NewTool) -> None:
    """The row of a new tool, what the model will see of it, and what the database warns of."""
    say("The row", "dim")
    say(json.dumps(tool.to_json(), indent=2, ensure_ascii=False))
    say("\nWhat the model will see", "dim")
    (row,) = active_tools(trial.agent, tool.name)
    show_as_the_model_sees(as_the_model_sees(row))
    for warning in trial.warnings:
        error_console().print(Text("Warning: ", "yellow").append(clean(warning), "default"), soft_wrap=True)
    console().print()


def show_call(called: "CalledTool") -> None:
    """The SQL beside the output, the result as the output."""
    for query in called.queries:
        error_console().print(Text(clean(query), "dim"), soft_wrap=True)
    say(_readable(called.result), "red" if called.status == "error" else "")


def _readable(result: str) -> str:
    """JSON spread over lines; other text as it is."""
    try:
        return json.dumps(json.loads(result), indent=2, ensure_ascii=False)
    except ValueError:
        return result
