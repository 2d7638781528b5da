"""Which types there are, and that a plugin can harm nothing but its own rows."""

from importlib.metadata import EntryPoint
from typing import Any
from uuid import UUID

import pytest

from core.config import CoreConfig
from core.errors import AgentMisconfigured
from core.tools.definition import ToolDefinition
from core.tools.offer import offer_tools
from core.tools.registry import build_tools
from core.tools.services import ToolServices
from core.tools.tool_types import BUILT_IN, GROUP, ToolTypes


def plugin(name: str, value: str = "fixtures.echo_tool:EchoTool") -> EntryPoint:
    return EntryPoint(name, value, GROUP)


@pytest.fixture
def services() -> ToolServices:
    return ToolServices(config=CoreConfig(), types=ToolTypes.of([plugin("EchoTool")]))


def row(name: str, kind: str = "EchoTool", **config: Any) -> ToolDefinition:
    return ToolDefinition(
        id=UUID(int=1), name=name, type=kind, description="", config=config, approval="auto", table=None
    )


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_type_can_be_loaded_and_describes_its_config(name: str) -> None:
    config_type = ToolTypes.of([]).get(name).config_type
    assert {key for key, field in config_type.model_fields.items() if not field.description} == set()


def test_what_is_no_tool_class_is_no_type() -> None:
    types = ToolTypes.of([plugin("PathTool", "pathlib:Path")])
    with pytest.raises(AgentMisconfigured, match=r"the tool type PathTool \(pathlib:Path\) is no subclass"):
        types.get("PathTool")


def test_two_plugins_of_one_name_are_both_left_out() -> None:
    types = ToolTypes.of([plugin("TwinTool", "a:A"), plugin("TwinTool", "b:B")])
    assert types.plugins == ()
    assert [problem.split(" is")[0] for problem in types.problems] == [
        "The tool type TwinTool (a:A)",
        "The tool type TwinTool (b:B)",
    ]


async def test_a_reason_that_a_type_raises_completes_a_sentence_about_its_row(services: ToolServices) -> None:
    with pytest.raises(AgentMisconfigured) as refusal:
        await build_tools(row("a", raises="it names nobody"), services)
    assert refusal.value.message == "Tool a: it names nobody."


async def test_a_bug_of_a_type_is_a_sentence_that_keeps_its_details(services: ToolServices) -> None:
    with pytest.raises(AgentMisconfigured) as refusal:
        await build_tools(row("a", names=7), services)
    assert refusal.value.message == "Tool a: its type EchoTool failed to build it (TypeError)."


async def test_a_row_that_cannot_work_is_refused_and_the_others_are_offered(services: ToolServices) -> None:
    rows = [row("a"), row("b", raises="it is broken"), row("c", kind="NoTool"), row("d")]

    offer = await offer_tools(rows, services)

    assert [tool.name for tool in offer.tools] == ["a", "d"]
    assert list(offer.refused) == ["b", "c"]


async def test_a_made_up_name_gives_way_to_a_rows_own_and_to_an_earlier_one(services: ToolServices) -> None:
    rows = [row("many", names=["x_1", "x_2", "a"]), row("more", names=["x_2", "x_3"]), row("a")]

    offer = await offer_tools(rows, services)

    assert [(tool.name, tool.definition.name) for tool in offer.tools] == [
        ("x_1", "many"), ("x_2", "many"), ("x_3", "more"), ("a", "a")
    ]  # fmt: skip
    assert offer.refused == {
        "many": "Tool many: another tool already has the name a.",
        "more": "Tool more: another tool already has the name x_2.",
    }


async def test_what_expires_first_decides_for_the_agent(services: ToolServices) -> None:
    rows = [row("a", names=["x"], seconds=60), row("b", names=["y"], seconds=-1), row("c")]

    assert (await offer_tools(rows, services)).expires_at is not None
    assert (await offer_tools(rows[2:], services)).expires_at is None


async def test_tools_of_each_users_own_are_built_for_a_caller_only(services: ToolServices) -> None:
    rows = [row("a"), row("mine", personal=True)]

    offer = await offer_tools(rows, services)

    assert ([tool.name for tool in offer.tools], offer.has_personal, offer.refused) == (["a"], True, {})
