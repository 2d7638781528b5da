"""The ways to send a message: JSON, AG-UI over SSE, and the WebSocket. Each tells the same outcomes."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast
from uuid import UUID, uuid4

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from fixtures.people import Person
from fixtures.replicas import Replica
from fixtures.servers import JWT_SECRET
from torture.plan import Channel
from torture.world import AGENT

# What a lost connection looks like, whatever carried it.
LOST = (httpx.TransportError, WebSocketException, OSError, TimeoutError, EOFError)
# How long a client waits for a server that says nothing.
PATIENCE_SECONDS = 30
SILENT = logging.Logger("silent", level=logging.CRITICAL)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The whole answer."""

    text: str
    chat_id: UUID


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The turn waits for decisions about these."""

    actions: tuple[UUID, ...]
    chat_id: UUID
    run_id: UUID


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """Somebody has stopped the turn."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """No answer. `status` is 0 where an event said so; one that `is_lost` says nothing, it broke off."""

    code: str
    status: int = 0
    detail: str = ""
    retry_after_seconds: float = 0
    run_id: UUID | None = None
    is_lost: bool = False


Outcome: TypeAlias = Answered | Asked | Stopped | Refused


@dataclass(kw_only=True)
class Progress:
    """What a client knows of a run while it streams, and comes back with.

    `has_begun` is set once it knows the run, `is_over` once it has heard the run's end.
    """

    run_id: UUID | None = None
    chat_id: UUID | None = None
    last_event_id: int = 0
    texts: dict[str, str] = field(default_factory=dict[str, str])
    has_begun: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: bool = False

    def follow(self, event: dict[str, Any]) -> Outcome | None:
        """Takes in an AG-UI event; the outcome with the last one."""
        outcome = self._follow(event)
        self.is_over = outcome is not None
        return outcome

    def _follow(self, event: dict[str, Any]) -> Outcome | None:
        match event["type"]:
            case "RUN_STARTED":
                self.texts.clear()
                ours = event["metadata"]["clarity"]
                self.run_id, self.chat_id = UUID(ours["run_id"]), UUID(ours["chat_id"])
                self.has_begun.set()
            case "MESSAGES_SNAPSHOT":
                # What was streamed may be in pieces; from here on it is told anew.
                self.texts.clear()
            case "TEXT_MESSAGE_CONTENT":
                message_id = event["messageId"]
                self.texts[message_id] = self.texts.get(message_id, "") + event["delta"]
            case "RUN_ERROR":
                return Refused(code=event["code"], detail=event["message"], run_id=self.run_id)
            case "RUN_FINISHED":
                return self._finished(event)
            case _:
                pass
        return None

    def _finished(self, event: dict[str, Any]) -> Outcome:
        assert self.chat_id
        assert self.run_id
        match event["outcome"]["type"]:
            case "success":
                text = event["result"]["response"]
                told = list(self.texts.values())
                assert told[-1:] == [text], f"run {self.run_id} streamed {told}, and then {text!r}"
                return Answered(text=text, chat_id=self.chat_id)
            case "interrupt":
                actions = [UUID(one["id"]) for one in event["outcome"]["interrupts"]]
                return Asked(actions=tuple(actions), chat_id=self.chat_id, run_id=self.run_id)
            case _:
                return Stopped()


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is sent: a text, or what was decided about `actions`. `chat_id` None begins a chat over JSON."""

    text: str
    message_id: UUID
    chat_id: UUID | None
    actions: Sequence[UUID] = ()
    approves: bool = True

    def to_run_input(self, run_id: UUID) -> dict[str, Any]:
        said = [{"id": str(self.message_id), "role": "user", "content": self.text}]
        return {
            "threadId": str(self.chat_id),
            "runId": str(run_id),
            "messages": [] if self.actions else said,
            "state": {},
            "tools": [],
            "context": [],
            "forwardedProps": {},
            **({"resume": [self._resume(action) for action in self.actions]} if self.actions else {}),
        }

    def to_decisions(self) -> dict[str, Any]:
        decision = "approve" if self.approves else "reject"
        return {"decisions": [{"action_id": str(one), "decision": decision} for one in self.actions]}

    def _resume(self, action: UUID) -> dict[str, Any]:
        payload = {"approved": self.approves}
        return {"interruptId": str(action), "status": "resolved", "payload": payload}


