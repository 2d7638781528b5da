"""Sees to it that each planned fault comes at its point, once, and counts what came of it."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from torture.faults import Injector
from torture.plan import CLIENTS, MACHINES, MODELS, SERVICES, Fault, Kind, Point, Turn
from torture.points import GATED, Gates
from torture.world import World

T = TypeVar("T")

# A client that has gone away meanwhile, for another reason, does nothing more.
ACTING_SECONDS = 3


@dataclass(kw_only=True)
class Tally:
    """Faults that came, that found the same being mended already, and whose turn never got to their point.

    `gateway_ended` is how often the gateway has ended by itself, which it may when it loses its database.
    """

    injected: Counter[Fault] = field(default_factory=Counter[Fault])
    let_out: int = 0
    not_reached: int = 0
    gateway_ended: int = 0


class Director:
    """Told by everybody where a turn is. It is there before the world, which calls it from its threads."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.servers: dict[str, str] = {}
        self._loop = asyncio.get_running_loop()
        self._due: dict[str, Fault] = {}
        self._model: dict[tuple[str, Point], tuple[Fault, int]] = {}
        self._clients: dict[str, tuple[asyncio.Event, asyncio.Event]] = {}

    def of(self, world: World) -> None:
        """What it directs."""
        self._injector = Injector(world)
        self._gates = Gates(world, self.reached)
        self._watching = asyncio.gather(
            self._gates.watch(), self._injector.keep_gateway(self._gateway_has_ended)
        )

    async def stop(self) -> None:
        self._watching.cancel()
        with suppress(asyncio.CancelledError):
            await self._watching
        await self._gates.aclose()

    def _gateway_has_ended(self) -> None:
        self.tally.gateway_ended += 1

    def plan(self, turns: Iterable[Turn]) -> None:
        for turn in turns:
            fault = turn.fault
            if fault is None:
                continue
            if fault.kind in MODELS:
                self._model[turn.token, fault.point] = fault, fault.times
            else:
                self._due[turn.token] = fault
            if fault.kind in CLIENTS:
                self._clients[turn.token] = asyncio.Event(), asyncio.Event()

    async def prepare(self, turn: Turn) -> None:
        """Before a turn is sent: so that what only the database sees waits where it should."""
        fault = turn.fault
        if fault is None or fault.point not in GATED or turn.has(Kind.CLIENT_TWICE):
            return
        # A tool's service is held by itself.
        is_elsewhere = fault.point is Point.DURING_TOOL and turn.verb == "send"
        if fault.kind in (*MACHINES, *CLIENTS) and not is_elsewhere:
            await self._gates.close(turn.token, fault.point)

    def signal(self, token: str) -> asyncio.Event | None:
        """Set when the client's own fault is due; None for a turn that has none."""
        return self._clients[token][0] if token in self._clients else None

    def acted(self, token: str) -> None:
        """The client has done it: the turn may go on."""
        if token in self._clients:
            self._clients[token][1].set()

    async def reached(self, token: str, point: Point, server: str | None = None) -> None:
        """A turn is at a point. Returns when it may go on."""
        if server:
            self.servers[token] = server
        fault = self._due.get(token)
        if fault is None or fault.point is not point or fault.kind in SERVICES:
            return
        del self._due[token]
        if fault.kind in CLIENTS:
            due, acted = self._clients[token]
            due.set()
            self.tally.injected[fault] += 1
            if fault.kind is not Kind.CLIENT_TWICE and fault.point is not Point.WAITING:
                with suppress(TimeoutError):
                    await asyncio.wait_for(acted.wait(), ACTING_SECONDS)
        elif await self._injector.strike(fault.kind, self.servers.get(token)):
            self.tally.injected[fault] += 1
        else:
            self.tally.let_out += 1

    def reached_from_thread(self, token: str, point: Point, server: str) -> "Future[None]":
        return self._from_thread(self.reached(token, point, server))

    def model_fault(self, token: str, point: Point) -> Kind | None:
        """What the model is to do now; called from its thread."""
        fault, left = self._model.get((token, point), (None, 0))
        if fault is None or left == 0:
            return None
        self._model[token, point] = fault, left - 1
        self.tally.injected[fault] += 1
        return fault.kind

    def service_held(self, token: str) -> "Future[Kind | None]":
        """What is to go wrong with a request of the tool's service; called from its thread."""
        return self._from_thread(self._service_held(token))

    async def _service_held(self, token: str) -> Kind | None:
        fault = self._due.get(token)
        if fault and fault.kind in SERVICES:
            del self._due[token]
            self.tally.injected[fault] += 1
            return fault.kind
        await self.reached(token, Point.DURING_TOOL)
        return None

    async def round_is_over(self) -> None:
        """Everything runs again, and nothing that was planned comes any more."""
        self.tally.not_reached += len(self._due) + sum(
            1 for fault, left in self._model.values() if left == fault.times
        )
        self._due.clear()
        self._model.clear()
        self._clients.clear()
        self.servers.clear()
        await self._injector.mended()
        await self._gates.open_all()

    def _from_thread(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)
