"""Models that do not name their calls, or all of them alike: some servers count them in each answer anew."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage
from pydantic import BaseModel

from core.agents.definition import AgentDefinition
from core.agents.executor import CompiledAgent
from core.agents.loop import AgentLoop
from core.agents.model_calls import ModelAnswer, ModelChain
from core.config import CoreConfig
from core.db import Pool
from core.tools.base import ClarityTool, RunContext
from core.tools.definition import ToolDefinition
from core.types import User
from fixtures.scripted_model import ScriptedChatModel

ROW = ToolDefinition(
    id=UUID(int=1), name="count", type="CountTool", description="", config={}, approval="auto", table=None
)
AGENT = AgentDefinition(
    id=UUID(int=2),
    agent_name="helper",
    display_name=None,
    description=None,
    llm_config={},
    system_prompt="",
    owner_id=None,
    config_version=1,
    tools=(ROW,),
)
CONTEXT = RunContext(
    pool=cast("Pool", None), user=User(id=UUID(int=7), claims={}), agent_name="helper", tool_timeout_seconds=5
)


class NoArguments(BaseModel):
    """Takes nothing."""


class CountTool(ClarityTool):
    """Says by which id it is called."""

    async def call(self, context: RunContext, arguments: Mapping[str, Any]) -> str:
        assert context.call
        return context.call.id


class Calls:
    """Asks for one call by each of these ids, answer by answer, and then is done."""

    def __init__(self, *answers: Sequence[str | None]) -> None:
        self._answers = [[ToolCall(id=one, name="count", args={}) for one in ids] for ids in answers]

    async def ask(self, *_: Any) -> ModelAnswer:
        calls = self._answers.pop(0) if self._answers else []
        return ModelAnswer(message=AIMessage("", tool_calls=calls), model_name="scripted:model")


async def calls_and_results(window: Sequence[BaseMessage], chain: Calls) -> list[tuple[list[str], list[str]]]:
    """The ids of each answer's calls, and those that the results are for."""
    tool = CountTool(name="count", description="", args_schema=NoArguments, definition=ROW)
    agent = CompiledAgent(
        definition=AGENT,
        model=ScriptedChatModel(),
        chain=cast("ModelChain", chain),
        tools=(tool,),
        tools_by_name={"count": tool},
        refused_tools={},
        has_personal_tools=False,
        expires_at=None,
    )
    loop = AgentLoop(agent, CONTEXT, CoreConfig(), lambda _: None)
    await loop.run("", window)
    told: list[tuple[list[str], list[str]]] = []
    for message in loop.messages:
        if isinstance(message, AIMessage):
            told.append(([call["id"] or "" for call in message.tool_calls], []))
        elif isinstance(message, ToolMessage):
            assert message.text == message.tool_call_id
            told[-1][1].append(message.tool_call_id)
    return told


async def test_calls_of_one_name_get_ids_of_their_own() -> None:
    told = await calls_and_results(
        [HumanMessage("go")], Calls(["call_0", "call_0"], ["call_0"], [""], [None])
    )

    ids = [one for calls, _ in told for one in calls]
    assert ids[0] == "call_0"
    assert all(ids)
    assert len(set(ids)) == 5
    assert [results for _, results in told] == [calls for calls, _ in told]


async def test_the_id_of_an_earlier_turns_call_is_not_used_again() -> None:
    earlier = AIMessage("", tool_calls=[ToolCall(id="call_0", name="count", args={})])
    window = [HumanMessage("go"), earlier, ToolMessage("1", tool_call_id="call_0"), HumanMessage("again")]

    [(calls, _), _] = await calls_and_results(window, Calls(["call_0"]))

    assert calls != ["call_0"]


async def test_good_ids_stay_as_they_are() -> None:
    told = await calls_and_results([HumanMessage("go")], Calls(["a", "b"], ["c"]))

    assert [calls for calls, _ in told] == [["a", "b"], ["c"], []]
