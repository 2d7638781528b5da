"""Agents as MCP servers, for any MCP client."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse, Response

from chatServer.deps import CurrentUser, MCPDep, Services, SettingsDep
from core.agents.toolbox import open_toolbox
from core.services import outside_a_turn

# What an MCP client needs to know it asks the server itself, so the API's description leaves it out.
router = APIRouter(tags=["mcp"], include_in_schema=False)

# RFC 9728, section 3.1: the well-known part goes between the host and the resource's own path.
METADATA_PATH = "/.well-known/oauth-protected-resource"

AgentNamePath = Annotated[str, Path(max_length=63)]


def _resource_path(agent_name: str) -> str:
    return f"/mcp/{quote(agent_name, safe='')}"


async def name_metadata(request: Request, agent_name: AgentNamePath) -> None:
    """Whoever is refused is told where to sign in (RFC 9728, section 5.1)."""
    base = str(request.base_url).rstrip("/")
    request.state.resource_metadata = f"{base}{METADATA_PATH}{_resource_path(agent_name)}"


@router.post("/mcp/{agent_name}", dependencies=[Depends(name_metadata)])
async def post_mcp(user: CurrentUser, services: Services, mcp: MCPDep, agent_name: AgentNamePath) -> Response:
    toolbox = await open_toolbox(services.executors, outside_a_turn(services, user, agent_name))
    return await mcp.response(toolbox)


@router.get(f"{METADATA_PATH}/mcp/{{agent_name}}")
async def get_metadata(request: Request, settings: SettingsDep, agent_name: AgentNamePath) -> JSONResponse:
    """Which sign-in service gives the tokens for this address. It does not say which agents there are."""
    base = str(request.base_url).rstrip("/")
    return JSONResponse(
        {
            "resource": f"{base}{_resource_path(agent_name)}",
            "authorization_servers": [settings.auth_url],
            "bearer_methods_supported": ["header"],
        }
    )
