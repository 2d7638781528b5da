"""Fills a tool's arguments from a sentence, by the tool's own JSON schema."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.agents.offline.dates import Moment, as_datetime, find_date
from core.agents.offline.known import KnownArguments
from core.agents.offline.remainder import remainder, subject
from core.agents.offline.sentence import Pair, ValueShape, parse, phrase
from core.agents.offline.slots import Slot, coerce, main_text
from core.agents.offline.tools import OfferedTool
from core.agents.offline.words import FILLERS, action_of, split_words, stem, stems

# In a longer text a word like "open" or "tomorrow" is part of the text, not of a command (characters).
MAX_COMMAND = 2_000

_DIGITS = r"-?\d{1,15}(?:\.\d{1,10})?"
_NUMBER = re.compile(rf"(?<![\w.,:-]){_DIGITS}(?![\w:-]|[.,]\d)")
_NEW_NUMBER = re.compile(rf"\bto\s{_DIGITS}(?=\W*$)", re.IGNORECASE)
_LIMIT = re.compile(r"\b(?:first|top|last|latest|only|newest)\s(\d{1,4})\b", re.IGNORECASE)
_BEFORE_VALUE = re.compile(
    r"\b(?:as|to|is|be|of|by|on|due|for|until|till|before|after|since|from|at|the)\s*$", re.IGNORECASE
)
_TARGET = re.compile(r"\b(?:as|to|is)\s+$", re.IGNORECASE)
_RENAME = re.compile(r"\s(?:to|into)\s", re.IGNORECASE)

_OPERATOR_NAMES = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt", "!=": "neq"}
_NAMES_BEFORE = {"by": "author", "called": "name"}
_DATE_OPERATORS = {"before": "lt", "until": "lte", "by": "lte", "after": "gt", "since": "gte"}
_DONE_VERBS = frozenset(stems("complete finish done close"))
_DONE_NAMES = frozenset(stems("done complete completed finished closed"))
_OPEN_NAMES = frozenset(stems("open todo pending active"))

# Dates that the database keeps by itself, which nobody means by "tomorrow".
_KEPT_DATES = frozenset(stems("created updated completed deleted modified inserted"))


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What a sentence says for a tool. With `missing` or `unknown` the tool must not be called yet."""

    arguments: dict[str, Any]
    missing: tuple[Slot, ...]
    unknown: tuple[str, ...]
    slots: tuple[Slot, ...]


def fill(tool: OfferedTool, text: str, now: datetime) -> Filled:
    """The tool's arguments as far as the sentence gives them; dates are counted from `now`."""
    return _Filling(tool, text, now).run()


