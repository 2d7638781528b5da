"""Agents as models, for any client of OpenAI's chat completions."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Path, Request, Response
from starlette.types import Receive, Scope, Send

from chatServer.deps import CurrentUser, Services, ServicesForATurn, SettingsDep
from chatServer.openai_api import (
    CHAT_ID_HEADER,
    MESSAGE_ID_HEADER,
    Chunks,
    Head,
    beginning,
    chunk_frames,
    completion,
    encoded,
    model_of,
    turn_request,
)
from chatServer.openai_errors import id_headers
from chatServer.openai_schemas import (
    MAX_MODEL_CHARACTERS,
    ChatCompletion,
    ChatCompletionRequest,
    ModelList,
    ModelOut,
    OpenAIError,
)
from chatServer.problems import content_of
from chatServer.streaming import HEARTBEAT_SECONDS, EventStream
from core.agents.directory import list_agents
from core.errors import AgentNotFound
from core.services import TurnServices
from core.turn import attach, begin_or_find
from core.turn_requests import TurnRequest

router = APIRouter(prefix="/v1", tags=["openai"])

MEANINGS = {
    400: "The request does not fit. `param` says where.",
    401: "No access token, or one that is not valid.",
    404: "No such agent, or no such chat of yours.",
    409: "The chat is busy with another message, or waits for your decision.",
    413: "The body is larger than the server takes.",
    429: "You have reached a limit of this server. See `Retry-After`.",
    500: "Something went wrong in the server, or the agent's row cannot be run as it stands.",
    502: "The model's provider failed.",
    503: "The database or the sign-in service is away, or this server is about to stop. See `Retry-After`.",
    504: "The model, or the whole turn, took too long.",
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route that may answer with these errors."""
    known = {status: {"description": MEANINGS[status], "model": OpenAIError} for status in statuses}
    # Else FastAPI documents one of its own.
    return {**known, "default": {"description": "Any other error.", "model": OpenAIError}}


ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer; with `stream`, its chunks (`chat.completion.chunk`) and `[DONE]`.",
        "model": ChatCompletion,
        "content": {"text/event-stream": {}},
    }
}


@router.get(
    "/models",
    operation_id="list_models",
    summary="Which agents are there, as models?",
    responses=errors(401, 500, 503),
)
async def get_models(user: CurrentUser, services: Services) -> ModelList:
    """The active agents that you may talk to: shared ones, and your own, which hide a shared one's name."""
    return ModelList(data=[model_of(entry) for entry in await list_agents(services.pool, user)])


@router.get(
    "/models/{model}",
    operation_id="read_model",
    summary="What is this agent, as a model?",
    responses=errors(401, 404, 500, 503),
)
async def get_model(
    user: CurrentUser,
    services: Services,
    model: Annotated[str, Path(max_length=MAX_MODEL_CHARACTERS, description="The agent's name.")],
) -> ModelOut:
    """An active agent that you may talk to."""
    for entry in await list_agents(services.pool, user):
        if entry.agent_name == model:
            return model_of(entry)
    raise AgentNotFound(model)


@router.post(
    "/chat/completions",
    operation_id="create_chat_completion",
    summary="Say something to an agent, as to a model",
    response_model=None,
    responses={**ANSWER, **errors(*MEANINGS)},
)
async def post_chat_completion(
    user: CurrentUser,
    services: ServicesForATurn,
    settings: SettingsDep,
    request: Request,
    given: ChatCompletionRequest,
    chat_id: Annotated[
        UUID | None,
        Header(
            alias=CHAT_ID_HEADER,
            description="The chat to go on with; an unknown id begins one. Only the last message counts "
            "then. Left out: `messages` are the whole conversation, and none of it is kept.",
        ),
    ] = None,
    message_id: Annotated[
        UUID | None,
        Header(
            alias=MESSAGE_ID_HEADER,
            description="In a chat, your own id for the message. Sent again with the same id, it is never "
            "stored or answered twice.",
        ),
    ] = None,
) -> Response:
    """For OpenAI's clients, with your access token as `api_key` and this server's `/v1` as `base_url`.

    The agent calls its tools itself, and a stream shows text only. Without a chat, a client that goes away
    stops the turn; in a chat the turn goes on and is stored.
    """
    turn = turn_request(
        given,
        user,
        chat_id=chat_id,
        message_id=message_id,
        max_characters=settings.max_message_characters,
        max_tokens=settings.history_tokens,
    )
    run_id = await begin_or_find(services, turn)
    # Whatever goes wrong from here on is told with them.
    request.state.run = {"run_id": str(run_id)} | ({"session_id": str(chat_id)} if chat_id else {})
    head = Head(run_id=run_id, agent_name=given.model, created=datetime.now(UTC))
    stop = _nothing if chat_id else partial(_stop, services, turn)

    if not given.stream:
        async with _stopping(request, stop):
            answer = await completion(head, attach(services, user, run_id))
        content = encoded(answer.model_dump(mode="json"))
        return Response(content, headers=id_headers(run_id, chat_id), media_type="application/json")
    batches = attach(services, user, run_id, silence_seconds=HEARTBEAT_SECONDS)
    async with _stopping(request, stop):
        begun = await beginning(batches)
    chunks = Chunks(head, include_usage=given.wants_usage, problem_of=partial(content_of, request))
    frames = chunk_frames(begun, batches, chunks)
    return CompletionStream(frames, run_id=run_id, chat_id=chat_id, stop=stop)


class CompletionStream(EventStream):
    """A stream that, when it ends in whatever way, stops what it streams."""

    def __init__(
        self, frames: AsyncIterator[bytes], *, run_id: UUID, chat_id: UUID | None, stop: Callable[[], None]
    ) -> None:
        super().__init__(frames, run_id=run_id)
        self.headers.update(id_headers(run_id, chat_id))
        self._stop = stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stop()


@asynccontextmanager
async def _stopping(request: Request, stop: Callable[[], None]) -> AsyncGenerator[None]:
    """Stops the turn as soon as the client goes away within the block."""

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        stop()

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait({watching})


def _stop(services: TurnServices, turn: TurnRequest) -> None:
    if run := services.runs.get(turn.run_id, turn.user.id):
        run.cancel()


def _nothing() -> None:
    """What a turn in a chat does when its client goes away: it goes on."""
