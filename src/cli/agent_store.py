"""Agents as the database has them now, or had them at a version, as values that can be written to a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from cli.agent_file import AgentFile
from cli.agent_rows import list_agents, list_tools
from cli.connection import Connection
from cli.errors import ClarityCommandError

CHANGES = """
select change.id, change.config_version, change.changed_at, change.table_name, change.action, change.tool_id,
       change.before, change.after, change.changed_by, person.email as changed_by_email
  from public.agent_config_history as change
  left join auth.users as person on person.id = change.changed_by
 where change.agent_id = %(agent_id)s
 order by change.id
"""

# What a change of these says nothing about: identity, the clock and the counter.
INCIDENTAL = frozenset({"id", "agent_id", "owner_id", "config_version", "created_at", "updated_at"})


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change of an agent or of one of its tools; `config_version` is the agent's after it."""

    id: int
    config_version: int | None
    changed_at: datetime
    action: str
    tool_id: UUID | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    changed_by: UUID | None
    changed_by_email: str | None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})

    @property
    def who(self) -> str:
        if self.changed_by is None:
            return "the database's owner"
        return self.changed_by_email or f"a user who is gone ({self.changed_by})"

    @property
    def what(self) -> str:
        """ "update tool list_tasks: config, description"."""
        row = self.after or self.before or {}
        subject = f"tool {row.get('name')}" if self.tool_id else "agent"
        fields = f": {', '.join(self.fields)}" if self.action == "update" else ""
        return f"{self.action} {subject}{fields}"

    @property
    def fields(self) -> list[str]:
        """The columns that an update changed."""
        if self.before is None or self.after is None:
            return []
        changed = [name for name, value in self.after.items() if self.before.get(name) != value]
        return [name for name in changed if name == "agent_id" or name not in INCIDENTAL]

    def to_json(self) -> dict[str, Any]:
        return {
            "version": self.config_version,
            "changed_at": self.changed_at.isoformat(),
            "changed_by": self.changed_by_email or self.changed_by,
            "action": self.action,
            "tool": (self.after or self.before or {}).get("name") if self.tool_id else None,
            "fields": self.fields,
            "before": self.before,
            "after": self.after,
        }


def read_file(connection: Connection, agent: Mapping[str, Any]) -> AgentFile:
    """The agent of a row of agent_rows.list_agents(), as it stands."""
    return AgentFile.from_row(agent, [dict(tool) for tool in list_tools(connection, agent["id"])])


def read_all(connection: Connection) -> dict[tuple[str, str | None], tuple[UUID, AgentFile]]:
    """Every agent with its id, by AgentFile.key."""
    files = [(row["id"], read_file(connection, row)) for row in list_agents(connection)]
    return {file.key: (agent_id, file) for agent_id, file in files}


def read_changes(connection: Connection, agent_id: UUID) -> list[Change]:
    """What happened to the agent, oldest first."""
    return [Change.from_row(row) for row in connection.execute(CHANGES, {"agent_id": agent_id}).fetchall()]


def versions(changes: list[Change]) -> list[int]:
    """The versions that a change made, oldest first."""
    return sorted({change.config_version for change in changes if change.config_version is not None})


def file_at(agent: Mapping[str, Any], changes: list[Change], version: int) -> AgentFile:
    """The agent as it was at that version. ClarityCommandError when it never had it."""
    past = [
        change for change in changes if change.config_version is not None and change.config_version <= version
    ]
    known = versions(changes)
    if not past or version > known[-1]:
        raise ClarityCommandError(
            f"{agent['agent_name']} has no version {version}.",
            hint=f"It has {known[0]} to {known[-1]}; clarity agents history lists them.",
        )
    row: Mapping[str, Any] = {}
    tools: dict[UUID, Mapping[str, Any] | None] = {}
    for change in past:
        if change.tool_id is None:
            row = change.after or row
        else:
            # A tool that went to another agent is part of both histories.
            is_here = change.after is not None and change.after["agent_id"] == str(agent["id"])
            tools[change.tool_id] = change.after if is_here else None
    owner = {"owner_email": agent["owner_email"]}
    return AgentFile.from_row({**row, **owner}, [tool for tool in tools.values() if tool is not None])
