"""Many chats over one WebSocket; memory-bank/websocket.md has its frames."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, WebSocket

from chatServer.deps import CurrentUser, ServerDep, Services
from chatServer.openapi import problems
from chatServer.schemas import SocketTicketOut
from chatServer.sockets import SocketSession
from core.chats.tickets import make_socket_ticket
from core.errors import NotPermitted

router = APIRouter(prefix="/api/chat/ws", tags=["chat"])


@router.post(
    "/ticket",
    operation_id="make_socket_ticket",
    summary="Get a ticket for a WebSocket",
    responses=problems(401, 500, 503),
)
async def post_ticket(request: Request, user: CurrentUser, services: Services) -> SocketTicketOut:
    """For clients that can give a WebSocket nothing but its URL; others send their token in its first frame.

    The ticket is good once, within a minute, at any replica. The socket has the identity of the access token
    that asked for it, and no longer life.
    """
    ticket = await make_socket_ticket(services.pool, user)
    url = request.url_for("chat_socket").include_query_params(ticket=ticket.ticket)
    return SocketTicketOut(ticket=ticket.ticket, expires_at=ticket.expires_at, url=str(url))


async def check_origin(websocket: WebSocket, server: ServerDep) -> None:
    """Refuses the page of a stranger. What is no browser sends no origin."""
    origin = websocket.headers.get("origin")
    allowed = server.settings.cors_origins
    if origin is None or "*" in allowed or origin.rstrip("/") in allowed:
        return
    if urlsplit(origin).netloc.lower() != websocket.headers.get("host", "").lower():
        raise NotPermitted("This page's origin may not open sockets here (CLARITY_CORS_ORIGINS).")


async def check_draining(server: ServerDep) -> None:
    """A server that stops takes no socket that it would close at once."""
    server.draining.check()


@router.websocket("", name="chat_socket", dependencies=[Depends(check_origin), Depends(check_draining)])
async def chat_socket(websocket: WebSocket, server: ServerDep, ticket: str | None = None) -> None:
    await websocket.accept()
    await SocketSession(server, websocket).serve(ticket)
