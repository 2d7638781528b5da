"""Runs as AG-UI events for one listener, whatever carries them."""

from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from ag_ui.core import RunAgentInput

from chatServer.ag_ui import AgUiEvents, Event, messages_snapshot, read_input
from core.chats.live_runs import Numbered
from core.chats.messages import latest_messages
from core.chats.stored_runs import read_run
from core.services import TurnServices
from core.turn import attach, begin_or_find
from core.types import User

# An event with the number to come back with, which the last one of each step of the run has.
NumberedEvent: TypeAlias = tuple[int | None, Event]


@dataclass(frozen=True, kw_only=True)
class RunStream:
    """What is to be told of a run: `first`, then each batch as `told` gives it, to the end of the run."""

    run_id: UUID
    batches: AsyncGenerator[Sequence[Numbered]]
    events: AgUiEvents
    first: Sequence[Event] = ()

    def told(self, batch: Iterable[Numbered]) -> Iterator[NumberedEvent]:
        """The batch's AG-UI events. Who comes back with the number that one has, has missed nothing."""
        for number, event in batch:
            translated = self.events.of(event)
            for one in translated[:-1]:
                yield None, one
            for one in translated[-1:]:
                yield number, one


async def begin_run(
    services: TurnServices,
    user: User,
    agent_name: str,
    given: RunAgentInput,
    *,
    max_characters: int,
    silence_seconds: float | None = None,
) -> RunStream:
    """Begins the turn that the input asks for, or finds the one of a message that came before.

    Raises a ClarityError or a RequestValidationError when it cannot begin.
    """
    run_id = await begin_or_find(services, read_input(agent_name, given, user, max_characters=max_characters))
    return RunStream(
        run_id=run_id,
        batches=attach(services, user, run_id, silence_seconds=silence_seconds),
        events=AgUiEvents(thread_id=given.thread_id, run_id=given.run_id),
    )


async def come_back(
    services: TurnServices, user: User, run_id: UUID, *, after: int, silence_seconds: float | None = None
) -> RunStream:
    """The rest of a run for somebody who has its first `after` steps.

    Of a run that is read from what is stored, they get the chat's messages as they are now first. Raises
    RunNotFound or DatabaseUnavailable.
    """
    run = await read_run(services.pool, user, run_id)
    events = AgUiEvents(thread_id=str(run.chat_id or ""), run_id=str(run_id))
    first: Sequence[Event] = ()
    if live := services.runs.get(run_id, user.id):
        events.skip(live.events[:after])
    elif after and run.chat_id:
        first = [messages_snapshot(await latest_messages(services.pool, user, run.chat_id))]
    return RunStream(
        run_id=run_id,
        batches=attach(services, user, run_id, after=after, silence_seconds=silence_seconds),
        events=events,
        first=first,
    )
