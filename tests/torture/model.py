"""A model on a port of 127.0.0.1 whose answer follows from the messages that it sees, and nothing else.

    "say t1"           "Said t1, as you wanted."
    "add t1"           a call of add_entry with the token, and then "Added t1, as you wanted."
    a call that was certainly not carried out is made again, a few times; one that perhaps was is not

So whatever is done twice, was done twice by the server.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Self, cast
from uuid import uuid4

from fixtures.openai_server import (
    Answer,
    BrokenStream,
    Completion,
    Failure,
    Hang,
    Held,
    Nonsense,
    OpenAIServer,
    RecordedRequest,
)
from torture.plan import TOOLS, Kind, Point, Verb

TOKEN = re.compile(r"t\d{4}x\d{3}[0-9a-f]{4}")

# What stands in a tool's result of a call that had its effect, that had none, and that may have had one.
DONE = re.compile(r'"(created|result|told)"|^This was carried out')
NOT_DONE = re.compile(r"not carried out|before it was carried out|could not be reached")
PERHAPS = re.compile(r"not known|The service answered 5")
REFUSED = re.compile(r"user refused")

# So often it makes a call that does not come through.
MOST_CALLS = 3

# How long the model's port stays closed when it is away.
AWAY_SECONDS = 1.0

WORDS: Mapping[Verb, str] = {
    "say": "Said",
    "add": "Added",
    "do": "Did",
    "send": "Sent",
    "both": "Did both for",
    "ask": "Was allowed",
}

# reached(token, point, server): returns when the turn may go on.
Reached = Callable[[str, Point, str], "Future[None]"]
# fault(token, point): what the model is to do instead of answering, if anything.
ModelFault = Callable[[str, Point], Kind | None]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the model is asked: the user's last message, and the results behind it by the tool's name."""

    verb: Verb
    token: str
    results: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, messages: Sequence[dict[str, Any]]) -> Self:
        last = max(index for index, message in enumerate(messages) if message["role"] == "user")
        verb, token = _text(messages[last]).split()
        results: dict[str, list[str]] = {}
        names: dict[str, str] = {}
        for message in messages[last + 1 :]:
            for call in message.get("tool_calls") or ():
                names[call["id"]] = call["function"]["name"]
            if message["role"] == "tool":
                results.setdefault(names[message["tool_call_id"]], []).append(_text(message))
        return cls(verb=cast("Verb", verb), token=token, results=results)

    @property
    def left(self) -> list[str]:
        """The tools that are still to be called."""
        return [tool for tool in TOOLS[self.verb] if not self._is_settled(tool)]

    @property
    def answer(self) -> str:
        last = [self.results[tool][-1] for tool in TOOLS[self.verb]]
        if any(REFUSED.search(result) for result in last):
            word = "Was refused"
        elif any(NOT_DONE.search(result) for result in last):
            word = "Gave up on"
        elif all(DONE.search(result) for result in last):
            word = WORDS[self.verb]
        else:
            word = "Am not sure of"
        return f"{word} {self.token}, as you wanted."

    def _is_settled(self, tool: str) -> bool:
        results = self.results.get(tool, ())
        return len(results) >= MOST_CALLS or (bool(results) and not NOT_DONE.search(results[-1]))


class TortureModel(OpenAIServer):
    """`servers` maps the key that a server sends to its name. `problems` has what it could not answer."""

    def __init__(self, servers: Mapping[str, str], *, reached: Reached, fault: ModelFault) -> None:
        super().__init__()
        self._servers = servers
        self._reached = reached
        self._fault = fault
        self.problems: list[str] = []

    async def _answer_to(self, request: RecordedRequest) -> Answer:
        try:
            return await self._answer_of(request)
        except Exception as exc:
            # In this thread nobody else would hear of it.
            self.problems.append(f"the model could not make sense of {request.body['messages']}: {exc!r}")
            raise

    async def _answer_of(self, request: RecordedRequest) -> Answer:
        # Nobody looks at them, and there are many.
        self.requests.clear()
        question = Question.of(request.body["messages"])
        server = self._servers[request.headers["authorization"]]
        asked = Point.AFTER_TOOL if question.results else Point.BEFORE_TOOL
        if kind := self._fault(question.token, asked):
            return await self._failure(kind, question)
        await self._hold(question.token, asked, server)
        if question.left:
            return _calls(question)
        return Held(text=question.answer, until=self._before_the_end(question.token, server))

    def _before_the_end(self, token: str, server: str) -> Callable[[], Awaitable[None]]:
        async def hold() -> None:
            await self._hold(token, Point.BEFORE_CLOSE, server)

        return hold

    async def _hold(self, token: str, point: Point, server: str) -> None:
        await asyncio.wrap_future(self._reached(token, point, server))

    async def _failure(self, kind: Kind, question: Question) -> Answer:
        match kind:
            case Kind.MODEL_AWAY:
                await self._go_away()
                return BrokenStream(text="")
            case Kind.MODEL_REFUSES:
                return BrokenStream(text="")
            case Kind.MODEL_BUSY:
                return Failure(status=429)
            case Kind.MODEL_HANGS:
                return Hang(text="")
            case Kind.MODEL_BREAKS:
                return BrokenStream(text="I was about")
            case Kind.MODEL_JUNK:
                return Nonsense()
            case Kind.MODEL_BAD_CALL:
                tools = TOOLS[question.verb] or ("add_entry",)
                return Completion(tool_calls=[(tools[0], '{"data": {"tok')])
            case _:
                return Failure(status=500)

    async def _go_away(self) -> None:
        """Closes the port for a while; it is the same one afterwards."""
        self._listener.close()

        async def come_back() -> None:
            await asyncio.sleep(AWAY_SECONDS)
            self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self._port)

        self._coming_back = asyncio.create_task(come_back())


def _calls(question: Question) -> Completion:
    arguments: dict[str, dict[str, Any]] = {
        "add_entry": {"data": {"token": question.token}},
        "ask_entry": {"data": {"token": question.token}},
        "do_token": {"p_token": question.token},
        "send_token": {"token": question.token},
    }
    calls = [(tool, arguments[tool]) for tool in question.left]
    return Completion(tool_calls=calls, call_ids=[f"call_{uuid4().hex}" for _ in calls])


def _text(message: dict[str, Any]) -> str:
    content = message["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or ())
