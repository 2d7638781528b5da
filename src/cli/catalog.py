"""The schema `public` as Postgres describes it, as values: what the type generators need, and no more."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import psycopg
from psycopg.rows import dict_row

RELATIONS = """
select relation.relname as name, relation.relkind in ('v', 'm') as is_view,
  pg_relation_is_updatable(relation.oid, false) & 8 = 8 as is_insertable,
  pg_relation_is_updatable(relation.oid, false) & 4 = 4 as is_updatable,
  (select jsonb_agg(jsonb_build_object(
      'name', attribute.attname,
      'type', jsonb_build_object(
        'name', base.typname, 'is_array', type.typcategory = 'A',
        'enum', case when base.typtype = 'e' then base.typname end),
      'is_nullable', not (attribute.attnotnull or type.typnotnull),
      'has_default', attribute.atthasdef or attribute.attidentity = 'd',
      'is_generated', attribute.attgenerated <> '' or attribute.attidentity = 'a',
      'checks', (
        select coalesce(jsonb_agg(pg_get_expr(conbin, conrelid)), '[]') from pg_constraint
        where conrelid = relation.oid and contype = 'c' and conkey = array[attribute.attnum]))
      order by attribute.attname collate "C")
   from pg_attribute as attribute
   join pg_type as type on type.oid = attribute.atttypid
   join pg_type as base on base.oid = case
     when type.typcategory = 'A' then type.typelem
     when type.typtype = 'd' then type.typbasetype else type.oid end
   where attribute.attrelid = relation.oid and attribute.attnum > 0
     and not attribute.attisdropped) as columns,
  (select coalesce(jsonb_agg(jsonb_build_object(
      'name', conname,
      'columns', (select jsonb_agg(attname order by place)
                  from unnest(conkey) with ordinality as key (num, place)
                  join pg_attribute on attrelid = conrelid and attnum = key.num),
      'is_one_to_one', exists (select from pg_constraint as other
                               where other.conrelid = fk.conrelid and other.contype in ('p', 'u')
                                 and other.conkey @> fk.conkey and other.conkey <@ fk.conkey),
      'target', target.relname,
      'target_columns', (select jsonb_agg(attname order by place)
                         from unnest(confkey) with ordinality as key (num, place)
                         join pg_attribute on attrelid = confrelid and attnum = key.num))
      order by conname collate "C"), '[]')
   from pg_constraint as fk
   join pg_class as target on target.oid = fk.confrelid and target.relnamespace = 'public'::regnamespace
   where fk.conrelid = relation.oid and fk.contype = 'f') as relationships
from pg_class as relation
where relation.relnamespace = 'public'::regnamespace and relation.relkind in ('r', 'p', 'v', 'm', 'f')
order by relation.relname collate "C"
"""

# What a client can call by rpc(): not what belongs to an extension, and no triggers.
FUNCTIONS = """
select function.proname as name, function.proretset as returns_set,
  jsonb_build_object(
    'name', returned.typname, 'is_array', type.typcategory = 'A',
    'enum', case when returned.typtype = 'e' then returned.typname end,
    'relation', case when returned.typtype = 'c' then returned.typname end) as returns,
  (select coalesce(jsonb_agg(jsonb_build_object(
      'name', coalesce(nullif(function.proargnames[place], ''), 'arg' || place),
      'has_default', place > function.pronargs - function.pronargdefaults,
      'type', jsonb_build_object(
        'name', base.typname, 'is_array', argument.typcategory = 'A',
        'enum', case when base.typtype = 'e' then base.typname end))
      order by place), '[]')
   from unnest(function.proargtypes) with ordinality as input (type_id, place)
   join pg_type as argument on argument.oid = input.type_id
   join pg_type as base on base.oid = case
     when argument.typcategory = 'A' then argument.typelem
     when argument.typtype = 'd' then argument.typbasetype else argument.oid end) as arguments,
  (select coalesce(jsonb_agg(jsonb_build_object(
      'name', output.name,
      'type', jsonb_build_object(
        'name', base.typname, 'is_array', member.typcategory = 'A',
        'enum', case when base.typtype = 'e' then base.typname end))
      order by output.place), '[]')
   from unnest(function.proallargtypes, function.proargmodes, function.proargnames)
     with ordinality as output (type_id, mode, name, place)
   join pg_type as member on member.oid = output.type_id
   join pg_type as base on base.oid = case
     when member.typcategory = 'A' then member.typelem
     when member.typtype = 'd' then member.typbasetype else member.oid end
   where output.mode = 't') as columns
