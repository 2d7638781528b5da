"""What the rule model says: summaries of tool results, questions for what is missing, and what it is."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from core.agents.offline.arguments import Filled
from core.agents.offline.slots import MAIN_NAMES, Slot, main_text, slots_of
from core.agents.offline.tools import OfferedTool
from core.agents.offline.words import Action

I_AM = "I am Clarity's offline rule model, not a language model"

# Enough to be read in a terminal; the model that people will use instead decides for itself.
MAX_ROWS = 20
MAX_DETAILS = 5
MAX_VALUE = 100
MAX_PLAIN_RESULT = 2000
MAX_TOOLS = 20

_VERBS: Mapping[Action | None, str] = {
    "fetch": "show",
    "count": "count",
    "create": "add",
    "update": "update",
    "upsert": "save",
    "delete": "delete",
}
_DONE: tuple[tuple[str, str], ...] = (
    ("created", "Created"),
    ("updated", "Updated"),
    ("upserted", "Saved"),
    ("saved", "Saved"),
    ("deleted", "Deleted"),
)
_UNTOLD = frozenset({"user_id", "owner_id", "created_at", "updated_at"})


def introduction(note: str | None) -> str:
    """What it is, with the reason why no language model answers."""
    return f"{I_AM}: I choose a tool by its words and fill in what you write." + (f" {note}" if note else "")


def footer(note: str | None) -> str:
    """The introduction in one short line below an answer."""
    return f"_{I_AM}.{f' {note}' if note else ''}_"


def tool_list(tools: Sequence[OfferedTool]) -> str:
    """How each tool is called, one a line."""
    if not tools:
        return "This agent has no tools yet, so there is nothing that I can do for you."
    lines = [f"- {_summary(tool)}: `{example(tool, required_slots(tool), {})}`" for tool in tools[:MAX_TOOLS]]
    if len(tools) > MAX_TOOLS:
        lines.append(f"- and {len(tools) - MAX_TOOLS} more")
    return "\n".join(["You can say, for instance:", *lines])


def question(tool: OfferedTool, filled: Filled) -> str:
    """Asks for what a call still needs, with a sentence that would do."""
    if filled.unknown:
        names = ", ".join(dict.fromkeys(slot.name for slot in filled.slots)) or "nothing"
        unknown = ", ".join(f"'{name}'" for name in dict.fromkeys(filled.unknown))
        return f"`{tool.name}` has no argument {unknown}. It takes: {names}."
    names = " and ".join(f"**{_described(slot)}**" for slot in filled.missing)
    told = {slot: _value(filled.arguments, slot.path) for slot in filled.slots}
    known = {slot: value for slot, value in told.items() if value is not None}
    return (
        f"For `{tool.name}` I also need {names}. Say it like this: `{example(tool, filled.missing, known)}`"
    )


def required_slots(tool: OfferedTool) -> tuple[Slot, ...]:
    """What an example of a call should show: required arguments, and the row that a change means."""
    slots = slots_of(tool.parameters)
    payload = tuple(slot for slot in slots if not slot.is_filter)
    shown = [slot for slot in payload if slot.required]
    if tool.action in ("create", "upsert") and not shown and (main := main_text(payload)):
        shown.append(main)
    if tool.action in ("update", "delete"):
        filters = tuple(slot for slot in slots if slot.is_filter)
        row = main_text(filters) or next(iter(filters), None)
        change = next((slot for slot in payload if slot.choices), main_text(payload))
        shown += [change] if tool.action == "update" and change and not shown else []
        shown += [row] if row else []
    return tuple(shown)


def example(tool: OfferedTool, shown: Sequence[Slot], known: Mapping[Slot, Any]) -> str:
    """A sentence that calls the tool with these arguments: `add book title="..."`."""
    payload = [slot for slot in {**known, **dict.fromkeys(shown)} if not slot.is_filter]
    filters = [slot for slot in {**known, **dict.fromkeys(shown)} if slot.is_filter]
    parts = [
        f"{_VERBS[tool.action]} {tool.noun}"
        if tool.action and tool.noun_words
        else tool.name.replace("_", " ")
    ]
    parts += [_pair(slot, known) for slot in payload]
    parts += ["where"] if filters and tool.action == "update" else []
    parts += [_pair(slot, known) for slot in filters]
    return " ".join(parts)


def result(tool: OfferedTool, text: str) -> str:
    """A tool's result for a person; text that is no JSON is given as it is."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text[:MAX_PLAIN_RESULT] or "Done."
    if isinstance(value, list):
        return _rows(tool, cast(list[Any], value), {})
    if not isinstance(value, dict):
        return f"The result is {_shown(value)}."
    told = cast(dict[str, Any], value)
    for key, verb in _DONE:
        if key in told:
            return _changed(tool, verb, told[key], told)
    if isinstance(told.get("rows"), list):
        return _rows(tool, cast(list[Any], told["rows"]), told)
    if isinstance(told.get("count"), int):
        return f"There {'is' if told['count'] == 1 else 'are'} {_counted(told['count'], tool.noun)}."
    return _row(told)


