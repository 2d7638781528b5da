"""Types of the tables, generated from the database: for supabase-js, and for rows that psycopg reads."""

import json
import keyword
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from cli.catalog import Catalog, CatalogColumn, ColumnType, Relation, read_catalog

NUMBERS = ("int2", "int4", "int8", "float4", "float8", "numeric", "oid")
JSONS = ("json", "jsonb")

# As supabase-js receives them: JSON has no dates, and a vector is sent as text.
TYPESCRIPT: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(NUMBERS, "number"),
        **dict.fromkeys(JSONS, "Json"),
        "bool": "boolean",
        "void": "undefined",
    }
)
# As psycopg reads them; what it has no Python type for arrives as text.
PYTHON: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("int2", "int4", "int8", "oid"), "int"),
        **dict.fromkeys(("float4", "float8"), "float"),
        **dict.fromkeys(JSONS, "Any"),
        "numeric": "Decimal",
        "bool": "bool",
        "uuid": "UUID",
        "date": "date",
        "time": "time",
        "timetz": "time",
        "timestamp": "datetime",
        "timestamptz": "datetime",
        "interval": "timedelta",
        "bytea": "bytes",
    }
)

TYPESCRIPT_HEAD = """\
// Generated from the database by `clarity types`. Do not edit: change the tables and run it again.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

"""
NOTHING = "{ [_ in never]: never }"


def generate_typescript(owner_url: str) -> str:
    """The type `Database` that supabase-js' `createClient<Database>` takes, for schema `public`."""
    catalog = read_catalog(owner_url)
    tables = {_key(one.name): _typescript_relation(one) for one in catalog.relations if not one.is_view}
    views = {_key(one.name): _typescript_relation(one) for one in catalog.relations if one.is_view}
    functions = {_key(one.name): _typescript_function(one) for one in catalog.functions}
    enums = {_key(name): _union(labels) for name, labels in catalog.enums.items()}
    sections = {
        "Tables": tables,
        "Views": views,
        "Functions": functions,
        "Enums": enums,
        "CompositeTypes": {},
    }
    public = _block({name: _block(members) for name, members in sections.items()})
    return f"{TYPESCRIPT_HEAD}export type Database = {_block({'public': public})};\n"


def _typescript_relation(relation: Relation) -> str:
    members = {"Row": _block({_key(column.name): _typescript_type(column) for column in relation.columns})}
    if relation.is_insertable:
        members["Insert"] = _block(dict(_writable(column, is_insert=True) for column in relation.columns))
    if relation.is_updatable:
        members["Update"] = _block(dict(_writable(column, is_insert=False) for column in relation.columns))
    members["Relationships"] = "[" + ", ".join(
        _block(
            {
                "foreignKeyName": json.dumps(one.name),
                "columns": json.dumps(one.columns),
                "isOneToOne": json.dumps(one.is_one_to_one),
                "referencedRelation": json.dumps(one.target),
                "referencedColumns": json.dumps(one.target_columns),
            }
        )
        for one in relation.relationships
    ) + "]"  # fmt: skip
    return _block(members)


def _typescript_function(function: Function) -> str:
    """Its arguments and what it returns; the rows of a set-returning one as an array."""
    arguments = {
        f"{_key(one.name)}{'?' if one.has_default else ''}": _typescript_base(one.type)
        + "[]" * one.type.is_array
        for one in function.arguments
    }
    returned = _typescript_base(function.returns) + "[]" * function.returns.is_array
    if function.returns_relation:
        kind = "Views" if function.returns_relation_is_view else "Tables"
        returned = f'Database["public"]["{kind}"][{json.dumps(function.returns_relation)}]["Row"]'
    return _block({"Args": _block(arguments), "Returns": returned + "[]" * function.returns_set})


def _writable(column: CatalogColumn, *, is_insert: bool) -> tuple[str, str]:
    """The member of Insert or Update: optional unless an insert needs it, `never` when it cannot be written."""
    if column.is_generated:
        return f"{_key(column.name)}?", "never"
    is_optional = not is_insert or column.has_default or column.is_nullable
    return f"{_key(column.name)}{'?' if is_optional else ''}", _typescript_type(column)


def _typescript_type(column: CatalogColumn) -> str:
    text = _typescript_base(column.type)
    if column.type.is_array:
        text = f"({text})[]" if "|" in text else f"{text}[]"
    return f"{text} | null" if column.is_nullable else text


def _typescript_base(type_: ColumnType) -> str:
    if type_.enum:
        return f'Database["public"]["Enums"][{json.dumps(type_.enum)}]'
    if type_.values:
        return _union(type_.values)
    return TYPESCRIPT.get(type_.name, "string")


def _union(values: Sequence[str]) -> str:
    return " | ".join(json.dumps(value, ensure_ascii=False) for value in values)


def _key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else json.dumps(name, ensure_ascii=False)


def _block(members: Mapping[str, str]) -> str:
    """An object type, one member a line, what is inside it indented by two."""
    if not members:
        return NOTHING
    lines = "\n".join(f"{key}: {text};" for key, text in members.items())
    return "{\n" + indent(lines, "  ") + "\n}"


def generate_python(owner_url: str) -> str:
    """A module with one TypedDict a table or view, `TasksRow` for `tasks`, as psycopg's dict_row gives it."""
    body = "\n\n\n".join(_typed_dict(relation) for relation in read_catalog(owner_url).relations)
    return f"{_python_head(body)}\n\n{body}\n"


def _python_head(body: str) -> str:
    def used(names: Sequence[str]) -> str:
        return ", ".join(name for name in names if name in _words(body))

    sources = {
        "datetime": ("date", "datetime", "time", "timedelta"),
        "decimal": ("Decimal",),
        "typing": ("Any", "Literal", "TypedDict"),
        "uuid": ("UUID",),
    }
    imports = [f"from {module} import {used(names)}" for module, names in sources.items() if used(names)]
    doc = '"""Generated from the database by `clarity types`. Do not edit: change the tables and run it again."""'
    return "\n".join([doc, "", *imports])
