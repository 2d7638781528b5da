"""Those who try, while things break, what must never be possible; whatever is not refused is a violation."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import LiteralString

import httpx
import jwt
import psycopg
from psycopg.rows import class_row
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fixtures.people import Person, add_user
from fixtures.servers import JWT_SECRET
from torture.abuses import (
    MAY_BE_EMPTY,
    NEEDS_ACTION,
    NOT_SIGNED_IN,
    REFUSALS,
    SHOWN_AGENT,
    Abuse,
    Frame,
    How,
    MadeUpTicket,
    Request,
    Target,
    UsedTicket,
    ways,
)
from torture.channels import LOST, SILENT
from torture.ledger import Violation
from torture.world import AGENT, PROMPT, World

# So many at once, each with such a pause: a try every 75 ms or so where nothing hangs.
AT_ONCE = 3
PAUSE_SECONDS = (0.05, 0.15)
# How often they learn what there is to harm; each time costs Postgres a connection.
LOOK_SECONDS = 0.5
# A frozen server says nothing: it is given up, as if it had gone.
TRY_SECONDS = 3
# Of what a violation was answered with, so much is told.
TOLD_CHARACTERS = 300

MEMORY = "What only I know."

# Something is broken, or as many wait as may. A server's other statuses of the kind tell of a turn that had
# begun: its model failed (502, 504), or its server vanished.
AWAY = frozenset({429, 503})
HAD_BEGUN = "turn_interrupted"
# What a close code of the WebSocket says where no problem came before it; of others nobody knows.
CLOSED = {1009: 413, 1011: 500, 1013: 503, 4400: 400, 4401: 401, 4429: 429}

# Those that run or wait come first: they can be harmed.
TARGETS: LiteralString = """
select r.user_id, r.chat_id, r.id as run_id, r.user_message_uuid as message_id,
       (select a.id from public.pending_actions a where a.user_id = r.user_id
         order by a.status = 'pending' desc, a.created_at desc limit 1) as action_id,
       %(keeper_id)s::uuid as keeper_id
  from public.chat_runs r
 where r.chat_id is not null and r.user_message_uuid is not null
 order by r.status in ('running', 'waiting') desc, r.started_at desc
 limit 20
"""


@dataclass(frozen=True, kw_only=True)
class Intruder:
    """Somebody with a token of their own, with one that is not good (any more), or with none."""

    name: str
    token: str | None
    is_signed_in: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. `status` None: nothing did, or the connection was lost."""

    status: int | None
    body: str = ""


@dataclass(kw_only=True)
class Intrusions:
    """What was tried, by kind, and how often that was refused, or met something that was away."""

    tried: Counter[Abuse] = field(default_factory=Counter[Abuse])
    refused: Counter[Abuse] = field(default_factory=Counter[Abuse])
    away: Counter[Abuse] = field(default_factory=Counter[Abuse])

    def note(self, abuse: Abuse, intruder: Intruder, how: How, answer: Answer) -> None:
        """Counts a try. Raises Violation for one that was let in, or that broke a server."""
        self.tried[abuse] += 1
        (self.refused if is_refusal(abuse, intruder, how, answer) else self.away)[abuse] += 1


def is_refusal(abuse: Abuse, intruder: Intruder, how: How, answer: Answer) -> bool:
    """False where nobody was there to refuse it. Raises Violation for any other answer than these two."""
    is_of_gateway = isinstance(how, Request) and how.to == "gateway"
    if answer.status is None or (answer.status in AWAY and HAD_BEGUN not in answer.body):
        return False
    # The gateway has many words for a database that is away.
    if is_of_gateway and answer.status >= 500:
        return False
    refusals = REFUSALS[abuse] if intruder.is_signed_in else REFUSALS[abuse] | NOT_SIGNED_IN
    if answer.status in refusals:
        return True
    if abuse in MAY_BE_EMPTY and answer.status == 200 and answer.body.strip() == "[]":
        return True
    if (
        abuse is Abuse.READ_PROMPT
        and how == SHOWN_AGENT
        and answer.status == 200
        and PROMPT not in answer.body
    ):
        return True
    told = f"{answer.status} {answer.body[:TOLD_CHARACTERS]}"
    raise Violation(f"{intruder.name} could {abuse.value} by {_brief(how)}, and was answered {told}")


