"""What a sentence is about, once its command is taken off: "add a task to buy milk please" is "buy milk"."""

import re
from collections.abc import Iterable

from core.agents.offline.tools import OfferedTool
from core.agents.offline.words import ACTIONS, FIRST_WORDS, IMPLIED_NOUNS, split_words, stem, stems, word_set

_TOKEN = re.compile(r"\S+")
_DETERMINERS = word_set("a an the my our your this that new another me us one all any")
_LINKS = word_set("to that called named titled saying about with of for on as is which whose where - – :")
_BEFORE_NOUN = word_set("to in on from into onto at of")
_POLITE = word_set("please thanks now")
_OUTCOMES = frozenset(stems("done complete completed finished closed"))
_SUBJECT = re.compile(
    r"\b(?:about|containing|contains|named|called|titled|matching|mentioning|like)\s+(?P<subject>.+)",
    re.DOTALL,
)
_SEARCHED = re.compile(
    r"\b(?:search|find|look)(?:ing)?(?:\s[^\s]{1,40}){0,6}?\sfor\s+(?P<subject>.+)", re.IGNORECASE | re.DOTALL
)


def remainder(plain: str, tool: OfferedTool, said_names: Iterable[str] = ()) -> str:
    """The words after the verb, the thing's name and their small words, as they were written.

    `said_names` are stems of arguments that were understood already: "the priority of milk" is "milk".
    """
    tokens = _TOKEN.findall(plain)
    tokens = tokens[_end_of_verb(tokens) :]
    tokens = _without_head(tokens, _thing_words(tool, tokens), frozenset(said_names))
    return " ".join(_without_tail(tokens, tool)).strip(" \t\n,;:.!?-–")


def subject(plain: str) -> str | None:
    """What stands behind "about", "called" and the like; None when nothing does."""
    match = _SUBJECT.search(plain) or _SEARCHED.search(plain)
    return (match["subject"].strip(" \t\n,;:.!?") or None) if match else None


def _root(token: str) -> str:
    words = split_words(token)
    return stem(words[0]) if len(words) == 1 else ""


def _end_of_verb(tokens: list[str]) -> int:
    for index, token in enumerate(tokens):
        root = _root(token)
        if root in ACTIONS or (index == 0 and root in FIRST_WORDS):
            return index + 1
    return 0


def _thing_words(tool: OfferedTool, tokens: list[str]) -> frozenset[str]:
    """The words by which the sentence calls the tool's thing."""
    roots = {_root(token) for token in tokens}
    implied = {root for root in roots if tool.nouns.intersection(IMPLIED_NOUNS.get(root, ()))}
    return (tool.nouns | implied) if roots & (tool.nouns | implied) else tool.hints


def _without_head(tokens: list[str], things: frozenset[str], said_names: frozenset[str]) -> list[str]:
    index = 0
    thing_seen = False
    while index < len(tokens):
        token = tokens[index]
        word, root = token.strip(",:;.").lower(), _root(token)
        if root in things or root in said_names:
            thing_seen = True
        # Behind the thing's name, "the" belongs to the text: "add a book The Hobbit".
        elif not (word in _LINKS or not word or (word in _DETERMINERS and not thing_seen)):
            break
        index += 1
    return tokens[index:]


def _without_tail(tokens: list[str], tool: OfferedTool) -> list[str]:
    # "mark buy milk as done" is about "buy milk".
    if len(tokens) > 2 and tokens[-2].lower() == "as" and _root(tokens[-1].strip(".!?,")) in _OUTCOMES:
        tokens = tokens[:-2]
    while tokens and tokens[-1].strip(".!?,").lower() in _POLITE | _BEFORE_NOUN | {"as"}:
        tokens = tokens[:-1]
    end = len(tokens)
    while end and _root(tokens[end - 1]) in tool.nouns:
        end -= 1
    if end == len(tokens):
        return tokens
    while end and tokens[end - 1].lower() in _DETERMINERS:
        end -= 1
    # "buy milk to my tasks" loses its end, "read the task" does not.
    return tokens[: end - 1] if end and tokens[end - 1].lower() in _BEFORE_NOUN else tokens
