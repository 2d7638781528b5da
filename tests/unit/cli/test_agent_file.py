"""The YAML form of an agent: whatever the rows say, the file says it, to the letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.agent_file import AgentFile, ToolFile
from cli.agent_plan import Plan
from cli.errors import UsageRefused

# What Postgres stores: no NUL and no halves of surrogate pairs.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
# What tempts YAML: words that are values, dates, numbers, signs, stray spaces and empty lines.
TRICKY = st.sampled_from(
    [
        *(
            "yes",
            "null",
            "~",
            "2026-01-01",
            "1e3",
            "0x1F",
            "=",
            "<<",
            "- a",
            "a: b",
            "#x",
            " x",
            "x ",
            "'",
            '"',
        ),
        *(
            "",
            "\n",
            "a\n",
            "\na",
            "a\n\nb\n",
            "a\n  b",
            " a\nb",
            "a \nb",
            "a\n\n",
            "a\r\nb",
            "\ta\nb",
            "---\na",
        ),
    ]
)
PROSE = st.lists(TEXT | TRICKY, max_size=5).map("\n".join)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT | TRICKY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | TRICKY, inner, max_size=4),
    max_leaves=8,
)
CONFIG = st.dictionaries(TEXT | TRICKY, JSON, max_size=4)
NAME = st.from_regex(r"[a-z_][a-z0-9_]{0,10}", fullmatch=True)
TOOL = st.builds(
    ToolFile,
    name=NAME,
    type=st.sampled_from(["CRUDTool", "RPCTool"]),
    description=PROSE,
    approval=st.sampled_from(["auto", "ask", "ask_after_untrusted"]),
    is_active=st.booleans(),
    order=st.none() | st.integers(-(2**31), 2**31 - 1),
    config=CONFIG,
)
AGENT = st.builds(
    AgentFile,
    agent=st.from_regex(r"[a-z][a-z0-9_-]{0,62}", fullmatch=True),
    owner=st.none() | st.emails(),
    display_name=st.none() | TEXT | TRICKY,
    description=st.none() | PROSE,
    is_active=st.booleans(),
    llm_config=CONFIG,
    system_prompt=PROSE,
    tools=st.lists(TOOL, max_size=4, unique_by=lambda tool: tool.name),
)


@given(AGENT)
def test_what_is_written_is_read_as_the_same(agent: AgentFile) -> None:
    assert AgentFile.from_yaml(agent.to_yaml(), source="test").model_dump_json() == agent.model_dump_json()


@given(AGENT)
def test_an_agent_is_no_change_to_itself(agent: AgentFile) -> None:
    written = AgentFile.from_yaml(agent.to_yaml(), source="test")
    plan = Plan.make({agent.key: (None, agent)}, [written], prune=True)  # pyright: ignore[reportArgumentType]
    assert plan.changes == ()


def test_a_prompt_is_a_block_that_a_person_can_read() -> None:
    prompt = 'You are kind.\n\n- Be brief: always.\n  Even "now".\n# No comment'
    assert AgentFile(agent="a", system_prompt=prompt).to_yaml() == (
        "agent: a\nsystem_prompt: |-\n  You are kind.\n\n  - Be brief: always.\n"
        '    Even "now".\n  # No comment\n'
    )


def test_what_has_its_default_is_left_out() -> None:
    tools = [ToolFile(name="first"), ToolFile(name="second", order=7)]
    assert AgentFile(agent="a", tools=tools).to_yaml() == (
        "agent: a\ntools:\n  - name: first\n  - name: second\n    order: 7\n"
    )


def test_true_is_not_one() -> None:
    present = AgentFile(agent="a", tools=[ToolFile(name="t", config={"fixed": {"done": True}})])
    wanted = AgentFile(agent="a", tools=[ToolFile(name="t", config={"fixed": {"done": 1}})])
    plan = Plan.make({present.key: (None, present)}, [wanted])  # pyright: ignore[reportArgumentType]
    assert [tool.fields for change in plan.changes for tool in change.tools] == [("config",)]


def test_what_looks_like_a_date_is_a_text() -> None:
    read = AgentFile.from_yaml("agent: a\nllm_config: {2026-01-01: 2026-01-02}", source="test")
    assert read.llm_config == {"2026-01-01": "2026-01-02"}


@pytest.mark.parametrize("value", [".nan", "-.inf", "!!binary aGk=", "!!set {a}", "{1: 2}"])
def test_what_json_has_not_is_refused(value: str) -> None:
    with pytest.raises(UsageRefused):
        AgentFile.from_yaml(f"agent: a\nllm_config: {{x: {value}}}", source="test")
