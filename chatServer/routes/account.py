"""A user's account as a whole."""

from datetime import UTC, datetime
from http import HTTPStatus

from fastapi import APIRouter

from chatServer.deps import CurrentUser, Services
from chatServer.openapi import problems
from core.account import delete_account

router = APIRouter(prefix="/api/account", tags=["account"])


@router.delete(
    "",
    operation_id="delete_account",
    summary="Delete my account",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems(401, 403, 500, 503),
)
async def remove_account(user: CurrentUser, services: Services) -> None:
    """You and all that is yours, for good. Sign in anew before: within the last ten minutes."""
    await delete_account(services.pool, user, now=datetime.now(UTC))
