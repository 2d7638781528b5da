"""One turn of an agent: the only way one runs, whoever asks.

    open      one round trip: claim the chat, store the message or the decisions, read what the turn needs
    executor  from the cache, rebuilt when the agent's version is another
    run       the model and its tools, streamed; no transaction is held while the model thinks
    close     one round trip: store the new messages, what was used, what waits for a person, and how it ended

A turn is a task of its own that writes a log of events: a listener who goes away loses nothing, because the
turn goes on and is stored. The middle two steps are in core.answering.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any
from uuid import UUID

from langchain_core.messages import BaseMessage
from opentelemetry.trace import INVALID_SPAN, Span

from core.aftermath import EndedTurn
from core.answering import AnsweringTurn, last_words, status_of
from core.chats.closing import ClosingTurn, RunOutcome, rows_of
from core.chats.history import only_message
from core.chats.live_runs import LiveRun, Numbered
from core.chats.opening import OpenedTurn, StillUndecided, open_turn, title_of
from core.chats.runs import cancel_run
from core.chats.stored_runs import wait_for_end
from core.decisions import check_edited_arguments
from core.errors import ClarityError, MessageAlreadySent, TurnCancelled, TurnInterrupted
from core.events import TurnEvent, TurnStarted
from core.observer import Stopwatch, TurnReport
from core.services import TurnServices, outside_a_turn
from core.tracing import current_request_id, mark_failed, turn_span
from core.turn_requests import DecisionRequest, TurnRequest
from core.types import Usage, User

logger = logging.getLogger(__name__)


async def start_turn(
    services: TurnServices, request: TurnRequest | DecisionRequest
) -> LiveRun | StillUndecided:
    """Begins a turn, and gives its run once the chat is claimed; whoever cares follows it.

    StillUndecided when decisions leave others to be made. Raises a ClarityError when the turn cannot begin.
    """
    if isinstance(request, DecisionRequest):
        caller = outside_a_turn(services, request.user, "")
        await check_edited_arguments(services.executors, caller, request.decisions)
    turn = _Turn(services, request)
    turn.live.task = asyncio.create_task(turn.run())
    # Somebody who goes away while the turn opens leaves a turn that goes on, not a chat that is claimed by
    # nobody.
    return await asyncio.shield(turn.opened)


async def begin_or_find(services: TurnServices, request: TurnRequest | DecisionRequest) -> UUID:
    """Begins a turn: the id of its run. Of a message or a decision that came before, it is the first one's.

    Raises a ClarityError when the turn cannot begin.
    """
    try:
        return (await start_turn(services, request)).run_id
    except MessageAlreadySent as exc:
        return exc.run_id


async def run_turn(services: TurnServices, request: TurnRequest) -> AsyncGenerator[TurnEvent]:
    """The events of one turn, from TurnStarted to its end.

    A message that was sent before gives the events of its first turn. Raises a ClarityError when the turn
    cannot begin. Closing the iterator does not stop the turn.
    """
    run_id = await begin_or_find(services, request)
    async for event in run_events(services, request.user, run_id):
        yield event


async def run_events(services: TurnServices, user: User, run_id: UUID) -> AsyncGenerator[TurnEvent]:
    """All events of a run of this user, to its end. Raises RunNotFound."""
    async for batch in attach(services, user, run_id):
        for _, event in batch:
            yield event


async def attach(
    services: TurnServices, user: User, run_id: UUID, *, after: int = 0, silence_seconds: float | None = None
) -> AsyncGenerator[Sequence[Numbered]]:
    """The events of a run of this user, in batches: live where it runs, else from what is stored.

    Of a live run only those behind the first `after`. An empty batch says that there was nothing for so long.
    Raises RunNotFound.
    """
    if live := services.runs.get(run_id, user.id):
        async with aclosing(live.batches(after, silence_seconds=silence_seconds)) as batches:
            async for batch in batches:
                yield batch
        return
    told = 0
    async for stored in wait_for_end(services.pool, user, run_id, silence_seconds=silence_seconds):
        events = [(None, event) for event in stored.events()] if stored else []
        yield events[told:]
        told = max(told, len(events))


async def stop_run(services: TurnServices, user: User, run_id: UUID) -> str:
    """Stops a run of this user: its status now, "running" while the server that has it has yet to see it.

    Raises RunNotFound.
    """
    live = services.runs.get(run_id, user.id)
    if live and live.task and not live.is_over:
        live.cancel()
        await asyncio.wait({live.task})
    return await cancel_run(services.pool, user, run_id)


class _Turn:
    """The state of one running turn."""

    def __init__(self, services: TurnServices, request: TurnRequest | DecisionRequest) -> None:
        self._services = services
        self._request = request
        self._request_id = current_request_id()
        self._watch = Stopwatch()
        self._span: Span = INVALID_SPAN
        self.live = LiveRun(request.run_id, request.user.id)
        self.opened: asyncio.Future[LiveRun | StillUndecided] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """The turn from open to close; what goes wrong is told to whoever listens, not raised."""
        attributes = {
            "gen_ai.operation.name": "invoke_agent",
            "clarity.run.id": str(self.live.run_id),
            "clarity.request.id": self._request_id or "",
        }
        with turn_span(self._services.tracer, "invoke_agent", attributes) as self._span:
            await self._run()

    async def _run(self) -> None:
        opened = await self._open()
        if opened is None:
            return
        self._services.runs.add(self.live)
        self._services.leases.ensure()
        self.live.emit(
            TurnStarted(
                run_id=self.live.run_id,
                chat_id=opened.chat_id,
                agent_name=opened.agent_name,
                message_id=self._request.message_id if isinstance(self._request, TurnRequest) else None,
                context=opened.context,
            )
        )
        self.opened.set_result(self.live)
        try:
            answering = AnsweringTurn(self._services, self._request, opened, self.live, self._watch)
            error = await self._run_opened(answering)
            await self._close(answering, error)
        finally:
            self.live.end()
            self._services.runs.ended(self.live)

    async def _open(self) -> OpenedTurn | None:
        """None when there is nothing to run; why, is in the future `opened`."""
        try:
            with self._watch.measuring("open"):
                opened = await open_turn(
                    self._services.pool,
                    self._request.user,
                    self._services.config,
                    run_id=self.live.run_id,
                    begin=self._request.begin,
                )
        except ClarityError as exc:
            self._refuse(exc)
        except Exception:
            logger.exception("Turn %s could not be opened", self.live.run_id)
            self._refuse(ClarityError())
        except asyncio.CancelledError:
            self._refuse(TurnCancelled())
            raise
        else:
            if isinstance(opened, OpenedTurn):
                return opened
            self.opened.set_result(opened)
        return None

    def _refuse(self, error: ClarityError) -> None:
        mark_failed(self._span, error.code)
        self._services.observer.turn_refused(error.code)
        self.opened.set_exception(error)
        # Nobody may be listening any more, and then it is nobody's mistake.
        self.opened.exception()

    async def _run_opened(self, answering: AnsweringTurn) -> ClarityError | None:
        try:
            await answering.run()
        except ClarityError as exc:
            return exc
        except asyncio.CancelledError:
            # By a server that stops, or one that took the chat over, if not by a person.
            return TurnCancelled() if self.live.is_cancelled else TurnInterrupted()
        except Exception:
            # The outermost loop of a turn: the chat must not stay claimed because of a bug.
            logger.exception("Turn %s failed", self.live.run_id)
            return ClarityError()
        return None

    async def _close(self, answering: AnsweringTurn, error: ClarityError | None) -> None:
        self.live.is_closing = True
        messages = answering.messages()
        outcome = answering.outcome(error, messages)
        # A task of its own, because a server that stops cancels this one, and the turn is stored all the
        # same.
        rows = rows_of(messages)
        request = self._request
        closing_turn = ClosingTurn(
            self._services.pool,
            request.user,
            self.live.run_id,
            title=title_of(request.message) if isinstance(request, TurnRequest) else None,
        )
        closing = asyncio.create_task(closing_turn.store(rows, outcome))
        with self._watch.measuring("close"):
            while not closing.done():
                try:
                    await asyncio.shield(closing)
                except asyncio.CancelledError:
                    closing_turn.hurry()
                except ClarityError:
                    break
        if failure := closing.exception():
            assert isinstance(failure, ClarityError)  # noqa: S101 - it raises no other
            error = error or failure
        elif not closing.result():
            error = TurnInterrupted()
        usage = sum(outcome.by_model.values(), start=Usage())
        self.live.emit(answering.end(error, usage))
        self._report(answering, error, outcome, usage)
        if error is None and not answering.asked:
            self._follow_up(answering, messages, rows)

    def _follow_up(
        self, answering: AnsweringTurn, messages: Sequence[BaseMessage], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Has done in the background what this turn leaves to do for its chat."""
        request, opened, agent = self._request, answering.opened, answering.agent
        if opened.chat_id is None or agent is None:
            return
        if isinstance(request, TurnRequest):
            first_message = None if opened.has_title else request.message
        else:
            # A chat whose first turn had to ask is called by its message still, or by its user.
            first_message = only_message(opened.history) if opened.summary is None else None
        self._services.aftermath.follow(
            EndedTurn(
                user=request.user,
                chat_id=opened.chat_id,
                agent_name=opened.agent_name,
                model=agent.model,
                message=first_message or "",
                answer=last_words(messages),
                made_title=title_of(first_message) if first_message else None,
                history=[*opened.history, *rows],
                is_private=agent.definition.is_private,
                observer=self._services.observer,
            )
        )

    def _report(
        self, answering: AnsweringTurn, error: ClarityError | None, outcome: RunOutcome, usage: Usage
    ) -> None:
        """Tells the log, the trace and the observer how it went."""
        opened, agent = answering.opened, answering.agent
        report = TurnReport(
            run_id=self.live.run_id,
            chat_id=opened.chat_id,
            user_id=self._request.user.id,
            agent_name=opened.agent_name,
            is_private=agent.definition.is_private if agent else None,
            status=status_of(error, answering.asked),
            error_code=error.code if error else None,
            model=outcome.model,
            usage=usage,
            model_calls=outcome.model_calls,
            tool_calls=outcome.tool_calls,
            phases=self._watch.phases,
            is_repeat=opened.is_repeat,
            is_continuation=isinstance(self._request, DecisionRequest),
            request_id=self._request_id,
        )
        self._services.observer.turn_ended(report)
        if logger.isEnabledFor(logging.INFO):
            logger.info("turn", extra=report.to_log())
        if self._span.is_recording():
            self._span.update_name(f"invoke_agent {report.agent_name}")
            self._span.set_attributes(report.to_span())
            if error:
                mark_failed(self._span, error.code)
