"""Whatever is sent to /v1/chat/completions, the server answers, and in OpenAI's shape."""

import json
from collections.abc import Callable
from typing import Any, TypeAlias
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from chatServer.openai_schemas import OpenAIError
from core.agents.models import Models
from core.config import CoreConfig
from fixtures.people import Person
from fixtures.servers import JWT_SECRET, RunningServer, Serve

pytestmark = pytest.mark.usefixtures("helper")

Strategy: TypeAlias = st.SearchStrategy[Any]

HELLO = {"role": "user", "content": "Hello"}
# Half a character among them.
TEXTS: Strategy = st.text(st.characters())
SCALARS: Strategy = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
ANYTHING: Strategy = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)
PARTS: Strategy = st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": TEXTS}), max_size=2)


def messages_with(roles: Strategy, contents: Strategy) -> Strategy:
    """Conversations that end with the user's message."""
    message = st.fixed_dictionaries(
        {"role": roles, "content": contents}, optional={"name": ANYTHING, "refusal": ANYTHING}
    )
    return st.lists(message, max_size=3).map(lambda messages: [*messages, HELLO])


def replaced(body: dict[str, Any], name: str, value: object) -> dict[str, Any]:
    return {**body, name: value}


ROLES: Strategy = st.sampled_from(["user", "system", "developer", "assistant"])
GOOD: Strategy = st.fixed_dictionaries(
    {
        "model": st.just("helper"),
        "messages": messages_with(ROLES, TEXTS | PARTS | st.none()),
        "stream": st.booleans() | st.none(),
    },
    optional={
        "stream_options": st.fixed_dictionaries({"include_usage": st.booleans()}),
        "temperature": ANYTHING,
        "anything": ANYTHING,
    },
)
NAMES: Strategy = st.sampled_from(
    ["model", "messages", "stream", "stream_options", "n", "tools", "tool_choice", "response_format", "stop"]
)
# One of its parts may be anything.
ALMOST_GOOD: Strategy = st.builds(
    replaced,
    GOOD,
    NAMES,
    ANYTHING | messages_with(ROLES | ANYTHING, TEXTS | ANYTHING),
)


@pytest.fixture
async def server(serve: Serve) -> RunningServer:
    return await serve(models=Models(CoreConfig(default_model="offline:rules")))


@pytest.fixture
def token(make_user: Callable[[], Person]) -> str:
    return make_user().jwt(JWT_SECRET)


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=GOOD | ALMOST_GOOD | ANYTHING, chat_id=st.none() | st.uuids())
@example(body={"model": "helper", "messages": [HELLO], "stream": True}, chat_id=None)
@example(body={"model": "helper", "messages": [HELLO]}, chat_id=UUID(int=1))
@example(body={"model": "helper", "messages": [{**HELLO, "content": "\ud800"}]}, chat_id=None)
async def test_any_body_is_answered_or_refused(
    server: RunningServer, token: str, owner: psycopg.Connection, body: object, chat_id: UUID | None
) -> None:
    # Whatever the limit of a minute is, it is not what is tried here.
    owner.execute("delete from chat_runs")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if chat_id:
        headers["X-Clarity-Chat-Id"] = str(chat_id)

    answer = await server.client.post("/v1/chat/completions", content=json.dumps(body), headers=headers)

    if answer.headers["Content-Type"].startswith("text/event-stream"):
        *chunks, done = [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line]
        assert done == "[DONE]"
        assert all(ChatCompletionChunk.model_validate_json(chunk) for chunk in chunks)
    elif answer.status_code == 200:
        assert ChatCompletion.model_validate_json(answer.content)
    else:
        assert answer.status_code < 500, answer.text
        assert OpenAIError.model_validate_json(answer.content)
