"""What every tool type shares: a LangChain tool made from a row, and the run that it is called in."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast
from uuid import UUID

from langchain_core.tools import BaseTool
from pydantic import BaseModel, ValidationError

from core.db import Pool
from core.errors import ToolInputError
from core.observer import NOBODY, Observer
from core.tools.definition import ToolDefinition
from core.tools.delegation import Delegate
from core.types import User

if TYPE_CHECKING:
    from core.tools.services import ToolServices


@dataclass(frozen=True, kw_only=True)
class CurrentCall:
    """A tool call of a run: the model's id for it, the tool's name, and the arguments that were allowed."""

    id: str
    tool_name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """Whose turn a tool works for. A tool object is shared by all users; everything of one request is here.

    `on_query` is told the text of each SQL statement or HTTP request, with its values but without secrets,
    before it runs. `delegate` hands a task to another agent, where a turn runs; `agent_path` are the ids of
    the agents that wait for this run, its own the last. `max_model_calls` is a run's own limit, below the
    server's. `call` is the call that is being made, within a run. `is_tainted` says that the run has read
    what may be somebody else's words, and `untrusted_calls` collects the calls that gave such. `observer` is
    told of calls as they end.
    """

    pool: Pool
    user: User
    agent_name: str
    tool_timeout_seconds: float
    run_id: UUID | None = None
    chat_id: UUID | None = None
    on_query: Callable[[str], None] | None = None
    delegate: Delegate | None = None
    agent_path: tuple[UUID, ...] = ()
    max_model_calls: int | None = None
    call: CurrentCall | None = None
    is_tainted: bool = False
    untrusted_calls: set[str] = field(default_factory=set[str], compare=False)
    observer: Observer = field(default=NOBODY, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class BuiltTools:
    """What one row gives.

    `refusal` is a sentence about tools that are missing, for a row that could not give all of them now.
    `expires_after_seconds` is for what came from elsewhere: it is built again by the first turn after that.
    """

    tools: "tuple[ClarityTool, ...]"
    refusal: str | None = None
    expires_after_seconds: float | None = None


class ClarityTool(BaseTool):
    """A tool made from a row of `agent_tools`: immutable once built, so every user's turns may share it.

    A subclass is a tool type. It says what a row's `config` may hold (`config_type`, every field described),
    and makes the tool of a row in `from_definition`, or overrides `build` where a row gives several.
    """

    config_type: ClassVar[type[BaseModel]]

    definition: ToolDefinition

    @classmethod
    def from_definition(cls, definition: ToolDefinition, services: "ToolServices") -> Self:
        """The tool of a row.

        Raises ValueError, ValidationError or AgentMisconfigured for a bad one; the registry puts the tool's
        name before the reason.
        """
        raise NotImplementedError(f"{cls.__name__} makes several tools of a row: use build.")

    @classmethod
    def is_personal(cls, definition: ToolDefinition) -> bool:
        """Whether each user gets tools of their own from this row, such as by their own credentials."""
        return False

    @classmethod
    async def build(
        cls, definition: ToolDefinition, services: "ToolServices", caller: RunContext | None
    ) -> BuiltTools:
        """All tools of a row; errors as from_definition(). May do I/O, with a short time limit of its own.

        `caller` is the turn that needs the tools; None outside of a turn. Tools that depend on it are
        shared with no other user, if `is_personal` says so.
        """
        return BuiltTools(tools=(cls.from_definition(definition, services),))

    @property
    def is_read_only(self) -> bool:
        """Whether no call of it changes anything. Where a type cannot tell, it is taken to change things."""
        return False

    @property
    def is_destructive(self) -> bool:
        """Whether a call may change or remove what is there already; False when it only reads or adds."""
        return not self.is_read_only

    @property
    def notes_itself(self) -> bool:
        """Whether a call is noted in the journal of its run in the transaction of its own effect.

        Where the effect is elsewhere, or nobody knows, the call is noted before it is made.
        """
        return False

    @property
    def is_untrusted(self) -> bool:
        """Whether a result may hold somebody else's words: web pages, mail, rows of other people."""
        return self.definition.config.get("untrusted") is True

    def summary(self, arguments: Mapping[str, Any]) -> str:
        """What a call would do, in a sentence for the person who is to allow it. `arguments` as `call`'s."""
        return f"Call {self.name}."

    async def preview(self, context: RunContext, arguments: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """`{"changes": {...}, "rows": [...], "count": n, "more": bool}`: what a call would set, and where.

        `rows` are the first of the `count` rows that it would touch, as they are. None where that cannot be
        told. Changes nothing, and raises nothing.
        """
        return None

    @abstractmethod
    async def call(self, context: RunContext, arguments: Mapping[str, Any]) -> str:
        """The text that the model reads, for arguments that already passed `args_schema`.

        Raises ToolInputError when other arguments may work, ToolFailed when none will.
        """

    async def invoke_as(self, context: RunContext, raw_arguments: Mapping[str, Any]) -> str:
        """The same for arguments as a model sends them, outside of a graph.

        Raises ToolInputError with the sentence that the model would read when they do not fit.
        """
        return await self.call(context, self.validated(raw_arguments))

    def validated(self, raw_arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments as `call` takes them. Raises ToolInputError as `invoke_as` does."""
        schema = cast("type[BaseModel]", self.args_schema)
        try:
            arguments = schema.model_validate(raw_arguments)
        except ValidationError as exc:
            explain = cast("Callable[[ValidationError], str]", self.handle_validation_error)
            raise ToolInputError(explain(exc)) from exc
        return {name: getattr(arguments, name) for name in schema.model_fields}

    def _run(self, **arguments: Any) -> str:
        raise RuntimeError(f"{type(self).__name__} works for a user: use invoke_as.")
