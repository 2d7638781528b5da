"""What a round does: who says what in which chat, and which fault comes at which point of it.

All of it follows from the seed and the number of the round. What the servers make of it does not: that is
the point.
"""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias
from uuid import UUID


class Point(StrEnum):
    """Where a turn is, as it can be seen from outside of the server."""

    OPEN = "while it opens"
    BEFORE_TOOL = "before a tool call"
    DURING_TOOL = "during a tool call"
    AFTER_TOOL = "after a tool call"
    BEFORE_CLOSE = "before it closes"
    DURING_CLOSE = "while it closes"
    WAITING = "while it waits for a person"
    TAB = "while a tab tells of itself"


class Kind(StrEnum):
    """What goes wrong."""

    KILL = "server killed"
    KILL_ALL = "all servers killed"
    STOP = "server told to stop"
    FREEZE = "server frozen past its lease"
    RESTART_DATABASE = "Postgres restarted"
    CRASH_DATABASE = "Postgres crashed"
    RESTART_POOLER = "pooler restarted"
    CRASH_POOLER = "pooler killed"
    DROP_CONNECTIONS = "connections ended"
    KILL_GATEWAY = "gateway killed"
    MODEL_AWAY = "model away"
    MODEL_REFUSES = "model drops the request"
    MODEL_BUSY = "model says 429"
    MODEL_FAILS = "model says 500"
    MODEL_HANGS = "model hangs"
    MODEL_BREAKS = "model breaks off"
    MODEL_JUNK = "model answers junk"
    MODEL_BAD_CALL = "model calls with junk"
    SERVICE_REFUSES = "tool's service drops the request"
    SERVICE_FAILS = "tool's service says 500"
    SERVICE_HANGS = "tool's service hangs"
    SERVICE_BREAKS = "tool's service breaks off"
    CLIENT_LEAVES = "client leaves and comes back"
    CLIENT_CANCELS = "client cancels"
    CLIENT_TWICE = "client sends twice at once"


Verb: TypeAlias = Literal["say", "add", "do", "send", "both", "ask"]
Channel: TypeAlias = Literal["json", "ag_ui", "socket"]

# Which tools a verb is about; the model calls them at once.
TOOLS: dict[Verb, tuple[str, ...]] = {
    "say": (),
    "add": ("add_entry",),
    "do": ("do_token",),
    "send": ("send_token",),
    "both": ("add_entry", "do_token"),
    "ask": ("ask_entry",),
}
WITH_TOOLS: tuple[Verb, ...] = ("add", "do", "send", "both", "ask")
ANY: tuple[Verb, ...] = ("say", *WITH_TOOLS)
VERBS: dict[Point, tuple[Verb, ...]] = {
    Point.OPEN: ANY,
    Point.BEFORE_TOOL: WITH_TOOLS,
    Point.DURING_TOOL: WITH_TOOLS,
    Point.AFTER_TOOL: WITH_TOOLS,
    Point.BEFORE_CLOSE: ANY,
    Point.DURING_CLOSE: ANY,
    Point.WAITING: ("ask",),
    Point.TAB: ANY,
}

MACHINES = (
    Kind.KILL,
    Kind.KILL_ALL,
    Kind.STOP,
    Kind.FREEZE,
    Kind.RESTART_DATABASE,
    Kind.CRASH_DATABASE,
    Kind.RESTART_POOLER,
    Kind.CRASH_POOLER,
    Kind.DROP_CONNECTIONS,
    Kind.KILL_GATEWAY,
)
# What a tab needs, which speaks to the gateway and to no server of ours.
OF_TABS = (Kind.RESTART_DATABASE, Kind.CRASH_DATABASE, Kind.KILL_GATEWAY)
MODELS = (
    Kind.MODEL_AWAY,
    Kind.MODEL_REFUSES,
    Kind.MODEL_BUSY,
    Kind.MODEL_FAILS,
    Kind.MODEL_HANGS,
    Kind.MODEL_BREAKS,
    Kind.MODEL_JUNK,
    Kind.MODEL_BAD_CALL,
)
SERVICES = (Kind.SERVICE_REFUSES, Kind.SERVICE_FAILS, Kind.SERVICE_HANGS, Kind.SERVICE_BREAKS)
CLIENTS = (Kind.CLIENT_LEAVES, Kind.CLIENT_CANCELS, Kind.CLIENT_TWICE)