from pg_proc as function
join pg_type as type on type.oid = function.prorettype
join pg_type as returned on returned.oid = case
  when type.typcategory = 'A' then type.typelem
  when type.typtype = 'd' then type.typbasetype else type.oid end
where function.pronamespace = 'public'::regnamespace and function.prokind = 'f'
  and type.typname not in ('trigger', 'event_trigger')
  and not exists (select from pg_depend where objid = function.oid and deptype = 'e')
order by function.proname collate "C", function.oid
"""

ENUMS = """
select typname as name, array_agg(enumlabel::text order by enumsortorder) as labels
from pg_type join pg_enum on enumtypid = pg_type.oid
where typnamespace = 'public'::regnamespace
group by typname order by typname collate "C"
"""

LITERAL = re.compile(r"'((?:''|[^'])*)'")
# `column in ('a', 'b')` as Postgres writes it for text and varchar columns, its literals taken out.
LISTED = re.compile(
    r"\(+(\"[^\"]+\"|\w+)\)?(::text)? = ANY \(+ARRAY\[\?::[a-z ]+(, \?::[a-z ]+)*\]\)*(::text\[\])?\)+"
)


@dataclass(frozen=True, kw_only=True)
class ColumnType:
    """`name` is Postgres' short name of the type, or of an array's items.

    `enum` and `relation` name the enum or the table that it is; `values` are those that a check lists.
    """

    name: str
    is_array: bool
    enum: str | None = None
    relation: str | None = None
    values: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class CatalogColumn:
    """One column. A generated one (an identity, an expression) cannot be written."""

    name: str
    type: ColumnType
    is_nullable: bool
    has_default: bool
    is_generated: bool

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        values = next(filter(None, map(listed_values, row["checks"])), None)
        return cls(
            name=row["name"],
            type=ColumnType(**row["type"], values=values),
            is_nullable=row["is_nullable"],
            has_default=row["has_default"],
            is_generated=row["is_generated"],
        )


@dataclass(frozen=True, kw_only=True)
class Relationship:
    """A foreign key to another relation of the schema."""

    name: str
    columns: Sequence[str]
    is_one_to_one: bool
    target: str
    target_columns: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A table or a view, with its columns by name."""

    name: str
    is_view: bool
    is_insertable: bool
    is_updatable: bool
    columns: tuple[CatalogColumn, ...]
    relationships: tuple[Relationship, ...]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            name=row["name"],
            is_view=row["is_view"],
            is_insertable=row["is_insertable"],
            is_updatable=row["is_updatable"],
            columns=tuple(CatalogColumn.from_row(column) for column in row["columns"] or ()),
            relationships=tuple(Relationship(**one) for one in row["relationships"]),
        )


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One input of a function; one without a name is called arg1, arg2, ..."""

    name: str
    type: ColumnType
    has_default: bool

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(name=row["name"], type=ColumnType(**row["type"]), has_default=row["has_default"])


@dataclass(frozen=True, kw_only=True)
class ResultColumn:
    """One column of the rows that a function gives."""

    name: str
    type: ColumnType

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(name=row["name"], type=ColumnType(**row["type"]))


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function that a client can call. `columns` are those of a RETURNS TABLE, else there are none."""

    name: str
    arguments: tuple[Argument, ...]
    returns: ColumnType
    returns_set: bool
    columns: tuple[ResultColumn, ...]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            name=row["name"],
            arguments=tuple(Argument.from_row(one) for one in row["arguments"]),
            returns=ColumnType(**row["returns"]),
            returns_set=row["returns_set"],
            columns=tuple(ResultColumn.from_row(one) for one in row["columns"]),
        )


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """The schema: its relations, functions and enums by name."""

    relations: tuple[Relation, ...]
    functions: tuple[Function, ...]
    enums: Mapping[str, Sequence[str]]


def read_catalog(owner_url: str) -> Catalog:
    """The schema `public` of a database, as its owner sees it."""
    with psycopg.connect(owner_url) as conn, conn.cursor(row_factory=dict_row) as cursor:
        return Catalog(
            relations=tuple(Relation.from_row(row) for row in cursor.execute(RELATIONS).fetchall()),
            functions=tuple(Function.from_row(row) for row in cursor.execute(FUNCTIONS).fetchall()),
            enums={row["name"]: row["labels"] for row in cursor.execute(ENUMS).fetchall()},
        )


def listed_values(check: str) -> tuple[str, ...] | None:
    """The values of a check of the form `column in ('a', 'b')`; None for any other."""
    if not LISTED.fullmatch(LITERAL.sub("?", check)):
        return None
    return tuple(value.replace("''", "'") for value in LITERAL.findall(check))
