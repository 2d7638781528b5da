"""One tool called outside a turn, by those who may change its agent: what it did, and why it was refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from psycopg.types.json import Jsonb

from core.agents.directory import AgentEntry, read_agent
from core.agents.executor_cache import ExecutorCache
from core.db import Row, database_errors, fetch_as_user, fetch_one
from core.errors import NotPermitted, PersonNotFound, ToolError, ToolNotFound
from core.tools.base import ClarityTool, RunContext
from core.tools.crud_tool import CRUDTool
from core.tools.policy_explanation import FindRows, explain_call
from core.tools.sql_fragments import Statement
from core.types import User

# Another type may use what a person has entrusted to the server, such as a key of theirs; these touch rows.
TYPES_FOR_OTHERS = frozenset({"CRUDTool", "RPCTool"})


@dataclass(frozen=True, kw_only=True)
class TrialRequest:
    """A call of one tool. `as_user` is the id or email of somebody else to act as; None for oneself."""

    tool_name: str
    arguments: Mapping[str, Any]
    as_user: str | None = None


@dataclass(frozen=True, kw_only=True)
class ToolTrial:
    """`queries` is what ran, with its values; `result` what the model would read, an error's text too.

    `explanation` are sentences about the policies that refused the call or may have hidden rows from it.
    """

    status: Literal["success", "error"]
    result: str
    queries: tuple[str, ...]
    explanation: tuple[str, ...]


async def run_trial(executors: ExecutorCache, caller: RunContext, request: TrialRequest) -> ToolTrial:
    """Calls the tool for real, as the user or as `as_user`.

    Raises AgentNotFound, NotPermitted, PersonNotFound, ToolNotFound, AgentMisconfigured or
    DatabaseUnavailable. Whether anybody may act as others at all is the caller's to decide.
    """
    entry, content = await read_agent(caller.pool, caller.user, caller.agent_name)
    if content is None:
        raise NotPermitted
    tool = await _tool(executors, caller, entry, request.tool_name)
    if request.as_user is not None:
        user = await _person(caller, entry, tool, request)
        caller = replace(caller, user=user)
    with database_errors():
        return await call_and_explain(tool, caller, request.arguments)


async def call_and_explain(
    tool: ClarityTool,
    context: RunContext,
    arguments: Mapping[str, Any],
    *,
    find_rows: FindRows | None = None,
) -> ToolTrial:
    """Calls the tool and explains what the policies said of it.

    `find_rows` finds the rows that the call is about; left out: those that the user can see, so that nobody
    learns here of rows that are hidden from them.
    """
    queries: list[str] = []
    status: Literal["success", "error"] = "success"
    try:
        result = await tool.invoke_as(replace(context, on_query=queries.append), arguments)
    except ToolError as error:
        result, status = error.message, "error"
    explanation: Sequence[str] = ()
    # Without a statement it never came to the policies.
    if queries and isinstance(tool, CRUDTool):
        explanation = await explain_call(
            context.pool,
            context.user,
            tool,
            tool.validated(arguments),
            agent_name=context.agent_name,
            find_rows=find_rows or _visible_rows(context),
        )
    return ToolTrial(status=status, result=result, queries=tuple(queries), explanation=tuple(explanation))


def _visible_rows(context: RunContext) -> FindRows:
    async def find(statement: Statement) -> list[Row]:
        return await fetch_as_user(
            context.pool,
            context.user,
            statement.query,
            statement.params,
            timeout_seconds=context.tool_timeout_seconds,
        )

    return find


async def _tool(executors: ExecutorCache, caller: RunContext, entry: AgentEntry, name: str) -> ClarityTool:
    executor = await executors.get(
        caller, agent_id=entry.id, config_version=entry.config_version, customizations=()
    )
    agent = executor.agent
    found = next((tool for tool in agent.tools if tool.name == name), None)
    if found is None:
        raise ToolNotFound(entry.agent_name, name, reason=agent.refused_tools.get(name))
    return found


async def _person(caller: RunContext, entry: AgentEntry, tool: ClarityTool, request: TrialRequest) -> User:
    """Whom to act as; that an admin does so is on record before the call."""
    if entry.is_private:
        raise NotPermitted("A private agent's tools are tried as yourself only.")
    if tool.definition.type not in TYPES_FOR_OTHERS:
        raise NotPermitted(f"A {tool.definition.type} is tried as yourself only.")
    with database_errors():
        row = await fetch_one(
            caller.pool,
            """
            select private.begin_tool_trial(
              %(admin)s, %(as_user)s, %(agent_id)s, %(tool)s, %(arguments)s) as begun
            """,
            {
                "admin": caller.user.id,
                "as_user": request.as_user,
                "agent_id": entry.id,
                "tool": tool.name,
                "arguments": Jsonb(dict(request.arguments)),
            },
        )
    match row and row["begun"]:
        case {"outcome": "begun", "claims": claims}:
            return User.from_claims(claims)
        case {"outcome": "user_not_found"}:
            raise PersonNotFound
        case _:
            raise NotPermitted
