from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.messages.tool import tool_call

from core.agents.estimates import estimated_usage
from core.types import Usage

READ = [HumanMessage("x" * 200), AIMessage("y" * 200)]


def test_a_call_that_wrote_nothing_counts_nothing() -> None:
    assert estimated_usage(READ, []) == Usage()


def test_what_was_read_and_written_is_counted_by_its_length() -> None:
    assert estimated_usage(READ, ["a" * 36, "b"]) == Usage(input_tokens=100, output_tokens=10)


def test_the_arguments_of_earlier_calls_were_read_too() -> None:
    call = tool_call(name="add", args={"text": "z" * 400}, id="1")

    assert estimated_usage([AIMessage("", tool_calls=[call])], ["a"]).input_tokens > 100
