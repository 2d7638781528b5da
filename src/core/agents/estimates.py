"""What a model call used that was broken off, so that its provider did not come to tell."""

from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage

from core.types import Usage

# The usual estimate; exactly would need each provider's tokenizer.
CHARACTERS_PER_TOKEN = 4


def estimated_usage(seen: Sequence[BaseMessage], texts: Sequence[str]) -> Usage:
    """By the length of what the model read and wrote, rounded up.

    Zero when it wrote nothing: nobody knows then whether it began.
    """
    if not texts:
        return Usage()
    return Usage(
        input_tokens=_tokens(sum(map(_characters, seen))), output_tokens=_tokens(sum(map(len, texts)))
    )


def _tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)


def _characters(message: BaseMessage) -> int:
    calls = message.tool_calls if isinstance(message, AIMessage) else ()
    return len(message.text) + sum(len(str(call["args"])) for call in calls)
