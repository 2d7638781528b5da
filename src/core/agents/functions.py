"""Which functions of the database a tool may be made for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from core.agents.directory import read_agent
from core.db import Pool, database_errors, fetch_all
from core.errors import NotPermitted
from core.types import User

# What the check of a tool's row would let through: one function of its name, with named arguments that can be
# written as JSON, that works with the rights of whoever calls it, and that users may execute.
LIST_FUNCTIONS = """
with argument as (
  select function.oid as function_id, given.place, coalesce(function.proargnames[given.place], '') as name,
         given.type_id, coalesce(function.proargmodes[given.place], 'i') as mode,
         row_number() over (
           partition by function.oid, coalesce(function.proargmodes[given.place], 'i') in ('i', 'b', 'v')
           order by given.place
         ) > function.pronargs - function.pronargdefaults as has_default
    from pg_catalog.pg_proc as function
   cross join unnest(coalesce(function.proallargtypes, function.proargtypes::oid[]))
              with ordinality as given (type_id, place)
   where function.pronamespace = 'public'::regnamespace
), value as (
  select argument.function_id, argument.place, argument.mode,
         type.typtype in ('b', 'e', 'd')
           and type.typname not in ('bytea', 'bit', 'varbit', 'tsvector', 'tsquery') as is_passable,
         argument.has_default, argument.name,
         jsonb_build_object(
           'name', argument.name,
           'type', format_type(coalesce(nullif(type.typbasetype, 0), type.oid), type.typtypmod),
           'is_required', not argument.has_default,
           'enum_values', (
             select jsonb_agg(enumlabel order by enumsortorder) from pg_catalog.pg_enum
              where enumtypid in (type.oid, type.typbasetype, type.typelem)
           )
         ) as description
    from argument
    join pg_catalog.pg_type as type on type.oid = argument.type_id
)
select function.proname as name,
       obj_description(function.oid, 'pg_proc') as comment,
       format_type(function.prorettype, null) as returns,
       function.proretset as returns_set,
       (select coalesce(jsonb_agg(description order by place), '[]') from value
         where function_id = function.oid and mode in ('i', 'b') and is_passable) as arguments,
       coalesce(
         (select jsonb_agg(value.name order by place) from value
           where function_id = function.oid and mode in ('o', 'b', 't')),
         (select jsonb_agg(attname order by attnum) from pg_catalog.pg_type as row_type
            join pg_catalog.pg_attribute on attrelid = row_type.typrelid
           where row_type.oid = function.prorettype and row_type.typtype = 'c'
             and attnum > 0 and not attisdropped),
         '[]'
       ) as columns
  from pg_catalog.pg_proc as function
 where function.pronamespace = 'public'::regnamespace
   and function.prokind = 'f' and not function.prosecdef and function.provariadic = 0
   and function.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
   and has_function_privilege('authenticated', function.oid, 'execute')
   and not exists (
     select from value
      where function_id = function.oid and mode in ('i', 'b')
        and (value.name = '' or not (is_passable or has_default))
   )
   and not exists (
     select from pg_catalog.pg_proc as other
      where other.pronamespace = function.pronamespace and other.proname = function.proname
        and other.oid <> function.oid
   )
   -- What an extension brings is its own business.
   and not exists (
     select from pg_catalog.pg_depend
      where classid = 'pg_catalog.pg_proc'::regclass and objid = function.oid and deptype = 'e'
   )
 order by function.proname
"""


@dataclass(frozen=True, kw_only=True)
class FunctionArgument:
    """What a function takes. `comment` is what the function's own comment says of it.

    `enum_values` are the only ones that it takes; None when there is no list.
    """

    name: str
    type: str
    comment: str | None
    is_required: bool
    enum_values: tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True)
class ToolFunction:
    """A function of schema public. `columns` are the names in each row that it returns, none for a value."""

    name: str
    comment: str | None
    arguments: tuple[FunctionArgument, ...]
    returns: str
    returns_set: bool
    columns: tuple[str, ...]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        names = [argument["name"] for argument in row["arguments"]]
        comment, comments = read_comment(row["comment"] or "", names)
        arguments = tuple(
            FunctionArgument(
                name=argument["name"],
                type=argument["type"],
                comment=comments.get(argument["name"]),
                is_required=argument["is_required"],
                enum_values=tuple(argument["enum_values"]) if argument["enum_values"] else None,
            )
            for argument in row["arguments"]
        )
        return cls(
            name=row["name"],
            comment=comment,
            arguments=arguments,
            returns=row["returns"],
            returns_set=row["returns_set"],
            columns=tuple(row["columns"]),
        )


async def list_functions(pool: Pool, user: User, agent_name: str) -> tuple[ToolFunction, ...]:
    """The functions that a tool of this agent may call, by name.

    Raises AgentNotFound, NotPermitted (for whoever may not change the agent) or DatabaseUnavailable.
    """
    _, content = await read_agent(pool, user, agent_name)
    if content is None:
        raise NotPermitted
    with database_errors():
        rows = await fetch_all(pool, LIST_FUNCTIONS, {})
    return tuple(ToolFunction.from_row(row) for row in rows)


def read_comment(comment: str, arguments: Sequence[str]) -> tuple[str | None, dict[str, str]]:
    """A function's comment without its lines `argument: text`, and what those say, by argument."""
    rest: list[str] = []
    comments: dict[str, str] = {}
    for line in comment.split("\n"):
        name, colon, text = line.partition(":")
        if colon and name.strip(" -*") in arguments:
            comments[name.strip(" -*")] = text.strip()
        else:
            rest.append(line)
    return "\n".join(rest).strip() or None, comments
