"""The rows that an update or a delete would touch, as they are now: for the person who is to allow it."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg.sql import SQL, Identifier
from psycopg_pool import PoolTimeout

from core.db import Row, fetch_as_user
from core.errors import ToolInputError
from core.tools.args_schema import ArgumentGroup, ArgumentGroups
from core.tools.base import RunContext
from core.tools.crud_pages import Order
from core.tools.crud_rows import MAX_RESULT_CHARS, ROW, column_list, record_of
from core.tools.crud_sentences import CRUDSentences
from core.tools.crud_where import AGENT_PARAM, Where
from core.tools.sentences import CUT
from core.tools.sql_fragments import Statement, identifier
from core.tools.tool_table import Field, Returned, ToolTable

logger = logging.getLogger(__name__)

MAX_ROWS = 20
# A person is shown what a row is, not a whole document in it.
MAX_VALUE_CHARS = 300
# It is shown with a question that does not wait for it.
STATEMENT_SECONDS = 3

# Whatever a view or a policy calls: nothing may change before the person has decided.
READ_ONLY: LiteralString = "select set_config('transaction_read_only', 'on', true)"


@dataclass(frozen=True, kw_only=True)
class TouchedRows:
    """The rows of an update or a delete that the user can see.

    `returned` is what the tool gives back; `others` are the columns that an argument may name besides.
    """

    source: Identifier
    returned: Sequence[Returned]
    others: Mapping[str, Field]
    order: SQL
    where: Where

    @classmethod
    def of(cls, resolved: ToolTable, groups: ArgumentGroups) -> "TouchedRows":
        names = {*_names(groups.data), *_names(groups.filters)} - {one.argument for one in resolved.returned}
        return cls(
            source=identifier(resolved.table.schema, resolved.table.name),
            returned=resolved.returned,
            others={name: resolved.field(name, "data") for name in names},
            order=Order.of(resolved, resolved.default_order).clause,
            where=Where.of(resolved, groups.filters),
        )

    def statement(self, arguments: Mapping[str, Any], agent_name: str) -> Statement:
        params: dict[str, Any] = {AGENT_PARAM: agent_name, "shown": MAX_ROWS}
        where = self.where.clause(arguments.get("filters", {}), params)
        columns = self._columns(arguments)
        query = SQL(
            "with matched as (select count(*) as n from {source}{where}) "
            "select matched.n as matched, {record} from matched left join ("
            "select {columns} from {source} as {row}{where}{order} limit %(shown)s) as t on true"
        ).format(
            source=self.source,
            where=where,
            record=record_of(columns),
            columns=column_list(columns),
            row=identifier(ROW),
            order=self.order,
        )
        return Statement(query=query, params=params)

    def _columns(self, arguments: Mapping[str, Any]) -> Sequence[Returned]:
        """What the tool gives back, and what this call changes or looks for."""
        named = {**arguments.get("data", {}), **arguments.get("filters", {})}
        return (*self.returned, *(self.others[name] for name in named if name in self.others))


@dataclass(frozen=True, kw_only=True)
class CRUDPreview:
    """`{"changes": {...}, "rows": [...], "count": n, "more": bool}` of a write; None for what only reads.

    Rows are those of an update or a delete. `count` is how many there are, of which `rows` has the first.
    """

    sentences: CRUDSentences
    touched: TouchedRows | None

    @classmethod
    def of(cls, resolved: ToolTable, groups: ArgumentGroups) -> "CRUDPreview":
        finds_rows = resolved.config.method in ("update", "delete")
        return cls(
            sentences=CRUDSentences.of(resolved, groups),
            touched=TouchedRows.of(resolved, groups) if finds_rows else None,
        )

    async def read(self, context: RunContext, arguments: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """As the user, in a transaction that can change nothing. None when it cannot be told."""
        if self.sentences.method in ("fetch", "count", "aggregate"):
            return None
        changes = self.sentences.changes(arguments)
        if self.touched is None:
            return {"changes": changes, "rows": [], "count": 0, "more": False}
        try:
            rows = await _read(context, self.touched.statement(arguments, context.agent_name))
        except ToolInputError:
            return None
        except (psycopg.Error, PoolTimeout) as exc:
            logger.warning("The rows of %s could not be previewed: %s", self.sentences.table_name, exc)
            return None
        count: int = rows[0]["matched"]
        shown = _readable([row["record"] for row in rows if row["record"]])
        return {"changes": changes, "rows": shown, "count": count, "more": count > len(shown)}


def _names(group: ArgumentGroup | None) -> Sequence[str]:
    return group.names if group else ()


async def _read(context: RunContext, statement: Statement) -> list[Row]:
    return await fetch_as_user(
        context.pool,
        context.user,
        statement.query,
        statement.params,
        timeout_seconds=min(STATEMENT_SECONDS, context.tool_timeout_seconds),
        before=(READ_ONLY, {}),
    )


def _readable(records: Sequence[str]) -> list[Any]:
    """The rows, their long values cut, for as long as they are together no longer than a result may be."""
    rows: list[Any] = []
    room = MAX_RESULT_CHARS
    for record in records:
        row = _row(record)
        room -= len(json.dumps(row, ensure_ascii=False))
        if rows and room < 0:
            break
        rows.append(row)
    return rows


def _row(record: str) -> dict[str, Any]:
    if len(record) > MAX_RESULT_CHARS:
        return {"row": _cut(record)}
    return {name: _short(value) for name, value in json.loads(record).items()}


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return _cut(value)
    text = json.dumps(value, ensure_ascii=False)
    return value if len(text) <= MAX_VALUE_CHARS else _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_VALUE_CHARS else text[: MAX_VALUE_CHARS - 1] + CUT
