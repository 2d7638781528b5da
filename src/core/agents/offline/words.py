"""English, as little of it as the rule model needs: words, their stems, and the verbs that name an action."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

Action: TypeAlias = Literal["fetch", "count", "create", "update", "upsert", "delete"]

_WORD = re.compile(r"[^\W_]+(?:['’](?!s\b)[^\W_]+)?")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_VOWEL = re.compile(r"[aeiouy]")


def word_set(text: str) -> frozenset[str]:
    """The words of a literal, which reads better than a list of strings."""
    return frozenset(text.split())


def split_words(text: str) -> list[str]:
    """Lower-case words; `add_book` and `addBook` are two each."""
    return [word.lower() for word in _WORD.findall(_HUMP.sub(" ", text))]


def stem(word: str) -> str:
    """A crude stem that is the same for singular and plural, and for a verb and its -s, -ed and -ing."""
    if len(word) > 4 and word.endswith(("ies", "ied")):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        head = word.removesuffix(ending)
        if head != word and len(head) >= 3 and _VOWEL.search(head):
            word = head
            break
    if len(word) > 3 and word.endswith("ie"):
        return word[:-2] + "y"
    word = word.removesuffix("e") if len(word) > 3 else word
    # A doubled consonant comes from "getting" or was there before; either way it is the same word.
    return word[:-1] if len(word) > 2 and word[-1] == word[-2] else word


def stems(text: str) -> list[str]:
    """The stems of all words, in order."""
    return [stem(word) for word in split_words(text)]


def _by_stem(verbs: Mapping[Action, str]) -> Mapping[str, Action]:
    return MappingProxyType({stem(word): action for action, words in verbs.items() for word in words.split()})


ACTIONS: Mapping[str, Action] = _by_stem(
    {
        "fetch": "fetch get list show find search read view display see give tell look print query browse"
        " recall",
        "count": "count",
        "create": "create add new insert remember make write post",
        "update": "update change set mark edit complete finish rename modify move reopen close done",
        "upsert": "upsert save store",
        "delete": "delete remove forget drop clear erase discard cancel",
    }
)

# Asking is a request to be shown something, but a weaker one than a verb.
QUESTIONS: frozenset[str] = frozenset({"what", "which", "who", "when", "where", "any", "have"})

# These name an action only at the beginning: elsewhere they are things ("my notes").
FIRST_WORDS: Mapping[str, Action] = _by_stem({"create": "note log record schedule remind take"})

# What a verb says about the thing, or about what becomes of it, where the sentence does not.
IMPLIED_NOUNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        stem(word): tuple(stem(noun) for noun in nouns)
        for word, nouns in {
            "remember": ("memory", "recall"),
            "forget": ("memory",),
            "recall": ("memory",),
            "know": ("memory",),
            "remind": ("reminder", "task"),
            "due": ("task",),
            "todo": ("task",),
            "todos": ("task",),
            "finish": ("done", "complete"),
            "complete": ("done",),
            "done": ("complete",),
        }.items()
    }
)

FILLERS: frozenset[str] = word_set(
    """
    a an the my me i our us we you your please can could would will to of in on at for and or that this
    these those is are was be it its all every some one do does did with by from as into up want need
    like about now there here new entry entries item items row rows record records user users table
    current more let s m ll re ve just also so don't i'm i've if when how many much number total what
    which who where any have has had not no
    """
)


def action_of(text: str) -> tuple[Action | None, bool]:
    """The action that a sentence asks for, and whether a verb says so rather than a question word."""
    words = split_words(text)
    question = False
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if (word, following) in (("how", "many"), ("number", "of")):
            return "count", True
        root = stem(word)
        if index == 0 and root in FIRST_WORDS:
            return FIRST_WORDS[root], True
        if root in ACTIONS and not (word == "new" and question):
            # "what did I finish": the question came first.
            return ("fetch", False) if question and ACTIONS[root] != "count" else (ACTIONS[root], True)
        question = question or word in QUESTIONS
    return ("fetch", False) if question else (None, False)
