"""A user's own instructions for agents."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from chatServer.customization_schemas import (
    CustomizationChange,
    CustomizationList,
    CustomizationOut,
    NewCustomization,
)
from chatServer.deps import CurrentUser, Services
from chatServer.openapi import problems
from chatServer.schemas import AgentName
from core.agents.customizations import (
    add_customization,
    change_customization,
    delete_customization,
    list_customizations,
)

router = APIRouter(prefix="/api/customizations", tags=["customizations"])

CustomizationId = Annotated[UUID, Path(description="The instruction.")]


@router.get(
    "",
    operation_id="list_customizations",
    summary="What have I told agents to do?",
    responses=problems(401, 422, 500, 503),
)
async def get_customizations(
    user: CurrentUser,
    services: Services,
    agent_name: Annotated[AgentName | None, Query(description="Only what is for this agent.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    after: Annotated[UUID | None, Query(description="`next` of the answer before.")] = None,
) -> CustomizationList:
    """Your instructions, active or not, by agent and in the order in which it reads them."""
    found = await list_customizations(
        services.pool, user, agent_name=agent_name, after=after, limit=limit + 1
    )
    return CustomizationList.of(found, limit=limit)


@router.post(
    "",
    operation_id="add_customization",
    summary="Tell an agent what to do from now on",
    status_code=HTTPStatus.CREATED,
    responses=problems(400, 401, 404, 409, 413, 422, 500, 503),
)
async def post_customization(
    body: NewCustomization, user: CurrentUser, services: Services
) -> CustomizationOut:
    """It is part of the agent's prompt in your turns, from the next one on; nobody else's."""
    return CustomizationOut.of(
        await add_customization(
            services.pool,
            user,
            agent_name=body.agent_name,
            content=body.content,
            priority=body.priority,
            is_active=body.is_active,
        )
    )


@router.patch(
    "/{customization_id}",
    operation_id="change_customization",
    summary="Change an instruction",
    responses=problems(400, 401, 404, 413, 422, 500, 503),
)
async def patch_customization(
    customization_id: CustomizationId, body: CustomizationChange, user: CurrentUser, services: Services
) -> CustomizationOut:
    """What you leave out stays as it is."""
    return CustomizationOut.of(
        await change_customization(services.pool, user, customization_id, **body.to_values())
    )


@router.delete(
    "/{customization_id}",
    operation_id="delete_customization",
    summary="Delete an instruction",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems(401, 404, 422, 500, 503),
)
async def remove_customization(
    customization_id: CustomizationId, user: CurrentUser, services: Services
) -> None:
    """The agent no longer follows it from your next turn on."""
    await delete_customization(services.pool, user, customization_id)
