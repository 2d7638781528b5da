"""RPCTool: one function of the database, as a row of `agent_tools` describes it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self, cast

from pydantic import BaseModel, Field

from core.db import fetch_as_user
from core.errors import ToolFailed, ToolInputError
from core.tools.argument_errors import explain_flat_arguments
from core.tools.base import ClarityTool, RunContext
from core.tools.definition import Function, ToolDefinition
from core.tools.journal import lost_runs, note_of_call
from core.tools.refusals import ANSWERS, RAISED, Answer, database_refusals
from core.tools.rpc_args import RPCArguments
from core.tools.rpc_call import Call
from core.tools.rpc_config import RPCConfig
from core.tools.rpc_sentences import RPCSentences
from core.tools.services import ToolServices

# What a function does inside is not known, so its refusals speak of the function.
FORBIDDEN: Answer = (
    ToolFailed,
    "The database's permissions do not let you call {table}, or do what it does.",
)
FUNCTION_ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {
        **ANSWERS,
        # A query inside a function that had to find exactly one row.
        "P0002": RAISED,
        "P0003": RAISED,
        "22": (ToolInputError, "An argument of {table} has a value that it cannot work with."),
        "23505": (ToolInputError, "There already is a row with such a value (rule {constraint})."),
        "23514": (ToolInputError, "The values break a rule (rule {constraint})."),
        "23": (ToolInputError, "The values break a rule (rule {constraint})."),
        "42501": FORBIDDEN,
        "44": FORBIDDEN,
    }
)


class RPCTool(ClarityTool):
    """Calls one function as the signed-in user: what it may do, row-level security decides.

    The answer is a JSON object: `result`, or `rows` for a function that returns a set (with `more` when the
    limit cut them), or `done` for one that returns nothing.
    """

    config_type = RPCConfig

    function: Function = Field(repr=False)
    prepared: Call = Field(repr=False)
    sentences: RPCSentences = Field(repr=False)

    @classmethod
    def from_definition(cls, definition: ToolDefinition, services: ToolServices) -> Self:
        """Raises ValueError, whose words complete "Tool x: ...", for a row that cannot work."""
        config = RPCConfig.model_validate(definition.config)
        function = definition.function
        if function is None:
            raise ValueError(f"its function {config.function_name} is gone, or another has the same name")
        _check_rights(definition, config, function)
        arguments = RPCArguments.of(function, config)
        return cls(
            name=definition.name,
            description=definition.description or function.comment or f"Calls the function {function.name}.",
            args_schema=arguments.schema(definition.name, config),
            handle_validation_error=lambda error: explain_flat_arguments(error, arguments.names),
            definition=definition,
            function=function,
            prepared=Call.of(function, config, arguments),
            sentences=RPCSentences.of(function, arguments),
        )

    @property
    def tool_call_schema(self) -> type[BaseModel]:
        """What the model reads. LangChain's own copy of the schema would lose the names of the arguments."""
        return cast("type[BaseModel]", self.args_schema)

    @property
    def is_read_only(self) -> bool:
        return self.function.volatility != "volatile"

    @property
    def notes_itself(self) -> bool:
        return True

    def summary(self, arguments: Mapping[str, Any]) -> str:
        return self.sentences.summary(arguments)

    async def call(self, context: RunContext, arguments: Mapping[str, Any]) -> str:
        statement = self.prepared.statement(arguments)
        if context.on_query:
            context.on_query(statement.readable())
        with (
            database_refusals(table=self.function.name, action="call it", answers=FUNCTION_ANSWERS),
            lost_runs(),
        ):
            rows = await fetch_as_user(
                context.pool,
                context.user,
                statement.query,
                statement.params,
                timeout_seconds=context.tool_timeout_seconds,
                before=None if self.is_read_only else note_of_call(context, is_done=True),
            )
        return self.prepared.answer(rows, arguments)


def _check_rights(definition: ToolDefinition, config: RPCConfig, function: Function) -> None:
    """What works with its owner's rights sees past the user's policies: only an operator allows that.

    The database refuses such a row when it is written; the function may have changed since.
    """
    if function.is_definer and definition.is_private:
        raise ValueError(f"{function.name} is security definer, which a user's own agent may not call")
    if function.is_definer and not config.allow_security_definer:
        raise ValueError(f"{function.name} is security definer, but the row does not allow_security_definer")
