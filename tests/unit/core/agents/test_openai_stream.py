"""Streams of the openai package without its types: the same requests, answers and errors."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage
from langchain_core.messages.ai import add_ai_message_chunks

from core.agents.models import Models
from core.agents.openai_stream import PlainCompletions, _joined  # pyright: ignore[reportPrivateUsage]
from core.config import CoreConfig
from fixtures.openai_server import Completion, Failure, OpenAIServer
from fixtures.web_server import WebReply, WebServer

TOOL = {
    "type": "function",
    "function": {"name": "add", "parameters": {"type": "object", "properties": {"n": {"type": "integer"}}}},
}


def model_at(base_url: str, **llm_config: Any) -> Any:
    models = Models(CoreConfig(model_keys={"openai": "the-key"}))
    return models.get({"model": "openai:m", "base_url": base_url, **llm_config}, is_private=False)


def model_of(server: OpenAIServer, **llm_config: Any) -> Any:
    return model_at(server.base_url, **llm_config)


async def stream(model: Any, **options: Any) -> Sequence[AIMessageChunk]:
    return [chunk async for chunk in model.astream([HumanMessage("Hi")], **options)]


async def test_what_is_sent_and_what_comes_is_the_same_as_by_the_package(openai_server: OpenAIServer) -> None:
    plain, typed = (model_of(openai_server, temperature=0.5, stop=["x"]) for _ in range(2))
    typed = typed.model_copy(update={"async_client": typed.root_async_client.chat.completions})
    answer = Completion(text="Two words", tool_calls=[("add", {"n": 1})])
    openai_server.answer(answer, answer)

    chunks = [await stream(model, tools=[TOOL], extra_headers={"X-Trace": "1"}) for model in (plain, typed)]

    assert isinstance(plain.async_client, PlainCompletions)
    one, other = openai_server.requests
    assert one.body == other.body
    assert one.headers == other.headers
    assert one.headers["authorization"] == "Bearer the-key"
    assert one.headers["x-trace"] == "1"
    whole = [add_ai_message_chunks(some[0], *some[1:]) for some in chunks]
    assert whole[0].content == whole[1].content
    assert whole[0].tool_calls == whole[1].tool_calls
    assert whole[0].usage_metadata == whole[1].usage_metadata
    assert whole[0].response_metadata == whole[1].response_metadata
    assert "".join(chunk.text for chunk in chunks[0]) == "Two words"


async def test_an_answer_that_is_no_stream_is_the_packages_own(openai_server: OpenAIServer) -> None:
    openai_server.answer("All at once")

    answer = await model_of(openai_server).root_async_client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "Hi"}]
    )
    openai_server.answer("All at once")
    same = await model_of(openai_server).async_client.create(
        model="m", messages=[{"role": "user", "content": "Hi"}]
    )

    assert answer.choices[0].message.content == same.choices[0].message.content == "All at once"


@pytest.mark.parametrize(("status", "kind"), [(401, "AuthenticationError"), (429, "RateLimitError")])
async def test_an_error_is_the_packages_own(openai_server: OpenAIServer, status: int, kind: str) -> None:
    openai_server.answer(Failure(status=status))

    with pytest.raises(Exception, match="scripted failure") as refused:
        await stream(model_of(openai_server))

    assert kind in {base.__name__ for base in type(refused.value).__mro__}


def text(content: str, **choice: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": content}, **choice}]}


USED: dict[str, Any] = {"choices": [], "usage": {}}
CALL: dict[str, Any] = {"choices": [{"delta": {"content": "b", "tool_calls": [1]}}]}
STOP = text("", finish_reason="stop")
RATED = text("b", logprobs={"x": 1})
CASES: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]] = [
    ([text("a"), text("b"), text("c")], [text("abc")]),
    ([text("a"), STOP], [text("a"), STOP]),
    ([text("a"), USED, text("b"), text("c")], [text("a"), USED, text("bc")]),
    ([text("a"), RATED], [text("a"), RATED]),
    ([text("a"), CALL], [text("a"), CALL]),
    ([], []),
]


@pytest.mark.parametrize(("chunks", "joined"), CASES)
def test_texts_that_arrive_together_become_one_and_nothing_else_does(
    chunks: list[dict[str, Any]], joined: list[dict[str, Any]]
) -> None:
    assert list(_joined(chunks)) == joined


async def test_an_error_in_the_middle_of_a_stream_is_told(web: WebServer) -> None:
    parts = [text("Hel"), {"error": {"message": "overloaded", "type": "overloaded_error"}}]
    body = "".join(f"data: {json.dumps(part)}\n\n" for part in parts)
    web.answer(WebReply(body=body.encode(), content_type="text/event-stream"))

    with pytest.raises(Exception, match="overloaded"):
        await stream(model_at(f"{web.origin}/v1"))
