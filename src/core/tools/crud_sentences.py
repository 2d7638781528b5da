"""What a call of a CRUDTool would do, for the person who is to allow it: a sentence, and the values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from core.tools.args_schema import ArgumentGroup, ArgumentGroups
from core.tools.column_kinds import Kind, list_of
from core.tools.crud_config import Method, Operator
from core.tools.filter_args import Conditions
from core.tools.sentences import assigned, either, sentence, shown, value_of
from core.tools.tool_table import ToolTable

NOTHING: Mapping[str, Any] = MappingProxyType({})

# Completed by the table's name, and for those that find rows by which ones.
BEGINNINGS: Mapping[Method, str] = MappingProxyType(
    {
        "fetch": "Read rows of",
        "count": "Count rows of",
        "aggregate": "Count, add up and compare rows of",
        "create": "Add a row to",
        "upsert": "Add a row, or change the one with the same key, in",
        "update": "Change rows of",
        "delete": "Delete rows of",
    }
)

RELATIONS: Mapping[Operator, str] = MappingProxyType(
    {
        "eq": "is",
        "neq": "is not",
        "gt": "is more than",
        "gte": "is at least",
        "lt": "is less than",
        "lte": "is at most",
        "like": "is like",
        "ilike": "is like",
        "contains": "contains",
    }
)
# Of dates and times.
MOMENTS: Mapping[Operator, str] = MappingProxyType(
    {"gt": "is after", "gte": "is not before", "lt": "is before", "lte": "is not after"}
)
TESTED: Mapping[str, str] = MappingProxyType(
    {"null": "is empty", "not null": "is not empty", "true": "is true", "false": "is not true"}
)


@dataclass(frozen=True, kw_only=True)
class CRUDSentences:
    """The words of one tool. `kinds` are those of its arguments, `fixed` what no argument can change."""

    method: Method
    table_name: str
    kinds: Mapping[str, Kind]
    fixed: Mapping[str, Any]

    @classmethod
    def of(cls, resolved: ToolTable, groups: ArgumentGroups) -> "CRUDSentences":
        fixed = [(resolved.field(name, "fixed"), text) for name, text in resolved.fixed.items()]
        names = [*_names(groups.data), *_names(groups.filters)]
        return cls(
            method=resolved.config.method,
            table_name=resolved.name,
            kinds={name: resolved.field(name, "filters").kind for name in names},
            fixed={field.argument: value_of(field.kind, text) for field, text in fixed},
        )

    def summary(self, arguments: Mapping[str, Any]) -> str:
        """`Change rows of tasks where title is 'x': set status to 'completed'.`"""
        beginning = f"{BEGINNINGS[self.method]} {self.table_name}"
        match self.method:
            case "create" | "upsert":
                return self._new_rows(beginning, arguments)
            case "update":
                values = self._values(arguments.get("data", {}))
                return sentence(beginning, f"{self._which(arguments)}:", f"set {assigned(values, ' to ')}")
            case _:
                return sentence(beginning, self._which(arguments))

    def changes(self, arguments: Mapping[str, Any]) -> dict[str, Any] | list[dict[str, Any]]:
        """The values that a call would set, by argument: of one row, or of each in a list of new ones."""
        data: Mapping[str, Any] | list[Mapping[str, Any]] = arguments.get("data") or NOTHING
        constants = self.fixed if self.method in ("create", "upsert") else NOTHING
        if isinstance(data, list):
            return [{**self._values(row), **constants} for row in data]
        return {**self._values(data), **constants}

    def _new_rows(self, beginning: str, arguments: Mapping[str, Any]) -> str:
        changes = self.changes(arguments)
        if isinstance(changes, dict):
            return sentence(f"{beginning}: {assigned(changes, ' ')}" if changes else beginning)
        if len(changes) == 1:
            return sentence(f"{beginning}: {assigned(changes[0], ' ')}")
        listed = "; ".join(assigned(row, " ") for row in changes)
        return sentence(f"Add {len(changes)} rows to {self.table_name}: {listed}")

    def _values(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value_of(self.kinds[name], text) for name, text in data.items()}

    def _which(self, arguments: Mapping[str, Any]) -> str:
        filters: Mapping[str, Conditions] = arguments.get("filters", {})
        said = [
            self._condition(name, operator, operand)
            for name, conditions in filters.items()
            for operator, operand in conditions
        ]
        said += [f"{name} is {shown(value)}" for name, value in self.fixed.items()]
        return f"where {' and '.join(said)}" if said else ""

    def _condition(self, name: str, operator: Operator, operand: str) -> str:
        kind = self.kinds[name]
        if operator == "is":
            return f"{name} {TESTED[operand]}"
        if operator == "in":
            return f"{name} is {either(value_of(list_of(kind), operand))}"
        words = MOMENTS if kind.family in ("date", "datetime", "time") else RELATIONS
        relation = words.get(operator, RELATIONS[operator])
        is_pattern = operator in ("like", "ilike") or (operator == "contains" and kind.family == "text")
        return f"{name} {relation} {shown(operand if is_pattern else value_of(kind, operand))}"


def _names(group: ArgumentGroup | None) -> Sequence[str]:
    return group.names if group else ()
