"""What every tool type shares: a LangChain tool made from a row, and the run that it is called in."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from langchain_core.tools import BaseTool
from langgraph.runtime import get_runtime
from pydantic import BaseModel, ValidationError

from core.db import Pool
from core.errors import ToolInputError
from core.tools.definition import ToolDefinition
from core.types import User


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """Whose turn a tool works for. A tool object is shared by all users; everything of one request is here.

    `on_query` is told the text of each SQL statement, with its values, before it runs.
    """

    pool: Pool
    user: User
    agent_name: str
    tool_timeout_seconds: float
    run_id: UUID | None = None
    chat_id: UUID | None = None
    on_query: Callable[[str], None] | None = None


class ClarityTool(BaseTool):
    """A tool made from a row of `agent_tools`: immutable once built, so every user's turns may share it."""

    definition: ToolDefinition

    @abstractmethod
    async def call(self, context: RunContext, arguments: Mapping[str, Any]) -> str:
        """The text that the model reads, for arguments that already passed `args_schema`.

        Raises ToolInputError when other arguments may work, ToolFailed when none will.
        """

    async def invoke_as(self, context: RunContext, raw_arguments: Mapping[str, Any]) -> str:
        """The same for arguments as a model sends them, outside of a graph.

        Raises ToolInputError with the sentence that the model would read when they do not fit.
        """
        schema = cast("type[BaseModel]", self.args_schema)
        try:
            arguments = schema.model_validate(raw_arguments)
        except ValidationError as exc:
            explain = cast("Callable[[ValidationError], str]", self.handle_validation_error)
            raise ToolInputError(explain(exc)) from exc
        return await self.call(context, {name: getattr(arguments, name) for name in schema.model_fields})

    async def _arun(self, **arguments: Any) -> str:
        return await self.call(get_runtime(RunContext).context, arguments)

    def _run(self, **arguments: Any) -> str:
        raise RuntimeError(f"{type(self).__name__} is async only: use ainvoke.")
