"""Runs as AG-UI events for one listener, whatever carries them."""

from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from ag_ui.core import RunAgentInput

from chatServer.ag_ui import AgUiEvents, Event, messages_snapshot
from chatServer.ag_ui_input import abandons_for_a_message, read_decisions, read_message, without_answer
from core.chats.live_runs import Numbered
from core.chats.messages import latest_messages
from core.chats.stored_runs import read_run, run_that_asked
from core.services import TurnServices
from core.turn import attach, begin_or_find, stop_run
from core.turn_requests import DecisionRequest, TurnRequest
from core.types import User

# An event with the number to come back with, which the last one of each step of the run has.
NumberedEvent: TypeAlias = tuple[int | None, Event]


@dataclass(frozen=True, kw_only=True)
class RunStream:
    """What is to be told of a run: each batch as `told` gives it, to the end of the run."""

    run_id: UUID
    batches: AsyncGenerator[Sequence[Numbered]]
    events: AgUiEvents

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
    request = await _request(services, user, agent_name, given, max_characters=max_characters)
    run_id = await begin_or_find(services, request)
    snapshot = await _without_pieces(services, given, request, run_id)
    return RunStream(
        run_id=run_id,
        batches=attach(services, user, run_id, silence_seconds=silence_seconds),
        events=AgUiEvents(thread_id=given.thread_id, run_id=given.run_id, snapshot=snapshot),
    )


async def _request(
    services: TurnServices, user: User, agent_name: str, given: RunAgentInput, *, max_characters: int
) -> TurnRequest | DecisionRequest:
    """What the input asks for.

    A client must name every interrupt before it may say anything else, also one that has expired. To name
    all as cancelled and say something new stops the run that asked.
    """
    if not given.resume:
        return read_message(agent_name, given, user, max_characters=max_characters)
    decisions = read_decisions(given, user)
    if not abandons_for_a_message(given):
        return decisions
    message = read_message(agent_name, given, user, max_characters=max_characters)
    asked = [decision.action_id for decision in decisions.decisions]
    run = await run_that_asked(services.pool, user, asked)
    if run and run.message_id == message.message_id:
        # It is the client's copy of the message that the tool was called for.
        return decisions
    if run:
        await stop_run(services, user, run.run_id)
    return message


async def _without_pieces(
    services: TurnServices, given: RunAgentInput, request: TurnRequest | DecisionRequest, run_id: UUID
) -> Event | None:
    """For a client that sends a message again, and whose copy of the answer may be in pieces.

    The run tells all that it says, so what the client has of it must go. What runs before it did, one that
    waited for a decision or one that failed, belongs to the answer.
    """
    if isinstance(request, DecisionRequest) or request.chat_id is None:
        return None
    said = without_answer(given.messages)
    has_pieces = len(said) < len(given.messages)
    if run_id == request.run_id and not has_pieces:
        return None
    done = await latest_messages(
        services.pool, request.user, request.chat_id, besides_run=run_id, behind=request.message_id
    )
    return messages_snapshot(done, behind=said) if done or has_pieces else None


async def come_back(
    services: TurnServices, user: User, run_id: UUID, *, after: int, silence_seconds: float | None = None
) -> RunStream:
    """The rest of a run for somebody who has its first `after` steps.

    Of a run that is read from what is stored, they are told all, behind the chat's other messages as they are
    now. Raises RunNotFound or DatabaseUnavailable.
    """
    run = await read_run(services.pool, user, run_id)
    live = services.runs.get(run_id, user.id)
    snapshot = None
    if after and run.chat_id and not live:
        others = await latest_messages(services.pool, user, run.chat_id, besides_run=run_id)
        snapshot = messages_snapshot(others)
    events = AgUiEvents(thread_id=str(run.chat_id or ""), run_id=str(run_id), snapshot=snapshot)
    if live:
        events.skip(live.events[:after])
    return RunStream(
        run_id=run_id,
        batches=attach(services, user, run_id, after=after, silence_seconds=silence_seconds),
        events=events,
    )
