"""Secrets that users entrust to the server for the services that tools call in their name."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path

from chatServer.deps import CurrentUser, Services
from chatServer.openapi import problems
from chatServer.schemas import Credential, NewCredential
from core.tools.user_credentials import delete_credential, list_credentials, save_credential

router = APIRouter(prefix="/api/credentials", tags=["credentials"])

Name = Annotated[
    str,
    Path(
        pattern=r"^[a-z][a-z0-9_-]{0,62}$",
        description="As the agent's tool asks for it, for example `github`.",
    ),
]


@router.get(
    "",
    operation_id="list_credentials",
    summary="Which credentials have I set?",
    responses=problems(401, 500, 503),
)
async def get_credentials(user: CurrentUser, services: Services) -> list[Credential]:
    """Their names and times. A secret itself is never given back, to nobody."""
    return [Credential.from_info(info) for info in await list_credentials(services.pool, user)]


@router.put(
    "/{name}",
    operation_id="set_credential",
    summary="Set a credential, or set it anew",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems(400, 401, 413, 422, 500, 503),
)
async def put_credential(name: Name, body: NewCredential, user: CurrentUser, services: Services) -> None:
    """Kept encrypted, and used only in your own runs, by tools that ask for it by this name."""
    cipher = services.tools.shared.outbound.cipher
    await save_credential(services.pool, cipher, user, name=name, value=body.value.get_secret_value())


@router.delete(
    "/{name}",
    operation_id="delete_credential",
    summary="Forget a credential",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems(401, 404, 422, 500, 503),
)
async def remove_credential(name: Name, user: CurrentUser, services: Services) -> None:
    """From then on, tools that need it say that it is missing."""
    await delete_credential(services.pool, user, name=name)
