"""What an AgentTool asks of the run that it is called in: a task for another agent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from core.tools.base import RunContext


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """A task for another agent, and the limits that it works under.

    `tool_call_id` is the call that asks, where there is one. `only_shared` leaves out the user's own agents.
    """

    agent_name: str
    task: str
    max_depth: int
    max_model_calls: int
    timeout_seconds: float
    only_shared: bool
    tool_call_id: str | None = None


# The other agent's answer, for the run that asks. ToolFailed, with a sentence, when there will be none.
Delegate: TypeAlias = Callable[["RunContext", Delegation], Awaitable[str]]
