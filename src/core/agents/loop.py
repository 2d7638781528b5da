"""The agent's loop: ask the model, call the tools it wants, until it is done or a person must decide."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import uuid4

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolCall,
    ToolMessage,
)

from core.agents.consent import Consent
from core.agents.estimates import estimated_usage
from core.agents.executor import CompiledAgent
from core.agents.tool_calls import (
    DURATION_KEY,
    FAILED,
    NOT_KNOWN,
    call_tool,
    error_message,
    is_untrusted,
    mark_untrusted,
)
from core.config import CoreConfig
from core.errors import ToolInputError
from core.events import StepEvent, StepFinished, StepStarted, TextDelta, ToolCallFinished, ToolCallStarted
from core.observer import Stopwatch
from core.tools.base import ClarityTool, CurrentCall, RunContext
from core.types import Usage

logger = logging.getLogger(__name__)

TOO_MANY_STEPS = "I stopped here, because this took more steps than one turn may take."
TOO_MANY_TOKENS = "I stopped here, because this took more of the language model than one turn may take."
NOT_ASKED = "The turn was stopped before the user was asked about this call. It was not carried out."
TOO_MANY_CALLS = "This turn has called as many tools as it may. Answer with what you have."
CHANGED_SINCE = (
    "The tool was changed after the user allowed this call, so it was not carried out. Call it again to ask "
    "them anew."
)
NOBODY_TO_ASK = "This tool needs a person's approval, and nobody can be asked in this conversation."


@dataclass(frozen=True, kw_only=True)
class AskingCall:
    """A call that waits for a person: the tool, and the arguments that it would be called with, validated."""

    tool: ClarityTool
    call: ToolCall
    arguments: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DecidedCall:
    """A call that a person has refused, with their reason, or allowed, with the arguments it has now.

    `tool_hash` is what the tool's row said when they were asked.
    """

    call: ToolCall
    tool_hash: str | None
    is_allowed: bool
    is_edited: bool
    reason: str | None


@dataclass(kw_only=True)
class Spent:
    """What a run has used so far, by "provider:name" of the model."""

    by_model: dict[str, Usage] = field(default_factory=dict[str, Usage])
    model_calls: int = 0
    tool_calls: int = 0

    @property
    def usage(self) -> Usage:
        return sum(self.by_model.values(), start=Usage())

    def add(self, other: "Spent") -> None:
        for model, usage in other.by_model.items():
            self.by_model[model] = self.by_model.get(model, Usage()) + usage
        self.model_calls += other.model_calls
        self.tool_calls += other.tool_calls


class AgentLoop:
    """One run of an agent. `messages` are the new ones, in order, and `emit` is told of each step.

    Without `consent` nobody can be asked: what needs a person's approval is refused. `watch` adds up what its
    steps take, `turn_spent` what all agents of the turn have used of models, which is what is limited.
    """

    def __init__(
        self,
        agent: CompiledAgent,
        context: RunContext,
        config: CoreConfig,
        emit: Callable[[StepEvent], None],
        consent: Consent | None = None,
        watch: Stopwatch | None = None,
        turn_spent: Spent | None = None,
    ) -> None:
        self._agent = agent
        self._context = context
        self._config = config
        self._emit = emit
        self._consent = consent
        self._watch = watch or Stopwatch()
        self._texts: list[str] = []
        self._message_id = ""
        self._calling: list[ToolCall] = []
        self._asking: list[ToolCall] = []
        self._call_ids = {context.call.id} if context.call else set[str]()
        # Since the user's message, so that a turn that waited for a person has no more of them than another.
        self._calls_made = 0
        self._is_tainted = context.is_tainted
        self.messages: list[BaseMessage] = []
        self.spent = Spent()
        self._turn_spent = turn_spent or Spent()

    @property
    def response(self) -> str:
        """The text of the last message, if it is the model's."""
        last = self.messages[-1] if self.messages else None
        return last.text if isinstance(last, AIMessage) else ""

    @property
    def is_tainted(self) -> bool:
        """Whether it has read what may be somebody else's words."""
        return self._is_tainted

    async def run(
        self, system_prompt: str, window: Sequence[BaseMessage], decided: Sequence[DecidedCall] = ()
    ) -> tuple[AskingCall, ...]:
        """Runs until the model has answered, or until the returned calls wait for a person.

        `window` ends with the user's message, or with what came of it so far; the calls `decided` are in it,
        and are dealt with first. Raises ModelError; a tool's error is a message to the model.
        """
        self._is_tainted = self._is_tainted or any(map(is_untrusted, window))
        self._call_ids |= {
            call["id"] or ""
            for message in window
            if isinstance(message, AIMessage)
            for call in message.tool_calls
        }
        seen: list[BaseMessage] = [SystemMessage(system_prompt), *window]
        if decided:
            seen += await self._step("tools", self._carry_out(decided))
        asked_before, self._calls_made = count_since_user(window)
        while True:
            known = len(self.messages)
            answer = await self._step("model", self._ask(seen, asked_before))
            if not answer.tool_calls:
                return ()
            asking = await self._step("tools", self._call_tools(answer.tool_calls))
            if asking:
                return asking
            seen += self.messages[known:]

    def stop(self) -> None:
        """Completes `messages` of a run that was broken off: the text so far, and no call unanswered."""
        if text := "".join(self._texts):
            stopped = AIMessage(text, id=self._message_id, response_metadata={"stopped": True})
            self.messages.append(self._marked(stopped))
            self._texts = []
        for call in self._calling:
            self.messages.append(error_message(call, f"The turn was stopped during this call. {NOT_KNOWN}"))
        # Else the results of those beside them, which were carried out, would be hidden with them.
        self.messages += [error_message(call, NOT_ASKED) for call in self._asking]
        self._calling, self._asking = [], []

    async def _step(self, name: Literal["model", "tools"], work: Awaitable[Any]) -> Any:
        self._emit(StepStarted(name=name))
        with self._watch.measuring(name):
            result = await work
        self._emit(StepFinished(name=name))
        return result

    async def _ask(self, seen: Sequence[BaseMessage], asked_before: int) -> AIMessage:
        if refusal := self._limit(asked_before):
            answer = AIMessage(refusal, id=str(uuid4()))
            self._emit(TextDelta(message_id=answer.id or "", text=refusal))
            self.messages.append(answer)
            return answer
        self._texts, self._message_id = [], str(uuid4())
        try:
            answered = await self._agent.chain.ask(seen, self._on_text, self._context.observer)
        except BaseException:
            # Else whoever stops each answer just before its end has it for nothing.
            if self._texts:
                self._spend(self._agent.model_name, estimated_usage(seen, self._texts))
            raise
        answer = answered.message
        answer.id = self._message_id
        self._name_calls(answer.tool_calls)
        self._texts = []
        self._count(answered.model_name, answer)
        self.messages.append(self._marked(answer))
        for call in answer.tool_calls:
            self._emit(_started(call, answer.id))
        return answer

    def _marked(self, answer: AIMessage) -> AIMessage:
        """The answer, which may repeat the words of others that it was made of."""
        if self._is_tainted:
            mark_untrusted(answer)
        return answer

    def _name_calls(self, calls: Sequence[ToolCall]) -> None:
        """Gives a call an id of its own, where the model gave it none, or one that another call has.

        Some servers count the calls of each answer anew; what a call has come to is kept by its id.
        """
        for call in calls:
            if not call["id"] or call["id"] in self._call_ids:
                call["id"] = f"call_{uuid4().hex}"
            self._call_ids.add(call["id"])

    def _limit(self, asked_before: int) -> str | None:
        """The sentence that ends the run, when the model may not be asked again."""
        own_limit = self._context.max_model_calls or self._config.max_model_calls
        if asked_before + self.spent.model_calls >= min(own_limit, self._config.max_model_calls):
            return TOO_MANY_STEPS
        most = self._config.max_run_tokens
        return TOO_MANY_TOKENS if most is not None and self._turn_spent.usage.total_tokens >= most else None

    def _on_text(self, text: str) -> None:
        self._texts.append(text)
        self._watch.note("first_token")
        self._emit(TextDelta(message_id=self._message_id, text=text))

    def _count(self, model_name: str, answer: AIMessage) -> None:
        used = answer.usage_metadata
        usage = (
            Usage(input_tokens=used["input_tokens"], output_tokens=used["output_tokens"]) if used else Usage()
        )
        self._spend(model_name, usage)

    def _spend(self, model_name: str, usage: Usage) -> None:
        spent = Spent(by_model={model_name: usage}, model_calls=1)
        self.spent.add(spent)
        self._turn_spent.add(spent)

    async def _carry_out(self, decided: Sequence[DecidedCall]) -> list[BaseMessage]:
        """The answers to calls that were decided, in order."""
        self._calling = [item.call for item in decided]
        for item in decided:
            self._emit(_started(item.call, was_decided=True))
            if not item.is_allowed:
                reason = f" They said: {item.reason}" if item.reason else ""
                self._finish(item.call, error_message(item.call, f"The user refused this call.{reason}"))
        allowed = [item for item in decided if item.is_allowed]
        self.spent.tool_calls += len(allowed)
        await _together([self._call_allowed(item) for item in allowed])
        return self._in_order([item.call for item in decided])

    async def _call_allowed(self, item: DecidedCall) -> None:
        checked = self._checked(item.call)
        if not isinstance(checked, AskingCall):
            self._finish(item.call, checked)
        elif checked.tool.definition.content_hash != item.tool_hash:
            self._finish(item.call, error_message(item.call, CHANGED_SINCE))
        else:
            await self._call(checked, note=_edited(item) if item.is_edited else "")

    async def _call_tools(self, calls: Sequence[ToolCall]) -> tuple[AskingCall, ...]:
        """Calls what may be called; what waits for a person is returned."""
        self._calling = list(calls)
        may_call = max(0, self._config.max_tool_calls - self._calls_made)
        self._calls_made += len(calls)
        self.spent.tool_calls += len(calls)
        asking: list[AskingCall] = []
        calling: list[AskingCall] = []
        for index, call in enumerate(calls):
            checked = self._checked(call)
            if index >= may_call:
                self._finish(call, error_message(call, TOO_MANY_CALLS))
            elif not isinstance(checked, AskingCall):
                self._finish(call, checked)
            elif not self._needs_consent(checked.tool):
                calling.append(checked)
            elif self._consent is None:
                self._finish(call, error_message(call, NOBODY_TO_ASK))
            else:
                asking.append(checked)
        self._calling = [item.call for item in calling]
        self._asking = [item.call for item in asking]
        await _together([self._call(item) for item in calling])
        waiting = {call["id"] for call in self._asking}
        self._in_order([call for call in calls if call["id"] not in waiting])
        return tuple(asking)

    def _needs_consent(self, tool: ClarityTool) -> bool:
        return (self._consent or Consent()).is_needed(tool, is_tainted=self._is_tainted)

    def _checked(self, call: ToolCall) -> AskingCall | ToolMessage:
        """The call with its tool, and arguments as that takes them; or a message that says what is wrong."""
        tool = self._agent.tools_by_name.get(call["name"])
        if tool is None:
            known = ", ".join(self._agent.tools_by_name) or "none"
            return error_message(call, f"There is no tool named {call['name']}. The tools are: {known}.")
        try:
            return AskingCall(tool=tool, call=call, arguments=tool.validated(call["args"]))
        except ToolInputError as exc:
            return error_message(call, exc.message)
        # A plugin's schema is foreign code: it must not end the turn.
        except Exception:
            logger.exception("The arguments of tool %s could not be checked", call["name"])
            return error_message(call, FAILED)

    async def _call(self, item: AskingCall, note: str = "") -> None:
        call = item.call
        context = replace(
            self._context,
            call=CurrentCall(id=call["id"] or "", tool_name=call["name"], arguments=call["args"]),
            is_tainted=self._is_tainted,
        )
        message = await call_tool(item.tool, context, call, item.arguments)
        if note:
            message.content = note + message.text
        self._finish(call, message)

    def _finish(self, call: ToolCall, message: ToolMessage) -> None:
        self._calling = [other for other in self._calling if other is not call]
        self._is_tainted = self._is_tainted or is_untrusted(message)
        message.id = str(uuid4())
        self.messages.append(message)
        self._emit(
            ToolCallFinished(
                tool_call_id=message.tool_call_id,
                name=call["name"],
                result=message.text,
                status=message.status,
                duration_ms=message.response_metadata.get(DURATION_KEY, 0),
                is_untrusted=is_untrusted(message),
                message_id=message.id,
            )
        )

    def _in_order(self, calls: Sequence[ToolCall]) -> list[BaseMessage]:
        """Puts the answers to these calls, which came as they were ready, into the calls' own order."""
        if not calls:
            return []
        place = {call["id"]: index for index, call in enumerate(calls)}
        answers = self.messages[-len(calls) :]
        answers.sort(key=lambda answer: place[answer.tool_call_id] if isinstance(answer, ToolMessage) else 0)
        self.messages[-len(calls) :] = answers
        return answers


def _started(call: ToolCall, message_id: str = "", *, was_decided: bool = False) -> ToolCallStarted:
    return ToolCallStarted(
        tool_call_id=call["id"] or "",
        name=call["name"],
        arguments=call["args"],
        message_id=message_id,
        was_decided=was_decided,
    )


def _edited(item: DecidedCall) -> str:
    return f"The user allowed this with other arguments: {json.dumps(item.call['args'])}\nThe result: "


async def _together(work: Sequence[Coroutine[Any, Any, None]]) -> None:
    """All at once; when one fails, the others are stopped before it is raised."""
    if len(work) == 1:
        await work[0]
        return
    tasks = [asyncio.create_task(item) for item in work]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def count_since_user(messages: Sequence[BaseMessage]) -> tuple[int, int]:
    """How many times the model has answered since the last message of the user, and asked for a tool."""
    answers, calls = 0, 0
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            break
        if isinstance(message, AIMessage):
            answers += 1
            calls += len(message.tool_calls)
    return answers, calls