class _Filling:
    """One filling: what was understood leaves `plain`, so that nothing is used twice."""

    def __init__(self, tool: OfferedTool, text: str, now: datetime) -> None:
        self.tool = tool
        self.now = now
        self.known = KnownArguments(tool, tool.action or action_of(text)[0])
        self.sentence = parse(text, self._shape_of)
        self.plain = self.sentence.plain
        self.unknown: list[str] = []

    def run(self) -> Filled:
        for pair in self.sentence.pairs:
            self._take_pair(pair)
        self._take_uuids()
        if len(self.plain) <= MAX_COMMAND:
            self._take_date()
            self._take_choices()
            self._take_flags()
            self._take_done()
            self._take_row_number()
            self._take_numbers()
        self._take_quotes()
        self._take_rest()
        self._name_the_row()
        self.known.fill_constants()
        return Filled(
            arguments=self.known.nested(),
            missing=self.known.missing(),
            unknown=tuple(self.unknown),
            slots=self.known.slots,
        )

    @property
    def _is_free(self) -> bool:
        """Whether the sentence itself is the text of something new, where any word may be just a word."""
        creates = self.known.action in ("create", "upsert")
        return creates and not self.sentence.quotes and not self.sentence.pairs

    def _shape_of(self, key: str) -> ValueShape | None:
        """For the parser: how much text a value for this key takes; None when the key is no argument."""
        slot = next(iter(self.known.named(key)), None)
        # "Add a task: buy milk" names the thing, not the argument parent_task_id.
        if slot is None or (stem(key) in self.tool.nouns and slot.roots != tuple(stems(key))):
            return None
        if slot.kind in ("text", "date", "datetime") and not slot.choices:
            return "words"
        return "list" if slot.kind == "list" else "word"

    def _take_pair(self, pair: Pair) -> None:
        slots = self.known.named(pair.key)
        names_row = self.known.action == "update" and "id" in stems(pair.key)
        if pair.is_condition or pair.operator in _OPERATOR_NAMES or names_row:
            slots = sorted(slots, key=lambda slot: not slot.is_filter)
        if not slots:
            self.unknown.append(pair.key)
            return
        slot = slots[0]
        value = self._dated(slot, pair.value)
        operator = _OPERATOR_NAMES.get(pair.operator)
        if operator is None:
            self.known.give(slot, value)
        elif operator in slot.operators:
            self.known.compare(slot, operator, value)
        else:
            self.unknown.append(pair.key + pair.operator)

    def _dated(self, slot: Slot, raw: str) -> Any:
        """A pair's value, its date in words turned into ISO 8601."""
        if slot.kind in ("date", "datetime") and (moment := find_date(raw, self.now)):
            return self._iso(slot, moment)
        return coerce(slot, raw)

    def _take_uuids(self) -> None:
        slots = [slot for slot in self.known.slots if slot.kind == "uuid" or slot.roots == ("id",)]
        slots.sort(key=lambda slot: (slot.roots != ("id",), not slot.is_filter))
        for value in self.sentence.uuids:
            slot = next((slot for slot in slots if slot not in self.known), None)
            if slot:
                self.known.give(slot, value)

    # Values by their look

    def _take_date(self) -> None:
        moment = find_date(self.plain, self.now)
        slot = self._date_slot() if moment else None
        if moment is None or slot is None:
            return
        before = split_words(self.plain[max(0, moment.start - 20) : moment.start])
        self._cut(moment.start, moment.end)
        operator = _DATE_OPERATORS.get(before[-1]) if before else None
        day = as_datetime(moment, self.now)
        if slot.is_filter and operator in slot.operators:
            self.known.values[slot.path] = {operator: self._iso(slot, moment)}
        elif slot.is_filter and slot.kind == "datetime" and {"gte", "lt"} <= slot.operators:
            end = day + (timedelta(days=1) if moment.time is None else timedelta(minutes=1))
            self.known.values[slot.path] = {"gte": day.isoformat(), "lt": end.isoformat()}
        else:
            self.known.give(slot, self._iso(slot, moment))

    def _date_slot(self) -> Slot | None:
        said = set(stems(self.plain))
        slots = [slot for slot in self.known.open(self.known.side) if slot.kind in ("date", "datetime")]
        return min(
            (slot for slot in slots if slot.required or not _KEPT_DATES & set(slot.roots) - said),
            key=lambda slot: (not said & set(slot.roots), not slot.required),
            default=None,
        )

    def _take_choices(self) -> None:
        for slot in self.known.open(self.known.side):
            if slot.name in {path[-1] for path in self.known.values}:
                continue
            said = [
                (match, choice)
                for choice in slot.choices
                if isinstance(choice, str) and (match := self._said_choice(slot, choice))
            ]
            if said:
                match, choice = max(said, key=lambda pair: self._choice_rank(pair[0]))
                self._cut(match.start(), match.end())
                self.known.give(slot, choice)

    def _said_choice(self, slot: Slot, choice: str) -> re.Match[str] | None:
        match = re.search(_adjacent(slot.name, phrase(choice)), self.plain, re.IGNORECASE)
        if match is None and not self._is_free and len(choice) > 1 and choice.lower() not in FILLERS:
            match = re.search(rf"(?<!\w){phrase(choice)}(?!\w)", self.plain, re.IGNORECASE)
        return match

    def _choice_rank(self, match: re.Match[str]) -> tuple[bool, int]:
        """Of "mark the open task as done", what follows "as" counts; else a search says it first."""
        is_target = _TARGET.search(self.plain[max(0, match.start() - 20) : match.start()]) is not None
        return (is_target, -match.start() if self.known.looks_up else match.start())

    def _take_flags(self) -> None:
        """Sets `is_read` for "read" and "unread", unless it is the verb or in free text."""
        if self._is_free:
            return
        for slot in self.known.open(self.known.side):
            if slot.kind != "boolean" or slot.name in {path[-1] for path in self.known.values}:
                continue
            words = phrase(slot.name.removeprefix("is_").removeprefix("has_"))
            match = re.search(rf"(?<=\s)(un|not\s|no\s)?{words}(?!\w)", self.plain, re.IGNORECASE)
            if match and split_words(self.plain[: match.start()]):
                self._cut(match.start(), match.end())
                self.known.give(slot, match[1] is None)

    def _take_done(self) -> None:
        """Sets what the tool has for "finish X": a status that means done, or a flag of that name."""
        roots = set(stems(self.plain))
        wanted = _DONE_NAMES if roots & _DONE_VERBS else _OPEN_NAMES if "reopen" in roots else None
        if self.known.action != "update" or wanted is None:
            return
        for slot in self.known.payload:
            if slot in self.known:
                continue
            choice = next((choice for choice in slot.choices if wanted & set(stems(str(choice)))), None)
            if choice is not None:
                self.known.give(slot, choice)
                return
            if slot.kind == "boolean" and _DONE_NAMES & set(slot.roots):
                self.known.give(slot, wanted is _DONE_NAMES)
                return

    def _take_row_number(self) -> None:
        """The row that "delete book 5" means, where ids are numbers."""
        slot = next((slot for slot in self.known.filters if slot.roots == ("id",)), None)
        if slot is None or slot.kind != "integer" or self.known.has_condition:
            return
        for match in re.finditer(r"([^\W\d_]+)\s#?(\d{1,18})(?![\w.])", self.plain):
            if self.known.action in ("update", "delete") and stem(match[1].lower()) in self.tool.nouns:
                self.known.give(slot, int(match[2]))
                self._cut(match.start(2), match.end(2))
                return

    def _take_numbers(self) -> None:
        numeric = [slot for slot in self.known.open(self.known.side) if slot.kind in ("integer", "number")]
        for slot in numeric:
            match = re.search(_adjacent(slot.name, _DIGITS), self.plain, re.IGNORECASE)
            if match is None and self.known.action == "update" and set(slot.roots) <= set(stems(self.plain)):
                match = _NEW_NUMBER.search(self.plain)
            if match:
                number = _NUMBER.search(match[0])
                self._give_number(slot, number[0] if number else None, match)
        limit = next((slot for slot in numeric if slot.name == "limit" and slot not in self.known), None)
        if limit and (match := _LIMIT.search(self.plain) or self._counted_noun()):
            self._give_number(limit, match[1], match)
        open_slots = [slot for slot in numeric if slot not in self.known and slot.name != "limit"]
        required = [slot for slot in open_slots if slot.required]
        is_free = not self.sentence.quotes and main_text(self.known.side) is not None
        for slot in required or ([] if is_free or len(open_slots) != 1 else open_slots):
            if match := _NUMBER.search(self.plain):
                self._give_number(slot, match[0], match)

    def _counted_noun(self) -> re.Match[str] | None:
        """The "5 tasks" of "show 5 tasks"."""
        for match in re.finditer(r"\b(\d{1,4})\s([^\W\d_]+)", self.plain):
            if set(stems(match[2])) & (self.tool.nouns | self.tool.hints):
                return match
        return None

    def _give_number(self, slot: Slot, number: str | None, match: re.Match[str]) -> None:
        if number is not None:
            self.known.give(slot, coerce(slot, number))
            self._cut(match.start(), match.end())

    # Text

    def _take_quotes(self) -> None:
        for quote in self.sentence.quotes:
            key = _NAMES_BEFORE.get(quote.before, quote.before)
            is_thing = stem(key) in self.tool.nouns
            named = () if is_thing else self.known.open(self.known.named(key))
            slot = named[0] if named else self._text_slot()
            if slot and quote.text:
                self.known.give(slot, self._as_condition(slot, quote.text))

    def _text_slot(self) -> Slot | None:
        """Where the next text belongs: a write's row is named first, then what is written."""
        filters = main_text(self.known.open(self.known.filters))
        payload = main_text(self.known.open(self.known.payload))
        if self.known.looks_up or (self.known.action == "update" and not self.known.has_condition):
            return filters or payload
        return payload

    def _take_rest(self) -> None:
        if self.sentence.quotes:
            return
        said = [root for path in self.known.values for root in stems(path[-1])]
        rest = remainder(self.plain, self.tool, said)
        if "rename" in split_words(self.plain) and len(parts := _RENAME.split(rest, maxsplit=1)) == 2:
            for part in parts:
                if slot := self._text_slot():
                    self.known.give(slot, self._as_condition(slot, part.strip()))
            return
        slot = self._text_slot()
        if slot is None:
            return
        if self.known.action in ("fetch", "count") and not slot.required:
            rest = subject(self.plain) or ""
        elif self.known.has_text:
            return
        elif self.known.action in ("update", "delete") and self.known.has_condition:
            # A condition that was only guessed from words must not reach more rows than the sentence means:
            # "delete the done report" is one task, not all that are done.
            slot = main_text(self.known.open(self.known.filters))
            if slot is None or self.sentence.pairs or self.sentence.uuids:
                return
        words = {stem(word) for word in split_words(rest) if word not in FILLERS}
        if words - self.tool.nouns:
            self.known.give(slot, self._as_condition(slot, rest))

    def _as_condition(self, slot: Slot, text: str) -> Any:
        """For a filter: in a search a part of the text is enough, for a change all of it, in any case."""
        if not slot.is_filter or slot.choices or slot.kind != "text":
            return coerce(slot, text)
        escaped = re.sub(r"([\\%_])", r"\\\1", text)
        if self.known.looks_up and self.known.action != "delete":
            ways = {"ilike": f"%{escaped}%", "contains": text, "like": f"%{escaped}%"}
        else:
            ways = {"ilike": escaped}
        return next(({name: value} for name, value in ways.items() if name in slot.operators), text)

    def _name_the_row(self) -> None:
        """A change needs a condition: "update task title=A status=done" names the row by its title."""
        main, condition = main_text(self.known.payload), main_text(self.known.filters)
        if self.known.action != "update" or self.known.has_condition or not main or not condition:
            return
        if main in self.known and any(slot in self.known for slot in self.known.payload if slot != main):
            self.known.give(condition, self._as_condition(condition, str(self.known.values.pop(main.path))))

    def _iso(self, slot: Slot, moment: Moment) -> str:
        return (
            as_datetime(moment, self.now).isoformat() if slot.kind == "datetime" else moment.day.isoformat()
        )

    def _cut(self, start: int, end: int) -> None:
        """Takes a part out of the plain text, with the small word that led to it."""
        before = self.plain[:start]
        # Twice for "to the" and "due on".
        for _ in range(2):
            before = _BEFORE_VALUE.sub("", before)
        self.plain = f"{before} {self.plain[end:]}"


def _adjacent(name: str, value: str) -> str:
    """A pattern for a value next to its argument's name, on either side."""
    words = phrase(name)
    return (
        rf"(?<!\w){words}s?[\s:=]{{1,3}}(?:(?:is|to|of|at|=)\s)?(?:{value})(?!\w)"
        rf"|(?<![\w.]){value}[\s-]{words}s?(?!\w)"
    )
