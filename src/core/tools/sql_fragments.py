"""The pieces of SQL that CRUD statements are joined from, rendered once when a tool is built."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, LiteralString, cast

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal, Placeholder

from core.tools.column_kinds import Kind
from core.tools.crud_config import Operator

COMPARISONS: Mapping[Operator, SQL] = MappingProxyType(
    {
        "eq": SQL("{column} = {value}"),
        # A row without a value differs from every value.
        "neq": SQL("{column} is distinct from {value}"),
        "gt": SQL("{column} > {value}"),
        "gte": SQL("{column} >= {value}"),
        "lt": SQL("{column} < {value}"),
        "lte": SQL("{column} <= {value}"),
        "in": SQL("{column} = any({value})"),
        "like": SQL("{column} like {value}"),
        "ilike": SQL("{column} ilike {value}"),
        "contains": SQL("{column} @> {value}"),
    }
)
TEXT_CONTAINS = SQL("strpos(lower({column}), lower({value})) > 0")
TESTS: Mapping[str, SQL] = MappingProxyType(
    {
        "null": SQL("{column} is null"),
        "not null": SQL("{column} is not null"),
        "true": SQL("{column} is true"),
        "false": SQL("{column} is false"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement and the values of its placeholders."""

    query: Composed
    params: Mapping[str, Any]

    def readable(self) -> str:
        """The SQL with its values in place, for people; never run."""

        def value(match: re.Match[str]) -> str:
            return Literal(self.params[match["name"]]).as_string(None).strip() if match["name"] else "%"

        return re.sub(r"%\((?P<name>\w+)\)s|%%", value, self.query.as_string(None))


def identifier(*names: str) -> Identifier:
    """A quoted name, possibly qualified; psycopg reads `%` in a query with parameters as a placeholder."""
    return Identifier(*(name.replace("%", "%%") for name in names))


def rendered(fragment: Composable) -> SQL:
    """The fragment as text that needs no more quoting: rendering is half the cost of a statement."""
    return SQL(cast("LiteralString", fragment.as_string(None)))


def joined(separator: LiteralString, parts: Sequence[SQL | Composed]) -> Composed:
    return SQL(separator).join(parts)


def comparison(column: Identifier, kind: Kind, operator: Operator, value: Placeholder) -> SQL:
    """The condition of one filter operator, except `is`, whose operand is not a value (see TESTS)."""
    is_text = operator == "contains" and kind.family == "text"
    template = TEXT_CONTAINS if is_text else COMPARISONS[operator]
    return rendered(template.format(column=column, value=value))
