"""How tools look in a terminal: as rows, as a model sees them, and in use."""

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from cli.agent_rows import NewTool, Trial, active_tools
from cli.output import clean, console, error_console, say, show_table
from cli.project import current_project
from cli.tool_words import arguments
from core.errors import AgentMisconfigured

if TYPE_CHECKING:
    from core.agents.trial import ToolTrial


def summary(tool: Mapping[str, Any]) -> tuple[object, ...]:
    """A row of the list of tools: name, what it does, approval, description."""
    name = Text(clean(tool["name"])) if tool["is_active"] else Text(f"{clean(tool['name'])} (off)", "dim")
    return (
        name,
        _does(tool["type"], tool["config"]),
        tool["approval"],
        tool["description"],
    )


def _does(kind: str, config: Mapping[str, Any]) -> str:
    """`fetch books`, `call cancel_order`, `GET https://...`, or the type where the config says none of it."""
    if "function_name" in config:
        return f"call {config['function_name']}"
    target = config.get("table_name", config.get("url", ""))
    return " ".join((config.get("method", kind), target)).strip()


def as_the_model_sees(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`name`, `description` and `arguments` (a JSON schema) of each tool that a loaded row gives.

    None for a row that gives each user tools of their own. Raises AgentMisconfigured when it cannot work.
    """
    # LangChain takes a second to import: not for the commands that do not need it.
    from langchain_core.utils.function_calling import convert_to_openai_tool

    from cli.model import core_config
    from core.tools.definition import ToolDefinition
    from core.tools.registry import build_tools
    from core.tools.services import ToolAccess

    definition = ToolDefinition.from_row(row)
    services = ToolAccess.of(core_config(current_project().environment)).of_agent(
        is_private=definition.is_private
    )
    built = asyncio.run(build_tools(definition, services))
    if built.refusal and not built.tools:
        raise AgentMisconfigured(built.refusal)
    functions = [convert_to_openai_tool(tool)["function"] for tool in built.tools]
    return [{**function, "arguments": function["parameters"]} for function in functions]


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
    show_row(tool)
    say("\nWhat the model will see", "dim")
    (row,) = active_tools(trial.agent, tool.name)
    for seen in as_the_model_sees(row):
        show_as_the_model_sees(seen)
    for warning in trial.warnings:
        error_console().print(Text("Warning: ", "yellow").append(clean(warning), "default"), soft_wrap=True)
    console().print()


def show_row(tool: NewTool) -> None:
    say("The row", "dim")
    say(json.dumps(tool.to_json(), indent=2, ensure_ascii=False))


def show_call(called: "ToolTrial") -> None:
    """The SQL and what the policies said beside the output, the result as the output."""
    for query in called.queries:
        error_console().print(Text(clean(query), "dim"), soft_wrap=True)
    say(_readable(called.result), "red" if called.status == "error" else "")
    for sentence in called.explanation:
        error_console().print(Text(clean(sentence), "yellow"), soft_wrap=True)


def _readable(result: str) -> str:
    """JSON spread over lines; other text as it is."""
    try:
        return json.dumps(json.loads(result), indent=2, ensure_ascii=False)
    except ValueError:
        return result
