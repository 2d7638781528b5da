"""One turn of an agent: the only way one runs, whoever asks.

    open      one round trip: claim the chat, store the message or the decisions, read what the turn needs
    executor  from the cache, rebuilt when the agent's version is another
    run       the model and its tools, streamed; no transaction is held while the model thinks
    close     one round trip: store the new messages, what was used, what waits for a person, and how it ended

A turn is a task of its own that writes a log of events: a listener who goes away loses nothing, because the
turn goes on and is stored.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage
from opentelemetry.trace import INVALID_SPAN, Span

from core.aftermath import EndedTurn
from core.agents.consent import Consent
from core.agents.executor import AgentExecutor, CompiledAgent
from core.agents.loop import AgentLoop, AskingCall, DecidedCall, Spent
from core.agents.prompt import build_turn_context
from core.agents.tool_calls import error_message
from core.chats.closing import ClosingTurn, RunOutcome, ToolStamp, rows_of
from core.chats.history import only_message, window
from core.chats.live_runs import LiveRun, Numbered
from core.chats.opening import DecidedAction, OpenedTurn, StillUndecided, open_turn, title_of
from core.chats.repeats import window_of_repeat
from core.chats.runs import cancel_run
from core.chats.stored_runs import wait_for_end
from core.decisions import check_edited_arguments
from core.delegations import Delegations
from core.errors import (
    AgentNotFound,
    ClarityError,
    MessageAlreadySent,
    TurnCancelled,
    TurnInterrupted,
    TurnTimeout,
)
from core.events import (
    EndEvent,
    PendingAction,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnWaiting,
)
from core.observer import Stopwatch, TurnReport
from core.services import TurnServices, outside_a_turn
from core.tools.base import RunContext
from core.tracing import current_request_id, mark_failed, turn_span
from core.turn_requests import DecisionRequest, TurnRequest
from core.types import Usage, User

logger = logging.getLogger(__name__)

# What a person is shown before they allow a call is read from the database; the question does not wait for
# it.
PREVIEW_SECONDS = 5


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
        self._delegations = Delegations(services.executors, services.config)
        self._loop: AgentLoop | None = None
        self._agent: CompiledAgent | None = None
        self._asked: tuple[PendingAction, ...] = ()
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
            error = await self._run_opened(opened)
            await self._close(opened, error)
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

    async def _run_opened(self, opened: OpenedTurn) -> ClarityError | None:
        try:
            await self._answer(opened)
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

    async def _answer(self, opened: OpenedTurn) -> None:
        context = self._context(opened)
        with self._watch.measuring("executor"):
            executor = await self._executor(opened, context)
        self._agent = executor.agent
        self._loop = loop = AgentLoop(
            executor.agent,
            context,
            self._services.config,
            self.live.emit,
            # Without a chat there is nothing to come back to, so nobody is asked.
            Consent(preferences=opened.preferences, standing=opened.consents) if opened.chat_id else None,
            self._watch,
            self._delegations.turn_spent,
        )
        try:
            async with asyncio.timeout(self._services.config.turn_timeout_seconds):
                asking = await loop.run(
                    _prompt(executor, opened), await self._window(opened), _decided(opened)
                )
                self._asked = tuple(await asyncio.gather(*(self._pending(item, context) for item in asking)))
        except TimeoutError as exc:
            loop.stop()
            raise TurnTimeout from exc
        except (asyncio.CancelledError, TurnInterrupted, TurnCancelled):
            loop.stop()
            raise

    async def _executor(self, opened: OpenedTurn, caller: RunContext) -> AgentExecutor:
        if opened.agent_id is None:
            raise AgentNotFound(opened.agent_name)
        return await self._services.executors.get(
            caller,
            agent_id=opened.agent_id,
            config_version=opened.config_version,
            customizations=opened.customizations,
        )

    def _context(self, opened: OpenedTurn) -> RunContext:
        return RunContext(
            pool=self._services.pool,
            user=self._request.user,
            agent_name=opened.agent_name,
            tool_timeout_seconds=self._services.config.tool_timeout_seconds,
            run_id=self.live.run_id,
            chat_id=opened.chat_id,
            delegate=self._delegations.telling(self.live.emit),
            agent_path=(opened.agent_id,) if opened.agent_id else (),
            # A summary, or a memory, may tell what somebody else's words said.
            is_tainted=_is_tainted(opened),
            observer=self._services.observer,
        )

    async def _window(self, opened: OpenedTurn) -> list[BaseMessage]:
        """What the model sees of the conversation: up to the new message, or the calls that were decided."""
        request, max_tokens = self._request, self._services.config.history_tokens
        if isinstance(request, DecisionRequest):
            return window(opened.history, max_tokens=max_tokens, goes_on=True)
        if opened.is_repeat and opened.chat_id:
            return await window_of_repeat(
                self._services.pool,
                request.user,
                opened.history,
                chat_id=opened.chat_id,
                message_id=request.message_id,
                max_tokens=max_tokens,
            )
        if request.conversation is not None:
            messages = list(request.conversation)
        else:
            messages = window(opened.history, max_tokens=max_tokens)
        return [*messages, HumanMessage(request.message, id=str(request.message_id))]

    async def _pending(self, item: AskingCall, context: RunContext) -> PendingAction:
        summary, preview = f"Call {item.call['name']}.", None
        try:
            summary = item.tool.summary(item.arguments)
            async with asyncio.timeout(PREVIEW_SECONDS):
                preview = await item.tool.preview(context, item.arguments)
        except Exception:
            # They help the person who decides, and the question stands without them.
            logger.exception("A call of %s could not be previewed", item.tool.name)
        lifetime = timedelta(seconds=self._services.config.approval_timeout_seconds)
        return PendingAction(
            id=uuid4(),
            tool_id=item.tool.definition.id,
            tool_call_id=item.call["id"] or "",
            tool_name=item.call["name"],
            tool_hash=item.tool.definition.content_hash,
            arguments=item.call["args"],
            summary=summary,
            preview=preview,
            expires_at=datetime.now(UTC) + lifetime,
        )

    async def _close(self, opened: OpenedTurn, error: ClarityError | None) -> None:
        self.live.is_closing = True
        messages = self._messages(opened)
        outcome = self._outcome(opened, error, messages)
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
        self.live.emit(self._end(opened, error, outcome))
        self._report(opened, error, outcome)
        if error is None and not self._asked:
            self._follow_up(opened, messages, rows)

    def _follow_up(
        self, opened: OpenedTurn, messages: Sequence[BaseMessage], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Has done in the background what this turn leaves to do for its chat."""
        request = self._request
        if opened.chat_id is None or self._agent is None:
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
                model=self._agent.model,
                message=first_message or "",
                answer=_last_words(messages),
                made_title=title_of(first_message) if first_message else None,
                history=[*opened.history, *rows],
                is_private=self._agent.definition.is_private,
                observer=self._services.observer,
            )
        )

    def _report(self, opened: OpenedTurn, error: ClarityError | None, outcome: RunOutcome) -> None:
        """Tells the log, the trace and the observer how it went."""
        report = TurnReport(
            run_id=self.live.run_id,
            chat_id=opened.chat_id,
            user_id=self._request.user.id,
            agent_name=opened.agent_name,
            is_private=self._agent.definition.is_private if self._agent else None,
            status="interrupted" if isinstance(error, TurnInterrupted) else _status(error, self._asked),
            error_code=error.code if error else None,
            model=outcome.model,
            usage=sum(outcome.by_model.values(), start=Usage()),
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

    def _messages(self, opened: OpenedTurn) -> list[BaseMessage]:
        """The new messages, with an answer for every decided call, whatever became of the turn."""
        messages = list(self._loop.messages) if self._loop else []
        answered = {message.tool_call_id for message in messages if isinstance(message, ToolMessage)}
        left = [action for action in opened.actions if action.tool_call_id not in answered]
        return [*(_left_undone(action) for action in left), *messages]

    def _outcome(
        self, opened: OpenedTurn, error: ClarityError | None, messages: Sequence[BaseMessage]
    ) -> RunOutcome:
        spent = Spent()
        spent.add(self._delegations.spent)
        if self._loop:
            spent.add(self._loop.spent)
        allowed = {action.tool_call_id for action in opened.actions if action.is_allowed}
        return RunOutcome(
            status=_status(error, self._asked),
            model=self._agent.model_name if self._agent else None,
            by_model=spent.by_model,
            model_calls=spent.model_calls,
            tool_calls=spent.tool_calls,
            latency_ms=round(self._watch.total * 1000),
            error=error,
            config_version=self._agent.definition.config_version if self._agent else None,
            tools=_stamps(self._agent) if self._agent else None,
            asked=self._asked,
            approval_timeout_seconds=self._services.config.approval_timeout_seconds,
            executed={
                message.tool_call_id: (
                    "executed" if message.status == "success" else "failed",
                    message.text,
                )
                for message in messages
                if isinstance(message, ToolMessage) and message.tool_call_id in allowed
            },
        )

    def _end(self, opened: OpenedTurn, error: ClarityError | None, outcome: RunOutcome) -> EndEvent:
        usage = sum(outcome.by_model.values(), start=Usage())
        if error:
            return TurnFailed(run_id=self.live.run_id, chat_id=opened.chat_id, error=error)
        if self._asked and opened.chat_id:
            return TurnWaiting(
                run_id=self.live.run_id,
                chat_id=opened.chat_id,
                response=_last_words(self._loop.messages if self._loop else ()),
                actions=self._asked,
                usage=usage,
            )
        return TurnFinished(
            run_id=self.live.run_id,
            chat_id=opened.chat_id,
            response=self._loop.response if self._loop else "",
            usage=usage,
        )


def _prompt(executor: AgentExecutor, opened: OpenedTurn) -> str:
    """What seldom changes first: providers keep the beginning of a prompt."""
    turn_context = build_turn_context(
        now=datetime.now(UTC),
        time_zone=opened.time_zone,
        memories=opened.memories,
        chat_context=opened.context,
        summary=opened.summary,
    )
    return f"{executor.system_prompt}\n\n{turn_context}" if executor.system_prompt else turn_context


def _is_tainted(opened: OpenedTurn) -> bool:
    quoted = (*opened.memories, *([opened.summary] if opened.summary else []))
    return any(one["is_untrusted"] for one in quoted)


def _decided(opened: OpenedTurn) -> tuple[DecidedCall, ...]:
    return tuple(
        DecidedCall(
            call=_call_of(action),
            tool_hash=action.tool_hash,
            is_allowed=action.is_allowed,
            is_edited=action.is_edited,
            reason=action.reason,
        )
        for action in opened.actions
    )


def _call_of(action: DecidedAction) -> ToolCall:
    return ToolCall(
        id=action.tool_call_id, name=action.tool_name, args=dict(action.arguments), type="tool_call"
    )


def _left_undone(action: DecidedAction) -> ToolMessage:
    text = (
        "The user allowed this call, but the turn ended before it was carried out."
        if action.is_allowed
        else f"The user refused this call. Reason: {action.reason or 'none given'}."
    )
    return error_message(_call_of(action), text)


def _last_words(messages: Sequence[BaseMessage]) -> str:
    return next((message.text for message in reversed(messages) if isinstance(message, AIMessage)), "")


def _stamps(agent: CompiledAgent) -> tuple[ToolStamp, ...]:
    """The tools that the model was offered: not those whose rows cannot be run."""
    rows = {tool.definition.id: tool.definition for tool in agent.tools}
    return tuple(ToolStamp.of(row) for row in rows.values())


def _status(
    error: ClarityError | None, asked: Sequence[PendingAction]
) -> Literal["completed", "failed", "cancelled", "interrupted", "waiting"]:
    match error:
        case None:
            return "waiting" if asked else "completed"
        case TurnCancelled():
            return "cancelled"
        case TurnInterrupted():
            return "interrupted"
        case _:
            return "failed"
