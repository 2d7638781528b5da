"""CRUDTool: one method on one table, as a row of `agent_tools` describes it."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol, Self, runtime_checkable

from pydantic import Field

from core.db import Row, fetch_as_user
from core.tools.args_schema import ArgumentGroups, build_args_schema
from core.tools.argument_errors import explain_arguments
from core.tools.argument_groups import argument_groups
from core.tools.base import ClarityTool, RunContext
from core.tools.crud_aggregate import Calculate
from core.tools.crud_changes import Change
from core.tools.crud_config import CRUDConfig, Method
from core.tools.crud_inserts import Insert
from core.tools.crud_preview import CRUDPreview
from core.tools.crud_reads import UNTRUSTED, Count, Fetch
from core.tools.definition import Table, ToolDefinition
from core.tools.journal import lost_runs, note_of_call
from core.tools.refusals import database_refusals
from core.tools.services import ToolServices
from core.tools.sql_fragments import Statement
from core.tools.tool_table import ToolTable


@runtime_checkable
class CRUDMethod(Protocol):
    """One method, with its SQL prepared for one table."""

    def statement(self, arguments: Mapping[str, Any], agent_name: str) -> Statement:
        """The statement of one call; ToolInputError when the arguments ask for nothing."""
        ...

    def answer(self, rows: Sequence[Row], arguments: Mapping[str, Any]) -> str:
        """The JSON for the model; ToolInputError when a write touched no row."""
        ...


METHODS: Mapping[Method, Callable[[ToolTable, ArgumentGroups], CRUDMethod]] = MappingProxyType(
    {
        "fetch": Fetch.of,
        "count": Count.of,
        "aggregate": Calculate.of,
        "create": Insert.of,
        "upsert": Insert.of,
        "update": Change.of,
        "delete": Change.of,
    }
)

# Completes "Fetch rows of books" for a tool without a description, and "do not let you read these rows".
DESCRIPTIONS: Mapping[Method, str] = MappingProxyType(
    {
        "fetch": "Fetch rows of",
        "count": "Count rows of",
        "aggregate": "Count, add up and compare rows of",
        "create": "Create a row of",
        "upsert": "Create a row of, or update the one with the same key in,",
        "update": "Update rows of",
        "delete": "Delete rows of",
    }
)
ACTIONS: Mapping[Method, str] = MappingProxyType(
    {
        "fetch": "read these rows",
        "count": "count these rows",
        "aggregate": "read these rows",
        "create": "create this row",
        "upsert": "save this row",
        "update": "change these rows",
        "delete": "delete these rows",
    }
)


class CRUDTool(ClarityTool):
    """Reads or changes one table as the signed-in user: row-level security decides what that means.

    The answer is a JSON object: `rows` (with `more` when the limit cut them, `left_out` when their text would
    be too long, and `next` to go on from there), `count`, calculated values or `groups` of them, `created`,
    `saved`, or `updated` / `deleted` with the rows that were touched.
    """

    config_type = CRUDConfig

    config: CRUDConfig = Field(repr=False)
    prepared: CRUDMethod = Field(repr=False)
    before: CRUDPreview = Field(repr=False)

    @classmethod
    def from_definition(cls, definition: ToolDefinition, services: ToolServices) -> Self:
        config = CRUDConfig.model_validate(definition.config)
        if definition.table is None:
            raise ValueError(f"its table {config.table_name} is gone")
        resolved = ToolTable.of(definition.table, config, definition.related)
        groups = argument_groups(resolved)
        return cls(
            name=definition.name,
            description=definition.description or _described(definition.table, config),
            args_schema=build_args_schema(definition.name, groups, config.method),
            handle_validation_error=lambda error: explain_arguments(error, groups),
            definition=definition,
            config=config,
            prepared=METHODS[config.method](resolved, groups),
            before=CRUDPreview.of(resolved, groups),
        )

    @property
    def is_read_only(self) -> bool:
        return self.config.method not in ("create", "update", "upsert", "delete")

    @property
    def is_destructive(self) -> bool:
        return self.config.method in ("update", "upsert", "delete")

    @property
    def notes_itself(self) -> bool:
        return True

    def summary(self, arguments: Mapping[str, Any]) -> str:
        return self.before.sentences.summary(arguments)

    async def preview(self, context: RunContext, arguments: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return await self.before.read(context, arguments)

    async def call(self, context: RunContext, arguments: Mapping[str, Any]) -> str:
        statement = self.prepared.statement(arguments, context.agent_name)
        if context.on_query:
            context.on_query(statement.readable())
        with database_refusals(table=self.config.table_name, action=ACTIONS[self.config.method]), lost_runs():
            rows = await fetch_as_user(
                context.pool,
                context.user,
                statement.query,
                statement.params,
                timeout_seconds=context.tool_timeout_seconds,
                before=None if self.is_read_only else note_of_call(context, is_done=True),
            )
        if context.call and any(row.get(UNTRUSTED) for row in rows):
            context.untrusted_calls.add(context.call.id)
        return self.prepared.answer(rows, arguments)


def _described(table: Table, config: CRUDConfig) -> str:
    sentence = f"{DESCRIPTIONS[config.method]} {table.name}."
    return f"{sentence} {table.comment}" if table.comment else sentence
