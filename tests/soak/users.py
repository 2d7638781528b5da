"""What users do, one thing after the other, with pauses in between: mostly they talk."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeAlias
from uuid import UUID, uuid4

import httpx

from embedded.gateway import Gateway
from fixtures.replicas import Replica
from torture.channels import Answered, Asked, Client, Message, Outcome, Progress, Refused, Stopped
from torture.ledger import Violation
from torture.plan import Channel, Verb
from torture.tabs import Tab
from torture.world import AGENT

# A chat that is longer than this is left for a new one.
MESSAGES_A_CHAT = 12
CHANNELS: Sequence[Channel] = ("json", "ag_ui", "socket")


@dataclass(kw_only=True)
class Tally:
    """What was done: how long each thing took, in seconds, and what went wrong, by what it was."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict[str, list[float]](list))
    errors: Counter[str] = field(default_factory=Counter[str])

    @property
    def count(self) -> int:
        return sum(map(len, self.seconds.values()))


class Failed(Exception):
    """An answer that was none."""


@dataclass(kw_only=True)
class SoakUser:
    """One user. Nothing begins after `ends_at` (monotonic), `pause_seconds` lie in between on average."""

    number: int
    client: Client
    replicas: Sequence[Replica]
    gateway: Gateway
    tally: Tally
    pause_seconds: float
    ends_at: float
    _chat_id: UUID | None = None
    _said: int = 0
    _tab: Tab | None = None
    _last_run_id: UUID | None = None

    async def live(self) -> None:
        chance = random.Random(self.number)
        actions: Sequence[tuple[_Action, int]] = [
            (self.talk, 60),
            (self.decide, 8),
            (self.cancel, 5),
            (self.come_back, 7),
            (self.look_around, 12),
            (self.instruct, 4),
            (self.keep_session, 8),
        ]
        weights = [weight for _, weight in actions]
        # Not everybody begins at once.
        await self._pause(chance.uniform(0, self.pause_seconds))
        while monotonic() < self.ends_at:
            [(action, _)] = chance.choices(actions, weights)
            await self._timed(action, chance)
            await self._pause(chance.uniform(0, 2 * self.pause_seconds))

    async def _pause(self, seconds: float) -> None:
        """No longer than there is something to come after it."""
        await asyncio.sleep(max(0, min(seconds, self.ends_at - monotonic())))

    async def _timed(self, action: "_Action", chance: random.Random) -> None:
        started = monotonic()
        try:
            name = await action(chance)
        except (Failed, Violation) as exc:
            self.tally.errors[f"{action.__name__}: {exc}"] += 1
        except httpx.HTTPError as exc:
            self.tally.errors[f"{action.__name__}: {exc!r}"] += 1
        else:
            self.tally.seconds[name].append(monotonic() - started)

    async def talk(self, chance: random.Random) -> str:
        verbs: Sequence[Verb] = ("say", "say", "add", "do", "send", "both")
        verb, channel = chance.choice(verbs), chance.choice(CHANNELS)
        outcome = await self._send(chance, channel, verb)
        if not isinstance(outcome, Answered):
            raise Failed(str(outcome))
        return f"talk ({channel})"

    async def decide(self, chance: random.Random) -> str:
        """Lets the agent ask, and allows or refuses it."""
        channel = chance.choice(CHANNELS)
        asked = await self._send(chance, channel, "ask")
        if not isinstance(asked, Asked):
            raise Failed(str(asked))
        message = Message(
            text="",
            message_id=uuid4(),
            chat_id=asked.chat_id,
            actions=asked.actions,
            approves=chance.random() < 0.8,
        )
        outcome = await self.client.send(channel, self._replica(chance), message, Progress())
        if not isinstance(outcome, Answered):
            raise Failed(str(outcome))
        return "ask, and be allowed or refused"

    async def cancel(self, chance: random.Random) -> str:
        """Stops a run as soon as it is known; it may be over by then."""
        progress, channel = Progress(), chance.choice(CHANNELS[1:])
        sending = asyncio.create_task(self._send(chance, channel, "both", progress))
        await _begun(progress, sending)
        if progress.run_id:
            status = await self.client.cancel(self._replica(chance), progress.run_id)
            if status is None:
                raise Failed("a run could not be cancelled")
        outcome = await sending
        if isinstance(outcome, Refused | Asked):
            raise Failed(str(outcome))
        return "cancel"

    async def come_back(self, chance: random.Random) -> str:
        """Leaves in the middle of a run, and follows it to its end; or reads one that is over."""
        progress, channel = Progress(), chance.choice(CHANNELS[1:])
        sending = asyncio.create_task(self._send(chance, channel, "add", progress))
        await _begun(progress, sending)
        sending.cancel()
        await asyncio.wait({sending})
        if progress.run_id is None:
            raise Failed(str(sending.result()))
        if progress.is_over:
            # It was quicker than they were. Of a run that one has to its end there is no rest.
            progress.last_event_id = 0
        outcome = await self.client.come_back(channel, self._replica(chance), progress)
        if not isinstance(outcome, Answered | Stopped):
            raise Failed(str(outcome))
        return "come back"

    async def look_around(self, chance: random.Random) -> str:
        path = chance.choice(["/api/agents", "/api/approvals", "/api/consents", "/api/customizations"])
        if self._last_run_id and chance.random() < 0.5:
            path = f"/api/runs/{self._last_run_id}"
        await self._request(chance, "GET", path)
        return "read a list"

    async def instruct(self, chance: random.Random) -> str:
        """Gives the agent an instruction, and takes it back."""
        body = {"agent_name": AGENT, "content": "Be brief."}
        made = await self._request(chance, "POST", "/api/customizations", json=body)
        await self._request(chance, "DELETE", f"/api/customizations/{made.json()['id']}")
        return "instruct"

    async def keep_session(self, chance: random.Random) -> str:
        """A sign of life through the gateway; the first one begins a chat and a session instance there."""
        if self._tab is None:
            chat_id = uuid4()
            self._tab = Tab(client=self.client, gateway=self.gateway, chat_id=chat_id, refusals=[])
            await self._tab.begin_chat()
            self._chat_id, self._said = chat_id, 0
        await self._tab.tell(f"t{chance.randrange(16**4):04x}")
        if self._tab.refusals:
            raise Failed(self._tab.refusals.pop())
        return "keep a session instance"

    async def _send(
        self, chance: random.Random, channel: Channel, verb: Verb, progress: Progress | None = None
    ) -> Outcome:
        if self._chat_id is None or self._said >= MESSAGES_A_CHAT:
            self._chat_id, self._said = (None if channel == "json" else uuid4()), 0
        self._said += 1
        progress = progress or Progress()
        token = f"t{self.number:04}x{chance.randrange(1000):03}{chance.randrange(16**4):04x}"
        message = Message(text=f"{verb} {token}", message_id=uuid4(), chat_id=self._chat_id)
        outcome = await self.client.send(channel, self._replica(chance), message, progress)
        self._chat_id = progress.chat_id or self._chat_id
        self._last_run_id = progress.run_id
        return outcome

    async def _request(
        self, chance: random.Random, method: str, path: str, json: dict[str, str] | None = None
    ) -> httpx.Response:
        url = f"{self._replica(chance).url}{path}"
        answer = await self.client.http.request(method, url, json=json, headers=self.client.headers)
        if not answer.is_success:
            raise Failed(f"{method} {path.split('/')[2]}: {answer.status_code} {answer.text[:200]}")
        return answer

    def _replica(self, chance: random.Random) -> Replica:
        return chance.choice(self.replicas)


async def _begun(progress: Progress, sending: "asyncio.Task[Outcome]") -> None:
    """Returns once the client knows of the run, or has its outcome."""
    waiting = asyncio.create_task(progress.has_begun.wait())
    await asyncio.wait({sending, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


# action(chance): what was done, for the table.
_Action: TypeAlias = Callable[[random.Random], Awaitable[str]]
