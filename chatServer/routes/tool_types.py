"""Which types a tool may have, for whoever writes one's config by hand."""

import asyncio

from fastapi import APIRouter

from chatServer.agent_schemas import ToolTypeList
from chatServer.deps import CurrentUser, Services
from chatServer.openapi import problems

router = APIRouter(prefix="/api/tool-types", tags=["agents"])


@router.get(
    "",
    operation_id="list_tool_types",
    summary="Which types of tools are there?",
    responses=problems(401, 503),
)
async def get_tool_types(user: CurrentUser, services: Services) -> ToolTypeList:
    """The types that this server knows, plugins included, each with the JSON Schema of a config."""
    types = services.tools.shared.types
    return ToolTypeList.of(await asyncio.to_thread(types.config_schemas))
