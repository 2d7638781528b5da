"""What surrounds each model call and each tool call of a turn: limits, time-outs and the mapping of errors.

This is the one place where a tool's error becomes a message to the model, and a provider's error one of ours.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import AgentState, ModelRequest, ModelResponse, ToolCallRequest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langgraph.types import Command

from core.agents.models import model_errors
from core.config import CoreConfig
from core.errors import ModelFailed, ToolError, ToolFailed
from core.tools.base import ClarityTool, RunContext

logger = logging.getLogger(__name__)

# One more try when a model writes arguments that are no JSON; a second time it will not learn.
MODEL_ATTEMPTS = 2
DURATION_KEY = "duration_ms"


class TurnMiddleware(AgentMiddleware[AgentState[Any], RunContext]):
    """Bounds the model's calls and its time, and turns tool errors into tool messages."""

    def __init__(self, config: CoreConfig) -> None:
        super().__init__()
        self._max_model_calls = config.max_model_calls
        self._model_timeout_seconds = config.model_timeout_seconds

    async def awrap_model_call(
        self,
        request: ModelRequest[RunContext],
        handler: Callable[[ModelRequest[RunContext]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any] | AIMessage:
        own_limit = request.runtime.context.max_model_calls or self._max_model_calls
        if calls_since_user(request.messages) >= min(own_limit, self._max_model_calls):
            return AIMessage("I stopped here, because this took more steps than one turn may take.")
        for _ in range(MODEL_ATTEMPTS):
            with model_errors():
                async with asyncio.timeout(self._model_timeout_seconds):
                    response = await handler(request)
            if not _has_unreadable_call(response):
                return response
        raise ModelFailed("The language model called a tool with arguments that are not valid JSON.")

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> ToolMessage | Command[Any]:
        started = perf_counter()
        try:
            _refuse_without_approval(request)
            result = await handler(request)
        except ToolError as exc:
            result = _error_message(request, exc)
        except Exception:
            # A tool's own bug must not end the turn; the model is told, the operator finds it in the log.
            logger.exception("Tool %s failed", request.tool_call["name"])
            result = _error_message(
                request, ToolFailed("The tool failed for a reason of its own. Do not call it again.")
            )
        if isinstance(result, ToolMessage):
            result.response_metadata[DURATION_KEY] = round((perf_counter() - started) * 1000)
        return result


def calls_since_user(messages: Sequence[BaseMessage]) -> int:
    """How many times the model has answered since the last message of the user."""
    count = 0
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            break
        count += isinstance(message, AIMessage)
    return count


def _has_unreadable_call(response: ModelResponse[Any]) -> bool:
    return any(isinstance(message, AIMessage) and message.invalid_tool_calls for message in response.result)


def _refuse_without_approval(request: ToolCallRequest) -> None:
    tool = request.tool
    if isinstance(tool, ClarityTool) and tool.definition.approval == "ask":
        raise ToolFailed("This tool needs a person's approval, and nobody can be asked in this conversation.")


def _error_message(request: ToolCallRequest, error: ToolError) -> ToolMessage:
    call = request.tool_call
    return ToolMessage(error.message, name=call["name"], tool_call_id=call["id"], status="error")
