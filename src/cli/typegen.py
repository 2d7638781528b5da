"""Types of the tables, generated from the database: for supabase-js, and for rows that psycopg reads."""

import json
import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from textwrap import indent
from types import MappingProxyType

from cli.catalog import CatalogColumn, ColumnType, Function, Relation, read_catalog
from cli.typescript import array_of, key_of, object_type, union_of

NUMBERS = ("int2", "int4", "int8", "float4", "float8", "numeric", "oid")
JSONS = ("json", "jsonb", "record")

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
PYTHON_SOURCES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "datetime": ("date", "datetime", "time", "timedelta"),
        "decimal": ("Decimal",),
        "typing": ("Any", "Literal", "TypedDict"),
        "uuid": ("UUID",),
    }
)

NOTICE = "Generated from the database by `clarity types`. Do not edit: change the tables and run it again."
TYPESCRIPT_HEAD = f"""\
// {NOTICE}

export type Json = string | number | boolean | null | {{ [key: string]: Json | undefined }} | Json[];

"""
# As wide as the project's other Python.
PYTHON_LINE_LENGTH = 110


def generate_typescript(owner_url: str) -> str:
    """The type `Database` that supabase-js' `createClient<Database>` takes, for schema `public`."""
    catalog = read_catalog(owner_url)
    sections = {
        "Tables": {key_of(one.name): _ts_relation(one) for one in catalog.relations if not one.is_view},
        "Views": {key_of(one.name): _ts_relation(one) for one in catalog.relations if one.is_view},
        "Functions": {key_of(name): text for name, text in _ts_functions(catalog.functions)},
        "Enums": {key_of(name): union_of(labels) for name, labels in catalog.enums.items()},
        "CompositeTypes": {},
    }
    public = object_type({name: object_type(members) for name, members in sections.items()})
    return f"{TYPESCRIPT_HEAD}export type Database = {object_type({'public': public})};\n"


def generate_python(owner_url: str) -> str:
    """A module with a TypedDict for each table and view, as psycopg's dict_row gives it (`TasksRow`)."""
    body = "\n\n\n".join(_py_relation(relation) for relation in read_catalog(owner_url).relations)
    imports = "\n".join(_py_imports(body))
    return f'"""{NOTICE}"""\n\n{imports}\n\n\n{body}\n'


def _ts_relation(relation: Relation) -> str:
    members = {"Row": object_type({key_of(one.name): _ts_column(one) for one in relation.columns})}
    if relation.is_insertable:
        members["Insert"] = object_type(dict(_ts_writable(one, is_insert=True) for one in relation.columns))
    if relation.is_updatable:
        members["Update"] = object_type(dict(_ts_writable(one, is_insert=False) for one in relation.columns))
    members["Relationships"] = _ts_relationships(relation)
    return object_type(members)


def _ts_relationships(relation: Relation) -> str:
    objects = [
        object_type(
            {
                "foreignKeyName": json.dumps(one.name),
                "columns": json.dumps(one.columns),
                "isOneToOne": json.dumps(one.is_one_to_one),
                "referencedRelation": json.dumps(one.target),
                "referencedColumns": json.dumps(one.target_columns),
            }
        )
        for one in relation.relationships
    ]
    return "[\n" + indent(",\n".join(objects), "  ") + ",\n]" if objects else "[]"


def _ts_writable(column: CatalogColumn, *, is_insert: bool) -> tuple[str, str]:
    """The member of Insert or Update: optional unless an insert needs it, `never` if it is not writable."""
    if column.is_generated:
        return f"{key_of(column.name)}?", "never"
    is_optional = not is_insert or column.has_default or column.is_nullable
    return f"{key_of(column.name)}{'?' if is_optional else ''}", _ts_column(column)


def _ts_functions(functions: Sequence[Function]) -> Iterator[tuple[str, str]]:
    """Each name once: functions that share it are a union."""
    for name in dict.fromkeys(one.name for one in functions):
        yield name, " | ".join(_ts_function(one) for one in functions if one.name == name)


def _ts_function(function: Function) -> str:
    arguments = {
        f"{key_of(one.name)}{'?' if one.has_default else ''}": _ts_type(one.type)
        for one in function.arguments
    }
    return object_type(
        {
            "Args": object_type(arguments, empty="Record<PropertyKey, never>"),
            "Returns": _ts_returns(function),
        }
    )


def _ts_returns(function: Function) -> str:
    """What it gives. Which columns of its rows may be null, Postgres does not know."""
    if function.columns:
        return object_type({key_of(one.name): _ts_type(one.type) for one in function.columns}) + "[]"
    returns = _ts_type(function.returns)
    return f"({returns})[]" if function.returns_set else returns


def _ts_column(column: CatalogColumn) -> str:
    return f"{_ts_type(column.type)} | null" if column.is_nullable else _ts_type(column.type)


def _ts_type(type_: ColumnType) -> str:
    if type_.enum:
        text = f'Database["public"]["Enums"][{json.dumps(type_.enum)}]'
    elif type_.relation:
        text = f'Database["public"]["Tables"][{json.dumps(type_.relation)}]["Row"]'
    elif type_.values:
        text = union_of(type_.values)
    else:
        text = TYPESCRIPT.get(type_.name, "string")
    return array_of(text) if type_.is_array else text


def _py_relation(relation: Relation) -> str:
    name = "".join(word[:1].upper() + word[1:] for word in re.split(r"\W|_", relation.name)) + "Row"
    fields = {column.name: _py_column(column) for column in relation.columns}
    if all(field.isidentifier() and not keyword.iskeyword(field) for field in fields):
        kind = "view" if relation.is_view else "table"
        lines = [_py_field(field, text) for field, text in fields.items()]
        return f'class {name}(TypedDict):\n    """A row of the {kind} {relation.name}."""\n\n' + "\n".join(
            lines
        )
    items = ", ".join(f"{json.dumps(field)}: {text}" for field, text in fields.items())
    return f'{name} = TypedDict("{name}", {{{items}}})  # noqa: E501, UP013'


def _py_field(name: str, text: str) -> str:
    """One member; a Literal that does not fit into the line is broken like ruff breaks it."""
    line = f"    {name}: {text}"
    literal = re.fullmatch(r"Literal\[(.*)\](.*)", text)
    if len(line) <= PYTHON_LINE_LENGTH or literal is None:
        return line
    return f"    {name}: Literal[\n        {literal[1]}\n    ]{literal[2]}"


def _py_column(column: CatalogColumn) -> str:
    text = (
        f"Literal[{_py_values(column.type.values)}]"
        if column.type.values
        else PYTHON.get(column.type.name, "str")
    )
    text = f"list[{text}]" if column.type.is_array else text
    return f"{text} | None" if column.is_nullable and text != "Any" else text


def _py_values(values: Sequence[str]) -> str:
    return ", ".join(json.dumps(value, ensure_ascii=False) for value in values)


def _py_imports(body: str) -> Iterator[str]:
    words = set(re.findall(r"\w+", body))
    for module, names in PYTHON_SOURCES.items():
        if used := ", ".join(name for name in names if name in words):
            yield f"from {module} import {used}"
