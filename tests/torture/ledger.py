"""What was said and answered, as the clients know it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from fixtures.people import Person
from torture.plan import Turn

Ending = Literal["answered", "cancelled"]


class Violation(AssertionError):
    """Something that must not happen."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A message that was acknowledged, and how it ended. `answer` is None for one that was cancelled.

    `decided` are the actions that this client has decided, `tries` how often it sent, and `seconds` how long
    it took in all.
    """

    turn: Turn
    person: Person
    chat_id: UUID
    ending: Ending
    answer: str | None
    decided: frozenset[UUID]
    tries: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A session instance, and the token of the last turn that it told of and that was acknowledged."""

    session_id: UUID
    person: Person
    chat_id: UUID
    token: str


@dataclass(kw_only=True)
class Ledger:
    """Everything that was said since the beginning; `refusals` counts what did not lead to an answer.

    `memories` is what users who say nothing have kept.
    """

    said: list[Said] = field(default_factory=list[Said])
    shown: list[Shown] = field(default_factory=list[Shown])
    refusals: Counter[str] = field(default_factory=Counter[str])
    memories: dict[UUID, str] = field(default_factory=dict[UUID, str])

    def chats(self) -> Iterator[tuple[Person, UUID]]:
        return iter(dict.fromkeys((one.person, one.chat_id) for one in self.said))
