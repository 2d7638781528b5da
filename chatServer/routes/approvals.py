"""Tool calls that ask: what waits, what you decide about it, and what you always allow."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from chatServer.approval_schemas import (
    ApprovalList,
    ApprovalOut,
    ConsentOut,
    DecidedOut,
    DecisionIn,
    DecisionsIn,
)
from chatServer.deps import CurrentUser, Services, ServicesForATurn
from chatServer.openapi import problems
from chatServer.routes.chat import noting_the_run
from chatServer.schemas import ChatResponse
from core.chats.approvals import (
    ApprovalStatus,
    list_approvals,
    list_consents,
    read_approval,
    take_back_consent,
)
from core.chats.opening import Decision, StillUndecided
from core.services import TurnServices
from core.turn import run_events, start_turn
from core.turn_requests import DecisionRequest
from core.turn_results import collect_turn
from core.types import User

router = APIRouter(prefix="/api", tags=["approvals"])

ActionId = Annotated[UUID, Path(description="The call that asked (`pending_actions.id`).")]


async def wants_the_answer(
    wait: Annotated[bool, Query(description="Answer with the whole turn, once it is over.")] = False,
    prefer: Annotated[str, Header(description="`wait` says the same (RFC 7240).")] = "",
) -> bool:
    """A wait of so many seconds is no promise of ours: the turn's own limits hold."""
    preferences = [preference.split("=")[0].strip().lower() for preference in prefer.split(",")]
    return wait or "wait" in preferences


Waits = Annotated[bool, Depends(wants_the_answer)]
DECIDED = {
    HTTPStatus.ACCEPTED.value: {"model": DecidedOut, "description": "It was the last: the turn goes on."},
    **problems(400, 401, 404, 409, 410, 413, 422, 500, 502, 503, 504),
}


@router.get(
    "/approvals",
    operation_id="list_approvals",
    summary="What waits for me?",
    responses=problems(401, 404, 422, 500, 503),
)
async def get_approvals(
    user: CurrentUser,
    services: Services,
    status: Annotated[ApprovalStatus | None, Query(description="Only these; left out: all.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    before: Annotated[UUID | None, Query(description="The last `id` of the page before.")] = None,
) -> ApprovalList:
    """Tool calls that asked you, the newest first, and how many of them wait for you now."""
    page = await list_approvals(services.pool, user, status=status, limit=limit, before=before)
    return ApprovalList.of(page)


@router.get(
    "/approvals/{action_id}",
    operation_id="read_approval",
    summary="What would this call do?",
    responses=problems(401, 404, 422, 500, 503),
)
async def get_approval(user: CurrentUser, services: Services, action_id: ActionId) -> ApprovalOut:
    """The call, in a sentence, with the rows that it would touch, and what became of it."""
    return ApprovalOut.from_approval(await read_approval(services.pool, user, action_id))


@router.post(
    "/approvals/{action_id}", operation_id="decide", summary="Allow or refuse a call", responses=DECIDED
)
async def post_decision(
    user: CurrentUser,
    services: ServicesForATurn,
    action_id: ActionId,
    decision: DecisionIn,
    waits: Waits,
    request: Request,
    response: Response,
) -> DecidedOut | ChatResponse:
    """It counts once, whoever else clicks. With the turn's last decision the conversation goes on by itself.

    Other arguments are checked before anything is kept. With `wait` the answer is that of the whole turn, as
    `POST /api/chat` gives it, which may wait for you again.
    """
    return await _decide(services, user, [decision.to_decision(action_id)], waits, request, response)


@router.post(
    "/approvals", operation_id="decide_several", summary="Allow or refuse several calls", responses=DECIDED
)
async def post_decisions(
    user: CurrentUser,
    services: ServicesForATurn,
    decisions: DecisionsIn,
    waits: Waits,
    request: Request,
    response: Response,
) -> DecidedOut | ChatResponse:
    """The same for several calls of one turn. All decisions are kept, or none."""
    request.state.decisions_at = "/decisions/{position}"
    return await _decide(services, user, decisions.to_decisions(), waits, request, response)


@router.get(
    "/consents",
    operation_id="list_consents",
    summary="What do I always allow?",
    responses=problems(401, 500, 503),
)
async def get_consents(user: CurrentUser, services: Services) -> list[ConsentOut]:
    """Tools that do not ask you any more, because you decided so, the newest first."""
    return [ConsentOut.of(consent) for consent in await list_consents(services.pool, user)]


@router.delete(
    "/consents/{tool_id}",
    operation_id="take_back_consent",
    summary="Let a tool ask again",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems(401, 404, 422, 500, 503),
)
async def delete_consent(
    user: CurrentUser, services: Services, tool_id: Annotated[UUID, Path(description="The tool.")]
) -> None:
    """From its next call on. A row that gives several tools, of an MCP server, asks for all of them."""
    await take_back_consent(services.pool, user, tool_id)


async def _decide(
    services: TurnServices,
    user: User,
    decisions: Sequence[Decision],
    waits: bool,
    request: Request,
    response: Response,
) -> DecidedOut | ChatResponse:
    begun = await start_turn(services, DecisionRequest(user=user, decisions=tuple(decisions)))
    if isinstance(begun, StillUndecided):
        return DecidedOut(status="waiting", run_id=begun.run_id, undecided=begun.undecided)
    if waits:
        events = noting_the_run(request, run_events(services, user, begun.run_id))
        return ChatResponse.from_result(await collect_turn(events))
    response.status_code = HTTPStatus.ACCEPTED
    return DecidedOut(status="running", run_id=begun.run_id, undecided=0)
