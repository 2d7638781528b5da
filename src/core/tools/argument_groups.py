"""Which arguments a tool takes: declared by its row, or derived from its table."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.tools.args_schema import CHANGES_BY_FILTER, Argument, ArgumentGroup, ArgumentGroups, Option
from core.tools.argument_options import aggregate_options, fetch_options
from core.tools.crud_config import Method, Operator
from core.tools.declared_args import DeclaredArgument, Group, read_declared
from core.tools.declared_kinds import declared_kind
from core.tools.filter_args import declared_operators, filter_parser, filter_schema
from core.tools.tool_aggregates import ToolAggregates
from core.tools.tool_table import Field, ToolTable

WRITES_DATA: tuple[Method, ...] = ("create", "update", "upsert")
USUAL_OPERATORS = (
    'Which rows. A plain value means equal; an object holds operators, as in {"gte": 1, "lt": 5}: neq, in, '
    'is ("null", "not null"); for numbers and dates gt, gte, lt, lte; for text like, ilike, contains.'
)
TAKES_FILTERS: tuple[Method, ...] = ("fetch", "count", "aggregate", "update", "delete")


def argument_groups(resolved: ToolTable) -> ArgumentGroups:
    """From the tool's row; ValueError, with a sentence for its author, when it asks for the impossible."""
    config = resolved.config
    declared = read_declared(config.runtime_args_schema, config.method)
    data = _data_group(resolved, declared.data) if config.method in WRITES_DATA else None
    filters = _filters_group(resolved, declared.filters) if config.method in TAKES_FILTERS else None
    if config.method == "update" and not data:
        raise ValueError("an update needs at least one column that the model may change")
    if config.method in CHANGES_BY_FILTER and not (filters or resolved.fixed):
        raise ValueError(f"a tool for {config.method} without filters would touch the whole table")
    offered = ToolAggregates.of(resolved) if config.method == "aggregate" else None
    options: Mapping[str, Option] = fetch_options(resolved) if config.method == "fetch" else {}
    takes_limit = config.method == "fetch" or (offered is not None and bool(offered.groups))
    return ArgumentGroups(
        data=data,
        filters=filters,
        max_limit=config.max_limit if takes_limit else None,
        default_limit=config.default_limit,
        max_rows=config.max_rows or 1 if config.method == "create" else 1,
        options=aggregate_options(offered) if offered else options,
    )


def _data_group(resolved: ToolTable, declared: Group | None) -> ArgumentGroup | None:
    if declared is None:
        declared = {field.argument: (DeclaredArgument(), None) for field in resolved.payload_fields}
    is_new = resolved.config.method != "update"
    needed = _needed_columns(resolved, declared) if is_new else frozenset[str]()
    arguments = [
        _data_argument(_declared_field(resolved, name), argument, needed, is_required=required)
        for name, (argument, required) in declared.items()
    ]
    text = "The new row's values." if is_new else "The new values, of at least one column."
    return ArgumentGroup(arguments=tuple(arguments), description=text) if arguments else None


def _needed_columns(resolved: ToolTable, declared: Group) -> frozenset[str]:
    """What a new row cannot do without, and what an upsert needs to find an old one."""
    needed = {column.name for column in resolved.table.columns if column.is_required}
    key = resolved.conflict_key(declared) if resolved.config.method == "upsert" else ()
    by_key = (column for column in resolved.table.columns if column.name in key)
    return frozenset(needed | {column.name for column in by_key if not column.has_default})


def _data_argument(
    field: Field, declared: DeclaredArgument, needed: frozenset[str], *, is_required: bool | None
) -> Argument:
    if field.column.is_generated:
        raise ValueError(f"runtime_args_schema names {field.argument}, which the database fills in itself")
    kind = declared_kind(field, declared)

    def parse(value: object) -> str | None:
        return field.parse(value) if value is None else kind.parse(value)

    return Argument.of(
        field.argument,
        kind.schema,
        parse,
        description=declared.description or field.column.comment,
        is_required=field.name in needed if is_required is None else is_required,
        default=(declared.default,) if declared.has_default else (),
    )


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A column that the model may filter by, and what the author said about it."""

    field: Field
    operators: tuple[Operator, ...]
    declared: DeclaredArgument
    is_required: bool = False

    @property
    def is_usual(self) -> bool:
        return self.operators == self.field.usual_operators

    def argument(self) -> Argument:
        # A declaration with properties describes the operators, not the value.
        field, declared = self.field, self.declared
        kind = field.kind if declared.properties else declared_kind(field, declared)
        return Argument.of(
            field.argument,
            filter_schema(kind, self.operators, is_brief=self.is_usual),
            filter_parser(kind, self.operators),
            description=declared.description or field.column.comment,
            is_required=self.is_required,
            default=(declared.default,) if declared.has_default else (),
        )


def _filters_group(resolved: ToolTable, declared: Group | None) -> ArgumentGroup | None:
    if declared is None:
        offered = resolved.filter_fields.values()
        said = DeclaredArgument()
        filters = [Filter(field=field, operators=operators, declared=said) for field, operators in offered]
    else:
        filters = [_declared_filter(resolved, name, *member) for name, member in declared.items()]
    text = USUAL_OPERATORS if any(one.is_usual for one in filters) else "Which rows."
    if resolved.config.method in CHANGES_BY_FILTER:
        text += " At least one filter."
    arguments = tuple(one.argument() for one in filters)
    return ArgumentGroup(arguments=arguments, description=text) if arguments else None


def _declared_filter(
    resolved: ToolTable, name: str, declared: DeclaredArgument, is_required: bool | None
) -> Filter:
    field = _declared_field(resolved, name)
    operators = _allowed_operators(resolved, field, declared)
    return Filter(field=field, operators=operators, declared=declared, is_required=bool(is_required))


def _allowed_operators(resolved: ToolTable, field: Field, declared: DeclaredArgument) -> tuple[Operator, ...]:
    """What the key `filters` allows for the column; without that key, what the declaration itself names."""
    if resolved.config.filters is None:
        return declared_operators(field, declared)
    if field.argument not in resolved.filter_fields:
        raise ValueError(f"runtime_args_schema filters by {field.argument}, which the key filters leaves out")
    return resolved.filter_fields[field.argument][1]


def _declared_field(resolved: ToolTable, name: str) -> Field:
    field = resolved.field(name, "runtime_args_schema")
    if resolved.is_user_column(field.column):
        raise ValueError(f"runtime_args_schema names {name}: the user's own id is never an argument")
    if resolved.is_kept(field):
        raise ValueError(f"runtime_args_schema names {name}, which the tool itself decides")
    return field
