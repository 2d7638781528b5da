"""What has to change in the database so that its agents are those of some files; shown first, then done."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias
from uuid import UUID

from psycopg.types.json import Jsonb
from rich.text import Text

from cli.agent_file import AgentFile, ToolFile
from cli.connection import Connection, database_refusals
from cli.output import clean, console, say
from cli.people import user_by_email

Action: TypeAlias = Literal["create", "update", "delete"]

SIGNS: Mapping[Action, tuple[str, str]] = {
    "create": ("+", "green"),
    "update": ("~", "yellow"),
    "delete": ("-", "red"),
}

INSERT_AGENT = """
insert into public.agent_configurations
  (agent_name, owner_id, display_name, description, is_active, llm_config, system_prompt)
values (%(agent)s, %(owner_id)s, %(display_name)s, %(description)s, %(is_active)s, %(llm_config)s,
        %(system_prompt)s)
returning id
"""
UPDATE_AGENT = """
update public.agent_configurations
   set display_name = %(display_name)s, description = %(description)s, is_active = %(is_active)s,
       llm_config = %(llm_config)s, system_prompt = %(system_prompt)s
 where id = %(id)s
"""
INSERT_TOOL = """
insert into public.agent_tools (agent_id, name, type, description, config, approval, is_active, "order")
values (%(agent_id)s, %(name)s, %(type)s, %(description)s, %(config)s, %(approval)s, %(is_active)s, %(order)s)
"""
UPDATE_TOOL = """
update public.agent_tools
   set type = %(type)s, description = %(description)s, config = %(config)s, approval = %(approval)s,
       is_active = %(is_active)s, "order" = %(order)s
 where agent_id = %(agent_id)s and name = %(name)s
"""


@dataclass(frozen=True, kw_only=True)
class ToolChange:
    """What happens to one tool; `fields` are those that an update changes."""

    action: Action
    tool: ToolFile
    fields: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"action": self.action, "name": self.tool.name, "fields": list(self.fields)}


@dataclass(frozen=True, kw_only=True)
class AgentChange:
    """What happens to one agent. `agent_id` is None for one that is made."""

    action: Action
    agent_id: UUID | None
    file: AgentFile
    fields: tuple[str, ...] = ()
    tools: tuple[ToolChange, ...] = ()

    @classmethod
    def between(cls, agent_id: UUID, present: AgentFile, wanted: AgentFile) -> Self | None:
        """None when they are the same."""
        fields = tuple(name for name in AgentFile.FIELDS if _differ(present, wanted, name))
        tools = tuple(_tool_changes(present.placed_tools(), wanted.placed_tools()))
        if not fields and not tools:
            return None
        return cls(action="update", agent_id=agent_id, file=wanted, fields=fields, tools=tools)

    @classmethod
    def of_new(cls, wanted: AgentFile) -> Self:
        tools = tuple(_tool_changes({}, wanted.placed_tools()))
        return cls(action="create", agent_id=None, file=wanted, tools=tools)

    def to_json(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "agent": self.file.agent,
            "owner": self.file.owner,
            "fields": list(self.fields),
            "tools": [tool.to_json() for tool in self.tools],
        }


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Every change, by agent; those that are left as they are, are not in it."""

    changes: tuple[AgentChange, ...]

    @classmethod
    def make(
        cls,
        present: Mapping[tuple[str, str | None], tuple[UUID, AgentFile]],
        wanted: Iterable[AgentFile],
        *,
        prune: bool = False,
    ) -> Self:
        """`prune` deletes the shared agents that are not wanted; private ones are their owners'."""
        by_key = {file.key: file for file in wanted}
        changes: list[AgentChange] = []
        for key, file in by_key.items():
            change = AgentChange.between(*present[key], file) if key in present else AgentChange.of_new(file)
            if change:
                changes.append(change)
        if prune:
            changes += [
                AgentChange(action="delete", agent_id=agent_id, file=file)
                for key, (agent_id, file) in present.items()
                if key not in by_key and file.owner is None
            ]
        return cls(changes=tuple(changes))

    def show(self) -> None:
        for change in self.changes:
            _show_line("", change.action, change.file.title, change.fields)
            for tool in change.tools:
                _show_line("    ", tool.action, f"tool {tool.tool.name}", tool.fields)
        actions = [each.action for change in self.changes for each in (change, *change.tools)]
        if actions:
            counts = (f"{actions.count(action)} to {action}" for action in SIGNS)
            say(f"\nAgents and tools: {', '.join(counts)}.")
        else:
            say("The database is already like that.")

    def carry_out(self, connection: Connection, *, rehearse: bool = False) -> None:
        """All of it or nothing. `rehearse` takes it back, so that what the database refuses is known.

        Raises ClarityCommandError with the database's sentence.
        """
        with database_refusals(), connection.transaction(force_rollback=rehearse):
            for change in self.changes:
                _carry_out(connection, change)


def _differ(present: AgentFile | ToolFile, wanted: AgentFile | ToolFile, name: str) -> bool:
    # As JSON: in Python true equals 1.
    return _json(getattr(present, name)) != _json(getattr(wanted, name))


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _tool_changes(present: Mapping[str, ToolFile], wanted: Mapping[str, ToolFile]) -> Iterable[ToolChange]:
    for name, tool in present.items():
        if name not in wanted:
            yield ToolChange(action="delete", tool=tool)
    for name, tool in wanted.items():
        if name not in present:
            yield ToolChange(action="create", tool=tool)
        elif fields := tuple(field for field in ToolFile.model_fields if _differ(present[name], tool, field)):
            yield ToolChange(action="update", tool=tool, fields=fields)


def _show_line(indent: str, action: Action, what: str, fields: Iterable[str]) -> None:
    sign, colour = SIGNS[action]
    detail = f": {', '.join(fields)}" if fields else ""
    line = Text(f"{indent}{sign} ", colour).append(clean(f"{what}{detail}"), "default")
    console().print(line, soft_wrap=True)


def _carry_out(connection: Connection, change: AgentChange) -> None:
    values = {**change.file.model_dump(), "llm_config": Jsonb(change.file.llm_config), "id": change.agent_id}
    agent_id = change.agent_id
    match change.action:
        case "delete":
            connection.execute("delete from public.agent_configurations where id = %(id)s", values)
            return
        case "create":
            owner_id = _owner_id(connection, change.file.owner)
            row = connection.execute(INSERT_AGENT, {**values, "owner_id": owner_id}).fetchone()
            agent_id = row["id"] if row else None
        case "update" if change.fields:
            connection.execute(UPDATE_AGENT, values)
        case "update":
            pass
    for tool in change.tools:
        _carry_out_tool(connection, agent_id, tool)


def _carry_out_tool(connection: Connection, agent_id: UUID | None, change: ToolChange) -> None:
    values = {**change.tool.model_dump(), "config": Jsonb(change.tool.config), "agent_id": agent_id}
    match change.action:
        case "create":
            connection.execute(INSERT_TOOL, values)
        case "update":
            connection.execute(UPDATE_TOOL, values)
        case "delete":
            connection.execute(
                "delete from public.agent_tools where agent_id = %(agent_id)s and name = %(name)s", values
            )


def _owner_id(connection: Connection, email: str | None) -> UUID | None:
    if email is None:
        return None
    return user_by_email(connection, email).id
