"""Streams of the openai package without its types: the same requests, answers and errors."""

from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage

from core.agents.models import Models
from core.agents.openai_stream import PlainCompletions
from core.config import CoreConfig
from fixtures.openai_server import Completion, Failure, OpenAIServer

TOOL = {
    "type": "function",
    "function": {"name": "add", "parameters": {"type": "object", "properties": {"n": {"type": "integer"}}}},
}


def model_of(server: OpenAIServer, **llm_config: Any) -> Any:
    models = Models(CoreConfig(model_keys={"openai": "the-key"}))
    return models.get({"model": "openai:m", "base_url": server.base_url, **llm_config}, is_private=False)


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
    told = [
        [(chunk.content, chunk.tool_call_chunks, chunk.usage_metadata) for chunk in some] for some in chunks
    ]
    assert told[0] == told[1]
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
