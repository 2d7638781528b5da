"""Points of a turn that only the database sees: a transaction waits there until it is let through.

A trigger of the torture's own database looks for the token of what is written among the gates, and waits for
as long as there is one. That it is there, pg_locks tells.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg

from torture.plan import Point
from torture.world import World

# Between two looks at who stands at a gate.
LOOK_SECONDS = 0.05
# Between two tries of a Postgres that is away, and how many: it is away for a few seconds.
RETRY_SECONDS = 0.2
TRIES = 300

GATED = {Point.OPEN, Point.DURING_TOOL, Point.DURING_CLOSE, Point.TAB}


class Gates:
    """Gates by token. `reached(token, point)` is awaited before one who stands at a gate is let through."""

    def __init__(self, world: World, reached: Callable[[str, Point], Awaitable[None]]) -> None:
        self._world = world
        self._reached = reached
        self._connection: psycopg.Connection | None = None
        self._using = asyncio.Lock()
        self._closed: dict[int, tuple[str, Point]] = {}
        self._passing: set[asyncio.Task[None]] = set()

    async def close(self, token: str, point: Point) -> None:
        """Lets no transaction past this point of the token's turn."""
        rows = await self._run(
            """
            insert into torture.gates (token, point) values (%(token)s, %(point)s)
            on conflict (token) do update set point = excluded.point returning key
            """,
            {"token": token, "point": point.value},
        )
        self._closed[rows[0][0]] = (token, point)

    async def open_all(self) -> None:
        """Lets everybody through."""
        self._closed.clear()
        await self._run("delete from torture.gates returning key", {})

    async def aclose(self) -> None:
        """Nobody is let through any more."""
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)
        self._disconnect()

    async def watch(self) -> None:
        """Looks for whoever stands at a gate, until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not self._closed:
                continue
            rows = await self._run(
                "select objid::integer from pg_locks where locktype = 'advisory' and classid = 7224", {}
            )
            for (key,) in rows:
                if there := self._closed.pop(key, None):
                    task = asyncio.create_task(self._pass(key, *there))
                    self._passing.add(task)
                    task.add_done_callback(self._passing.discard)

    async def _pass(self, key: int, token: str, point: Point) -> None:
        try:
            await self._reached(token, point)
        finally:
            await self._run("delete from torture.gates where key = %(key)s returning key", {"key": key})

    async def _run(self, statement: Any, params: dict[str, Any]) -> list[tuple[Any, ...]]:
        """The rows; waits for a Postgres that is away."""
        async with self._using:
            for _ in range(TRIES):
                try:
                    return await asyncio.to_thread(self._execute, statement, params)
                except psycopg.OperationalError:
                    self._disconnect()
                    await asyncio.sleep(RETRY_SECONDS)
        raise AssertionError("Postgres does not come back")

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            connection.close()

    def _execute(self, statement: Any, params: dict[str, Any]) -> list[tuple[Any, ...]]:
        if self._connection is None:
            self._connection = self._world.owner()
        return self._connection.execute(statement, params).fetchall()