def failure(tool: OfferedTool, text: str) -> str:
    """A tool's error, plainly."""
    return f"That did not work. `{tool.name}` says: {text[:MAX_PLAIN_RESULT]}"


def _rows(tool: OfferedTool, rows: list[Any], told: Mapping[str, Any]) -> str:
    if not rows:
        return f"I found no {_plural(tool.noun)}."
    lines = [f"I found {_counted(len(rows), tool.noun)}:", ""]
    lines += [f"{number}. {_row(row)}" for number, row in enumerate(rows[:MAX_ROWS], start=1)]
    if told.get("more") or told.get("left_out") or len(rows) > MAX_ROWS:
        lines += ["", "There are more than these."]
    return "\n".join(lines)


def _changed(tool: OfferedTool, verb: str, what: Any, told: Mapping[str, Any]) -> str:
    rows: list[Any] = cast(list[Any], told["rows"]) if isinstance(told.get("rows"), list) else []
    if isinstance(what, list):
        rows = cast(list[Any], what)
    elif isinstance(what, dict):
        rows = [what]
    if len(rows) == 1:
        return f"{verb} {_row(rows[0])}"
    count = what if isinstance(what, int) else len(rows)
    head = f"{verb} {_counted(count, tool.noun)}"
    if not rows:
        return head + "."
    return "\n".join([f"{head}:", "", *(f"- {_row(row)}" for row in rows[:MAX_ROWS])])


def _row(row: Any) -> str:
    """A row by its title first, then its other values: "**Dune** (author: Frank Herbert)"."""
    if not isinstance(row, dict):
        return _shown(row)
    values = {
        key: value for key, value in cast(dict[str, Any], row).items() if value not in (None, "", [], {})
    }
    title = next((name for name in MAIN_NAMES if isinstance(values.get(name), str)), None)
    hidden = _UNTOLD if title is None else _UNTOLD | {"id", title}
    details = [
        f"{key.replace('_', ' ')}: {_shown(value)}" for key, value in values.items() if key not in hidden
    ]
    if title is None:
        return ", ".join(details[: MAX_DETAILS + 1]) or "an entry without values"
    rest = ", ".join(details[:MAX_DETAILS])
    return f"**{_shown(values[title])}**" + (f" ({rest})" if rest else "")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text.split())
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"


def _summary(tool: OfferedTool) -> str:
    sentence = " ".join(tool.description.split()).split(". ", maxsplit=1)[0].rstrip(".")
    return _shown(sentence or tool.name.replace("_", " "))


def _described(slot: Slot) -> str:
    name = slot.name.replace("_", " ")
    return f"{name} ({', '.join(map(str, slot.choices[:8]))})" if slot.choices else name


def _pair(slot: Slot, known: Mapping[Slot, Any]) -> str:
    value = known.get(slot)
    if isinstance(value, dict):
        value = next(iter(cast(dict[str, Any], value).values()), None)
    if value is None:
        value = slot.choices[0] if slot.choices else _SAMPLES[slot.kind]
    return f"{slot.name}={json.dumps(value, ensure_ascii=False, default=str) if not slot.choices else value}"


_SAMPLES: Mapping[str, Any] = {
    "text": "...",
    "integer": 1,
    "number": 1,
    "boolean": True,
    "date": "tomorrow",
    "datetime": "tomorrow",
    "uuid": "...",
    "list": "...",
    "object": {},
}


def _value(arguments: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = arguments
    for part in path:
        value = cast(dict[str, Any], value).get(part) if isinstance(value, dict) else None
    return value


def _counted(count: int, noun: str) -> str:
    return f"{count} {_singular(noun) if count == 1 else _plural(noun)}"


def _singular(noun: str) -> str:
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) else noun


def _plural(noun: str) -> str:
    if noun.endswith("s"):
        return noun
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else noun + "s"
