"""The offline model: what it asks, what it says about results, and how it behaves as a chat model."""

import json
import random
import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, cast

import pytest
from langchain.agents import create_agent  # pyright: ignore[reportUnknownVariableType]
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.tools import tool
from pydantic import BaseModel, ConfigDict

from core.agents.offline.tools import OfferedTool, choose_tool
from fixtures.offered_tools import SOME_ID, TOOLS, Json, after, ask, call_of, model

DISCLOSURE = "I am Clarity's offline rule model, not a language model"

# What it asks for


def test_a_missing_argument_is_asked_for_with_an_example_that_works():
    answer = ask('add the book "Dune"')
    assert not answer.tool_calls
    assert "**author**" in answer.text
    example = answer.text.rsplit("`", maxsplit=2)[1]
    assert call_of(example) == ("add_book", {"data": {"title": "Dune", "author": "..."}})


@pytest.mark.parametrize(
    "sentence", ["delete all my tasks", "delete task", "update task", "update task status=done"]
)
def test_a_change_without_a_row_is_never_made(sentence: str):
    answer = ask(sentence)
    assert not answer.tool_calls
    assert "**title**" in answer.text


def test_an_argument_that_the_tool_does_not_have_is_named():
    answer = ask('add book title="Dune" author="Herbert" isbn=1 isbn=2')
    assert not answer.tool_calls
    assert "no argument 'isbn'." in answer.text
    assert "title, author, pages" in answer.text


def test_help_lists_every_tool_with_a_sentence_that_means_it():
    lines = [line for line in ask("help").text.splitlines() if line.startswith("- ")]
    examples = [line.rsplit("`", maxsplit=2)[1] for line in lines]
    offered = [cast(OfferedTool, OfferedTool.from_openai(tool)) for tool in TOOLS]
    meant = [choose_tool(example, offered) for example in examples]
    assert [tool.name for tool in meant if tool] == [tool.name for tool in offered]


@pytest.mark.parametrize("sentence", ["hi", "Good morning!", "help", "who are you?", "", "   ", "blah"])
def test_it_says_that_it_is_not_a_language_model_and_why(sentence: str):
    text = ask(sentence, note="Set OPENAI_API_KEY.").text
    assert DISCLOSURE in text
    assert "Set OPENAI_API_KEY." in text


def test_without_tools_it_says_that_there_is_nothing_to_do():
    assert "no tools" in ask("help", []).text
    assert DISCLOSURE in model().invoke("show my tasks").text
    assert DISCLOSURE in model().invoke([SystemMessage("You help.")]).text


def test_the_first_answer_of_a_chat_says_what_it_is_and_later_ones_need_not():
    assert DISCLOSURE in after("get_tasks", '{"rows": []}', first=True)
    assert DISCLOSURE not in after("get_tasks", '{"rows": []}')
    assert DISCLOSURE in model().bind_tools(TOOLS).invoke("delete task").text


# What it says about results


@pytest.mark.parametrize(
    ("name", "result", "expected"),
    [
        (
            "get_tasks",
            {
                "rows": [
                    {"id": SOME_ID, "title": "Buy milk", "status": "open", "due_date": None},
                    {"title": "Rest"},
                ]
            },
            "I found 2 tasks:\n\n1. **Buy milk** (status: open)\n2. **Rest**",
        ),
        ("get_tasks", {"rows": []}, "I found no tasks."),
        ("add_book", [{"name": "Dune", "tags": ["a"]}], 'I found 1 book:\n\n1. **Dune** (tags: ["a"])'),
        ("count_tasks", {"count": 1}, "There is 1 task."),
        ("count_tasks", {"count": 3}, "There are 3 tasks."),
        ("create_task", {"created": {"title": "Buy milk", "user_id": SOME_ID}}, "Created **Buy milk**"),
        ("update_task", {"updated": 1, "rows": [{"title": "A", "done": True}]}, "Updated **A** (done: yes)"),
        (
            "update_task",
            {"updated": 2, "rows": [{"title": "A"}, {"title": "B"}]},
            "Updated 2 tasks:\n\n- **A**\n- **B**",
        ),
        ("delete_task", {"deleted": 1}, "Deleted 1 task."),
        ("monthly_report", {"total": 3, "month": "May"}, "total: 3, month: May"),
        ("monthly_report", 5, "The result is 5."),
    ],
)
def test_a_result_is_told_readably(name: str, result: Any, expected: str):
    assert after(name, json.dumps(result)) == expected


def test_a_long_result_says_that_there_is_more():
    rows = [{"title": f"Task {number}"} for number in range(30)]
    assert after("get_tasks", json.dumps({"rows": rows})).endswith(
        "20. **Task 19**\n\nThere are more than these."
    )
    assert "more than these" in after("get_tasks", json.dumps({"rows": rows[:2], "more": True}))


def test_a_result_that_is_no_json_is_told_as_it_is():
    assert after("get_tasks", "All done here") == "All done here"
    assert after("get_tasks", "") == "Done."
    assert after("get_tasks", "[" * 100_000) == "[" * 2000


def test_an_error_is_told_plainly_and_the_tool_is_not_called_again():
    text = after("create_task", "data.title: is too long.", status="error")
    assert text == "That did not work. `create_task` says: data.title: is too long."


# As a chat model


