"""Which rows a tool may touch: what its row fixes, what is not deleted, and what the model asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.sql import SQL, Composed, Identifier, Placeholder

from core.tools.args_schema import ArgumentGroup
from core.tools.column_kinds import TEXT
from core.tools.crud_config import Operator
from core.tools.filter_args import Conditions
from core.tools.sql_fragments import TESTS, comparison, identifier, joined, rendered
from core.tools.tool_table import AGENT_COLUMN, Deletion, ToolTable

AGENT_PARAM = "agent_name"
DELETED_PARAM = "deleted"


@dataclass(frozen=True, kw_only=True)
class Where:
    """The `where` clauses of one tool. `always` holds for every call, with the values of `params`.

    `comparisons` has the SQL and its placeholder for each argument and operator, `tests` those of `is`.
    """

    always: tuple[SQL, ...]
    params: Mapping[str, Any]
    comparisons: Mapping[tuple[str, Operator], tuple[SQL, str]]
    tests: Mapping[tuple[str, str], SQL]

    @classmethod
    def of(cls, resolved: ToolTable, filters: ArgumentGroup | None) -> "Where":
        always, params = standing_conditions(resolved)
        comparisons: dict[tuple[str, Operator], tuple[SQL, str]] = {}
        tests: dict[tuple[str, str], SQL] = {}
        for n, name in enumerate(filters.names if filters else ()):
            field = resolved.field(name, "filters")
            column = identifier(field.name)
            for operator in field.kind.operators:
                param = f"{operator}{n}"
                if operator != "is":
                    condition = comparison(column, field.kind, operator, Placeholder(param))
                    comparisons[name, operator] = (condition, param)
            tests |= {
                (name, test): rendered(template.format(column=column)) for test, template in TESTS.items()
            }
        return cls(always=always, params=params, comparisons=comparisons, tests=tests)

    def clause(
        self, filters: Mapping[str, Conditions], params: dict[str, Any], *more: SQL | Composed
    ) -> Composed:
        """` where ...`, with the conditions `more` as well, or nothing; adds its values to `params`."""
        params.update(self.params)
        conditions: list[SQL | Composed] = [*self.always]
        for argument, asked in filters.items():
            for operator, operand in asked:
                if operator == "is":
                    conditions.append(self.tests[argument, operand])
                else:
                    condition, param = self.comparisons[argument, operator]
                    conditions.append(condition)
                    params[param] = operand
        conditions += more
        return Composed([SQL(" where "), joined(" and ", conditions)]) if conditions else Composed([])


def standing_conditions(
    resolved: ToolTable, prefix: tuple[str, ...] = ()
) -> tuple[tuple[SQL, ...], dict[str, Any]]:
    """What holds for every row that the tool may touch, and the values; `prefix` qualifies the columns.

    The agent's name is not among the values: each call brings its own.
    """
    conditions: list[SQL] = []
    params: dict[str, Any] = {}
    for n, (name, text) in enumerate(resolved.fixed.items()):
        conditions.append(_holds(identifier(*prefix, name), text, f"fixed{n}"))
        params |= {} if text is None else {f"fixed{n}": text}
    if resolved.config.apply_agent_name_context:
        conditions.append(_holds(identifier(*prefix, AGENT_COLUMN), "", AGENT_PARAM))
    if resolved.deletion:
        conditions.append(_is_undeleted(resolved.deletion, prefix))
        params |= {} if resolved.deletion.text is None else {DELETED_PARAM: resolved.deletion.text}
    return tuple(conditions), params


def _holds(column: Identifier, text: str | None, param: str) -> SQL:
    if text is None:
        return rendered(TESTS["null"].format(column=column))
    return comparison(column, TEXT, "eq", Placeholder(param))


def _is_undeleted(deletion: Deletion, prefix: tuple[str, ...]) -> SQL:
    column = identifier(*prefix, deletion.field.name)
    if deletion.is_moment:
        return rendered(TESTS["null"].format(column=column))
    if deletion.text is None:
        return rendered(TESTS["not null"].format(column=column))
    return comparison(column, deletion.field.kind, "neq", Placeholder(DELETED_PARAM))
