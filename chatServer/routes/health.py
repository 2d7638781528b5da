"""Whether the server lives, and whether it can work."""

from fastapi import APIRouter

from chatServer.deps import DrainingDep, ReadinessDep
from chatServer.openapi import VERSION, problems
from chatServer.schemas import Health, Ready

router = APIRouter(tags=["health"])


@router.get("/health", operation_id="health", summary="Is the process alive?")
async def get_health() -> Health:
    """Asks nobody else. For a supervisor that restarts what is dead."""
    return Health(version=VERSION)


@router.get("/ready", operation_id="ready", summary="Can the server run turns?", responses=problems(500, 503))
async def get_ready(draining: DrainingDep, readiness: ReadinessDep) -> Ready:
    """The database answers, has the migrations, and the server's login may do no more than it should.

    For a load balancer. A server whose database is away stays up, says 503 here, and heals by itself. So does
    one that is about to stop, while its last turns end.
    Tools of shared agents whose rows cannot be run are listed; the agents answer without them.
    """
    draining.check()
    await readiness.check()
    return Ready.of(await readiness.refused_tools())
