"""Turns over HTTP."""

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request

from chatServer.deps import ChatRequestDep, CurrentUser, ServicesForATurn
from chatServer.openapi import problems
from chatServer.schemas import ChatResponse
from core.events import TurnEvent, TurnFailed, TurnStarted
from core.turn import run_turn
from core.turn_results import collect_turn

router = APIRouter(prefix="/api", tags=["chat"])


@router.post(
    "/chat",
    operation_id="chat",
    summary="Say something to an agent",
    response_description="The agent's answer, once the whole turn is over and stored.",
    responses=problems(400, 401, 404, 409, 413, 422, 429, 500, 502, 503, 504),
)
async def post_chat(
    user: CurrentUser, chat_request: ChatRequestDep, services: ServicesForATurn, request: Request
) -> ChatResponse:
    """Runs one turn of the agent as the signed-in user, under the database's row-level security.

    Without `session_id` a new chat begins. A chat answers one message at a time: another one meanwhile is
    a 409. A client that goes away loses nothing: the turn goes on and is stored in the chat.
    """
    events = run_turn(services, chat_request.to_turn_request(user))
    return ChatResponse.from_result(await collect_turn(noting_the_run(request, events)))


async def noting_the_run(request: Request, events: AsyncIterator[TurnEvent]) -> AsyncIterator[TurnEvent]:
    """The same events; what goes wrong later is told with the run and the chat that it belongs to."""
    async for event in events:
        if isinstance(event, TurnStarted | TurnFailed):
            request.state.run = {"run_id": str(event.run_id), "session_id": str(event.chat_id)}
        yield event