class Intruders:
    """Some of them, in one world. `violations` has a sentence for each try that was not refused."""

    def __init__(self, world: World, http: httpx.AsyncClient, intrusions: Intrusions) -> None:
        self._world = world
        self._http = http
        self._intrusions = intrusions
        self._targets: Sequence[Target] = ()
        self.violations: list[str] = []

    def arrive(self) -> tuple[Person, str]:
        """Before the first round. A user who keeps a memory, and what it says."""
        with self._world.owner() as owner:
            self._people = [add_user(owner) for _ in range(AT_ONCE)]
            self._keeper = add_user(owner)
            owner.execute(
                """
                insert into public.agent_long_term_memory (user_id, agent_name, content)
                values (%(user_id)s, %(agent_name)s, %(content)s)
                """,
                {"user_id": self._keeper.id, "agent_name": AGENT, "content": MEMORY},
            )
        return self._keeper, MEMORY

    async def intrude(self, seed: str, round_is_over: asyncio.Event) -> None:
        """Until the round is over, and the last try as well."""
        chances = [random.Random(f"{seed} intruder {number}") for number in range(AT_ONCE)]
        goings = [self._go_on(chance, round_is_over) for chance in chances]
        await asyncio.gather(self._look_around(round_is_over), *goings)

    async def _go_on(self, chance: random.Random, round_is_over: asyncio.Event) -> None:
        while not round_is_over.is_set():
            abuse = chance.choice(list(Abuse))
            if targets := [one for one in self._targets if one.action_id or abuse not in NEEDS_ACTION]:
                await self._try(abuse, chance, chance.choice(targets))
            await asyncio.sleep(chance.uniform(*PAUSE_SECONDS))

    async def _try(self, abuse: Abuse, chance: random.Random, target: Target) -> None:
        intruder = self._someone(chance, target)
        how = chance.choice(ways(abuse, target, chance))
        url = chance.choice(self._world.replicas).url
        try:
            self._intrusions.note(abuse, intruder, how, await self._answer(how, intruder, url, target))
        except Violation as exc:
            self.violations.append(str(exc))

    async def _look_around(self, round_is_over: asyncio.Event) -> None:
        """Keeps what there is to harm; while Postgres is away, what there was."""
        while not round_is_over.is_set():
            with suppress(psycopg.OperationalError):
                self._targets = await asyncio.to_thread(self._read_targets)
            await asyncio.sleep(LOOK_SECONDS)

    def _read_targets(self) -> Sequence[Target]:
        with self._world.owner() as owner, owner.cursor(row_factory=class_row(Target)) as cursor:
            return cursor.execute(TARGETS, {"keeper_id": self._keeper.id}).fetchall()

    def _someone(self, chance: random.Random, target: Target) -> Intruder:
        """Half of the time a user like others. Tokens that are not good are those of whom it would harm."""
        victim = next(one for one in self._world.people if one.id == target.user_id)
        person = chance.choice(self._people)
        user = Intruder(name="another user", token=person.jwt(JWT_SECRET), is_signed_in=True)
        strangers = (
            Intruder(name="somebody without a token", token=None, is_signed_in=False),
            Intruder(name="somebody with an expired token", token=expired(victim), is_signed_in=False),
            Intruder(name="somebody with a forged token", token=forged(victim), is_signed_in=False),
            Intruder(name="somebody with an unsigned token", token=unsigned(victim), is_signed_in=False),
        )
        return user if chance.random() < 0.5 else chance.choice(strangers)

    async def _answer(self, how: How, intruder: Intruder, url: str, target: Target) -> Answer:
        try:
            async with asyncio.timeout(TRY_SECONDS):
                match how:
                    case Request():
                        return await self._over_http(how, intruder, url)
                    case Frame():
                        return await over_socket(url, intruder, how.text)
                    case UsedTicket():
                        return await self._with_used_ticket(url, target)
                    case MadeUpTicket():
                        return await with_ticket(url, how.ticket)
        except LOST:
            return Answer(status=None)

    async def _over_http(self, how: Request, intruder: Intruder, url: str) -> Answer:
        headers = dict(how.headers)
        if intruder.token:
            headers["Authorization"] = f"Bearer {intruder.token}"
        if how.to == "gateway":
            url = self._world.gateway.url
            headers["apikey"] = self._world.gateway.publishable_key
        answer = await self._http.request(how.method, url + how.path, content=how.body, headers=headers)
        return Answer(status=answer.status_code, body=answer.text)

    async def _with_used_ticket(self, url: str, target: Target) -> Answer:
        """Its owner gets it and opens a socket with it; then somebody else tries it."""
        owner = next(one for one in self._world.people if one.id == target.user_id)
        headers = {"Authorization": f"Bearer {owner.jwt(JWT_SECRET)}"}
        answer = await self._http.post(f"{url}/api/chat/ws/ticket", headers=headers)
        if not answer.is_success:
            return Answer(status=503, body=answer.text)
        ticket = answer.json()["ticket"]
        first = await with_ticket(url, ticket)
        # Where its owner could not use it, it may still be good.
        return await with_ticket(url, ticket) if first.status == 200 else Answer(status=503)


