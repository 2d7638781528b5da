"""Which tool a sentence means, judged by the words of the tools' names and descriptions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self, cast

from core.agents.offline.slots import slots_of
from core.agents.offline.words import (
    ACTIONS,
    FILLERS,
    IMPLIED_NOUNS,
    Action,
    action_of,
    split_words,
    stem,
    stems,
)

# A tool is called from this score on: a noun of its name and nothing against it, or a clear verb and a hint.
CLEAR_SCORE = 3.5

# A list of one's own with nothing said about its kind is a list of things to do.
_MY_LIST = re.compile(r"\b(?:my|to-?do)\s(?:to-?do\s)?list\b", re.IGNORECASE)

# Words of a description that are looked at: the rest is explanation.
DESCRIPTION_WORDS = 60

# How well a tool of one action serves a wish for another; what is not here counts against it.
_KINSHIP: Mapping[tuple[Action, Action], float] = {
    ("create", "upsert"): 3,
    ("update", "upsert"): 3,
    ("upsert", "create"): 3,
    ("upsert", "update"): 2,
    ("count", "fetch"): 1,
    ("fetch", "count"): -1,
}


@dataclass(frozen=True, kw_only=True)
class OfferedTool:
    """A tool as it was bound to the model; `parameters` is the JSON schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]

    @classmethod
    def from_openai(cls, tool: Mapping[str, Any]) -> Self | None:
        """From OpenAI's function form; None for a tool that the provider itself would run."""
        function = cast(Mapping[str, Any], tool.get("function") or {})
        if not function.get("name"):
            return None
        return cls(
            name=str(function["name"]),
            description=str(function.get("description") or ""),
            parameters=cast(Mapping[str, Any], function.get("parameters") or {}),
        )

    @cached_property
    def action(self) -> Action | None:
        """What it does: the first verb of its name, else of its description's first words."""
        roots = stems(self.name) + stems(self.description)[:12]
        return next((ACTIONS[root] for root in roots if root in ACTIONS), None)

    @cached_property
    def noun_words(self) -> tuple[str, ...]:
        """The words of its name that are no verb, as written: ("books",) for get_books."""
        return tuple(word for word in split_words(self.name) if stem(word) not in ACTIONS)

    @property
    def noun(self) -> str:
        return " ".join(self.noun_words) or "entries"

    @cached_property
    def nouns(self) -> frozenset[str]:
        return frozenset(stem(word) for word in self.noun_words)

    @cached_property
    def verbs(self) -> frozenset[str]:
        return frozenset(root for root in stems(self.name) if root in ACTIONS)

    @cached_property
    def hints(self) -> frozenset[str]:
        """The stems of its description that could name a thing."""
        words = split_words(self.description)[:DESCRIPTION_WORDS]
        return frozenset(stem(word) for word in words if word not in FILLERS) - ACTIONS.keys() - self.nouns

    @cached_property
    def values(self) -> frozenset[str]:
        """The stems of its arguments' names and choices: "set status to done" fits a tool that has them."""
        slots = slots_of(self.parameters)
        texts = [slot.name for slot in slots] + [str(choice) for slot in slots for choice in slot.choices]
        return frozenset(root for text in texts for root in stems(text)) - self.nouns


def choose_tool(sentence: str, tools: Sequence[OfferedTool]) -> OfferedTool | None:
    """The tool that the sentence clearly means; the first of equals; None when nothing is clear."""
    action, is_explicit = action_of(sentence)
    said = _first_mentions(sentence)
    scored = [(_score(tool, action, is_explicit, said), tool) for tool in tools]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= CLEAR_SCORE else None


def _first_mentions(sentence: str) -> dict[str, int]:
    """Stem to the place where it is first said; what a verb implies counts as said last."""
    words = split_words(sentence)
    mentions: dict[str, int] = {}
    for index, word in enumerate(words):
        mentions.setdefault(stem(word), index)
    if _MY_LIST.search(sentence):
        mentions.setdefault("task", len(words))
    for root in list(mentions):
        for noun in IMPLIED_NOUNS.get(root, ()):
            mentions.setdefault(noun, len(words))
    return mentions


def _score(tool: OfferedTool, action: Action | None, is_explicit: bool, said: Mapping[str, int]) -> float:
    hints = min(len((tool.hints | tool.values) & said.keys()), 3) / 2
    named = tool.nouns & said.keys()
    if not tool.nouns:
        thing = 3.0 if tool.verbs & said.keys() else hints
    elif named:
        # The thing said first is what the sentence is about: "add a task to write notes".
        thing = 3 + 1 / (1 + min(said[noun] for noun in named))
        thing += (len(named) - 1) / 2 - len(tool.nouns - named) / 4 + hints / 10
    else:
        thing = hints
    if not thing:
        return 0
    literal = 0.5 if tool.verbs & said.keys() else 0
    return thing + literal + _fit(tool.action, action, is_explicit)


def _fit(offered: Action | None, wanted: Action | None, is_explicit: bool) -> float:
    if offered is None:
        return 0
    if wanted is None:
        # Without a verb, only looking is safe.
        return 1 if offered == "fetch" else -2
    if offered == wanted:
        return 4 if is_explicit else 2
    return _KINSHIP.get((wanted, offered), -4)
