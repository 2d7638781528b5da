"""Which arguments a tool takes: declared by its row, or derived from its table."""

from core.tools.args_schema import CHANGES_BY_FILTER, Argument, ArgumentGroup, ArgumentGroups
from core.tools.crud_config import Method, Operator
from core.tools.declared_args import DeclaredArgument, Group, read_declared
from core.tools.declared_kinds import declared_kind
from core.tools.filter_args import declared_operators, filter_parser, filter_schema
from core.tools.tool_table import Field, ToolTable

WRITES_DATA: tuple[Method, ...] = ("create", "update", "upsert")
TAKES_FILTERS: tuple[Method, ...] = ("fetch", "count", "update", "delete")


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
    return ArgumentGroups(
        data=data,
        filters=filters,
        max_limit=config.max_limit if config.method == "fetch" else None,
        default_limit=config.default_limit,
    )


def _data_group(resolved: ToolTable, declared: Group | None) -> ArgumentGroup | None:
    if declared is None:
        declared = {field.argument: (DeclaredArgument(), None) for field in resolved.payload_fields}
    is_new = resolved.config.method != "update"
    arguments = [
        _data_argument(_declared_field(resolved, name), argument, is_new=is_new, is_required=required)
        for name, (argument, required) in declared.items()
    ]
    text = "The new row's values." if is_new else "The new values, of at least one column."
    return ArgumentGroup(arguments=tuple(arguments), description=text) if arguments else None


def _data_argument(
    field: Field, declared: DeclaredArgument, *, is_new: bool, is_required: bool | None
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
        is_required=is_new and field.column.is_required if is_required is None else is_required,
        default=(declared.default,) if declared.has_default else (),
    )


def _filters_group(resolved: ToolTable, declared: Group | None) -> ArgumentGroup | None:
    if declared is None:
        offered = resolved.filter_fields.values()
        arguments = [
            _filter_argument(field, operators, DeclaredArgument(), None) for field, operators in offered
        ]
    else:
        arguments = [
            _filter_argument(field, _allowed_operators(resolved, field, argument), argument, required)
            for field, argument, required in (
                (_declared_field(resolved, name), argument, required)
                for name, (argument, required) in declared.items()
            )
        ]
    text = "Which rows. A plain value means equal; an object holds operators."
    if resolved.config.method in CHANGES_BY_FILTER:
        text += " At least one."
    return ArgumentGroup(arguments=tuple(arguments), description=text) if arguments else None


def _filter_argument(
    field: Field, operators: tuple[Operator, ...], declared: DeclaredArgument, is_required: bool | None
) -> Argument:
    # A declaration with properties describes the operators, not the value.
    kind = field.kind if declared.properties else declared_kind(field, declared)
    return Argument.of(
        field.argument,
        filter_schema(kind, operators),
        filter_parser(kind, operators),
        description=declared.description or field.column.comment,
        is_required=bool(is_required),
        default=(declared.default,) if declared.has_default else (),
    )


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
