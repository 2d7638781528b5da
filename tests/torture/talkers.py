"""Clients as they ought to be: they send a message again, with its id, until it is answered."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID, uuid4

from embedded.gateway import Gateway
from fixtures.replicas import Replica
from torture import channels
from torture.channels import Answered, Asked, Client, Message, Outcome, Progress, Refused, Stopped
from torture.director import Director
from torture.ledger import Ending, Said, Violation
from torture.plan import Conversation, Kind, Point, Turn
from torture.tabs import Tab

# A server, its database and the model may be away one after the other, and a lease runs out in between.
PATIENCE_SECONDS = 120
# One who knows nothing of a server that is frozen gives it up before it comes back.
SHORT_PATIENCE_SECONDS = 2
PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0

# What another try mends. `turn_cancelled` is for whoever has not asked for it: the server was to stop.
PASSING = frozenset(
    {
        "server_stopping",
        "database_unavailable",
        "chat_busy",
        "turn_interrupted",
        "turn_cancelled",
        "rate_limited",
        "model_failed",
        "model_timeout",
        "unreadable_call",
        "turn_timeout",
    }
)


# What ends a turn that a decision has begun: its message goes on from there.
GOES_ON = frozenset(
    {
        "turn_interrupted",
        "turn_cancelled",
        "model_failed",
        "model_timeout",
        "unreadable_call",
        "turn_timeout",
    }
)


@dataclass(kw_only=True)
class Talker:
    """Has one conversation. `refusals` has the code of each try that did not lead to an answer."""

    conversation: Conversation
    client: Client
    replicas: Sequence[Replica]
    gateway: Gateway
    director: Director
    tab: Tab | None = None
    refusals: list[str] = field(default_factory=list[str])

    async def talk(self) -> list[Said]:
        """All of its turns, one after the other."""
        if self.conversation.has_chat:
            self.tab = self._tab(uuid4())
            await self.tab.begin_chat()
        return [await self.say(turn) for turn in self.conversation.turns]

    async def say(self, turn: Turn) -> Said:
        """One turn, until it is answered or was cancelled. Raises Violation for what no other try mends."""
        await self.director.prepare(turn)
        if self.tab:
            await self.tab.tell(turn.token)
        said = await _Saying(self, turn).to_the_end()
        self.tab = self.tab or self._tab(said.chat_id)
        await self.tab.look_for(said)
        return said

    def _tab(self, chat_id: UUID) -> Tab:
        return Tab(client=self.client, gateway=self.gateway, chat_id=chat_id, refusals=self.refusals)


class _Saying:
    """One turn of a talker."""

    def __init__(self, talker: Talker, turn: Turn) -> None:
        self._talker = talker
        self._client = talker.client
        self._director = talker.director
        self._turn = turn
        self._chance = random.Random(turn.seed)
        self._started = monotonic()
        self._pause_seconds = PAUSE_SECONDS
        self._tries = 0
        self._decided: set[UUID] = set()
        self._is_cancelled = False
        # Over AG-UI and the WebSocket the client names a chat that is yet to begin.
        known = talker.tab.chat_id if talker.tab else None
        self._chat_id = known or (None if turn.channel == "json" else uuid4())

    async def to_the_end(self) -> Said:
        message = Message(text=self._turn.text, message_id=self._turn.message_id, chat_id=self._chat_id)
        while True:
            outcome = await self._first_or_next(message)
            while isinstance(outcome, Asked):
                self._chat_id = outcome.chat_id
                outcome = await self._decide(outcome)
            match outcome:
                case Answered():
                    return self._said("answered", outcome.text, outcome.chat_id)
                case _ if self._is_cancelled:
                    # Whatever it was told: somebody who has cancelled does not send again.
                    return self._said("cancelled", None, self._chat_id)
                case Stopped():
                    await self._wait(Refused(code="turn_cancelled"))
                case Refused():
                    await self._wait(outcome)

    async def _first_or_next(self, message: Message) -> Outcome:
        """A try; the first may be two at once."""
        if self._turn.has(Kind.CLIENT_TWICE, Point.OPEN) and self._tries == 0:
            await self._director.reached(self._turn.token, Point.OPEN)
            return await self._at_both(message)
        return await self._try(self._replica(), message)

    async def _at_both(self, message: Message) -> Outcome:
        """The same to each server at once."""
        outcomes = await asyncio.gather(*(self._try(one, message) for one in self._talker.replicas))
        answers = [outcome for outcome in outcomes if isinstance(outcome, Answered)]
        if len({(answer.text, answer.chat_id) for answer in answers}) > 1:
            raise Violation(f"{self._turn.text} was answered with {answers}")
        best = [outcome for outcome in outcomes if not isinstance(outcome, Refused)]
        return best[0] if best else outcomes[0]

    async def _try(self, replica: Replica, message: Message) -> Outcome:
        """Sends, and does in between what is planned for the client."""
        self._tries += 1
        self._director.servers.setdefault(self._turn.token, replica.name)
        progress = Progress()
        patience_seconds = (
            SHORT_PATIENCE_SECONDS if self._turn.has(Kind.FREEZE) else channels.PATIENCE_SECONDS
        )
        send = self._client.send(
            self._turn.channel, replica, message, progress, patience_seconds=patience_seconds
        )
        sending = asyncio.create_task(send, name=self._turn.text)
        signal = self._director.signal(self._turn.token)
        if signal is None or signal.is_set():
            return await sending
        waiting = asyncio.create_task(signal.wait())
        try:
            await asyncio.wait({sending, waiting}, return_when=asyncio.FIRST_COMPLETED)
            return await (sending if sending.done() else self._act(sending, progress))
        finally:
            waiting.cancel()

    async def _act(self, sending: "asyncio.Task[Outcome]", progress: Progress) -> Outcome:
        if self._turn.has(Kind.CLIENT_CANCELS):
            if progress.run_id:
                await self._cancel(progress.run_id)
            self._director.acted(self._turn.token)
            return await sending
        # It goes away without a word, and comes back: to the run if it knows of one, or by sending again.
        sending.cancel()
        await asyncio.wait({sending})
        self._director.acted(self._turn.token)
        if progress.run_id and self._turn.channel != "json":
            return await self._client.come_back(self._turn.channel, self._replica(), progress)
        return Refused(code="left", is_lost=True)

    async def _cancel(self, run_id: UUID) -> None:
        deadline = monotonic() + PATIENCE_SECONDS
        while monotonic() < deadline:
            status = await self._client.cancel(self._replica(), run_id)
            if status in ("cancelled", "running"):
                self._is_cancelled = True
                return
            if status:
                # It had ended before.
                return
            await asyncio.sleep(PAUSE_SECONDS)

    async def _decide(self, asked: Asked) -> Outcome:
        """What a person says to calls that wait, perhaps with two clicks, until there is an outcome."""
        await self._director.reached(self._turn.token, Point.WAITING)
        if self._turn.has(Kind.CLIENT_CANCELS, Point.WAITING):
            await self._cancel(asked.run_id)
            return Stopped()
        self._decided |= set(asked.actions)
        message = Message(
            text="",
            message_id=uuid4(),
            chat_id=asked.chat_id,
            actions=asked.actions,
            approves=self._turn.approves,
        )
        if self._turn.has(Kind.CLIENT_TWICE, Point.WAITING):
            outcome = await self._at_both(message)
        else:
            outcome = await self._try(self._replica(), message)
        return await self._after_decision(message, outcome)

    async def _after_decision(self, message: Message, outcome: Outcome) -> Outcome:
        while isinstance(outcome, Refused):
            if outcome.code == "action_already_decided":
                # An earlier try came through: its run has the answer.
                assert outcome.run_id
                progress = Progress(run_id=outcome.run_id, chat_id=message.chat_id)
                return await self._client.come_back(self._turn.channel, self._replica(), progress)
            if outcome.code in GOES_ON:
                # The decision was carried out or told; the message itself goes on.
                return outcome
            await self._wait(outcome)
            outcome = await self._try(self._replica(), message)
        return outcome

    async def _wait(self, refused: Refused) -> None:
        """Before another try. Raises Violation where none would help, or there were enough."""
        self._talker.refusals.append(refused.code)
        told = f"{self._turn.text}: {refused.status} {refused.code} {refused.detail}"
        if not refused.is_lost and refused.code not in PASSING:
            raise Violation(f"{told}, which no other try mends")
        if monotonic() - self._started > PATIENCE_SECONDS:
            raise Violation(f"{told}: still no answer after {self._tries} tries")
        await asyncio.sleep(max(refused.retry_after_seconds, self._pause_seconds))
        self._pause_seconds = min(self._pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    def _replica(self) -> Replica:
        return self._chance.choice(self._talker.replicas)

    def _said(self, ending: Ending, answer: str | None, chat_id: UUID | None) -> Said:
        assert chat_id
        return Said(
            turn=self._turn,
            person=self._client.person,
            chat_id=chat_id,
            ending=ending,
            answer=answer,
            decided=frozenset(self._decided),
            tries=self._tries,
            seconds=monotonic() - self._started,
        )
