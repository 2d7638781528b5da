"""The window of a chat that a model sees."""

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage, message_to_dict

from core.chats.history import to_row, window, without_open_tool_calls


def stored(*messages: BaseMessage) -> list[dict[str, object]]:
    return [message_to_dict(message) for message in messages]


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


def test_a_message_survives_being_stored() -> None:
    message = AIMessage(
        "hello",
        tool_calls=[{"id": "a", "name": "add", "args": {"n": 1}}],
        usage_metadata={"input_tokens": 3, "output_tokens": 2, "total_tokens": 5},
    )

    restored = window(
        [message_to_dict(HumanMessage("hi")), to_row(message)["message"], *stored(answer("a"))], max_tokens=99
    )

    assert restored[1] == message
