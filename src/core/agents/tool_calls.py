"""One tool call of a run, from the model's arguments to the message that it reads.

This is the one place where a tool's error becomes a message to the model.
"""

import asyncio
import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import httpx2
import psycopg
from langchain_core.messages import BaseMessage, ToolCall, ToolMessage

from core.errors import ClarityError, DatabaseUnavailable, ToolError, TurnCancelled, TurnInterrupted
from core.observer import ToolReport, ToolStatus
from core.tools.base import ClarityTool, RunContext
from core.tools.http_client import BrokenOff
from core.tools.journal import journal_call, was_carried_out
from core.tracing import mark_failed, span

logger = logging.getLogger(__name__)

DURATION_KEY = "duration_ms"
UNTRUSTED_KEY = "untrusted"

# How long a run waits for a database that went away under a write, to learn whether the write took effect.
PATIENCE_SECONDS = 20

CARRIED_OUT = "This was carried out, but its result was lost on the way. Do not call it again for the same."
FAILED = "The tool failed for a reason of its own. Do not call it again."
NOT_CARRIED_OUT = "It was not carried out."
NOT_KNOWN = "Whether this was carried out is not known. Look before calling it again."


async def call_tool(
    tool: ClarityTool, context: RunContext, call: ToolCall, arguments: Mapping[str, Any]
) -> ToolMessage:
    """The tool's answer, or its error, as a message; `arguments` are validated. `context.call` is this call.

    Raises TurnInterrupted when the run is not this server's any more, TurnCancelled when it is to stop.
    """
    with watched(tool, context) as watch:
        message = await _answer(tool, context, call, arguments)
        watch.status = message.status
    message.response_metadata[DURATION_KEY] = round(watch.seconds * 1000)
    if tool.is_untrusted or call["id"] in context.untrusted_calls:
        mark_untrusted(message)
    return message


@dataclass(kw_only=True)
class WatchedCall:
    """How a call went, and what it took once it is over."""

    status: ToolStatus = "success"
    seconds: float = 0


@contextmanager
def watched(tool: ClarityTool, context: RunContext) -> Generator[WatchedCall]:
    """One call of the tool, with a span and a report of it, however it ends."""
    started = perf_counter()
    watch = WatchedCall()
    attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": tool.name,
        "gen_ai.tool.call.id": context.call.id if context.call else "",
        "gen_ai.agent.name": context.agent_name,
    }
    with span(f"execute_tool {tool.name}", attributes) as kept:
        try:
            yield watch
        except (asyncio.CancelledError, TurnCancelled, TurnInterrupted):
            watch.status = "cancelled"
            raise
        except BaseException:
            watch.status = "error"
            raise
        finally:
            watch.seconds = perf_counter() - started
            if watch.status == "error":
                mark_failed(kept, "tool_error")
            context.observer.tool_called(
                ToolReport(
                    agent_name=context.agent_name,
                    is_private=tool.definition.is_private,
                    tool_name=tool.name,
                    tool_type=tool.definition.type,
                    status=watch.status,
                    seconds=watch.seconds,
                )
            )


async def _answer(
    tool: ClarityTool, context: RunContext, call: ToolCall, arguments: Mapping[str, Any]
) -> ToolMessage:
    try:
        if not (tool.is_read_only or tool.notes_itself):
            await journal_call(context)
        return _message(call, await tool.call(context, arguments))
    except ToolError as exc:
        return await _after_error(tool, context, call, exc)
    except (TurnInterrupted, TurnCancelled):
        raise
    except DatabaseUnavailable as exc:
        # While it was noted, or its credentials were read: before it was made.
        return error_message(call, f"{exc.message} {NOT_CARRIED_OUT}")
    except ClarityError as exc:
        return error_message(call, exc.message)
    except Exception:
        # A tool's own bug must not end the turn; the model is told, the operator finds it in the log.
        logger.exception("Tool %s failed", call["name"])
        return error_message(call, FAILED)


def error_message(call: ToolCall, text: str) -> ToolMessage:
    """The message of a call that failed, or was not made."""
    return ToolMessage(text, name=call["name"], tool_call_id=call["id"] or "", status="error")


def mark_untrusted(message: BaseMessage) -> None:
    """Notes in the message, for good, that it may hold somebody else's words."""
    message.additional_kwargs[UNTRUSTED_KEY] = True


def is_untrusted(message: BaseMessage) -> bool:
    return bool(message.additional_kwargs.get(UNTRUSTED_KEY))


async def _after_error(
    tool: ClarityTool, context: RunContext, call: ToolCall, error: ToolError
) -> ToolMessage:
    """A write whose connection was lost may have taken effect all the same: its journal may know."""
    if tool.is_read_only or not _is_open(error.__cause__):
        return error_message(call, error.message)
    if not tool.notes_itself:
        return error_message(call, f"{error.message} {NOT_KNOWN}")
    match await was_carried_out(context, patience_seconds=PATIENCE_SECONDS):
        case True:
            return _message(call, CARRIED_OUT)
        case False:
            return error_message(call, f"{error.message} {NOT_CARRIED_OUT}")
        case None:
            return error_message(call, f"{error.message} {NOT_KNOWN}")


def _is_open(cause: BaseException | None) -> bool:
    """Whether it leaves open what became of a call: the request may have arrived, and only its answer not."""
    if isinstance(cause, httpx2.ConnectError):
        return False
    return isinstance(cause, psycopg.OperationalError | TimeoutError | BrokenOff | httpx2.TransportError)


def _message(call: ToolCall, text: str) -> ToolMessage:
    return ToolMessage(text, name=call["name"], tool_call_id=call["id"] or "")
