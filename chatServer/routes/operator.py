"""What the people who run Clarity see of it."""

from typing import Annotated

from fastapi import APIRouter, Query

from chatServer.deps import CurrentUser, MetricsDep, Services
from chatServer.openapi import problems
from chatServer.operator_schemas import OperatorOverview
from core.chats.overview import read_overview

router = APIRouter(prefix="/api/operator", tags=["operator"])


@router.get(
    "/overview",
    operation_id="operator_overview",
    summary="How is it going?",
    responses=problems(401, 403, 422, 503),
)
async def get_overview(
    user: CurrentUser,
    services: Services,
    metrics: MetricsDep,
    days: Annotated[int, Query(ge=1, le=366, description="How many days of usage, today included.")] = 30,
) -> OperatorOverview:
    """Turns, errors and usage of all servers, and what the one that answers has seen itself. For admins."""
    return OperatorOverview.of(await read_overview(services.pool, user, days=days), days, services, metrics)