class NewBook(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    year: int | None = None
    read_on: date | None = None
    shelf: Literal["home", "office"] = "home"


@tool(args_schema=NewBook)
def store_book(title: str, year: int | None = None, read_on: date | None = None, shelf: str = "home") -> str:
    """Stores a book in the library."""
    return json.dumps({"created": {"title": title, "year": year, "read_on": str(read_on), "shelf": shelf}})


async def run_agent(question: HumanMessage) -> list[BaseMessage]:
    """All messages of one turn of an agent with `store_book`."""
    agent = cast(Any, create_agent)(model(), [store_book])
    return cast(list[BaseMessage], (await agent.ainvoke({"messages": [question]}))["messages"])


async def test_an_agent_calls_a_pydantic_tool_and_reports():
    question = HumanMessage('store the book "Dune" year 1965 on the office shelf, read on 2026-11-01')
    messages = await run_agent(question)
    assert [type(message) for message in messages] == [HumanMessage, AIMessage, ToolMessage, AIMessage]
    told = "Created **Dune** (year: 1965, read on: 2026-11-01, shelf: office)"
    assert messages[-1].text.startswith(told)
    assert DISCLOSURE in messages[-1].text


async def test_an_agent_tells_the_tools_refusal():
    messages = await run_agent(HumanMessage("store book title=Dune year=long"))
    assert "That did not work." in messages[-1].text


def joined(chunks: Sequence[BaseMessage]) -> AIMessageChunk:
    whole = AIMessageChunk(content="")
    for chunk in chunks:
        assert isinstance(chunk, AIMessageChunk)
        whole += chunk
    return whole


@pytest.mark.parametrize(
    "sentence", ["show my tasks", "help", "add the book Dune", "remember:  two  spaces\n\nhere "]
)
async def test_a_streamed_answer_is_the_same_as_a_whole_one(sentence: str):
    bound = model(new_id=lambda: "call_1").bind_tools(TOOLS)
    whole = await bound.ainvoke(sentence)
    async_chunks = [chunk async for chunk in bound.astream(sentence)]
    for chunks in (async_chunks, list(bound.stream(sentence))):
        streamed = joined(chunks)
        assert streamed.text == whole.text
        assert streamed.tool_calls == whole.tool_calls
        assert streamed.usage_metadata == whole.usage_metadata
        assert whole.usage_metadata
    assert len(async_chunks) > 1


def test_tool_calls_have_ids_of_their_own():
    first, second = (ask("show my tasks").tool_calls[0]["id"] for _ in range(2))
    assert first != second


def test_usage_counts_words():
    answer = model().bind_tools(TOOLS).invoke([SystemMessage("You are kind."), HumanMessage("show my tasks")])
    assert answer.usage_metadata == {"input_tokens": 6, "output_tokens": 1, "total_tokens": 7}


# Odd inputs

ODD = [
    *(
        "a=1 " * 5000,
        "“" * 20_000,
        "'" * 20_000,
        "and " * 5000,
        "x: " * 6000,
        "for find " * 3000,
        "[" * 50_000,
    ),
    *(
        "9" * 20_000,
        "in " * 6000 + " " * 9000,
        "a_" * 10_000,
        " " * 50_000 + "x",
        "due on the " * 4000,
        "\\" * 9000,
    ),
    *(
        "\x00\ud800",
        "🎉" * 5000,
        "title=" * 4000,
        "title: " * 4000,
        "{}{0}%s${x}",
        "-" * 20_000,
        "{" * 900 + "}" * 900,
    ),
    *(
        "title=[" + "[" * 2000 + "]",
        "2026-11-20T99:99",
        "in 999 weeks",
        "9" * 400 + " pages",
        "'); drop table tasks; --",
    ),
]
BEGINNINGS = [
    "",
    "show tasks ",
    "add task ",
    "add task title=",
    "update task ",
    "delete task ",
    "add book ",
    "find tasks about ",
]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_no_input_breaks_it_or_takes_long(beginning: str):
    for odd in ODD:
        started = time.process_time()
        answer = ask(beginning + odd)
        # Far above what any of these takes, far below what backtracking would.
        assert time.process_time() - started < 2, beginning + odd[:20]
        assert answer.text or answer.tool_calls
        json.dumps(answer.tool_calls)


WORDS = (
    "add show delete update finish task tasks note book title status = : \"x y\" 'z' where done high 5 "
    "tomorrow 2026-11-20 and to as the , ; >= ( é pages limit is"
)


def test_any_mixture_of_words_gives_one_call_of_an_offered_tool_or_an_answer():
    seed = 20_261_120
    dice = random.Random(seed)
    words = [*WORDS.split(" "), SOME_ID, "\n"]
    schemas = {tool["function"]["name"]: tool["function"]["parameters"] for tool in TOOLS}
    for _ in range(600):
        sentence = " ".join(dice.choices(words, k=dice.randint(1, 14)))
        answer = ask(sentence)
        assert answer.text or len(answer.tool_calls) == 1, (seed, sentence)
        for call in answer.tool_calls:
            assert_shaped(call["args"], schemas[call["name"]], sentence)


def assert_shaped(arguments: Mapping[str, Any], schema: Json, sentence: str) -> None:
    """Only known names, all required ones, and no change without a condition."""
    properties = cast(Json, schema["properties"])
    assert set(schema["required"]) <= set(arguments) <= set(properties), sentence
    for name, value in arguments.items():
        if properties[name].get("properties"):
            assert_shaped(value, properties[name], sentence)
            assert value or name != "filters" or "filters" not in schema["required"], sentence
