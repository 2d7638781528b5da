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
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Literal
from uuid import UUID, uuid4, uuid5

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage
from opentelemetry.trace import INVALID_SPAN, Span, Tracer

from core.aftermath import Aftermath, EndedTurn
from core.agents.consent import Consent
from core.agents.executor import AgentExecutor, CompiledAgent
from core.agents.executor_cache import ExecutorCache
from core.agents.loop import AgentLoop, AskingCall, DecidedCall, Spent
from core.agents.models import Models
from core.agents.prompt import build_turn_context
from core.agents.tool_calls import error_message
from core.chats.history import window
from core.chats.leases import LeaseKeeper
from core.chats.live_runs import LiveRun, LiveRuns, Numbered
from core.chats.runs import (
    DecidedAction,
    Decision,
    NewMessage,
    OpenedTurn,
    RunOutcome,
    StillUndecided,
    ToolStamp,
    cancel_run,
    close_turn,
    open_turn,
    rows_of,
    title_of,
)
from core.chats.stored_runs import wait_for_end
from core.config import CoreConfig
from core.db import Pool
from core.decisions import check_edited_arguments
from core.delegations import Delegations
from core.errors import (
    AgentNotFound,
    ClarityError,
    DatabaseUnavailable,
    MessageAlreadySent,
    TurnCancelled,
    TurnInterrupted,
    TurnTimeout,
)
from core.events import (
    DelegatedStep,
    EndEvent,
    PendingAction,
    StepFinished,
    StepStarted,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnWaiting,
)
from core.observer import NOBODY, Observer, Stopwatch, TurnReport
from core.tools.base import RunContext
from core.tools.services import ToolAccess
from core.tracing import current_request_id, mark_failed, turn_span
from core.types import Usage, User

logger = logging.getLogger(__name__)

# How long an ended turn tries to be stored while the database is away, and how long once the server must
# stop.
CLOSE_PATIENCE_SECONDS = 120
LAST_CLOSE_PATIENCE_SECONDS = 5
FIRST_CLOSE_PAUSE_SECONDS = 0.2
LONGEST_CLOSE_PAUSE_SECONDS = 2.0

# What a person is shown before they allow a call is read from the database; the question does not wait for
# it.
PREVIEW_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class TurnRequest:
    """A user's message to an agent. `chat_id` None begins a new chat; a repeat has the same `message_id`.

    With `may_begin_chat` an unknown `chat_id` begins a chat of that id. `conversation` is for a caller who
    keeps the conversation themselves: those messages stand before this one, and no chat is made.
    """

    user: User
    agent_name: str
    message: str
    chat_id: UUID | None = None
    message_id: UUID = field(default_factory=uuid4)
    run_id: UUID = field(default_factory=uuid4)
    may_begin_chat: bool = False
    conversation: Sequence[BaseMessage] | None = None

    @property
    def begin(self) -> NewMessage:
        return NewMessage(
            agent_name=self.agent_name,
            text=self.message,
            message_id=self.message_id,
            # Of a chat that begins, it follows from the message: sent again, that begins no other.
            chat_id=self.chat_id or uuid5(self.user.id, str(self.message_id)),
            may_begin_chat=self.may_begin_chat or self.chat_id is None,
            keeps_no_chat=self.conversation is not None,
        )


@dataclass(frozen=True, kw_only=True)
class DecisionRequest:
    """What a user decides about calls that wait, all of one turn; with the last one the turn goes on."""

    user: User
    decisions: tuple[Decision, ...]
    run_id: UUID = field(default_factory=uuid4)

    @property
    def begin(self) -> Sequence[Decision]:
        return self.decisions


