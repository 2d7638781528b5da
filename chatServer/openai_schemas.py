"""What goes over the wire below /v1: the part of OpenAI's chat completions that an agent can mean.

What is not here is ignored, as parameters of the model are: the agent's row decides those. What would give
another answer than the client believes is refused by name.
"""

from typing import Annotated, Any, Literal, TypeAlias, cast
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, field_validator

from chatServer.schemas import PendingActionOut

# No agent's name is longer; one that is only a little longer is told to be unknown, with its name.
MAX_MODEL_CHARACTERS = 200

OWN_TOOLS = "an agent has tools of its own, and this server calls them"
TEXT_ONLY = "an agent answers in plain text"


class ContentPart(BaseModel):
    """A part of a message."""

    type: Literal["text"]
    text: str


def _joined(content: object) -> object:
    """The text of a message, of its parts too."""
    if content is None:
        return ""
    if isinstance(content, list):
        content = "\n".join(_text_of(part) for part in cast("list[object]", content))
    if isinstance(content, str):
        _check_characters(content)
    return content


def _text_of(part: object) -> str:
    match part:
        case {"type": "text", "text": str(text)} | {"type": "refusal", "refusal": str(text)}:
            return text
        case _:
            raise ValueError("May hold text only: this server takes no images, audio or files")


def _check_characters(text: str) -> None:
    if "\0" in text:
        raise ValueError("Must not contain the character NUL")
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise ValueError("Must not contain half of a character") from exc


Text: TypeAlias = Annotated[
    str, BeforeValidator(_joined, json_schema_input_type=str | list[ContentPart] | None)
]


def _refused(why: str, *means_nothing: object) -> BeforeValidator:
    """For a parameter that is taken only with a value that asks for nothing."""

    def check(value: object) -> None:
        if value is not None and value not in means_nothing:
            raise ValueError(f"Is not supported: {why}")

    return BeforeValidator(check, json_schema_input_type=Any)


class ConversationMessage(BaseModel):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant"] = Field(
        description="`system` and `developer` rank with what the user says, below the agent's own prompt."
    )
    content: Text = Field(default="", description="Text, or parts of type `text`.")
    tool_calls: Annotated[None, _refused(OWN_TOOLS, [])] = None
    function_call: Annotated[None, _refused(OWN_TOOLS)] = None
    audio: Annotated[None, _refused(TEXT_ONLY)] = None

    @field_validator("role", mode="before")
    @classmethod
    def _is_no_tool(cls, value: object) -> object:
        if value in ("tool", "function"):
            raise ValueError(f"Must not be a tool's: {OWN_TOOLS}")
        return value

    @property
    def is_instruction(self) -> bool:
        return self.role in ("system", "developer")


class StreamOptions(BaseModel):
    """How to stream."""

    include_usage: bool | None = Field(
        default=None, description="One more chunk, before the last line, has the whole usage."
    )


class ChatCompletionRequest(BaseModel):
    """A conversation, to be answered by an agent.

    Parameters of the model (`temperature`, `max_tokens`, ...) are ignored: the agent's row decides them.
    Those that are here without a type would change what the answer means, and are refused.
    """

    model: str = Field(
        min_length=1,
        max_length=MAX_MODEL_CHARACTERS,
        description="The agent's name.",
        examples=["assistant"],
    )
    messages: list[ConversationMessage] = Field(
        description="The conversation, with the user's message last. In a chat of the server's only that one "
        "counts.",
        examples=[[{"role": "user", "content": "Which tasks are due this week?"}]],
    )
    stream: bool | None = None
    stream_options: StreamOptions | None = None

    n: Annotated[None, _refused("an agent gives one answer", 1)] = None
    tools: Annotated[None, _refused(OWN_TOOLS, [])] = None
    tool_choice: Annotated[None, _refused(OWN_TOOLS, "auto")] = None
    functions: Annotated[None, _refused(OWN_TOOLS, [])] = None
    function_call: Annotated[None, _refused(OWN_TOOLS, "auto")] = None
    web_search_options: Annotated[None, _refused(OWN_TOOLS)] = None
    response_format: Annotated[None, _refused(TEXT_ONLY, {"type": "text"})] = None
    modalities: Annotated[None, _refused(TEXT_ONLY, [], ["text"])] = None
    audio: Annotated[None, _refused(TEXT_ONLY)] = None
    logprobs: Annotated[None, _refused("there are none of an agent's answer", False)] = None
    top_logprobs: Annotated[None, _refused("there are none of an agent's answer", 0)] = None
    stop: Annotated[None, _refused("an agent ends its answer itself", [], "")] = None
    moderation: Annotated[None, _refused("this server moderates nothing")] = None

    @field_validator("messages")
    @classmethod
    def _ends_with_the_users(cls, value: list[ConversationMessage]) -> list[ConversationMessage]:
        spoken = [message for message in value if not message.is_instruction]
        if not spoken or spoken[-1].role != "user":
            raise ValueError("Must end with a message of the user")
        if not spoken[-1].content.strip():
            raise ValueError("Must not end with a blank message")
        return value

    @property
    def wants_usage(self) -> bool:
        """Whether a stream is to end with it."""
        return bool(self.stream_options and self.stream_options.include_usage)


class ClarityExtension(BaseModel):
    """What OpenAI's shape has no place for."""

    run_id: UUID = Field(description="`chat_runs.id`.")
    chat_id: UUID | None = Field(description="The chat that it belongs to; null without one.")
    pending_actions: list[PendingActionOut] = Field(
        description="What waits for your decision; the chat goes on after it."
    )


class AnswerMessage(BaseModel):
    """What the agent says."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    """The only answer."""

    index: Literal[0] = 0
    message: AnswerMessage
    logprobs: None = None
    finish_reason: Literal["stop", "length"] = Field(
        description="`length` when the turn was stopped at a limit of this server, as its last sentence says."
    )


class CompletionUsage(BaseModel):
    """Tokens of all model calls of the turn."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(BaseModel):
    """An answer."""

    id: str = Field(examples=["chatcmpl-0193a0000000700080000000000000001"])
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="Seconds since 1970.")
    model: str
    choices: list[Choice]
    usage: CompletionUsage
    clarity: ClarityExtension


class ModelOut(BaseModel):
    """An agent."""

    id: str = Field(description="The agent's name.")
    object: Literal["model"] = "model"
    created: int = Field(description="Seconds since 1970.")
    owned_by: Literal["system", "user"] = Field(description="`user`: yours alone; `system`: everybody's.")
    name: str | None = Field(description="What people call it.")
    description: str | None


class ModelList(BaseModel):
    """The agents that you may talk to, by name."""

    object: Literal["list"] = "list"
    data: list[ModelOut]


class ErrorOut(BaseModel):
    """What went wrong."""

    message: str = Field(description="A sentence or two for a person.")
    type: str = Field(examples=["invalid_request_error"])
    param: str | None = Field(description="The part of the request that it is about.")
    code: str = Field(description="Stable: write programs against it.", examples=["model_not_found"])


class OpenAIError(BaseModel):
    """An error, in the shape that OpenAI's clients read."""

    error: ErrorOut
