"""A soak: everybody at it at once, for a while, and the servers watched meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import httpx

from soak.users import SoakUser, Tally
from soak.watch import Watch
from torture.channels import Client
from torture.plan import Kind, Point
from torture.world import World, running_world

TELL_SECONDS = 60

# As the servers have them where nobody says otherwise; a soak is no test of limits.
SETTINGS = {
    "CLARITY_LEASE_SECONDS": "30",
    "CLARITY_MODEL_TIMEOUT_SECONDS": "60",
    "CLARITY_MAX_CONCURRENT_RUNS": "0",
    "CLARITY_MAX_REQUESTS_PER_MINUTE": "0",
}


@dataclass(frozen=True, kw_only=True)
class Size:
    """So many users for so long; each does something every `pause_seconds`, on average."""

    users: int
    seconds: float
    pause_seconds: float = 8
    servers: int = 1


@dataclass(frozen=True, kw_only=True)
class Soaked:
    """What came of it. `seconds` is how long it took, which is a little longer than was planned."""

    tally: Tally
    watch: Watch
    seconds: float


async def soak(
    folder: Path, gateway_bundle: Path, size: Size, *, tell: Callable[[str], None] = lambda _: None
) -> Soaked:
    """A world for the users, and their time in it; `tell` hears each minute how it goes."""
    world_of = running_world(
        folder,
        gateway_bundle,
        people=size.users,
        reached=_go_on,
        model_fault=_no_fault,
        service_hold=_no_service_fault,
        servers=size.servers,
        **SETTINGS,
    )
    # In a thread of its own: the tool's service and the model are already there.
    world = await asyncio.to_thread(world_of.__enter__)
    try:
        return await _soak(world, size, tell)
    finally:
        await asyncio.to_thread(world_of.__exit__, None, None, None)


async def _soak(world: World, size: Size, tell: Callable[[str], None]) -> Soaked:
    tally, watch = Tally(), Watch(replicas=world.replicas)
    started = monotonic()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=size.users)
    async with httpx.AsyncClient(timeout=60, trust_env=False, limits=limits) as http:
        users = [
            SoakUser(
                number=number,
                client=Client(person=person, http=http),
                replicas=world.replicas,
                gateway=world.gateway,
                tally=tally,
                pause_seconds=size.pause_seconds,
                ends_at=started + size.seconds,
            )
            for number, person in enumerate(world.people)
        ]
        watching = asyncio.create_task(watch.run(http))
        telling = asyncio.create_task(_tell_each_minute(tally, watch, tell))
        await asyncio.gather(*(user.live() for user in users))
        seconds = monotonic() - started
        for task in (watching, telling):
            task.cancel()
        results = await asyncio.gather(watching, telling, return_exceptions=True)
    for result in results:
        # A server that cannot be watched has ended, or does not answer.
        if isinstance(result, Exception):
            tally.errors[f"watching: {result!r}"] += 1
    return Soaked(tally=tally, watch=watch, seconds=seconds)


async def _tell_each_minute(tally: Tally, watch: Watch, tell: Callable[[str], None]) -> None:
    while True:
        await asyncio.sleep(TELL_SECONDS)
        memory = ", ".join(f"{name} {watch.by_minute(name)[-1]:.1f} MiB" for name in watch.samples)
        tell(f"{tally.count} done, {tally.errors.total()} errors, {memory}")


def _go_on(token: str, point: Point, server: str) -> "Future[None]":
    future = Future[None]()
    future.set_result(None)
    return future


def _no_fault(token: str, point: Point) -> None:
    """The model answers."""


def _no_service_fault(token: str) -> "Future[Kind | None]":
    future = Future[Kind | None]()
    future.set_result(None)
    return future
