"""The messages of a chat: how they are stored, and the window of them that the model sees.

A row's `message` is LangChain's own serialisation (`message_to_dict`), as langchain-postgres writes it.

A window is made in every turn, so it is made of the stored form in one pass: what is left out is never built,
and what is shown is built without LangChain's validation, after a look at what providers' clients rely on.
Stored values are shared with the messages, and never changed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from math import isfinite
from types import NoneType
from typing import Any, TypeAlias, cast
from uuid import UUID, uuid4

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage, message_to_dict

# Counting tokens exactly would need each provider's tokenizer; four characters a token is its usual estimate,
# and the window needs a bound, not a number.
CHARACTERS_PER_TOKEN = 4

# A result of more than this, about 500 tokens or a dozen rows, is cleared once its turn is old.
LARGE_RESULT_CHARACTERS = 2_000
# "The second one, please" is said about the last answers. What was looked up before them is looked up again
# when it matters, and is then up to date.
TURNS_WITH_RESULTS = 3

# The `data` of a stored message.
Data: TypeAlias = Mapping[str, Any]
# Whose calls of tools a message asks for, and which one it answers.
Step: TypeAlias = tuple[Sequence[str | None], str | None]

KINDS: Mapping[str, type[BaseMessage]] = {"human": HumanMessage, "ai": AIMessage, "tool": ToolMessage}
# By kind, the fields of a message that are made anew for each.
MADE: Mapping[str, Sequence[tuple[str, Callable[[], Any]]]] = {
    name: [
        (field, cast("Callable[[], Any]", info.default_factory))
        for field, info in kind.model_fields.items()
        if info.default_factory
    ]
    for name, kind in KINDS.items()
}
NOTHING: Mapping[str, Any] = {}
TEXT_OR_NONE = (str, NoneType)
CALL_KEYS = frozenset({"id", "name", "args"})
# What `model_construct` would take for parameters of its own.
RESERVED = frozenset({"cls", "_fields_set"})


def to_row(message: BaseMessage, message_uuid: UUID | None = None) -> dict[str, Any]:
    """`{"message_uuid", "message"}`, as private.close_turn() stores it."""
    return {"message_uuid": str(message_uuid or uuid4()), "message": storable(message_to_dict(message))}


def storable(value: Any) -> Any:
    """The value without what a model may write and jsonb refuses: NUL, lone surrogates, NaN, infinity."""
    match value:
        case str():
            return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
        case float():
            return value if isfinite(value) else None
        case dict():
            return {storable(key): storable(item) for key, item in cast("dict[Any, Any]", value).items()}
        case list():
            return [storable(item) for item in cast("list[Any]", value)]
        case _:
            return value


def window(
    history: Sequence[Mapping[str, Any]], *, max_tokens: int, goes_on: bool = False
) -> list[BaseMessage]:
    """The newest turns that fit into `max_tokens`, oldest first, of rows `{"id", "message"}` in their order.

    Begins with a user's message, and holds no tool call without its result: a model refuses either. Large
    results are cleared from old turns, and from a newer one that would not fit otherwise. A row that is no
    message of a user, a model or a tool is left out.
    When the last turn `goes_on`, because it has waited for a person, it is seen whole, with its open calls.
    """
    turns = _turns(_readable(history))
    shown: list[Sequence[Data]] = [turns.pop()] if goes_on and turns else []
    room = max_tokens * CHARACTERS_PER_TOKEN - sum(map(_size, shown))
    for age, turn in enumerate(map(_whole_steps, reversed(turns))):
        seen = turn if age < TURNS_WITH_RESULTS else _cleared(turn)
        if (size := _size(seen)) > room:
            seen = _cleared(turn)
            size = _size(seen)
        room -= size
        if room < 0:
            break
        shown.append(seen)
    return [_message(data) for turn in reversed(shown) for data in turn]


def _message(data: Data) -> BaseMessage:
    # Pydantic would find out how the default of each missing field is made: 180 microseconds a message.
    filled: dict[str, Any] = dict(data)
    for field, make in MADE[data["type"]]:
        if field not in filled:
            filled[field] = make()
    return KINDS[data["type"]].model_construct(**filled)


def estimate_tokens(history: Sequence[Mapping[str, Any]]) -> int:
    """About how many tokens a window of all these rows would have, were all large results cleared."""
    return _size(_cleared(_readable(history))) // CHARACTERS_PER_TOKEN


def only_message(history: Sequence[Mapping[str, Any]]) -> str | None:
    """What a user has said in these rows, if it was one thing."""
    said = [_message(data).text for data in _readable(history) if data["type"] == "human"]
    return said[0] if len(said) == 1 else None


def without_open_tool_calls(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The messages without those tool calls, and results, whose other half is missing."""
    kept = _in_whole_steps([_step(message) for message in messages])
    return [message for message, is_kept in zip(messages, kept, strict=True) if is_kept]