@dataclass(frozen=True, kw_only=True)
class FinishedCall:
    """A finished tool call; `result` is what the model read."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    result: str
    status: Literal["success", "error"]
    duration_ms: int


@dataclass(frozen=True, kw_only=True)
class TurnResult:
    """A whole turn, for a caller who does not stream; with `pending_actions` it waits for decisions."""

    run_id: UUID
    chat_id: UUID | None
    response: str
    tool_calls: tuple[FinishedCall, ...]
    usage: Usage
    pending_actions: tuple[PendingAction, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TurnServices:
    """What turns need, shared by all of one process. `runs` holds their tasks, which nothing else does.

    `observer` is told of what has ended, and a `tracer` keeps spans of it.
    """

    pool: Pool
    config: CoreConfig
    models: Models
    tools: ToolAccess
    executors: ExecutorCache
    runs: LiveRuns
    leases: LeaseKeeper
    aftermath: Aftermath
    observer: Observer = NOBODY
    tracer: Tracer | None = None

    async def aclose(self, grace_seconds: float) -> None:
        """Lets running turns end for a while, then stops them; each stores what it has."""
        await self.runs.stop(grace_seconds)
        await self.leases.stop()
        await self.aftermath.stop()


def create_services(
    pool: Pool, config: CoreConfig, *, models: Models | None = None, tools: ToolAccess | None = None
) -> TurnServices:
    """The services of one process; `models` and `tools` may be stand-ins, for tests.

    ValueError for a setting of the tools that cannot be read.
    """
    models, tools, runs = models or Models(config), tools or ToolAccess.of(config), LiveRuns()
    return TurnServices(
        pool=pool,
        config=config,
        models=models,
        tools=tools,
        executors=ExecutorCache(pool, config, models, tools),
        runs=runs,
        leases=LeaseKeeper(pool, config, runs),
        aftermath=Aftermath(pool, config),
    )


def outside_a_turn(services: TurnServices, user: User, agent_name: str) -> RunContext:
    """What tools need of a request that is no turn."""
    return RunContext(
        pool=services.pool,
        user=user,
        agent_name=agent_name,
        tool_timeout_seconds=services.config.tool_timeout_seconds,
        observer=services.observer,
    )


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


async def collect_turn(events: AsyncIterator[TurnEvent]) -> TurnResult:
    """The result of a turn once it is over; raises the error of a turn that failed."""
    started: dict[str, ToolCallStarted] = {}
    calls: list[FinishedCall] = []
    async for event in events:
        match event:
            case ToolCallStarted():
                started[event.tool_call_id] = event
            case ToolCallFinished():
                calls.append(_finished_call(started[event.tool_call_id], event))
            case TurnFailed():
                raise event.error
            case TurnFinished() | TurnWaiting():
                return TurnResult(
                    run_id=event.run_id,
                    chat_id=event.chat_id,
                    response=event.response,
                    tool_calls=tuple(calls),
                    usage=event.usage,
                    pending_actions=event.actions if isinstance(event, TurnWaiting) else (),
                )
            case TurnStarted() | StepStarted() | StepFinished() | TextDelta() | DelegatedStep():
                pass
    raise TurnCancelled


def _finished_call(started: ToolCallStarted, finished: ToolCallFinished) -> FinishedCall:
    return FinishedCall(
        id=finished.tool_call_id,
        name=finished.name,
        arguments=started.arguments,
        result=finished.result,
        status=finished.status,
        duration_ms=finished.duration_ms,
    )


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
        self._close_deadline: float | None = None
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
        )
        try:
            async with asyncio.timeout(self._services.config.turn_timeout_seconds):
                asking = await loop.run(_prompt(executor, opened), self._window(opened), _decided(opened))
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
            # Of a long chat, the summary may tell what somebody else's words said.
            is_tainted=bool(opened.summary and opened.summary["is_untrusted"]),
            observer=self._services.observer,
        )

    def _window(self, opened: OpenedTurn) -> list[BaseMessage]:
        """What the model sees of the conversation: up to the new message, or the calls that were decided."""
        request, max_tokens = self._request, self._services.config.history_tokens
        if isinstance(request, DecisionRequest):
            return window(opened.history, max_tokens=max_tokens, goes_on=True)
        if request.conversation is not None:
            messages = list(request.conversation)
        else:
            messages = window(opened.history, max_tokens=max_tokens, goes_on=opened.is_repeat)
        if not opened.is_repeat:
            messages.append(HumanMessage(request.message, id=str(request.message_id)))
        return messages

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
        closing = asyncio.create_task(self._store(rows, outcome))
        with self._watch.measuring("close"):
            while not closing.done():
                try:
                    await asyncio.shield(closing)
                except asyncio.CancelledError:
                    self._close_deadline = monotonic() + LAST_CLOSE_PATIENCE_SECONDS
                except ClarityError:
                    break
        if failure := closing.exception():
            assert isinstance(failure, ClarityError)  # noqa: S101 - _store raises no other
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
        if opened.chat_id is None or self._agent is None or isinstance(request, DecisionRequest):
            return
        self._services.aftermath.follow(
            EndedTurn(
                user=request.user,
                chat_id=opened.chat_id,
                agent_name=opened.agent_name,
                model=self._agent.model,
                message=request.message,
                answer=_last_words(messages),
                made_title=None if opened.has_title else title_of(request.message),
                history=[*opened.history, *rows],
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

    async def _store(self, rows: Sequence[dict[str, Any]], outcome: RunOutcome) -> bool:
        """False when the run was given up meanwhile. Raises ClarityError when it cannot be stored."""
        try:
            return await self._store_patiently(rows, outcome)
        except ClarityError:
            logger.exception("Turn %s could not be stored", self.live.run_id)
            raise
        except Exception:
            # Something in these messages cannot be stored: without them the chat is free again at least.
            logger.exception("The messages of turn %s could not be stored", self.live.run_id)
        failed = replace(outcome, status="failed", error=ClarityError(), asked=())
        try:
            await self._store_patiently([], failed)
        except Exception:
            logger.exception("Turn %s could not be closed", self.live.run_id)
        raise ClarityError

    async def _store_patiently(self, rows: Sequence[dict[str, Any]], outcome: RunOutcome) -> bool:
        self._close_deadline = self._close_deadline or monotonic() + CLOSE_PATIENCE_SECONDS
        pause = FIRST_CLOSE_PAUSE_SECONDS
        while True:
            try:
                is_stored = await close_turn(
                    self._services.pool,
                    self._request.user,
                    run_id=self.live.run_id,
                    messages=rows,
                    outcome=outcome,
                    title=title_of(self._request.message) if isinstance(self._request, TurnRequest) else None,
                )
            except DatabaseUnavailable:
                if monotonic() + pause > self._close_deadline:
                    raise
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_CLOSE_PAUSE_SECONDS)
            else:
                if not is_stored:
                    logger.warning("Turn %s had lost its chat to a later one", self.live.run_id)
                return is_stored

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