async def over_socket(url: str, intruder: Intruder, text: str) -> Answer:
    """The answer to a frame, or to the one before it that says who it is, where there is a token."""
    try:
        async with _socket(url) as socket:
            if intruder.token:
                await socket.send(json.dumps({"type": "authenticate", "token": intruder.token}))
                entered = _told(await socket.recv())
                if entered.status != 200:
                    return entered
            await socket.send(text)
            return _told(await socket.recv())
    except (InvalidStatus, ConnectionClosed) as exc:
        return _closed(exc)


async def with_ticket(url: str, ticket: str) -> Answer:
    """How a socket with this ticket begins."""
    try:
        async with _socket(url, f"?ticket={ticket}") as socket:
            return _told(await socket.recv())
    except (InvalidStatus, ConnectionClosed) as exc:
        return _closed(exc)


def _socket(url: str, query: str = "") -> connect:
    address = f"{url.replace('http', 'ws', 1)}/api/chat/ws{query}"
    return connect(address, proxy=None, logger=SILENT, close_timeout=1)


def _told(text: str | bytes) -> Answer:
    frame = json.loads(text)
    status = frame["problem"]["status"] if frame["type"] == "error" else 200
    return Answer(status=status, body=str(text))


def _closed(exc: InvalidStatus | ConnectionClosed) -> Answer:
    if isinstance(exc, InvalidStatus):
        return Answer(status=exc.response.status_code)
    return Answer(status=CLOSED.get(exc.rcvd.code) if exc.rcvd else None)


def expired(person: Person) -> str:
    """A token that was good an hour ago."""
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    times = {"iat": an_hour_ago - timedelta(hours=1), "exp": an_hour_ago}
    return jwt.encode({**person.claims, **times}, JWT_SECRET, algorithm="HS256")


def forged(person: Person) -> str:
    """A token with every claim as it should be, signed with another secret."""
    return person.jwt(f"not {JWT_SECRET}")


def unsigned(person: Person) -> str:
    """A token that says itself that nobody signed it."""
    claims = {**person.claims, "exp": datetime.now(UTC) + timedelta(hours=1)}
    return jwt.encode(claims, "", algorithm="none")


def _brief(how: How) -> str:
    match how:
        case Request():
            return f"{how.method} {how.path} at the {how.to} with {(how.body or b'nothing')[:100]!r}"
        case Frame():
            return f"frame {how.text[:160]}"
        case UsedTicket():
            return "a used ticket"
        case MadeUpTicket():
            return "a ticket of nobody"
