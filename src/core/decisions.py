"""Arguments that a person puts in the place of a model's, checked before anything is decided."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from core.agents.executor_cache import ExecutorCache
from core.agents.toolbox import open_toolbox
from core.chats.opening import Decision
from core.db import Row, database_errors, fetch_as_user
from core.errors import ActionNotFound, ArgumentsRefused, ToolInputError, ToolNotFound
from core.tools.argument_errors import explained_parts
from core.tools.base import RunContext


async def check_edited_arguments(
    executors: ExecutorCache, caller: RunContext, decisions: Sequence[Decision]
) -> None:
    """Raises ArgumentsRefused for arguments that the call's tool does not take.

    Also ActionNotFound, AgentNotFound, ToolNotFound (the agent has no such tool any more), AgentMisconfigured
    or DatabaseUnavailable. `caller` is the user, for no agent in particular.
    """
    edited = {
        position: decision for position, decision in enumerate(decisions) if decision.edited is not None
    }
    if not edited:
        return
    actions = await _actions(caller, [decision.action_id for decision in edited.values()])
    for position, decision in edited.items():
        action = actions.get(decision.action_id)
        if action is None:
            raise ActionNotFound
        await _check(executors, caller, action, position, decision.edited or {})


async def _check(
    executors: ExecutorCache, caller: RunContext, action: Row, position: int, arguments: Mapping[str, Any]
) -> None:
    toolbox = await open_toolbox(executors, replace(caller, agent_name=action["agent_name"]))
    tool = toolbox.tools.get(action["tool_name"])
    if tool is None:
        raise ToolNotFound(action["agent_name"], action["tool_name"])
    try:
        tool.validated(arguments)
    except ToolInputError as exc:
        cause = exc.__cause__
        parts = explained_parts(cause) if isinstance(cause, ValidationError) else [((), exc.message)]
        raise ArgumentsRefused(exc.message, action_id=action["id"], position=position, parts=parts) from exc


async def _actions(caller: RunContext, action_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """By their ids, as the user's policies show them."""
    with database_errors():
        rows = await fetch_as_user(
            caller.pool,
            caller.user,
            "select id, agent_name, tool_name from public.pending_actions where id = any (%(ids)s)",
            {"ids": list(action_ids)},
            timeout_seconds=caller.tool_timeout_seconds,
        )
    return {row["id"]: row for row in rows}
