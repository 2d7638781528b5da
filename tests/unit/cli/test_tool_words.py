"""A tool's options as config, and its JSON schema in words."""

from typing import Any

import pytest

from cli.errors import UsageRefused
from cli.tool_config import Method, build_config, default_name, parse_filters, parse_object, parse_pair
from cli.tool_words import Argument, arguments, type_in_words


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("status", ["status"]),
        ("status, due_date", ["status", "due_date"]),
        ("status,due:gte:lte", {"status": ["eq"], "due": ["gte", "lte"]}),
        ("title:ilike", {"title": ["ilike"]}),
    ],
)
def test_filters_are_columns_or_columns_with_operators(text: str, filters: object) -> None:
    assert parse_filters(text) == filters


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("priority=3", ("priority", 3)),
        ("status=done", ("status", "done")),
        ("done=true", ("done", True)),
        ("tags=[1]", ("tags", [1])),
        ("note=a=b", ("note", "a=b")),
        ('code="3"', ("code", "3")),
        ("empty=", ("empty", "")),
    ],
)
def test_a_constant_is_json_where_it_is_json_and_text_otherwise(text: str, pair: object) -> None:
    assert parse_pair(text) == pair


@pytest.mark.parametrize("text", ["", "x", "=1", " =1"])
def test_a_constant_without_a_column_is_refused(text: str) -> None:
    with pytest.raises(UsageRefused, match="name=value"):
        parse_pair(text)


@pytest.mark.parametrize("text", ["{", "[]", "1", "null", '"x"'])
def test_arguments_that_are_no_json_object_are_refused(text: str) -> None:
    with pytest.raises(UsageRefused, match="ARGUMENTS"):
        parse_object(text, "ARGUMENTS")


def test_only_the_options_given_are_in_the_config() -> None:
    config = build_config("books", Method.FETCH, columns=None, filters=None, fixed=(), more=None)

    assert config == {"table_name": "books", "method": "fetch"}


def test_every_option_finds_its_key() -> None:
    config = build_config(
        "books",
        Method.UPDATE,
        columns="id, title",
        filters="id",
        fixed=("genre=novel",),
        more='{"limit": 5, "columns": ["id"]}',
    )

    assert config == {
        "table_name": "books",
        "method": "update",
        "columns": ["id"],
        "filters": ["id"],
        "fixed": {"genre": "novel"},
        "limit": 5,
    }


def test_a_tool_is_named_after_what_it_does() -> None:
    assert default_name("books", Method.FETCH) == "list_books"
    assert default_name("public.books", Method.CREATE) == "add_books"


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "filters": {
            "anyOf": [{"$ref": "#/$defs/Filters"}, {"type": "null"}],
            "description": "which rows",
        },
        "limit": {"type": "integer", "description": "how many"},
    },
    "required": ["limit"],
    "$defs": {
        "Filters": {
            "type": "object",
            "properties": {
                "status": {"enum": ["open", "done"]},
                "due": {"anyOf": [{"type": "string", "format": "date"}, {"$ref": "#/$defs/Range"}]},
            },
            "required": ["status"],
        },
        "Range": {"type": "object", "properties": {"gte": {}, "lte": {}}},
    },
}


def test_nested_arguments_are_listed_with_their_path() -> None:
    assert arguments(SCHEMA) == [
        Argument(path="filters.status", type="one of open, done", is_required=True, description=""),
        Argument(path="filters.due", type="date or {gte, lte}", is_required=False, description=""),
        Argument(path="limit", type="integer", is_required=True, description="how many"),
    ]


def test_a_schema_without_properties_has_no_arguments() -> None:
    assert arguments({"type": "object", "properties": {}}) == []


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "array", "items": {"type": "string"}}, "list of string"),
        ({"type": ["string", "null"]}, "string"),
        ({"type": "string", "format": "uuid"}, "uuid"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string"),
        ({"const": "x"}, "x"),
        ({"type": "object"}, "object"),
        ({}, "anything"),
    ],
)
def test_types_are_said_in_words(schema: dict[str, Any], words: str) -> None:
    assert type_in_words(schema, schema) == words