IN_A_RUN = (Point.BEFORE_TOOL, Point.DURING_TOOL, Point.AFTER_TOOL, Point.BEFORE_CLOSE)
# The server asks a model three times: the first number is healed by that, the second is not.
TIMES = (1, 4)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong at which point; a model's does so often."""

    kind: Kind
    point: Point
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message, and what happens to it. `token` stands in no other."""

    token: str
    verb: Verb
    channel: Channel
    fault: Fault | None
    message_id: UUID
    approves: bool
    seed: str

    @property
    def text(self) -> str:
        return f"{self.verb} {self.token}"

    def has(self, kind: Kind, point: Point | None = None) -> bool:
        """Whether this is to go wrong, there or anywhere."""
        return self.fault is not None and self.fault.kind is kind and point in (None, self.fault.point)


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A chat of one person, who makes it first, or begins it with the first message."""

    person: int
    has_chat: bool
    turns: Sequence[Turn]


@dataclass(frozen=True, kw_only=True)
class Size:
    """Of one round: so many conversations at once, and how many of their turns have which faults."""

    people: int = 4
    conversations: int = 10
    turns: int = 3
    machine_faults: int = 9
    other_faults: int = 10


@dataclass(kw_only=True)
class Deck:
    """All faults of a list in an order that the seed gives, and then again in another."""

    cards: Sequence[Fault]
    random: random.Random
    _left: list[Fault] = field(default_factory=list[Fault])

    def deal(self, count: int) -> list[Fault]:
        return [self._next() for _ in range(count)]

    def _next(self) -> Fault:
        if not self._left:
            self._left = self.random.sample(self.cards, len(self.cards))
        return self._left.pop()


def plan_rounds(seed: int, size: Size, *, first: int = 1) -> Iterator[list[Conversation]]:
    """The rounds of a seed, without an end; `first` is the number of the first, which its tokens have."""
    machine_faults = Deck(cards=list(_machine_faults()), random=random.Random(f"{seed} machines"))
    other_faults = Deck(cards=list(_other_faults()), random=random.Random(f"{seed} others"))
    for number in itertools.count(first):
        faults = [*machine_faults.deal(size.machine_faults), *other_faults.deal(size.other_faults)]
        yield _plan(f"{seed} {number - first}", number, size, faults)


def _machine_faults() -> Iterator[Fault]:
    for kind, point in itertools.product(MACHINES, Point):
        if point is not Point.TAB or kind in OF_TABS:
            yield Fault(kind=kind, point=point)


def _other_faults() -> Iterator[Fault]:
    for kind, point, times in itertools.product(MODELS, (Point.BEFORE_TOOL, Point.AFTER_TOOL), TIMES):
        yield Fault(kind=kind, point=point, times=times)
    # Twice each: there are many more of the others.
    for kind in SERVICES * 2:
        yield Fault(kind=kind, point=Point.DURING_TOOL)
    for kind, point in itertools.product((Kind.CLIENT_LEAVES, Kind.CLIENT_CANCELS), IN_A_RUN):
        yield Fault(kind=kind, point=point)
    yield Fault(kind=Kind.CLIENT_CANCELS, point=Point.WAITING)
    for point in (Point.OPEN, Point.WAITING) * 2:
        yield Fault(kind=Kind.CLIENT_TWICE, point=point)


def _plan(seed: str, number: int, size: Size, faults: Sequence[Fault]) -> list[Conversation]:
    chance = random.Random(seed)
    places: list[Fault | None] = [*faults, *[None] * (size.conversations * size.turns - len(faults))]
    chance.shuffle(places)
    turns = [_turn(chance, number, index, fault) for index, fault in enumerate(places)]
    return [
        _conversation(chance, index % size.people, turns[index * size.turns : (index + 1) * size.turns])
        for index in range(size.conversations)
    ]


def _conversation(chance: random.Random, person: int, turns: Sequence[Turn]) -> Conversation:
    first = turns[0].fault
    # Before there is a chat, no tab can tell of itself.
    has_chat = chance.random() < 0.5 or (first is not None and first.point is Point.TAB)
    return Conversation(person=person, has_chat=has_chat, turns=turns)


def _turn(chance: random.Random, number: int, index: int, fault: Fault | None) -> Turn:
    verb = chance.choice(_verbs(fault))
    # Over plain JSON a client learns of a run when it is over, or waits.
    cancels = fault is not None and fault.kind is Kind.CLIENT_CANCELS and fault.point is not Point.WAITING
    channels: list[Channel] = ["ag_ui", "socket"] if cancels else ["json", "ag_ui", "socket"]
    token = f"t{number:04}x{index:03}{chance.randrange(16**4):04x}"
    return Turn(
        token=token,
        verb=verb,
        channel=chance.choice(channels),
        fault=fault,
        message_id=UUID(int=chance.getrandbits(128), version=4),
        approves=chance.random() < 0.75,
        seed=f"{chance.random()} {token}",
    )


def _verbs(fault: Fault | None) -> Sequence[Verb]:
    if fault is None:
        return ANY
    return ("send",) if fault.kind in SERVICES else VERBS[fault.point]
