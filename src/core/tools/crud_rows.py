"""Rows on their way out: read as JSON texts that Postgres writes, and put together for the model.

Postgres renders each row (dates as ISO 8601, numbers without loss), so no value passes through Python.
Columns that are null are left out, unless a returned column is JSON itself, whose own nulls must stay.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from psycopg.sql import SQL, Composed

from core.db import Row
from core.tools.sql_fragments import identifier, rendered
from core.tools.tool_table import Field, Returned

# The alias of a tool's own row in its statement.
ROW = "present"
# A result beyond this crowds the conversation out of a model's window (about 6,000 tokens).
MAX_RESULT_CHARS = 24_000
# Enough of a single oversized row to say what it is.
MAX_CUT_ROW_CHARS = 8_000


def column_list(returned: Sequence[Returned]) -> SQL:
    """`"column" as "argument", ...` for a select list or a returning clause; the row's alias is ROW."""
    return rendered(SQL(", ").join([_selected(one) for one in returned]))


def _selected(one: Returned) -> Composed:
    argument = identifier(one.argument)
    if isinstance(one, Field):
        column = identifier(one.name)
        return (
            SQL("{}").format(column) if one.name == one.argument else SQL("{} as {}").format(column, argument)
        )
    return SQL("{} as {}").format(one.expression(ROW), argument)


def record_of(returned: Sequence[Returned]) -> SQL:
    """Renders a row `t` of column_list() as text, cut just above the budget: no row can flood the server."""
    return _record(returned, SQL("row_to_json(t.*)"))


def record_among(returned: Sequence[Returned]) -> SQL:
    """The same for a row `t` that has more columns than these."""
    columns = SQL(", ").join([identifier("t", one.argument) for one in returned])
    return _record(returned, rendered(SQL("(select row_to_json(r.*) from (select {}) as r)").format(columns)))


def _record(returned: Sequence[Returned], row: SQL) -> SQL:
    if not any(_holds_json(one) for one in returned):
        row = rendered(SQL("json_strip_nulls({})").format(row))
    return rendered(SQL("left({}::text, {}) as record").format(row, MAX_RESULT_CHARS + 1))


def _holds_json(one: Returned) -> bool:
    if isinstance(one, Field):
        return one.column.type in ("json", "jsonb", "json[]", "jsonb[]")
    return one.holds_json


def answer(**members: Any) -> str:
    """The JSON object that the model reads."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


def fit(records: Sequence[str]) -> tuple[list[str], int]:
    """The JSON texts of the first rows that fit the budget, and how many are left out.

    A single row that is larger than the whole budget comes as a JSON text of its beginning.
    """
    kept: list[str] = []
    room = MAX_RESULT_CHARS
    for record in records:
        if len(record) > MAX_RESULT_CHARS:
            record = json.dumps(
                record[:MAX_CUT_ROW_CHARS] + "... (this row is too large; cut)", ensure_ascii=False
            )
        room -= len(record) + 1
        if room < 0:
            break
        kept.append(record)
    return kept, len(records) - len(kept)


def rows_object(
    rows: Sequence[Row],
    *,
    name: str = "rows",
    more: bool = False,
    place_of: Callable[[Row], str | None] | None = None,
    counts: Mapping[str, int] = MappingProxyType({}),
) -> str:
    """`{"updated":2,"rows":[...]}`, with `"left_out":n`, `"more":true` and `"next":"..."` where they are so.

    `place_of` gives the place after a row, from which the model can go on when there is more.
    """
    kept, left_out = fit([row["record"] for row in rows])
    members = [f'"{key}":{count}' for key, count in counts.items()]
    members.append(f'"{name}":[{",".join(kept)}]')
    if left_out:
        members.append(f'"left_out":{left_out}')
    if more:
        members.append('"more":true')
    place = place_of(rows[len(kept) - 1]) if place_of and (left_out or more) else None
    if place:
        members.append(f'"next":"{place}"')
    return "{" + ",".join(members) + "}"


def row_object(name: str, row: Row) -> str:
    """`{"created":{...}}`."""
    return f'{{"{name}":{fit([row["record"]])[0][0]}}}'
