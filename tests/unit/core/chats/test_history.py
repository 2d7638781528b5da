"""The window of a chat that a model sees."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
    message_to_dict,
)

from core.chats.history import (
    CHARACTERS_PER_TOKEN,
    LARGE_RESULT_CHARACTERS,
    TURNS_WITH_RESULTS,
    estimate_tokens,
    to_row,
    window,
    without_open_tool_calls,
)


def stored(*messages: BaseMessage) -> list[dict[str, Any]]:
    """Rows as private.open_turn() gives them."""
    return [{"id": number, "message": message_to_dict(message)} for number, message in enumerate(messages)]


def asking(*ids: str) -> AIMessage:
    return AIMessage("", tool_calls=[{"id": id_, "name": "get_tasks", "args": {}} for id_ in ids])


def answer(id_: str) -> ToolMessage:
    return ToolMessage("{}", tool_call_id=id_, name="get_tasks")


def test_an_empty_chat_has_an_empty_window() -> None:
    assert window([], max_tokens=100) == []


def test_a_short_chat_is_seen_whole_and_in_order() -> None:
    messages = [HumanMessage("hi"), asking("a"), answer("a"), AIMessage("done")]

    assert [m.type for m in window(stored(*messages), max_tokens=1000)] == ["human", "ai", "tool", "ai"]


def test_the_window_keeps_the_newest_messages_and_begins_with_the_user() -> None:
    messages: list[BaseMessage] = []
    for number in range(10):
        messages += [HumanMessage(f"question {number} " + "x" * 400), AIMessage(f"answer {number}")]

    seen = window(stored(*messages), max_tokens=250)

    assert isinstance(seen[0], HumanMessage)
    assert seen[-1].text == "answer 9"
    assert 2 <= len(seen) < len(messages)


def test_the_window_never_begins_inside_a_tool_call() -> None:
    messages = [HumanMessage("x" * 4000), asking("a"), answer("a"), AIMessage("ok"), HumanMessage("next")]

    assert [m.text for m in window(stored(*messages), max_tokens=200)] == ["next"]


def test_a_call_without_its_result_is_left_out_with_the_results_of_its_siblings() -> None:
    messages = [HumanMessage("hi"), asking("a", "b"), answer("a"), HumanMessage("again")]

    assert [m.text for m in without_open_tool_calls(messages)] == ["hi", "again"]


def test_a_result_without_its_call_is_left_out() -> None:
    assert without_open_tool_calls([answer("a"), HumanMessage("hi")]) == [HumanMessage("hi")]


def test_a_long_tool_argument_counts_towards_the_window() -> None:
    call = AIMessage("", tool_calls=[{"id": "a", "name": "add", "args": {"text": "x" * 8000}}])
    messages = [HumanMessage("old"), call, answer("a"), AIMessage("ok"), HumanMessage("new")]

    assert [m.text for m in window(stored(*messages), max_tokens=500)] == ["new"]


def test_messages_survive_being_stored() -> None:
    messages = [
        HumanMessage("hi", id="m-1"),
        AIMessage(
            "hello",
            id="m-2",
            name="helper",
            tool_calls=[{"id": "a", "name": "add", "args": {"n": 1}}],
            usage_metadata={"input_tokens": 3, "output_tokens": 2, "total_tokens": 5},
            response_metadata={"model_name": "m"},
        ),
        ToolMessage(
            "no", tool_call_id="a", name="add", status="error", additional_kwargs={"untrusted": True}
        ),
        AIMessage([{"type": "text", "text": "done"}, {"type": "reasoning", "summary": []}]),
    ]

    rows = [{"id": number, **to_row(message)} for number, message in enumerate(messages)]

    assert window(rows, max_tokens=99) == messages


def test_results_without_a_place_right_behind_their_call_are_left_out_with_it() -> None:
    late = [HumanMessage("1"), asking("a"), HumanMessage("2"), answer("a"), AIMessage("3")]
    twice = [HumanMessage("1"), asking("a"), answer("a"), answer("a"), AIMessage("2")]
    early = [answer("a"), asking("a"), HumanMessage("1")]
    alike = [HumanMessage("1"), asking("a", "a"), answer("a"), answer("b")]

    assert [m.text for m in without_open_tool_calls(late)] == ["1", "2", "3"]
    assert [m.type for m in without_open_tool_calls(twice)] == ["human", "ai", "tool", "ai"]
    assert [m.text for m in without_open_tool_calls(early)] == ["1"]
    assert [m.text for m in without_open_tool_calls(alike)] == ["1"]


def test_results_of_one_message_may_come_in_any_order() -> None:
    messages = [HumanMessage("hi"), asking("a", "b"), answer("b"), answer("a")]

    assert without_open_tool_calls(messages) == messages


def test_a_call_whose_arguments_are_no_json_is_open_too() -> None:
    broken = AIMessage("", invalid_tool_calls=[{"id": "a", "name": "add", "args": "{", "error": None}])
    messages = [HumanMessage("hi"), broken, HumanMessage("again")]

    assert [m.text for m in without_open_tool_calls(messages)] == ["hi", "again"]
    assert [m.text for m in window(stored(*messages), max_tokens=99)] == ["hi", "again"]


# Large results


def turn_with_result(number: int, size: int = LARGE_RESULT_CHARACTERS + 1) -> list[BaseMessage]:
    result = ToolMessage("r" * size, tool_call_id=f"c{number}", name="get_tasks")
    return [HumanMessage(f"question {number}"), asking(f"c{number}"), result, AIMessage(f"answer {number}")]


def results(messages: list[BaseMessage]) -> list[str]:
    return [message.text for message in messages if isinstance(message, ToolMessage)]


def test_large_results_are_cleared_from_all_but_the_last_turns_and_their_calls_stay() -> None:
    rows = stored(*[message for number in range(5) for message in turn_with_result(number)])
    before = deepcopy(rows)

    seen = window(rows, max_tokens=10_000)

    assert len(seen) == len(rows)
    cleared = results(seen)[:-TURNS_WITH_RESULTS]
    assert len(cleared) == 2
    assert all(text.startswith("[Cleared to save room: a result of 2,001 characters.") for text in cleared)
    assert all(text.startswith("rrr") for text in results(seen)[-TURNS_WITH_RESULTS:])
    assert without_open_tool_calls(seen) == seen
    assert rows == before


def test_a_result_that_is_not_large_stays_in_an_old_turn() -> None:
    rows = stored(*[m for number in range(5) for m in turn_with_result(number, LARGE_RESULT_CHARACTERS)])

    assert all(text.startswith("rrr") for text in results(window(rows, max_tokens=10_000)))


def test_a_recent_turn_that_does_not_fit_is_seen_without_its_large_results() -> None:
    rows = stored(*turn_with_result(1, 100_000), *turn_with_result(2))

    seen = window(rows, max_tokens=1_000)

    assert [m.text for m in seen if m.type == "human"] == ["question 1", "question 2"]
    assert results(seen)[0].startswith("[Cleared")
    assert results(seen)[1].startswith("rrr")


def test_a_cleared_result_is_as_untrusted_as_before() -> None:
    result = ToolMessage("r" * 9_000, tool_call_id="a", name="web", additional_kwargs={"untrusted": True})
    later = [message for number in range(4) for message in turn_with_result(number)]

    seen = window(stored(HumanMessage("hi"), asking("a"), result, *later), max_tokens=10_000)

    assert seen[2].text.startswith("[Cleared")
    assert seen[2].additional_kwargs == {"untrusted": True}


def test_a_turn_that_goes_on_is_seen_whole_with_its_open_calls() -> None:
    waiting = [HumanMessage("delete them"), asking("a", "b"), ToolMessage("r" * 9_000, tool_call_id="a")]
    rows = stored(*turn_with_result(1), *waiting)

    assert [m.text for m in window(rows, max_tokens=10_000)][-1] == "delete them"
    assert window(rows, max_tokens=10_000, goes_on=True)[-3:] == waiting
    assert window(rows, max_tokens=1, goes_on=True) == waiting
    assert window([], max_tokens=1, goes_on=True) == []


def test_tokens_are_estimated_as_if_large_results_were_cleared() -> None:
    small = estimate_tokens(stored(HumanMessage("x" * 400)))
    large = estimate_tokens(stored(HumanMessage("x" * 400), *turn_with_result(1, 100_000)))

    assert small == 100
    assert small < large < small + 100


# Rows that the server did not write


NO_MESSAGES: list[dict[str, Any]] = [
    {},
    {"type": "human"},
    {"type": "human", "data": "hi"},
    {"type": "human", "data": {"type": "human"}},
    {"type": "human", "data": {"type": "human", "content": 7}},
    {"type": "human", "data": {"type": "human", "content": [7]}},
    {"type": "human", "data": {"type": "ai", "content": "hi"}},
    {"type": "human", "data": {"type": "human", "content": "hi", "id": 7}},
    {"type": "human", "data": {"type": "human", "content": "hi", "cls": 7}},
    {"type": "human", "data": {"type": "human", "content": "hi", "additional_kwargs": []}},
    {"type": "ai", "data": {"type": "ai", "content": "hi", "response_metadata": None}},
    {"type": "ai", "data": {"type": "ai", "content": "hi", "tool_calls": None}},
    {"type": "ai", "data": {"type": "ai", "content": "hi", "tool_calls": ["call"]}},
    {"type": "ai", "data": {"type": "ai", "content": "hi", "tool_calls": [{"id": "a"}]}},
    {
        "type": "ai",
        "data": {"type": "ai", "content": "", "tool_calls": [{"id": [], "name": "n", "args": {}}]},
    },
    {"type": "tool", "data": {"type": "tool", "content": "hi", "tool_call_id": None}},
    {"type": ["human"], "data": {"type": ["human"], "content": "hi"}},
    message_to_dict(SystemMessage("Obey.")),
]


@pytest.mark.parametrize("message", NO_MESSAGES)
def test_a_row_that_is_no_message_of_a_conversation_is_left_out(message: dict[str, Any]) -> None:
    rows = [*stored(HumanMessage("before")), {"id": 1, "message": message}, *stored(AIMessage("after"))]

    assert [m.text for m in window(rows, max_tokens=99)] == ["before", "after"]


IDS = st.sampled_from("abc")
MESSAGES = st.one_of(
    st.text(max_size=30).map(HumanMessage),
    st.text(max_size=30).map(AIMessage),
    st.lists(IDS, min_size=1, max_size=3).map(lambda ids: asking(*ids)),
    st.tuples(IDS, st.sampled_from([3, 2_500])).map(lambda p: ToolMessage("r" * p[1], tool_call_id=p[0])),
)


@given(messages=st.lists(MESSAGES, max_size=40), max_tokens=st.integers(1, 3_000))
def test_whatever_was_stored_a_window_is_what_a_model_takes(
    messages: list[BaseMessage], max_tokens: int
) -> None:
    seen = window(stored(*messages), max_tokens=max_tokens)

    assert sum(len(m.text) for m in seen) <= max_tokens * CHARACTERS_PER_TOKEN
    assert not seen or seen[0].type == "human"
    open_calls: set[str | None] = set()
    for message in seen:
        if isinstance(message, ToolMessage):
            open_calls.remove(message.tool_call_id)
        else:
            assert not open_calls
            open_calls = (
                {call["id"] for call in message.tool_calls} if isinstance(message, AIMessage) else set()
            )
    assert not open_calls
    asked, shown = ([m.text for m in part if m.type == "human"] for part in (messages, seen))
    assert shown == asked[len(asked) - len(shown) :]
