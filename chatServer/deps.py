"""What routes ask for."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from chatServer.agent_schemas import ToolTrialRequest
from chatServer.auth import TokenVerifier
from chatServer.draining import Draining
from chatServer.errors import NotSignedIn
from chatServer.mcp_host import MCPHost
from chatServer.metrics import Metrics
from chatServer.readiness import Readiness
from chatServer.schemas import ChatRequest
from chatServer.settings import Settings
from chatServer.socket_limits import Sockets
from core.errors import NotPermitted
from core.services import TurnServices
from core.types import User


@dataclass(frozen=True, kw_only=True)
class Server:
    """What one running server has, from the start of its lifespan to the end."""

    settings: Settings
    verifier: TokenVerifier
    services: TurnServices
    readiness: Readiness
    draining: Draining
    mcp: MCPHost
    metrics: Metrics
    sockets: Sockets


bearer = HTTPBearer(
    scheme_name="Supabase access token",
    bearerFormat="JWT",
    description="The `access_token` that Supabase Auth gives when a user signs in.",
    auto_error=False,
)


# All of them are asynchronous, because FastAPI calls the others in threads.
async def get_server(connection: HTTPConnection) -> Server:
    return cast("Server", connection.app.state.server)


ServerDep = Annotated[Server, Depends(get_server)]


async def get_settings(server: ServerDep) -> Settings:
    return server.settings


async def get_readiness(server: ServerDep) -> Readiness:
    return server.readiness


async def get_draining(server: ServerDep) -> Draining:
    return server.draining


async def get_mcp(server: ServerDep) -> MCPHost:
    return server.mcp


async def get_metrics(server: ServerDep) -> Metrics:
    return server.metrics


async def get_services(server: ServerDep) -> TurnServices:
    """The services, once the database has passed its check."""
    await server.readiness.ensure()
    return server.services


async def get_services_for_a_turn(server: ServerDep) -> TurnServices:
    """The services, for a route that begins a turn: refused once the server is told to stop."""
    server.draining.check()
    return await get_services(server)


async def get_user(
    request: Request,
    server: ServerDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> User:
    """The user of the request's access token, whom the request's log line names too."""
    if credentials is None:
        raise NotSignedIn
    user = await server.verifier.verify(credentials.credentials)
    request.state.user_id = user.id
    return user


SettingsDep = Annotated[Settings, Depends(get_settings)]
ReadinessDep = Annotated[Readiness, Depends(get_readiness)]
DrainingDep = Annotated[Draining, Depends(get_draining)]
MCPDep = Annotated[MCPHost, Depends(get_mcp)]
MetricsDep = Annotated[Metrics, Depends(get_metrics)]
Services = Annotated[TurnServices, Depends(get_services)]
ServicesForATurn = Annotated[TurnServices, Depends(get_services_for_a_turn)]
CurrentUser = Annotated[User, Depends(get_user)]


async def get_chat_request(body: ChatRequest, settings: SettingsDep) -> ChatRequest:
    """The request, if its message is no longer than this server takes."""
    limit = settings.max_message_characters
    if len(body.message) > limit:
        raise RequestValidationError(
            [
                {
                    "type": "string_too_long",
                    "loc": ("body", "message"),
                    "msg": f"Must have at most {limit} characters",
                }
            ]
        )
    return body


ChatRequestDep = Annotated[ChatRequest, Depends(get_chat_request)]


async def get_tool_trial(body: ToolTrialRequest, settings: SettingsDep) -> ToolTrialRequest:
    """The request, if this server lets anybody act as whom it names."""
    if body.as_user is not None and not settings.allow_acting_as_users:
        raise NotPermitted("This server lets nobody act as another user (CLARITY_ALLOW_ACTING_AS_USERS).")
    return body


ToolTrialDep = Annotated[ToolTrialRequest, Depends(get_tool_trial)]
