"""The answer to an opened turn: what the model is given, the model and its tools, and what came of it.

It is the middle of core.turn, which opens turns and closes them.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage

from core.agents.consent import Consent
from core.agents.executor import AgentExecutor, CompiledAgent
from core.agents.loop import AgentLoop, AskingCall, DecidedCall, Spent
from core.agents.prompt import build_turn_context
from core.agents.tool_calls import error_message
from core.chats.closing import RunOutcome, ToolStamp
from core.chats.history import window
from core.chats.live_runs import LiveRun
from core.chats.opening import DecidedAction, OpenedTurn
from core.chats.repeats import window_of_repeat
from core.delegations import Delegations
from core.errors import AgentNotFound, ClarityError, TurnCancelled, TurnInterrupted, TurnTimeout
from core.events import EndEvent, PendingAction, TurnFailed, TurnFinished, TurnWaiting
from core.observer import Stopwatch, TurnStatus
from core.services import TurnServices
from core.tools.base import RunContext
from core.turn_requests import DecisionRequest, TurnRequest
from core.types import Usage

logger = logging.getLogger(__name__)

# What a person is shown before they allow a call is read from the database; the question does not wait for
# it.
PREVIEW_SECONDS = 5


class AnsweringTurn:
    """An opened turn at work. What came of it can be told however it ended.

    `agent` is None until it was found, and `asked` are the calls that wait for a person.
    """

    def __init__(
        self,
        services: TurnServices,
        request: TurnRequest | DecisionRequest,
        opened: OpenedTurn,
        live: LiveRun,
        watch: Stopwatch,
    ) -> None:
        self._services = services
        self._request = request
        self._live = live
        self._watch = watch
        self._delegations = Delegations(services.executors, services.config)
        self._loop: AgentLoop | None = None
        self.opened = opened
        self.agent: CompiledAgent | None = None
        self.asked: tuple[PendingAction, ...] = ()

    async def run(self) -> None:
        """Until the model has answered, or calls wait. Raises ClarityError, or what a bug does."""
        opened, context = self.opened, self._context()
        with self._watch.measuring("executor"):
            executor = await self._executor(context)
        self.agent = executor.agent
        self._loop = loop = AgentLoop(
            executor.agent,
            context,
            self._services.config,
            self._live.emit,
            # Without a chat there is nothing to come back to, so nobody is asked.
            Consent(preferences=opened.preferences, standing=opened.consents) if opened.chat_id else None,
            self._watch,
            self._delegations.turn_spent,
        )
        try:
            async with asyncio.timeout(self._services.config.turn_timeout_seconds):
                asking = await loop.run(_prompt(executor, opened), await self._window(), _decided(opened))
                self.asked = tuple(await asyncio.gather(*(self._pending(item, context) for item in asking)))
        except TimeoutError as exc:
            loop.stop()
            raise TurnTimeout from exc
        except (asyncio.CancelledError, TurnInterrupted, TurnCancelled):
            loop.stop()
            raise

    async def _executor(self, caller: RunContext) -> AgentExecutor:
        opened = self.opened
        if opened.agent_id is None:
            raise AgentNotFound(opened.agent_name)
        return await self._services.executors.get(
            caller,
            agent_id=opened.agent_id,
            config_version=opened.config_version,
            customizations=opened.customizations,
        )

    def _context(self) -> RunContext:
        opened = self.opened
        return RunContext(
            pool=self._services.pool,
            user=self._request.user,
            agent_name=opened.agent_name,
            tool_timeout_seconds=self._services.config.tool_timeout_seconds,
            run_id=self._live.run_id,
            chat_id=opened.chat_id,
            delegate=self._delegations.telling(self._live.emit),
            agent_path=(opened.agent_id,) if opened.agent_id else (),
            # A summary, or a memory, may tell what somebody else's words said.
            is_tainted=_is_tainted(opened),
            observer=self._services.observer,
        )

    async def _window(self) -> list[BaseMessage]:
        """What the model sees of the conversation: up to the new message, or the calls that were decided."""
        opened, request, max_tokens = self.opened, self._request, self._services.config.history_tokens
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

    def messages(self) -> list[BaseMessage]:
        """The new messages, with an answer for every decided call, whatever became of the turn."""
        messages = list(self._loop.messages) if self._loop else []
        answered = {message.tool_call_id for message in messages if isinstance(message, ToolMessage)}
        left = [action for action in self.opened.actions if action.tool_call_id not in answered]
        return [*(_left_undone(action) for action in left), *messages]

    def outcome(self, error: ClarityError | None, messages: Sequence[BaseMessage]) -> RunOutcome:
        """What is stored of the run beside its `messages`."""
        spent = Spent()
        spent.add(self._delegations.spent)
        if self._loop:
            spent.add(self._loop.spent)
        allowed = {action.tool_call_id for action in self.opened.actions if action.is_allowed}
        return RunOutcome(
            status=status_of(error, self.asked),
            model=self.agent.model_name if self.agent else None,
            by_model=spent.by_model,
            model_calls=spent.model_calls,
            tool_calls=spent.tool_calls,
            latency_ms=round(self._watch.total * 1000),
            error=error,
            config_version=self.agent.definition.config_version if self.agent else None,
            tools=_stamps(self.agent) if self.agent else None,
            asked=self.asked,
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

    def end(self, error: ClarityError | None, usage: Usage) -> EndEvent:
        """What listeners are told last."""
        if error:
            return TurnFailed(run_id=self._live.run_id, chat_id=self.opened.chat_id, error=error)
        if self.asked and self.opened.chat_id:
            return TurnWaiting(
                run_id=self._live.run_id,
                chat_id=self.opened.chat_id,
                response=last_words(self._loop.messages if self._loop else ()),
                actions=self.asked,
                usage=usage,
            )
        return TurnFinished(
            run_id=self._live.run_id,
            chat_id=self.opened.chat_id,
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


def last_words(messages: Sequence[BaseMessage]) -> str:
    """The text of the model's last message."""
    return next((message.text for message in reversed(messages) if isinstance(message, AIMessage)), "")


def _stamps(agent: CompiledAgent) -> tuple[ToolStamp, ...]:
    """The tools that the model was offered: not those whose rows cannot be run."""
    rows = {tool.definition.id: tool.definition for tool in agent.tools}
    return tuple(ToolStamp.of(row) for row in rows.values())


def status_of(error: ClarityError | None, asked: Sequence[PendingAction]) -> TurnStatus:
    match error:
        case None:
            return "waiting" if asked else "completed"
        case TurnCancelled():
            return "cancelled"
        case TurnInterrupted():
            return "interrupted"
        case _:
            return "failed"
