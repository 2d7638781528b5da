"""Runs as streams of AG-UI events: begun, come back to, and stopped."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from ag_ui.core import RunAgentInput
from fastapi import APIRouter, Header, Path, Query

from chatServer.deps import CurrentUser, Services, ServicesForATurn, SettingsDep
from chatServer.openapi import problems
from chatServer.run_schemas import CancelledRun, RunOut
from chatServer.run_streams import begin_run, come_back
from chatServer.streaming import HEARTBEAT_SECONDS, EventStream, ag_ui_frames
from core.chats.stored_runs import read_run
from core.turn import stop_run

router = APIRouter(prefix="/api", tags=["runs"])

AgentNamePath = Annotated[str, Path(max_length=63, description="The agent's name.")]
RunId = Annotated[UUID, Path(description="The run (`chat_runs.id`).")]
EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "AG-UI 1.0 events.", "content": {"text/event-stream": {}}}
}


@router.post(
    "/agents/{agent_name}/run",
    operation_id="run_agent",
    summary="Run an agent, and stream what happens",
    response_class=EventStream,
    # FastAPI would look for it in the class's own parameters.
    status_code=HTTPStatus.OK,
    responses={**EVENT_STREAM, **problems(400, 401, 404, 409, 410, 413, 422, 429, 500, 503)},
)
async def post_run(
    user: CurrentUser,
    services: ServicesForATurn,
    settings: SettingsDep,
    agent_name: AgentNamePath,
    given: RunAgentInput,
) -> EventStream:
    """Speaks [AG-UI](https://ag-ui.com) 1.0. `threadId` is the chat; an unknown one begins.

    The answer is to the user's last message; all else is the client's copy, the server goes by its own. A
    message sent again, by its id, gives the run that it has; a client with a part of its answer is told what
    to keep first (MESSAGES_SNAPSHOT). With `resume` it goes on after an interrupt; when all entries are
    `cancelled` and a new message comes with them, the run that asked is stopped and the message answered. A
    client that goes away loses nothing: `GET /api/runs/{run_id}/events` comes back to the run.
    """
    stream = await begin_run(
        services,
        user,
        agent_name,
        given,
        max_characters=settings.max_message_characters,
        silence_seconds=HEARTBEAT_SECONDS,
    )
    return EventStream(ag_ui_frames(stream), run_id=stream.run_id)


@router.get(
    "/runs/{run_id}/events",
    operation_id="attach_to_run",
    summary="Come back to a run",
    response_class=EventStream,
    status_code=HTTPStatus.OK,
    responses={**EVENT_STREAM, **problems(401, 404, 422, 503)},
)
async def get_run_events(
    user: CurrentUser,
    services: Services,
    run_id: RunId,
    last_event_id: Annotated[int, Header(ge=0, description="The `id` of the last event that you have.")] = 0,
    after: Annotated[int, Query(ge=0, description="The same, where a header cannot be set.")] = 0,
) -> EventStream:
    """The run's events from there on, as they come, to its end; without an id from the first.

    A run that has ended, or runs on another server, is told from what is stored, once it has ended. Who had a
    part of it then is told the whole run, and before it the chat's other messages (MESSAGES_SNAPSHOT).
    """
    seen = max(last_event_id, after)
    stream = await come_back(services, user, run_id, after=seen, silence_seconds=HEARTBEAT_SECONDS)
    return EventStream(ag_ui_frames(stream), run_id=run_id)


@router.get(
    "/runs/{run_id}",
    operation_id="read_run",
    summary="How is a run?",
    responses=problems(401, 404, 422, 503),
)
async def get_run(user: CurrentUser, services: Services, run_id: RunId) -> RunOut:
    """Its status now. All else about it is in `chat_runs`, which you can read from Supabase."""
    return RunOut.of(await read_run(services.pool, user, run_id))


@router.post(
    "/runs/{run_id}/cancel",
    operation_id="cancel_run",
    summary="Stop a run",
    responses=problems(401, 404, 422, 503),
)
async def post_cancel(user: CurrentUser, services: Services, run_id: RunId) -> CancelledRun:
    """Stops the model and the tools, on whichever server, and keeps what there is by then.

    A run that waits for a decision is stopped too: none of its calls is carried out.
    """
    status = await stop_run(services, user, run_id)
    return CancelledRun.model_validate({"run_id": run_id, "status": status})
