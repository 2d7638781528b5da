"""The order of the rows of a fetch, and where the next page begins.

A page ends at a row, and the next begins after the values that this row is ordered by, the primary key last:
unlike an offset, that place does not move when rows are added or deleted in between. The model gets it as an
opaque text; what it sends back is checked, and its values reach Postgres as parameters only.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

from psycopg.sql import SQL, Composed, Identifier, Placeholder

from core.db import Row
from core.errors import ToolInputError
from core.tools.column_kinds import parse_text
from core.tools.crud_rows import ROW
from core.tools.sql_fragments import identifier, joined, rendered
from core.tools.tool_table import Ordered, ToolTable

PLACE = "after row"
# A place is paid for in tokens: beyond this (a long text to sort by) there is none.
MAX_PLACE_CHARS = 1000


@dataclass(frozen=True, kw_only=True)
class Term:
    """One column of an order, and the conditions on it relative to the placeholder `param`."""

    order: SQL
    text: SQL
    column: SQL
    value: SQL
    param: str
    is_descending: bool

    @classmethod
    def of(cls, ordered: Ordered, n: int) -> "Term":
        column = identifier(ROW, ordered.column.name)
        direction = SQL("desc" if ordered.is_descending else "asc")
        return cls(
            order=rendered(SQL("{} {}").format(column, direction)),
            text=rendered(SQL("{}::text").format(column)),
            column=rendered(column),
            value=rendered(Placeholder(f"after{n}")),
            param=f"after{n}",
            is_descending=ordered.is_descending,
        )

    def same(self, value: str | None) -> Composed:
        if value is None:
            return SQL("{} is null").format(self.column)
        return SQL("{} = {}").format(self.column, self.value)

    def beyond(self, value: str | None) -> Composed | None:
        """Postgres sorts nulls last, and first when descending. None: nothing comes after it."""
        if value is None:
            return SQL("{} is not null").format(self.column) if self.is_descending else None
        if self.is_descending:
            return SQL("{} < {}").format(self.column, self.value)
        return SQL("({0} > {1} or {0} is null)").format(self.column, self.value)


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order of rows; `terms` end with the primary key, unless the table has none and so no pages."""

    terms: tuple[Term, ...]
    has_pages: bool
    mark: str

    @classmethod
    def of(cls, resolved: ToolTable, ordered: Sequence[Ordered]) -> "Order":
        named = {one.column.name for one in ordered}
        key = [resolved.table.column(name) for name in resolved.table.primary_key if name not in named]
        # One that users may not read cannot be compared with.
        has_pages = bool(resolved.table.primary_key) and None not in key
        last = [column for column in key if column] if has_pages else []
        is_descending = bool(ordered) and ordered[-1].is_descending
        every = [*ordered, *(Ordered(column=column, is_descending=is_descending) for column in last)]
        terms = tuple(Term.of(one, n) for n, one in enumerate(every))
        mark = sha256("".join(term.order.as_string(None) for term in terms).encode()).hexdigest()[:6]
        return cls(terms=terms, has_pages=has_pages, mark=mark)

    @property
    def clause(self) -> SQL:
        if not self.terms:
            return SQL("")
        return rendered(SQL(" order by {}").format(joined(", ", [term.order for term in self.terms])))

    @property
    def place(self) -> SQL:
        """What the select list of the rows needs for place_of(), which place_in() hands on."""
        if not self.has_pages:
            return SQL("")
        texts = joined(", ", [term.text for term in self.terms])
        return rendered(SQL(", array[{}] as {}").format(texts, Identifier(PLACE)))

    def place_in(self, alias: str) -> SQL:
        return rendered(SQL(", {}").format(Identifier(alias, PLACE))) if self.has_pages else SQL("")

    def place_of(self, row: Row) -> str | None:
        """The place after this row, for the model to give back; None where it would be too long."""
        text = json.dumps([self.mark, *row[PLACE]], ensure_ascii=False, separators=(",", ":"))
        place = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        return place if len(place) <= MAX_PLACE_CHARS else None

    def after(self, place: str, params: dict[str, Any]) -> SQL | Composed:
        """The condition for rows after `place`, whose values go to `params`; ToolInputError for no place."""
        values = self._values(place)
        conditions: list[Composed] = []
        for n, term in enumerate(self.terms):
            beyond = term.beyond(values[n])
            if beyond:
                same = [self.terms[m].same(values[m]) for m in range(n)]
                conditions.append(SQL("({})").format(SQL(" and ").join([*same, beyond])))
        given = zip(self.terms, values, strict=True)
        params |= {term.param: value for term, value in given if value is not None}
        return SQL("({})").format(SQL(" or ").join(conditions)) if conditions else SQL("false")

    def _values(self, place: str) -> list[str | None]:
        try:
            padded = place + "=" * (-len(place) % 4)
            read: object = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            mark, *values = cast("list[object]", read) if isinstance(read, list) else [None]
            texts = [None if value is None else parse_text(value) for value in values]
        # Deeply nested JSON exhausts the parser's stack.
        except (ValueError, RecursionError) as exc:
            raise _bad_place() from exc
        if mark != self.mark or len(texts) != len(self.terms):
            raise _bad_place()
        return texts


def _bad_place() -> ToolInputError:
    return ToolInputError("after: pass `next` of this tool's last answer unchanged, with the same order_by.")