def _step(message: BaseMessage) -> Step:
    if isinstance(message, AIMessage):
        return [call["id"] for call in (*message.tool_calls, *message.invalid_tool_calls)], None
    return (), message.tool_call_id if isinstance(message, ToolMessage) else None


def _stored_step(data: Data) -> Step:
    if data["type"] == "ai":
        return [call["id"] for call in _calls(data)], None
    return (), data["tool_call_id"] if data["type"] == "tool" else None


def _in_whole_steps(steps: Sequence[Step]) -> list[bool]:
    """Which messages to keep: a provider takes calls only with each one's result right behind them."""
    kept = [not asked and answered is None for asked, answered in steps]
    for index, (asked, _) in enumerate(steps):
        if asked:
            end = index + 1 + len(asked)
            answers = {answered for _, answered in steps[index + 1 : end]}
            if len(answers) == len(asked) and answers == set(asked):
                kept[index:end] = [True] * (1 + len(asked))
    return kept


def _whole_steps(turn: Sequence[Data]) -> list[Data]:
    kept = _in_whole_steps([_stored_step(data) for data in turn])
    return [data for data, is_kept in zip(turn, kept, strict=True) if is_kept]


def _readable(history: Iterable[Mapping[str, Any]]) -> list[Data]:
    """What the rows hold, without what no client of a provider could read."""
    return [row["message"]["data"] for row in history if _is_readable(row["message"])]


def _is_readable(message: Mapping[str, Any]) -> bool:
    """Whether it is a message as the server stores it. Users may add rows, so any part may be anything."""
    data: Any = message.get("data")
    if not isinstance(data, dict):
        return False
    data = cast("dict[str, Any]", data)
    kind = data.get("type")
    if (
        kind != message.get("type")
        or not _is_content(data.get("content"))
        or not isinstance(data.get("additional_kwargs", NOTHING), dict)
        or not isinstance(data.get("response_metadata", NOTHING), dict)
        or not isinstance(data.get("id"), TEXT_OR_NONE)
        or not isinstance(data.get("name"), TEXT_OR_NONE)
        or not data.keys().isdisjoint(RESERVED)
    ):
        return False
    match kind:
        case "human":
            return True
        case "ai":
            return _are_calls(data.get("tool_calls", [])) and _are_calls(data.get("invalid_tool_calls", []))
        case "tool":
            return isinstance(data.get("tool_call_id"), str)
        case _:
            return False


def _is_content(content: Any) -> bool:
    return isinstance(content, str) or (
        isinstance(content, list)
        and all(isinstance(block, str | dict) for block in cast("list[Any]", content))
    )


def _are_calls(calls: Any) -> bool:
    return isinstance(calls, list) and all(
        isinstance(call, dict) and call.keys() >= CALL_KEYS and isinstance(call["id"], str)
        for call in cast("list[Any]", calls)
    )


def _calls(data: Data) -> Sequence[Mapping[str, Any]]:
    """The calls of tools that a message asks for, also those whose arguments are no JSON."""
    calls, invalid = data.get("tool_calls", ()), data.get("invalid_tool_calls")
    return [*calls, *invalid] if invalid else calls


def _turns(messages: Sequence[Data]) -> list[Sequence[Data]]:
    """The messages by turn; what comes before the first message of a user belongs to none."""
    starts = [index for index, data in enumerate(messages) if data["type"] == "human"]
    return [messages[start:end] for start, end in pairwise([*starts, len(messages)])]


def _cleared(messages: Sequence[Data]) -> list[Data]:
    """The messages with a note in the place of each large result."""
    return [_clear(data) if _is_large_result(data) else data for data in messages]


def _is_large_result(data: Data) -> bool:
    return data["type"] == "tool" and _characters(data) > LARGE_RESULT_CHARACTERS


def _clear(data: Data) -> Data:
    note = (
        f"[Cleared to save room: a result of {_characters(data):,} characters. Call the tool again if you "
        "need it, unless the call changed something: that was done.]"
    )
    return {**data, "content": note, "artifact": None}


def _size(messages: Iterable[Data]) -> int:
    return sum(map(_characters, messages))


def _characters(data: Data) -> int:
    content = data["content"]
    size = len(content) if isinstance(content, str) else sum(map(_block_characters, content))
    return size + sum(len(str(call["args"])) for call in _calls(data)) if data["type"] == "ai" else size


def _block_characters(block: str | Mapping[str, Any]) -> int:
    text = block if isinstance(block, str) else block.get("text")
    return len(text if isinstance(text, str) else str(block))