@dataclass(frozen=True, kw_only=True)
class Client:
    """One person's means to speak to any server."""

    person: Person
    http: httpx.AsyncClient

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.person.jwt(JWT_SECRET)}"}

    async def send(
        self,
        channel: Channel,
        replica: Replica,
        message: Message,
        progress: Progress,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> Outcome:
        """One try. Raises nothing: a lost connection is an outcome."""
        work = {"json": self._json, "ag_ui": self._ag_ui, "socket": self._socket}[channel]
        try:
            async with asyncio.timeout(patience_seconds):
                return await work(replica, message, progress)
        except LOST as exc:
            return _lost(type(exc).__name__, progress)

    async def come_back(self, channel: Channel, replica: Replica, progress: Progress) -> Outcome:
        """The rest of a run that is known, from any server."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                if channel == "socket":
                    frame = {
                        "type": "attach",
                        "id": "1",
                        "run_id": str(progress.run_id),
                        "after": progress.last_event_id,
                    }
                    return await self._over_socket(replica, frame, progress)
                url = f"{replica.url}/api/runs/{progress.run_id}/events"
                headers = {**self.headers, "Last-Event-ID": str(progress.last_event_id)}
                async with self.http.stream("GET", url, headers=headers) as answer:
                    return await _read_stream(answer, progress)
        except LOST as exc:
            return _lost(type(exc).__name__, progress)

    async def cancel(self, replica: Replica, run_id: UUID) -> str | None:
        """The run's status after the wish to stop it; None when nobody was there to hear it."""
        try:
            answer = await self.http.post(f"{replica.url}/api/runs/{run_id}/cancel", headers=self.headers)
        except LOST:
            return None
        return answer.json()["status"] if answer.is_success else None

    async def _json(self, replica: Replica, message: Message, progress: Progress) -> Outcome:
        if message.actions:
            url = f"{replica.url}/api/approvals?wait=true"
            return _answered(await self._post(url, message.to_decisions()), progress)
        body = {
            "agent_name": AGENT,
            "message": message.text,
            "message_id": str(message.message_id),
            **({"session_id": str(message.chat_id)} if message.chat_id else {}),
        }
        return _answered(await self._post(f"{replica.url}/api/chat", body), progress)

    async def _post(self, url: str, body: dict[str, Any]) -> httpx.Response:
        return await self.http.post(url, json=body, headers=self.headers)

    async def _ag_ui(self, replica: Replica, message: Message, progress: Progress) -> Outcome:
        url = f"{replica.url}/api/agents/{AGENT}/run"
        body = message.to_run_input(uuid4())
        async with self.http.stream("POST", url, json=body, headers=self.headers) as answer:
            return await _read_stream(answer, progress)

    async def _socket(self, replica: Replica, message: Message, progress: Progress) -> Outcome:
        frame = {
            "type": "run",
            "id": "1",
            "agent_name": AGENT,
            "input": message.to_run_input(uuid4()),
        }
        return await self._over_socket(replica, frame, progress)

    async def _over_socket(self, replica: Replica, frame: dict[str, Any], progress: Progress) -> Outcome:
        url = f"{replica.url.replace('http', 'ws', 1)}/api/chat/ws"
        async with connect(url, proxy=None, logger=SILENT, close_timeout=1) as socket:
            await socket.send(json.dumps({"type": "authenticate", "token": self.person.jwt(JWT_SECRET)}))
            # Servers answer it with who it is, or with a problem and the end.
            entered = json.loads(await socket.recv())
            if entered["type"] != "authenticated":
                return _problem(entered["problem"])
            await socket.send(json.dumps(frame))
            async for text in socket:
                told = json.loads(text)
                if told["type"] == "error":
                    return _problem(told["problem"])
                if told["type"] == "event":
                    progress.last_event_id = told["number"] or progress.last_event_id
                    if outcome := progress.follow(told["event"]):
                        return outcome
                elif told["type"] == "end":
                    break
        return _lost("socket ended", progress)


def _answered(answer: httpx.Response, progress: Progress) -> Outcome:
    if not answer.is_success:
        return _refused(answer)
    said = answer.json()
    run_id, chat_id = UUID(said["run_id"]), UUID(said["session_id"])
    progress.run_id, progress.chat_id = run_id, chat_id
    if waiting := said.get("pending_actions"):
        actions = tuple(UUID(action["id"]) for action in waiting)
        return Asked(actions=actions, chat_id=chat_id, run_id=run_id)
    return Answered(text=said["response"], chat_id=chat_id)


async def _read_stream(answer: httpx.Response, progress: Progress) -> Outcome:
    if not answer.is_success:
        await answer.aread()
        return _refused(answer)
    async for number, event in _events(answer.aiter_lines()):
        progress.last_event_id = number or progress.last_event_id
        if outcome := progress.follow(event):
            return outcome
    return _lost("stream ended", progress)


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[int | None, dict[str, Any]]]:
    number: int | None = None
    async for line in lines:
        if line.startswith("id: "):
            number = int(line.removeprefix("id: "))
        elif line.startswith("data: "):
            yield number, json.loads(line.removeprefix("data: "))
            number = None


def _lost(how: str, progress: Progress) -> Refused:
    return Refused(code=how, run_id=progress.run_id, is_lost=True)


def _refused(answer: httpx.Response) -> Refused:
    problem = cast("dict[str, Any]", answer.json())
    retry_after = float(answer.headers.get("Retry-After", 0))
    return _problem({**problem, "retry_after_seconds": retry_after})


def _problem(problem: dict[str, Any]) -> Refused:
    run_id = problem.get("run_id")
    return Refused(
        status=problem["status"],
        code=problem["code"],
        detail=problem["detail"],
        retry_after_seconds=problem.get("retry_after_seconds", 0),
        run_id=UUID(run_id) if run_id else None,
    )
