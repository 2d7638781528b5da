"""The statement of an RPCTool, prepared for its function, and what the model reads of its result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, cast

from psycopg.sql import SQL, Composed, Placeholder

from core.db import Row
from core.tools.column_kinds import kind_of
from core.tools.crud_rows import MAX_RESULT_CHARS, answer, column_list, record_of, row_object, rows_object
from core.tools.definition import Column, Function
from core.tools.rpc_args import LIMIT, RPCArguments
from core.tools.rpc_config import RPCConfig
from core.tools.sql_fragments import Statement, identifier, rendered
from core.tools.tool_table import Field

NOTHING = "void"


@dataclass(frozen=True, kw_only=True)
class Call:
    """`{"result": ...}`, `{"rows": [...], "more": true}` for a set, or `{"done": true}` for no result.

    `passed` has the fragment `"name" => %(key)s::type` by the placeholder's key; `params` fill the constants.
    """

    head: SQL
    passed: Mapping[str, SQL]
    tail: SQL
    params: Mapping[str, Any]
    returns_set: bool
    returns_nothing: bool
    default_limit: int

    @classmethod
    def of(cls, function: Function, config: RPCConfig, arguments: RPCArguments) -> "Call":
        """ValueError, with the rest of a sentence for the row's author, when the result cannot be read."""
        head, tail = _around(function, config)
        constants = {f"constant{n}": pair for n, pair in enumerate(arguments.fixed)}
        fields = {one.key: one.field for one in arguments.offered}
        fields |= {key: field for key, (field, _) in constants.items()}
        has_limit = function.returns_set and arguments.has_limit
        return cls(
            head=head,
            passed={key: _passed(key, field) for key, field in fields.items()},
            tail=tail,
            params={key: text for key, (_, text) in constants.items()},
            returns_set=function.returns_set,
            returns_nothing=function.returns == NOTHING,
            default_limit=config.default_limit if has_limit else config.max_limit,
        )

    def statement(self, arguments: Mapping[str, Any]) -> Statement:
        given = {key: text for key, text in arguments.items() if key in self.passed and text is not None}
        params = {**self.params, **given}
        passed = SQL(", ").join([self.passed[key] for key in params])
        if self.returns_set:
            params[LIMIT] = self._limit(arguments) + 1
        return Statement(query=Composed([self.head, passed, self.tail]), params=params)

    def answer(self, rows: Sequence[Row], arguments: Mapping[str, Any]) -> str:
        if self.returns_nothing:
            return answer(done=True)
        if self.returns_set:
            limit = self._limit(arguments)
            return rows_object(rows[:limit], more=len(rows) > limit)
        return row_object("result", rows[0]) if rows else answer(result=None)

    def _limit(self, arguments: Mapping[str, Any]) -> int:
        return arguments.get(LIMIT, self.default_limit)


def _passed(key: str, field: Field) -> SQL:
    # The catalog's own text of the type, which is quoted already where it has to be.
    type_name = SQL(cast("LiteralString", field.column.type.replace("%", "%%")))
    return rendered(SQL("{} => {}::{}").format(identifier(field.name), Placeholder(key), type_name))


def _around(function: Function, config: RPCConfig) -> tuple[SQL, SQL]:
    """What stands before and after the arguments of a call."""
    name = identifier(function.schema, function.name)
    fields = _result_fields(function, config)
    if function.returns == NOTHING and not function.returns_set:
        return rendered(SQL("select {}(").format(name)), SQL(")")
    limit = SQL(" limit %(limit)s" if function.returns_set else " where not (f is null)")
    if fields:
        head = SQL("select {} from (select {} from {}(").format(record_of(fields), column_list(fields), name)
        return rendered(head), rendered(SQL(") as f{}) as t").format(limit))
    record = SQL("select left(coalesce(to_json(f.value), 'null')::text, {}) as record from {}(")
    tail = SQL(") as f (value){}").format(limit if function.returns_set else SQL(""))
    return rendered(record.format(MAX_RESULT_CHARS + 1, name)), rendered(tail)


def _result_fields(function: Function, config: RPCConfig) -> tuple[Field, ...]:
    """The columns of a row that come back; none for single values."""
    if not function.columns:
        if config.columns:
            raise ValueError(f"columns are for rows, but {function.name} returns {function.returns}")
        value = Column(
            name="value",
            type=function.returns,
            is_required=False,
            has_default=False,
            is_generated=False,
            comment=None,
        )
        if kind_of(value) is None:
            raise ValueError(f"{function.name} returns {function.returns}, which no model can read")
        return ()
    kinds = [(column, kind_of(column)) for column in function.columns]
    fields = {
        column.name: Field(argument=column.name, column=column, kind=kind) for column, kind in kinds if kind
    }
    for name in config.columns or ():
        if name not in fields:
            known = ", ".join(fields)
            raise ValueError(
                f"columns names {name}, which {function.name} does not return. It returns {known}"
            )
    return tuple(fields[name] for name in config.columns or fields)
