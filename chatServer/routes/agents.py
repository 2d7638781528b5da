"""Which agents there are, what they are made of, and a way to try one of their tools."""

from typing import Annotated

from fastapi import APIRouter, Path

from chatServer.agent_schemas import (
    AgentDetail,
    AgentList,
    AgentOut,
    FunctionList,
    TableList,
    ToolTrialResult,
)
from chatServer.deps import CurrentUser, Services, ToolTrialDep
from chatServer.openapi import problems
from core.agents.directory import AgentEntry, list_agents, read_agent
from core.agents.functions import list_functions
from core.agents.health import AgentHealth, check_agent
from core.agents.tables import list_tables
from core.agents.trial import run_trial
from core.services import TurnServices, outside_a_turn
from core.types import User

router = APIRouter(prefix="/api/agents", tags=["agents"])

AgentNamePath = Annotated[str, Path(max_length=63, description="The agent's name.")]
ToolNamePath = Annotated[str, Path(max_length=64, description="The tool's name.")]


@router.get(
    "",
    operation_id="list_agents",
    summary="Which agents are there?",
    responses=problems(401, 503),
)
async def get_agents(user: CurrentUser, services: Services) -> AgentList:
    """The active agents that you may talk to: shared ones, and your own, which hide a shared one's name."""
    entries = await list_agents(services.pool, user)
    return AgentList(agents=[AgentOut.of(entry, await _health(services, user, entry)) for entry in entries])


@router.get(
    "/{agent_name}",
    operation_id="read_agent",
    summary="What is this agent?",
    responses=problems(401, 404, 422, 503),
)
async def get_agent(user: CurrentUser, services: Services, agent_name: AgentNamePath) -> AgentDetail:
    """The whole of it for its owner, and for admins when it is shared; what it is for to everybody else."""
    entry, content = await read_agent(services.pool, user, agent_name)
    return AgentDetail.with_content(entry, content, await _health(services, user, entry))


@router.get(
    "/{agent_name}/tables",
    operation_id="list_tables",
    summary="Which tables may a tool work on?",
    responses=problems(401, 403, 404, 422, 503),
)
async def get_tables(user: CurrentUser, services: Services, agent_name: AgentNamePath) -> TableList:
    """The tables and views to make a tool for, with their columns. For whoever may change the agent."""
    return TableList.of(await list_tables(services.pool, user, agent_name))


@router.get(
    "/{agent_name}/functions",
    operation_id="list_functions",
    summary="Which functions may a tool call?",
    responses=problems(401, 403, 404, 422, 503),
)
async def get_functions(user: CurrentUser, services: Services, agent_name: AgentNamePath) -> FunctionList:
    """The database's functions to make a tool for, with their arguments. For whoever may change the agent."""
    return FunctionList.of(await list_functions(services.pool, user, agent_name))


@router.post(
    "/{agent_name}/tools/{tool_name}/test",
    operation_id="try_tool",
    summary="Try a tool",
    responses=problems(400, 401, 403, 404, 413, 422, 500, 503),
)
async def post_tool_test(
    user: CurrentUser,
    services: Services,
    trial: ToolTrialDep,
    agent_name: AgentNamePath,
    tool_name: ToolNamePath,
) -> ToolTrialResult:
    """Calls one tool outside a chat, and says which policies refused it or may have hidden rows from it.

    It is a real call: a tool that writes, writes. For the agent's owner, and for admins when it is shared.
    """
    caller = outside_a_turn(services, user, agent_name)
    return ToolTrialResult.of(await run_trial(services.executors, caller, trial.to_trial(tool_name)))


async def _health(services: TurnServices, user: User, entry: AgentEntry) -> AgentHealth | None:
    return await check_agent(services.executors, outside_a_turn(services, user, entry.agent_name), entry)
