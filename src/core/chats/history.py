"""The messages of a chat: how they are stored, and the window of them that the model sees.

A row's `message` is LangChain's own serialisation (`message_to_dict`), as langchain-postgres writes it.
"""

from collections.abc import Sequence
from math import isfinite
from typing import Any, cast
from uuid import UUID, uuid4

from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    BaseMessage,
    ToolMessage,
    message_to_dict,
    messages_from_dict,
    trim_messages,  # pyright: ignore[reportUnknownVariableType]
)

# Counting tokens exactly would need each provider's tokenizer; four characters a token is its usual estimate,
# and the window needs a bound, not a number.
CHARACTERS_PER_TOKEN = 4


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


def window(history: Sequence[dict[str, Any]], *, max_tokens: int) -> list[BaseMessage]:
    """The newest stored messages that fit into `max_tokens`, oldest first.

    Begins with a user's message, and holds no tool call without its result: a model refuses either.
    """
    messages = without_open_tool_calls(messages_from_dict(list(history)))
    return trim_messages(
        messages,
        max_tokens=max_tokens,
        token_counter=_estimate_tokens,
        strategy="last",
        start_on="human",
        allow_partial=False,
    )


def without_open_tool_calls(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The messages without those tool calls, and results, whose other half is missing."""
    answered = {message.tool_call_id for message in messages if isinstance(message, ToolMessage)}
    complete = [message for message in messages if not _has_open_call(message, answered)]
    asked = {
        call["id"] for message in complete if isinstance(message, AIMessage) for call in message.tool_calls
    }
    return [
        message
        for message in complete
        if not isinstance(message, ToolMessage) or message.tool_call_id in asked
    ]


def _has_open_call(message: BaseMessage, answered: set[str]) -> bool:
    return isinstance(message, AIMessage) and any(call["id"] not in answered for call in message.tool_calls)


def _estimate_tokens(messages: Sequence[BaseMessage | AnyMessage]) -> int:
    return sum(_characters(message) for message in messages) // CHARACTERS_PER_TOKEN


def _characters(message: BaseMessage) -> int:
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return len(message.text) + sum(len(str(call["args"])) for call in calls)
