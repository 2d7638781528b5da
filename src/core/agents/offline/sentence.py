"""A user's sentence, taken apart: `key=value` pairs, quotations and ids leave it, the plain words stay."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.agents.offline.words import split_words

# What is looked at of a message; every pattern below is linear in it.
MAX_TEXT = 20_000
# Parts that are told apart; no sentence has more, and what follows stays plain text.
MAX_PARTS = 100

ValueShape: TypeAlias = Literal["words", "word", "list"]
PairOperator: TypeAlias = Literal["=", ":", ">=", "<=", ">", "<", "!="]

# The bound keeps a text full of opening quotes from being scanned to its end for each of them.
_QUOTE = (
    r'"(?P<double>[^"]{0,4000})"|“(?P<curly>[^”]{0,4000})”|«(?P<angle>[^»]{0,4000})»|`(?P<tick>[^`]{0,4000})`'
    r"|(?<!\w)'(?P<single>[^'\n]{0,4000})'(?!\w)"
)
_HEAD = r"(?:^|(?<=[\s,;(]))(?P<key>[A-Za-z_]\w{0,62})\s{0,3}(?P<operator>>=|<=|!=|=|>|<|:)(?![=/])\s{0,3}"
_PART = re.compile(f"{_HEAD}|{_QUOTE}")
_QUOTED = re.compile(_QUOTE)
_END = re.compile(rf"[;\n]|{_HEAD}")
_TOKEN = re.compile(r"[^\s,;]+")
_LIST = re.compile(r"[^\s;]+")
_UUID = re.compile(r"(?<![\w-])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![\w-])")
_CONDITION_WORDS = frozenset({"where", "whose"})
_TRAILING_LINK = re.compile(r"\s(?:and|with|for|where|to|then|please)$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """`key=value` as it was written; `is_condition` when it stands behind "where" or "whose"."""

    key: str
    operator: PairOperator
    value: str
    is_condition: bool


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A quotation and the word before it, which may name what it is."""

    before: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """The parts of a message. `plain` is what is left of it, with a space for each part that was taken."""

    pairs: tuple[Pair, ...]
    quotes: tuple[Quote, ...]
    uuids: tuple[str, ...]
    plain: str


def parse(text: str, shape_of: Callable[[str], ValueShape | None]) -> Sentence:
    """Takes a message apart.

    `shape_of` tells how much a key's value takes; of a key that is no argument (None) only `key=value` counts
    as a pair: "note: call the bank" is prose.
    """
    text = text[:MAX_TEXT]
    pairs: list[Pair] = []
    quotes: list[Quote] = []
    plain: list[str] = []
    position = 0
    is_condition = False
    for _ in range(MAX_PARTS):
        match = _PART.search(text, position)
        if match is None:
            break
        before = split_words(text[position : match.start()])
        is_condition = is_condition or not _CONDITION_WORDS.isdisjoint(before)
        plain.append(text[position : match.start()])
        position = match.end()
        if match["key"] is None:
            quotes.append(Quote(before=before[-1] if before else "", text=_unquote(match).strip()))
            continue
        shape = shape_of(match["key"])
        value, end = _value(text, position, shape, shape_of)
        if value is None or (shape is None and match["operator"] != "="):
            plain.append(match[0])
            continue
        operator = _operator(match)
        pairs.append(Pair(key=match["key"], operator=operator, value=value, is_condition=is_condition))
        position = end
    plain.append(text[position:])
    rest = " ".join(plain)
    uuids = tuple(_UUID.findall(rest))
    return Sentence(pairs=tuple(pairs), quotes=tuple(quotes), uuids=uuids, plain=_UUID.sub(" ", rest))


def phrase(text: str) -> str:
    """A pattern for the words of `text`, however they are joined: "in_progress", "in progress"."""
    return r"[\s_-]".join(re.escape(word) for word in split_words(text)) or re.escape(text)


def _value(
    text: str, start: int, shape: ValueShape | None, shape_of: Callable[[str], ValueShape | None]
) -> tuple[str | None, int]:
    """The value that begins at `start` and where it ends; None when there is none."""
    if quoted := _QUOTED.match(text, start):
        return _unquote(quoted), quoted.end()
    if text[start : start + 1] in ("[", "{"):
        closing = text.find("]" if text[start] == "[" else "}", start)
        if closing > 0:
            return text[start : closing + 1], closing + 1
    if shape == "words":
        return _several_words(text, start, shape_of)
    token = (_LIST if shape == "list" else _TOKEN).match(text, start)
    return (token[0].rstrip(",.!?"), token.end()) if token else (None, start)


def _several_words(
    text: str, start: int, shape_of: Callable[[str], ValueShape | None]
) -> tuple[str | None, int]:
    """Up to the next pair, semicolon or line; a key that is no argument belongs to the value."""
    stop = len(text)
    for end in _END.finditer(text, start):
        if end["key"] is None or end["operator"] == "=" or shape_of(end["key"]):
            stop = end.start()
            break
    value = text[start:stop].strip(" ,")
    for _ in range(2):
        value = _TRAILING_LINK.sub("", value).strip(" ,")
    return (value or None), stop


def _unquote(match: re.Match[str]) -> str:
    return next(
        match[name] for name in ("double", "curly", "angle", "tick", "single") if match[name] is not None
    )


def _operator(match: re.Match[str]) -> PairOperator:
    for operator in (">=", "<=", "!=", "=", ">", "<"):
        if match["operator"] == operator:
            return operator
    return ":"
