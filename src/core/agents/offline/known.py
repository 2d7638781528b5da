"""What is known of a tool's arguments while a sentence is read, and what is still missing."""

from collections.abc import Iterable
from typing import Any, cast

from core.agents.offline.slots import Slot, main_text, slots_of
from core.agents.offline.tools import OfferedTool
from core.agents.offline.words import Action, stems


class KnownArguments:
    """The slots of a tool and the values found for them, by path. `action` decides where a value belongs."""

    def __init__(self, tool: OfferedTool, action: Action | None) -> None:
        self.tool = tool
        self.action: Action | None = action
        self.slots = slots_of(tool.parameters)
        self.filters = tuple(slot for slot in self.slots if slot.is_filter)
        self.payload = tuple(slot for slot in self.slots if not slot.is_filter)
        self.values: dict[tuple[str, ...], Any] = {}

    @property
    def looks_up(self) -> bool:
        return self.action in ("fetch", "count", "delete")

    @property
    def side(self) -> tuple[Slot, ...]:
        """The slots that a bare value can mean: conditions of a search, else what is written."""
        return self.filters + self.payload if self.looks_up else self.payload

    @property
    def has_condition(self) -> bool:
        return any(slot in self for slot in self.filters)

    @property
    def has_text(self) -> bool:
        main = main_text(self.side)
        return main is not None and main in self

    def __contains__(self, slot: Slot) -> bool:
        return slot.path in self.values

    def open(self, slots: Iterable[Slot]) -> tuple[Slot, ...]:
        """Those of the slots that have no value yet."""
        return tuple(slot for slot in slots if slot not in self)

    def named(self, key: str) -> list[Slot]:
        """What a key can mean, the likelier first: its exact name, else the only name with that word."""
        roots = tuple(stems(key))
        rest = self.payload if self.looks_up else self.filters
        ordered = [*self.side, *(slot for slot in rest if slot not in self.side)]
        exact = [slot for slot in ordered if slot.roots == roots]
        if exact or not roots:
            return exact
        partly = [slot for slot in ordered if set(roots) <= set(slot.roots)]
        return partly if len({slot.name for slot in partly}) == 1 else []

    def give(self, slot: Slot, value: Any) -> None:
        """Sets a value; a filter that takes operators only gets it as equality."""
        if not slot.is_plain and not isinstance(value, dict):
            value = {"eq" if "eq" in slot.operators else min(slot.operators): value}
        self.values[slot.path] = value

    def compare(self, slot: Slot, operator: str, value: Any) -> None:
        """Adds a comparison to a filter: `pages>100` and `pages<200` are one value."""
        known = self.values.get(slot.path)
        self.values[slot.path] = {**(known if isinstance(known, dict) else {}), operator: value}

    def fill_constants(self) -> None:
        """Gives the arguments that can have one value only."""
        for slot in self.slots:
            if slot.required and slot.always and len(slot.choices) == 1:
                self.values.setdefault(slot.path, slot.choices[0])

    def missing(self) -> tuple[Slot, ...]:
        """What a call needs: required arguments, a change's row, and something to write."""
        missing = [slot for slot in self.slots if self._is_missing(slot)]
        if self.action in ("update", "delete") and self.filters and not self.has_condition:
            row = main_text(self.filters) or self.filters[0]
            missing = [row, *(slot for slot in missing if slot != row)]
        nested = [slot for slot in self.payload if len(slot.path) > 1]
        writes = self.action in ("create", "upsert", "update")
        if writes and nested and not any(slot in self or slot in missing for slot in nested):
            choice = next((slot for slot in nested if slot.choices), None)
            missing.append(
                (choice if self.action == "update" else None) or main_text(self.payload) or nested[0]
            )
        return tuple(missing)

    def _is_missing(self, slot: Slot) -> bool:
        if not slot.required or slot in self:
            return False
        has_sibling = any(path[:-1] == slot.path[:-1] for path in self.values)
        # An optional `data` is the row to write all the same; what is nested deeper may stay away.
        is_written = self.action in ("create", "upsert") and len(slot.path) == 2
        return slot.always or has_sibling or is_written

    def nested(self) -> dict[str, Any]:
        """The arguments as the tool takes them; a required object that nothing is said about is empty."""
        required = cast(Iterable[str], self.tool.parameters.get("required") or ())
        sections = {slot.path[0] for slot in self.slots if len(slot.path) > 1}
        arguments: dict[str, Any] = {name: {} for name in required if name in sections}
        for path, value in self.values.items():
            target = arguments
            for part in path[:-1]:
                target = cast(dict[str, Any], target.setdefault(part, {}))
            target[path[-1]] = value
        return arguments
