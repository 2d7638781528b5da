"""Chats as a whole. Clients make, list, change and delete them by Supabase."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from chatServer.deps import CurrentUser, Services
from chatServer.fork_schemas import ForkOut, NewFork
from chatServer.openapi import problems
from core.chats.forks import fork_chat

router = APIRouter(prefix="/api/chats", tags=["chat"])


@router.post(
    "/{chat_id}/fork",
    operation_id="fork_chat",
    summary="Go on from an earlier message",
    status_code=HTTPStatus.CREATED,
    responses=problems(400, 401, 404, 409, 413, 422, 429, 500, 503),
)
async def post_fork(
    chat_id: Annotated[UUID, Path(description="A chat of yours (`chats.id`).")],
    body: NewFork,
    user: CurrentUser,
    services: Services,
) -> ForkOut:
    """A new chat with what was said before that message, as if it and all later ones had not been.

    Send into it what you say instead. The chat that you name stays as it is, and so does what its agent has
    done: nothing is undone. Sent again, it gives the chat that it has made.
    """
    fork = await fork_chat(
        services.pool,
        user,
        services.config,
        chat_id=chat_id,
        message_id=body.message_id,
        new_chat_id=body.new_chat_id,
    )
    return ForkOut.of(fork)
