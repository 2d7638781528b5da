"""Rows on their way out: read as JSON texts that Postgres writes, and put together for the model.

Postgres renders each row (dates as ISO 8601, numbers without loss), so no value passes through Python.
Columns that are null are left out, unless a returned column is JSON itself, whose own nulls must stay.
"""

import json
from collections.abc import Sequence
from typing import Any

from psycopg.sql import SQL

from core.db import Row
from core.tools.sql_fragments import identifier, rendered
from core.tools.tool_table import Field

# A result beyond this crowds the conversation out of a model's window (about 6,000 tokens).
MAX_RESULT_CHARS = 24_000
# Enough of a single oversized row to say what it is.
MAX_CUT_ROW_CHARS = 8_000


def column_list(fields: Sequence[Field]) -> SQL:
    """`"column" as "argument", ...` for a select list or a returning clause."""
    names = [
        identifier(field.name)
        if field.name == field.argument
        else SQL("{} as {}").format(identifier(field.name), identifier(field.argument))
        for field in fields
    ]
    return rendered(SQL(", ").join(names))


def record_of(fields: Sequence[Field]) -> SQL:
    """Renders a row `t` as text, cut just above the budget, so that no row can flood the server."""
    holds_json = any(field.column.type in ("json", "jsonb", "json[]", "jsonb[]") for field in fields)
    row = SQL("row_to_json(t)") if holds_json else SQL("json_strip_nulls(row_to_json(t))")
    limit = SQL("{}").format(MAX_RESULT_CHARS + 1)
    return rendered(SQL("left({}::text, {}) as record").format(row, limit))


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


def rows_object(rows: Sequence[Row], *, more: bool = False, **counts: int) -> str:
    """`{"updated":2,"rows":[...]}`, with `"more":true` and `"left_out":n` where they are so."""
    kept, left_out = fit([row["record"] for row in rows])
    members = [f'"{name}":{count}' for name, count in counts.items()]
    members.append(f'"rows":[{",".join(kept)}]')
    if left_out:
        members.append(f'"left_out":{left_out}')
    if more:
        members.append('"more":true')
    return "{" + ",".join(members) + "}"


def row_object(name: str, row: Row) -> str:
    """`{"created":{...}}`."""
    return f'{{"{name}":{fit([row["record"]])[0][0]}}}'
