"""What goes wrong, and how it heals afterwards, as orchestrators and hosts of databases see to it."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg

from embedded.bootstrap import GATEWAY_ROLE
from embedded.errors import EmbeddedError, GatewayError
from embedded.gateway import Gateway
from fixtures.databases import SERVER_ROLE
from fixtures.replicas import Replica
from torture.plan import Kind
from torture.world import LEASE_SECONDS, World

# A frozen server comes back when another one has taken its turns over.
FROZEN_SECONDS = LEASE_SECONDS + 5
GATEWAY_LOOK_SECONDS = 0.2
# How long a gateway is started again and again, which ends itself without a database.
GATEWAY_SECONDS = 60


class Injector:
    """Strikes, and mends in the background. What is being mended already is not struck again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._mending: set[asyncio.Task[None]] = set()
        self._servers = {replica.name: asyncio.Lock() for replica in world.replicas}
        self._database = asyncio.Lock()
        self._pooler = asyncio.Lock()
        self._gateway = asyncio.Lock()

    async def strike(self, kind: Kind, server: str | None) -> bool:
        """False when there is nothing whole to strike. Returns as soon as the fault is there."""
        match kind:
            case Kind.KILL | Kind.STOP | Kind.FREEZE:
                return await self._strike_server(kind, server)
            case Kind.KILL_ALL:
                return any([await self._strike_server(Kind.KILL, name) for name in self._servers])
            case Kind.RESTART_DATABASE | Kind.CRASH_DATABASE:
                return await self._strike_database(kind)
            case Kind.RESTART_POOLER | Kind.CRASH_POOLER:
                return await self._strike_pooler(kind)
            case Kind.KILL_GATEWAY:
                return await self._kill_gateway()
            case Kind.DROP_CONNECTIONS:
                return await asyncio.to_thread(self._drop_connections)
            case _:
                raise ValueError(kind)

    async def mended(self) -> None:
        """Returns once everything runs again; raises what kept it from doing so."""
        while self._mending:
            await asyncio.gather(*self._mending)

    async def _strike_server(self, kind: Kind, name: str | None) -> bool:
        lock = self._servers.get(name or "")
        if lock is None or lock.locked():
            return False
        replica = next(one for one in self._world.replicas if one.name == name)
        await lock.acquire()
        match kind:
            case Kind.KILL:
                await asyncio.to_thread(replica.kill)
                self._mend(lock, replica.start)
            case Kind.STOP:
                replica.terminate()
                self._mend(lock, lambda: _start_again(replica))
            case _:
                os.kill(replica.pid, signal.SIGSTOP)
                self._mend(lock, lambda: os.kill(replica.pid, signal.SIGCONT), after_seconds=FROZEN_SECONDS)
        return True

    async def _strike_database(self, kind: Kind) -> bool:
        if self._database.locked():
            return False
        await self._database.acquire()
        postgres = self._world.postgres
        if kind is Kind.CRASH_DATABASE:
            assert postgres.pid
            # Postgres' own word for it: no session ends in order, and the next start recovers.
            os.kill(postgres.pid, signal.SIGQUIT)
        else:
            await asyncio.to_thread(postgres.stop)
        self._mend(self._database, self._start_database)
        return True

    def _start_database(self) -> None:
        with suppress(EmbeddedError):
            self._world.postgres.start()
            return
        # It was about to go when it was looked at.
        self._world.postgres.start()

    async def _strike_pooler(self, kind: Kind) -> bool:
        if self._pooler.locked():
            return False
        await self._pooler.acquire()
        if kind is Kind.CRASH_POOLER:
            await asyncio.to_thread(self._world.pooler.kill)
            self._mend(self._pooler, self._world.pooler.start)
        else:
            # It waits for transactions that run, one of which may be held at this point.
            self._mend(self._pooler, self._world.pooler.restart)
        return True

    async def keep_gateway(self, ended: Callable[[], None]) -> None:
        """Starts a gateway again that has ended by itself, as `clarity up` does; until it is cancelled."""
        while True:
            await asyncio.sleep(GATEWAY_LOOK_SECONDS)
            if not self._gateway.locked() and not self._world.gateway.is_running():
                ended()
                await self._gateway.acquire()
                self._mend(self._gateway, lambda: _start_gateway(self._world.gateway))

    async def _kill_gateway(self) -> bool:
        if self._gateway.locked() or not self._world.gateway.is_running():
            return False
        await self._gateway.acquire()
        gateway = self._world.gateway
        assert gateway.pid
        os.kill(gateway.pid, signal.SIGKILL)
        self._mend(self._gateway, lambda: _start_gateway(gateway))
        return True

    def _drop_connections(self) -> bool:
        with suppress(psycopg.OperationalError), self._world.owner() as owner:
            row = owner.execute(
                """
                select count(pg_terminate_backend(pid)) from pg_stat_activity
                 where usename in (%(server)s, %(gateway)s)
                """,
                {"server": SERVER_ROLE, "gateway": GATEWAY_ROLE},
            ).fetchone()
            return bool(row and row[0])
        return False

    def _mend(self, lock: asyncio.Lock, work: Callable[[], None], *, after_seconds: float = 0) -> None:
        async def mend() -> None:
            try:
                await asyncio.sleep(after_seconds)
                await asyncio.to_thread(work)
            finally:
                lock.release()

        task = asyncio.create_task(mend())
        self._mending.add(task)
        task.add_done_callback(self._mending.discard)


def _start_gateway(gateway: Gateway) -> None:
    deadline = time.monotonic() + GATEWAY_SECONDS
    # Waits until the one that was killed is gone.
    gateway.stop()
    while not gateway.is_running():
        try:
            gateway.start()
        except GatewayError:
            # It begins with a look at the database, which may be away as well.
            if time.monotonic() > deadline:
                raise


def _start_again(replica: Replica) -> None:
    replica.wait()
    replica.start()
