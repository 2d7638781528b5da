"""The runs of this process: each has a log of its events, read by any number of listeners, each at its pace.

A listener holds a place in the log and nothing else, so one that is slow, or gone, costs no memory and holds
up nobody. A run that has ended stays for a while, for those who come back; after that its chat has what it
said.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeAlias
from uuid import UUID

from core.chats.tellable import tellable
from core.events import TurnEvent, TurnWaiting

# An event with its place in its run's log, from 1; None where the run is read from what is stored.
Numbered: TypeAlias = tuple[int | None, TurnEvent]

# A client that lost its connection is back within this, or reads what is stored.
KEPT_SECONDS = 60
# And no more than this many ended runs, whatever their age.
KEPT_RUNS = 1000


# Of a run that somebody comes back to late, each batch is bounded, and so is what it becomes on the wire.
MOST_AT_ONCE = 200


class LiveRun:
    """One run, from its claim to its end; `task` runs it.

    `is_closing` when all that is left is to store it, `is_cancelled` when its user has stopped it;
    `listeners` is how many read its log now.
    """

    def __init__(self, run_id: UUID, user_id: UUID) -> None:
        self.run_id = run_id
        self.user_id = user_id
        self.events: list[TurnEvent] = []
        self.task: asyncio.Task[None] | None = None
        self.is_over = False
        self.is_closing = False
        self.is_cancelled = False
        self.listeners = 0
        self._news = asyncio.Event()

    def emit(self, event: TurnEvent) -> None:
        """Adds an event to the log, and wakes who waits for it."""
        self.events.append(tellable(event))
        self._wake()

    def end(self) -> None:
        """Nothing comes after this."""
        self.is_over = True
        self._wake()

    async def batches(
        self, after: int = 0, *, silence_seconds: float | None = None
    ) -> AsyncGenerator[Sequence[Numbered]]:
        """The events behind the first `after` to the end of the run, as many at a time as there are by then.

        An empty batch says that the run has been silent for so long.
        """
        number = after
        self.listeners += 1
        try:
            while True:
                if batch := self.events[number : number + MOST_AT_ONCE]:
                    yield list(enumerate(batch, number + 1))
                    number += len(batch)
                elif self.is_over:
                    return
                else:
                    news = self._news
                    try:
                        async with asyncio.timeout(silence_seconds):
                            await news.wait()
                    except TimeoutError:
                        yield ()
        finally:
            self.listeners -= 1

    def cancel(self) -> None:
        """Stops it, as its user asked; one that has come to its end is stored as it is."""
        self.is_cancelled = not self.is_closing
        self.break_off()

    def break_off(self) -> None:
        """Stops it for a reason of the server's: what it was asked is left open."""
        if self.task and not self.is_closing:
            self.task.cancel()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


class LiveRuns:
    """The runs of one process, by id; those that have ended stay for KEPT_SECONDS."""

    def __init__(self) -> None:
        self._runs: dict[UUID, LiveRun] = {}
        self._ended: dict[UUID, asyncio.TimerHandle] = {}

    def __iter__(self) -> Iterator[LiveRun]:
        """Those that are running."""
        return iter([run for run in self._runs.values() if not run.is_over])

    def __len__(self) -> int:
        return len(self._runs) - len(self._ended)

    def add(self, run: LiveRun) -> None:
        self._runs[run.run_id] = run

    def get(self, run_id: UUID, user_id: UUID) -> LiveRun | None:
        """The run, if it is here and this user's."""
        run = self._runs.get(run_id)
        return run if run and run.user_id == user_id else None

    def ended(self, run: LiveRun) -> None:
        """Keeps a run that is over for those who come back to it.

        Not one that waits: what it waits for may be decided anywhere, which only what is stored tells.
        """
        if isinstance(run.events[-1], TurnWaiting):
            del self._runs[run.run_id]
            return
        loop = asyncio.get_running_loop()
        self._ended[run.run_id] = loop.call_later(KEPT_SECONDS, self._forget, run.run_id)
        while len(self._ended) > KEPT_RUNS:
            self._forget(next(iter(self._ended)))

    async def stop(self, grace_seconds: float) -> None:
        """Lets the runs end for a while, then stops them; each stores what it has."""
        running: set[asyncio.Task[Any]] = {run.task for run in self if run.task}
        if running:
            _, unfinished = await asyncio.wait(running, timeout=grace_seconds)
            for task in unfinished:
                task.cancel()
            if unfinished:
                await asyncio.wait(unfinished)
        for run_id in list(self._ended):
            self._forget(run_id)

    def _forget(self, run_id: UUID) -> None:
        self._runs.pop(run_id, None)
        with suppress(KeyError):
            self._ended.pop(run_id).cancel()
