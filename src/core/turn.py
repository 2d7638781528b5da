"""One turn of an agent: the only way one runs, whoever asks.

    open      one round trip as the user: claim the chat, store the message, read the window of the chat
    executor  from the cache, rebuilt when the agent's version is another
    run       the model and its tools, streamed; no transaction is held while the model thinks
    close     one round trip as the user: store the new messages, the usage and how it ended

A turn is a task of its own that feeds a queue: a listener who goes away loses nothing, because the turn goes
on and is stored.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal, TypeAlias
from uuid import UUID, uuid4

from langchain_core.messages import BaseMessage, HumanMessage

from core.agents.executor import AgentExecutor, CompiledAgent
from core.agents.executor_cache import ExecutorCache
from core.agents.models import Models
from core.chats.history import window, without_open_tool_calls
from core.chats.runs import OpenedTurn, RunOutcome, ToolStamp, close_turn, open_turn, title_of
from core.config import CoreConfig
from core.db import Pool
from core.delegations import Delegations
from core.errors import ClarityError, TurnCancelled, TurnTimeout
from core.events import (
    DelegatedStep,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from core.tools.base import RunContext
from core.tools.services import ToolAccess
from core.transcript import Transcript
from core.types import Usage, User

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class TurnRequest:
    """A user's message to an agent. `chat_id` None begins a new chat; a repeat has the same `message_id`."""

    user: User
    agent_name: str
    message: str
    chat_id: UUID | None = None
    message_id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, kw_only=True)
