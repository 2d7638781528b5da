"""One round after the other: everybody talks while things break, then everything is looked at."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import monotonic
from uuid import UUID

import httpx

from core.chats.runs import interrupt_broken_runs
from core.db import create_pool
from torture.channels import Client
from torture.director import Director, Tally
from torture.intruders import Intruders, Intrusions
from torture.invariants import CHECKS, Stored
from torture.ledger import Ledger, Said, Violation
from torture.plan import Channel, Conversation, Turn
from torture.talkers import Talker
from torture.world import LEASE_SECONDS, World, running_world

# How long after its lease a chat may take to be free again, on a busy machine.
MARGIN_SECONDS = 20
PROBE_SECONDS = LEASE_SECONDS + MARGIN_SECONDS


@dataclass(kw_only=True)
class Report:
    """What a torture did and found."""

    rounds: int = 0
    seconds: float = 0
    tally: Tally = field(default_factory=Tally)
    ledger: Ledger = field(default_factory=Ledger)
    intrusions: Intrusions = field(default_factory=Intrusions)
    checked: Counter[str] = field(default_factory=Counter[str])
    violations: list[str] = field(default_factory=list[str])
    slowest: Said | None = None
    logged: Counter[str] = field(default_factory=Counter[str])


async def torture(
    folder: Path,
    gateway_bundle: Path,
    *,
    people: int,
    plans: Iterable[Sequence[Conversation]],
    goes_on: Callable[[Report], bool] = lambda _: True,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Rounds by these plans, until `goes_on` says no or an invariant is violated; `tell` hears of each."""
    started = monotonic()
    director = Director()
    report = Report(tally=director.tally)
    world_of = running_world(
        folder,
        gateway_bundle,
        people=people,
        reached=director.reached_from_thread,
        model_fault=director.model_fault,
        service_hold=director.service_held,
    )
    # In a thread of its own: what runs already may want to be told something.
    world = await asyncio.to_thread(world_of.__enter__)
    try:
        director.of(world)
        async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
            intruders = Intruders(world, http, report.intrusions)
            keeper, memory = await asyncio.to_thread(intruders.arrive)
            report.ledger.memories[keeper.id] = memory
            rounds = _Rounds(world, director, http, report, folder, intruders)
            for plan in plans:
                await rounds.run(plan)
                report.seconds = monotonic() - started
                tell(_brief(report))
                if report.violations or not goes_on(report):
                    break
    finally:
        await director.stop()
        await asyncio.to_thread(world_of.__exit__, None, None, None)
    return report


class _Rounds:
    """Runs rounds in one world."""

    def __init__(
        self,
        world: World,
        director: Director,
        http: httpx.AsyncClient,
        report: Report,
        folder: Path,
        intruders: Intruders,
    ) -> None:
        self._folder = folder
        self._intruders = intruders
        self._world = world
        self._director = director
        self._http = http
        self._report = report
        self._log_offsets: dict[str, int] = {}

    async def run(self, plan: Sequence[Conversation]) -> None:
        """A round; what it violated is in the report."""
        self._report.rounds += 1
        self._director.plan(turn for conversation in plan for turn in conversation.turns)
        talkers = [self._talker(conversation) for conversation in plan]
        is_over = asyncio.Event()
        intruding = asyncio.create_task(self._intruders.intrude(plan[0].turns[0].seed, is_over))
        results = await asyncio.gather(*(talker.talk() for talker in talkers), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                self._violated(result)
            else:
                self._note(result)
        await self._director.round_is_over()
        await self._probe(talkers)
        is_over.set()
        await intruding
        self._report.violations += self._intruders.violations
        self._intruders.violations.clear()
        for talker in talkers:
            self._report.ledger.refusals.update(talker.refusals)
            if talker.tab and talker.tab.shown:
                self._report.ledger.shown.append(talker.tab.shown)
        await self._settle()
        await asyncio.to_thread(self._check)
        self._read_logs()

    def _talker(self, conversation: Conversation) -> Talker:
        return Talker(
            conversation=conversation,
            client=Client(person=self._world.people[conversation.person], http=self._http),
            replicas=self._world.replicas,
            gateway=self._world.gateway,
            director=self._director,
        )

    async def _probe(self, talkers: Sequence[Talker]) -> None:
        """Every chat takes another message, and answers it, once its lease must have passed."""
        for talker in talkers:
            last = talker.conversation.turns[-1]
            chance = random.Random(last.seed)
            channels: Sequence[Channel] = ("json", "ag_ui", "socket")
            probe = Turn(
                token=f"{last.token[:6]}9{last.token[7:]}",
                verb="say",
                channel=chance.choice(channels),
                fault=None,
                message_id=UUID(int=chance.getrandbits(128), version=4),
                approves=True,
                seed=last.seed,
            )
            try:
                async with asyncio.timeout(PROBE_SECONDS):
                    self._note([await talker.say(probe)])
            except (TimeoutError, Violation) as exc:
                chat_id = talker.tab.chat_id if talker.tab else None
                self._violated(exc, f"{chat_id} is stuck: {probe.text} was not answered")

    async def _settle(self) -> None:
        """Waits until what the clients have left behind has ended, as the servers' own sweep ends it."""
        deadline = monotonic() + LEASE_SECONDS + MARGIN_SECONDS
        async with create_pool(self._world.database.server_url, min_size=1, max_size=1) as pool:
            while monotonic() < deadline:
                await interrupt_broken_runs(pool, at=datetime.now(UTC))
                if not await asyncio.to_thread(self._running):
                    return
                await asyncio.sleep(0.2)

    def _running(self) -> int:
        with self._world.owner() as owner:
            row = owner.execute("select count(*) from chat_runs where status = 'running'").fetchone()
            return row[0] if row else 0

    def _check(self) -> None:
        with self._world.owner() as owner:
            stored = Stored.read(owner, self._world.service.told)
        for check in CHECKS:
            self._report.checked[check.__name__] += 1
            found = list(islice(check(stored, self._report.ledger), 10))
            self._report.violations += [f"{check.__name__}: {one}" for one in found]
        self._report.violations += self._world.model.problems
        if self._report.violations:
            (self._folder / "stored.json").write_text(json.dumps(stored.tables, default=str, indent=1))

    def _note(self, said: Sequence[Said]) -> None:
        self._report.ledger.said += said
        for one in said:
            if self._report.slowest is None or one.seconds > self._report.slowest.seconds:
                self._report.slowest = one

    def _violated(self, exc: BaseException, told: str = "") -> None:
        self._report.violations.append(f"{told or 'a client'}: {type(exc).__name__}: {exc}")

    def _read_logs(self) -> None:
        """Counts what the servers logged as errors since the last round."""
        for replica in self._world.replicas:
            lines = replica.logs()
            for line in lines[self._log_offsets.get(replica.name, 0) :]:
                if line.get("level") in ("error", "critical") or "exception" in line:
                    self._report.logged[str(line.get("message"))[:100]] += 1
            self._log_offsets[replica.name] = len(lines)


def _brief(report: Report) -> str:
    injected = sum(report.tally.injected.values())
    return (
        f"round {report.rounds}: {len(report.ledger.said)} messages, {injected} faults, "
        f"{len(report.violations)} violations, {report.seconds:.0f} s"
    )