class ToolCall:
    """A finished tool call; `result` is what the model read."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    result: str
    status: Literal["success", "error"]
    duration_ms: int


@dataclass(frozen=True, kw_only=True)
class TurnResult:
    """A whole turn, for a caller who does not stream."""

    run_id: UUID
    chat_id: UUID
    response: str
    tool_calls: tuple[ToolCall, ...]
    usage: Usage


_Queue: TypeAlias = asyncio.Queue[TurnEvent | ClarityError | None]


@dataclass(frozen=True, kw_only=True)
class TurnServices:
    """What turns need, shared by all of one process. `running` holds their tasks, which nothing else does."""

    pool: Pool
    config: CoreConfig
    models: Models
    tools: ToolAccess
    executors: ExecutorCache
    running: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def aclose(self, grace_seconds: float) -> None:
        """Lets running turns end for a while, then stops them; each stores what it has."""
        if not self.running:
            return
        _, unfinished = await asyncio.wait(self.running, timeout=grace_seconds)
        for task in unfinished:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished)


def create_services(
    pool: Pool, config: CoreConfig, *, models: Models | None = None, tools: ToolAccess | None = None
) -> TurnServices:
    """The services of one process; `models` and `tools` may be stand-ins, for tests.

    ValueError for a setting of the tools that cannot be read.
    """
    models, tools = models or Models(config), tools or ToolAccess.of(config)
    return TurnServices(
        pool=pool,
        config=config,
        models=models,
        tools=tools,
        executors=ExecutorCache(pool, config, models, tools),
    )


def outside_a_turn(services: TurnServices, user: User, agent_name: str) -> RunContext:
    """What tools need of a request that is no turn."""
    return RunContext(
        pool=services.pool,
        user=user,
        agent_name=agent_name,
        tool_timeout_seconds=services.config.tool_timeout_seconds,
    )


async def run_turn(services: TurnServices, request: TurnRequest) -> AsyncGenerator[TurnEvent]:
    """The events of one turn, from TurnStarted to TurnFinished or TurnFailed.

    Raises a ClarityError when the turn cannot begin. Closing the iterator does not stop the turn.
    """
    queue: _Queue = asyncio.Queue()
    task = asyncio.create_task(_Turn(services, request, queue).run())
    services.running.add(task)
    task.add_done_callback(services.running.discard)
    while (event := await queue.get()) is not None:
        if isinstance(event, ClarityError):
            raise event
        yield event


async def collect_turn(events: AsyncIterator[TurnEvent]) -> TurnResult:
    """The result of a turn once it is over; raises the error of a turn that failed."""
    started: dict[str, ToolCallStarted] = {}
    calls: list[ToolCall] = []
    async for event in events:
        match event:
            case ToolCallStarted():
                started[event.tool_call_id] = event
            case ToolCallFinished():
                calls.append(_tool_call(started[event.tool_call_id], event))
            case TurnFailed():
                raise event.error
            case TurnFinished():
                return TurnResult(
                    run_id=event.run_id,
                    chat_id=event.chat_id,
                    response=event.response,
                    tool_calls=tuple(calls),
                    usage=event.usage,
                )
            case TurnStarted() | TextDelta() | DelegatedStep():
                pass
    raise TurnCancelled


def _tool_call(started: ToolCallStarted, finished: ToolCallFinished) -> ToolCall:
    return ToolCall(
        id=finished.tool_call_id,
        name=finished.name,
        arguments=started.arguments,
        result=finished.result,
        status=finished.status,
        duration_ms=finished.duration_ms,
    )


class _Turn:
    """The state of one running turn."""

    def __init__(self, services: TurnServices, request: TurnRequest, queue: _Queue) -> None:
        self._services = services
        self._request = request
        self._queue = queue
        self._run_id = uuid4()
        self._started = perf_counter()
        self._transcript = Transcript(self._emit)
        self._delegations = Delegations(services.executors, services.config)
        self._agent: CompiledAgent | None = None

    async def run(self) -> None:
        """The turn from open to close; what goes wrong is put into the queue, not raised."""
        try:
            opened = await self._open()
        except ClarityError as exc:
            self._queue.put_nowait(exc)
        except Exception:
            logger.exception("Turn %s could not be opened", self._run_id)
            self._queue.put_nowait(ClarityError())
        else:
            await self._run_opened(opened)
        finally:
            self._queue.put_nowait(None)

    async def _open(self) -> OpenedTurn:
        request, config = self._request, self._services.config
        return await open_turn(
            self._services.pool,
            request.user,
            chat_id=request.chat_id,
            agent_name=request.agent_name,
            run_id=self._run_id,
            message_id=request.message_id,
            message=request.message,
            lease_seconds=config.lease_seconds,
            history_limit=config.history_messages,
        )

    async def _run_opened(self, opened: OpenedTurn) -> None:
        error: ClarityError | None = None
        try:
            await self._answer(opened)
        except ClarityError as exc:
            error = exc
        except asyncio.CancelledError:
            error = TurnCancelled()
        except Exception:
            # The outermost loop of a turn: the chat must not stay claimed because of a bug.
            logger.exception("Turn %s failed", self._run_id)
            error = ClarityError()
        await self._close(opened, error)

    async def _answer(self, opened: OpenedTurn) -> None:
        self._emit(
            TurnStarted(run_id=self._run_id, chat_id=opened.chat_id, agent_name=self._request.agent_name)
        )
        context = self._context(opened)
        executor = await self._executor(opened, context)
        self._agent = executor.agent
        config = self._services.config
        messages = window(opened.history, max_tokens=config.history_tokens)
        messages.append(HumanMessage(self._request.message, id=str(self._request.message_id)))
        try:
            async with asyncio.timeout(config.turn_timeout_seconds):
                await self._transcript.follow(executor.stream(messages, context))
        except TimeoutError as exc:
            raise TurnTimeout from exc

    async def _executor(self, opened: OpenedTurn, caller: RunContext) -> AgentExecutor:
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
            agent_name=self._request.agent_name,
            tool_timeout_seconds=self._services.config.tool_timeout_seconds,
            run_id=self._run_id,
            chat_id=opened.chat_id,
            delegate=self._delegations.telling(self._emit),
            agent_path=(opened.agent_id,),
        )

    async def _close(self, opened: OpenedTurn, error: ClarityError | None) -> None:
        usage = self._transcript.usage + self._delegations.usage
        try:
            await self._store(without_open_tool_calls(self._transcript.messages), error, usage)
        except ClarityError as exc:
            logger.exception("Turn %s could not be stored", self._run_id)
            error = error or exc
        except Exception:
            # Something in these messages cannot be stored: without them the chat is free again at least.
            logger.exception("The messages of turn %s could not be stored", self._run_id)
            error = error or ClarityError()
            with suppress(ClarityError):
                await self._store([], error, usage)
        self._emit(self._end(opened, error, usage))

    async def _store(self, messages: Sequence[BaseMessage], error: ClarityError | None, usage: Usage) -> None:
        is_stored = await close_turn(
            self._services.pool,
            self._request.user,
            run_id=self._run_id,
            messages=messages,
            outcome=self._outcome(error, usage),
            title=title_of(self._request.message),
        )
        if not is_stored:
            logger.warning("Turn %s had lost its chat to a later one", self._run_id)

    def _outcome(self, error: ClarityError | None, usage: Usage) -> RunOutcome:
        transcript, delegations = self._transcript, self._delegations
        return RunOutcome(
            status=_status(error),
            model=self._agent.model_name if self._agent else None,
            usage=usage,
            model_calls=transcript.model_calls + delegations.model_calls,
            tool_calls=transcript.tool_calls + delegations.tool_calls,
            latency_ms=round((perf_counter() - self._started) * 1000),
            error=error,
            config_version=self._agent.definition.config_version if self._agent else None,
            tools=_stamps(self._agent) if self._agent else None,
        )

    def _end(self, opened: OpenedTurn, error: ClarityError | None, usage: Usage) -> TurnEvent:
        if error:
            return TurnFailed(run_id=self._run_id, chat_id=opened.chat_id, error=error)
        return TurnFinished(
            run_id=self._run_id,
            chat_id=opened.chat_id,
            response=self._transcript.response,
            usage=usage,
        )

    def _emit(self, event: TurnEvent) -> None:
        self._queue.put_nowait(event)


def _stamps(agent: CompiledAgent) -> tuple[ToolStamp, ...]:
    """The tools that the model was offered: not those whose rows cannot be run."""
    rows = {tool.definition.id: tool.definition for tool in agent.tools}
    return tuple(ToolStamp.of(row) for row in rows.values())


def _status(error: ClarityError | None) -> Literal["completed", "failed", "cancelled"]:
    if error is None:
        return "completed"
    return "cancelled" if isinstance(error, TurnCancelled) else "failed"
