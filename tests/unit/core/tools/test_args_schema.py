"""What a model is told that it may pass, and what comes of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel, ValidationError

from core.tools.base import ClarityTool
from core.tools.definition import Table

Build = Callable[..., ClarityTool]
Schema = Callable[..., dict[str, Any]]

METHODS = ("fetch", "count", "aggregate", "create", "update", "upsert", "delete")


def parsed(tool: ClarityTool, arguments: dict[str, Any]) -> dict[str, Any]:
    return cast("type[BaseModel]", tool.args_schema).model_validate(arguments).model_dump()


def refusal(tool: ClarityTool, arguments: Any) -> str:
    """The sentence that the model reads."""
    with pytest.raises(ValidationError) as error:
        cast("type[BaseModel]", tool.args_schema).model_validate(arguments)
    return cast("Callable[[ValidationError], str]", tool.handle_validation_error)(error.value)


def arguments_of(tool: ClarityTool) -> dict[str, Any]:
    return convert_to_openai_tool(tool)["function"]["parameters"]


def names(schema: dict[str, Any], group: str) -> list[str]:
    return list(schema["properties"][group]["properties"])


# Derived from the table


@pytest.mark.parametrize("method", METHODS)
def test_every_schema_is_one_plain_object(schema: Schema, method: str) -> None:
    text = json.dumps(schema(method=method))
    assert json.loads(text)["type"] == "object"
    assert not any(word in text for word in ("$ref", "$defs", "allOf", "oneOf", "user_id", "null,"))


@pytest.mark.parametrize("method", METHODS)
def test_a_schema_is_short(schema: Schema, method: str) -> None:
    assert len(json.dumps(schema(method=method))) < 3_000


def test_a_new_row_takes_what_the_database_does_not_fill_in(schema: Schema) -> None:
    derived = schema(method="create")
    assert list(derived["properties"]) == ["data"]
    assert names(derived, "data") == [
        "title", "status", "stars", "pages", "price", "isbn", "bought_on", "is_lent", "tags", "details",
        "agent_name", "deleted_at",
    ]  # fmt: skip
    assert derived["properties"]["data"]["required"] == ["title"]
    assert derived["required"] == ["data"]


def test_types_enums_and_comments_reach_the_model(schema: Schema) -> None:
    properties = schema(method="create")["properties"]["data"]["properties"]
    assert properties["title"] == {"type": "string", "description": "As on the cover."}
    assert properties["status"] == {"type": "string", "enum": ["unread", "read"]}
    assert properties["stars"] == {"type": "integer", "enum": [1, 2]}
    assert properties["isbn"] == {"type": "string", "maxLength": 13}
    assert properties["price"] == {"type": "number"}
    assert properties["bought_on"] == {"type": "string", "format": "date"}
    assert properties["tags"] == {"type": "array", "items": {"type": "string"}}
    assert properties["details"] == {"type": "object"}


def test_an_update_needs_filters_and_requires_no_column(schema: Schema) -> None:
    derived = schema(method="update")
    assert derived["required"] == ["data", "filters"]
    assert "required" not in derived["properties"]["data"]
    assert "id" in names(derived, "filters")
    assert "id" not in names(derived, "data")


def test_filters_are_a_plain_value_or_operators(schema: Schema) -> None:
    filters = schema(method="fetch")["properties"]["filters"]["properties"]
    assert filters["pages"] == {"anyOf": [{"type": "integer"}, {"type": "object"}]}
    assert filters["tags"]["properties"].keys() == {"contains", "is"}


def test_configured_operators_are_spelled_out(schema: Schema) -> None:
    filters = schema(method="fetch", filters={"pages": ["eq", "gte"], "title": ["eq"], "bought_on": ["is"]})
    assert filters["properties"]["filters"]["properties"] == {
        "pages": {
            "anyOf": [{"type": "integer"}, {"type": "object", "properties": {"gte": {"type": "integer"}}}],
        },
        "title": {"type": "string", "description": "As on the cover."},
        "bought_on": {
            "type": "object",
            "properties": {"is": {"type": "string", "enum": ["null", "not null"]}},
        },
    }


def test_texts_are_sorted_only_where_the_author_says_so(build: Build) -> None:
    assert "allows only the operators eq, neq, in, is, like" in refusal(
        build(method="fetch"), {"filters": {"isbn": {"gt": "a"}}}
    )
    tool = build(method="fetch", filters={"isbn": ["gt"]})
    assert parsed(tool, {"filters": {"isbn": {"gt": "a"}}})["filters"] == {"isbn": (("gt", "a"),)}


def test_listed_values_are_searched_only_where_the_author_says_so(build: Build) -> None:
    assert "allows only the operators eq, neq, in, is." in refusal(
        build(method="fetch"), {"filters": {"status": {"ilike": "r%"}}}
    )
    tool = build(method="fetch", filters={"status": ["ilike"]})
    assert parsed(tool, {"filters": {"status": {"ilike": "r%"}}})["filters"] == {"status": (("ilike", "r%"),)}


def test_filters_follow_the_columns_that_come_back(schema: Schema) -> None:
    assert names(schema(method="fetch", columns=["title", "pages"]), "filters") == ["title", "pages"]


def test_an_empty_list_of_filters_offers_none(schema: Schema) -> None:
    assert list(schema(method="fetch", filters={})["properties"]) == ["limit", "after"]


def test_a_limit_has_its_bounds_and_default(schema: Schema) -> None:
    limit = schema(method="fetch", limit=5, max_limit=10)["properties"]["limit"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 10, 5)
    assert "limit" not in schema(method="count")["properties"]


def test_fixed_columns_are_no_arguments(schema: Schema) -> None:
    config: dict[str, Any] = {"fixed": {"status": "read"}, "apply_agent_name_context": True}
    for method, group in (("create", "data"), ("update", "filters"), ("fetch", "filters")):
        assert not {"status", "agent_name"} & set(names(schema(method=method, **config), group))


def test_a_user_id_is_no_argument_whatever_fills_it_in(build: Build, books: Table) -> None:
    columns = [replace(one, is_generated=False, has_default=False) for one in books.columns]
    by_name = replace(books, columns=tuple(columns))
    columns = [replace(one, name="owner") if one.name == "user_id" else one for one in books.columns]
    by_default = replace(books, columns=tuple(columns))
    for table, name in ((by_name, "user_id"), (by_default, "owner")):
        for method in METHODS:
            assert f'"{name}"' not in json.dumps(arguments_of(build(method=method, table=table)))


def test_a_mark_of_deletion_is_no_argument_but_a_status_is(schema: Schema) -> None:
    mark = {"column": "deleted_at", "value": "now"}
    status = {"column": "status", "value": "read"}
    assert "deleted_at" not in names(schema(method="fetch", soft_delete=mark), "filters")
    assert "deleted_at" not in names(schema(method="update", soft_delete=mark), "data")
    assert "status" in names(schema(method="update", soft_delete=status), "data")


def test_arguments_have_the_names_of_the_field_map(schema: Schema) -> None:
    derived = schema(method="create", field_map={"name": "title", "pages": "price"})
    # The column `pages` has lost its name to another one, and with it its place.
    assert names(derived, "data")[:4] == ["name", "status", "stars", "pages"]
    assert derived["properties"]["data"]["properties"]["pages"] == {"type": "number"}


def test_an_upsert_asks_for_the_key_that_tells_rows_apart(schema: Schema) -> None:
    data = schema(method="upsert")["properties"]["data"]
    assert data["required"] == ["title", "isbn"]
    assert "id" not in data["properties"]


def test_the_tools_description_names_its_table_when_the_row_has_none(build: Build) -> None:
    assert build(method="fetch").description == "Fetch rows of books. The books that the user owns."
    assert build(method="fetch", description="My books.").description == "My books."


# Declared by the row


SHORT: dict[str, Any] = {
    "data": {
        "type": "dict",
        "properties": {
            "title": {"type": "str", "description": "The title."},
            "pages": {"type": "int", "optional": False, "minimum": 1, "maximum": 9_999},
            "status": {"type": "str", "default": "read"},
        },
    }
}
JSON_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "data": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "title": {"type": "string", "description": "The title."},
                "pages": {"type": "integer", "minimum": 1, "maximum": 9_999},
                "status": {"type": "string", "default": "read"},
            },
            "required": ["title", "pages"],
        }
    },
    "required": ["data"],
}
FLAT = JSON_SCHEMA["properties"]["data"]


@pytest.mark.parametrize("declared", [SHORT, JSON_SCHEMA, FLAT])
def test_the_three_forms_say_the_same(build: Build, schema: Schema, declared: dict[str, Any]) -> None:
    config: dict[str, Any] = {"method": "create", "runtime_args_schema": declared}
    assert schema(**config)["properties"]["data"] == {
        "type": "object",
        "description": "The new row's values.",
        "properties": {
            "title": {"type": "string", "description": "The title."},
            "pages": {"type": "integer", "minimum": 1, "maximum": 9_999},
            "status": {"type": "string", "enum": ["unread", "read"]},
        },
        "required": ["title", "pages"],
    }
    tool = build(**config)
    assert parsed(tool, {"data": {"title": "x", "pages": 5}})["data"] == {
        "title": "x",
        "pages": "5",
        "status": "read",
    }
    assert refusal(tool, {"data": {"title": "x", "pages": 0}}) == "data.pages must be at least 1."
    assert refusal(tool, {"data": {"title": "x", "pages": 10_000}}) == "data.pages must be at most 9999."
    assert refusal(tool, {"data": {"title": "x", "pages": 1, "price": 1}}).startswith("data.price is not an")


def test_a_flat_schema_of_a_fetch_declares_filters(schema: Schema) -> None:
    flat = {"type": "object", "properties": {"title": {"type": "string"}}}
    assert names(schema(method="fetch", runtime_args_schema=flat), "filters") == ["title"]


def test_an_undeclared_group_is_derived(schema: Schema) -> None:
    declared: dict[str, Any] = {"data": {"properties": {"status": {}}}, "filters": {"type": "dict"}}
    assert names(schema(method="update", runtime_args_schema=declared), "data") == ["status"]
    assert "id" in names(schema(method="update", runtime_args_schema=declared), "filters")


def test_a_declared_filter_means_equality_unless_more_is_said(build: Build) -> None:
    declared: dict[str, Any] = {
        "filters": {"properties": {"title": {"type": "str"}, "pages": {"properties": {"gte": {}, "lte": {}}}}}
    }
    tool = build(method="fetch", runtime_args_schema=declared)
    assert parsed(tool, {"filters": {"title": "x", "pages": {"gte": 1}}})["filters"] == {
        "title": (("eq", "x"),),
        "pages": (("gte", "1"),),
    }
    assert refusal(tool, {"filters": {"title": {"like": "x"}}}) == (
        "filters.title allows only the operators eq."
    )
    assert refusal(tool, {"filters": {"pages": 5}}) == (
        "filters.pages needs an object with an operator: gte, lte."
    )


def test_the_key_filters_gives_a_declared_filter_its_operators(build: Build) -> None:
    declared = {"filters": {"properties": {"title": {"type": "str"}}}}
    tool = build(method="fetch", runtime_args_schema=declared, filters={"title": ["ilike"]})
    assert parsed(tool, {"filters": {"title": {"ilike": "x%"}}})["filters"] == {"title": (("ilike", "x%"),)}


def test_a_declared_enum_narrows_the_column(build: Build, schema: Schema) -> None:
    declared = {"data": {"properties": {"title": {"enum": ["a", "b"]}, "tags": {"items": {"enum": ["x"]}}}}}
    config: dict[str, Any] = {"method": "create", "runtime_args_schema": declared}
    tool = build(**config)
    assert schema(**config)["properties"]["data"]["properties"]["title"]["enum"] == ["a", "b"]
    assert refusal(tool, {"data": {"title": "c"}}) == "data.title must be one of a, b."
    assert refusal(tool, {"data": {"title": "a", "tags": ["y"]}}) == "data.tags must be one of x."


def test_a_declared_shape_of_a_json_column_is_shown(build: Build, schema: Schema) -> None:
    shape: dict[str, Any] = {
        "type": "dict",
        "properties": {"shelf": {"type": "int"}, "notes": {"type": "list", "items": {}}},
    }
    config: dict[str, Any] = {
        "method": "update",
        "runtime_args_schema": {"data": {"properties": {"details": shape}}},
    }
    assert schema(**config)["properties"]["data"]["properties"]["details"] == {
        "type": "object",
        "properties": {
            "shelf": {"type": "integer"},
            "notes": {"type": "array", "items": {"type": "string"}},
        },
    }
    assert refusal(build(**config), {"data": {"details": []}, "filters": {"pages": 1}}) == (
        "data.details must be an object, not a list."
    )


def test_a_declared_number_may_fill_a_text(build: Build) -> None:
    declared = {"data": {"properties": {"title": {"type": "int"}}}}
    tool = build(method="create", runtime_args_schema=declared)
    assert parsed(tool, {"data": {"title": 1984}})["data"] == {"title": "1984"}
    assert refusal(tool, {"data": {"title": "1984"}}) == "data.title must be a whole number, not text."


# Validation


def test_null_means_empty_for_a_column_that_may_be(build: Build) -> None:
    tool = build(method="create")
    assert parsed(tool, {"data": {"title": "x", "pages": None}})["data"]["pages"] is None
    assert refusal(tool, {"data": {"title": None}}) == "data.title must not be null."


def test_null_at_the_top_means_nothing_to_say(build: Build) -> None:
    nothing = {"filters": None, "limit": None, "after": None}
    assert parsed(build(method="fetch"), nothing) == {"filters": {}, "limit": 25, "after": None}


def test_a_null_filter_is_asked_back(build: Build) -> None:
    assert refusal(build(method="fetch"), {"filters": {"pages": None}}) == (
        'filters.pages must not be null; leave it out, or use {"is": "null"}.'
    )


def test_every_problem_has_its_own_sentence(build: Build) -> None:
    assert refusal(build(method="create"), {"data": {"pages": "1", "is_lent": 1, "x": 2}, "y": 3}) == (
        "data.title is required. data.pages must be a whole number, not text. "
        "data.is_lent must be true or false, not a number. data.x is not an argument. There are: title, "
        "status, stars, pages, price, isbn, bought_on, is_lent, tags, details, agent_name, deleted_at. "
        "y is not an argument. There are: data."
    )


def test_many_problems_are_cut_to_a_readable_length(build: Build) -> None:
    text = refusal(build(method="create"), {"data": {f"wrong{n}": n for n in range(100)}})
    assert len(text) <= 1_000
    assert text.endswith(" ...")


def test_what_is_echoed_can_be_stored_and_sent(build: Build) -> None:
    text = refusal(build(method="create"), {"data": {"title": "x", "a\0b\n": 1}})
    assert text.startswith("data.a?b? is not an argument.")
    text = refusal(build(method="create"), {"data": {"title": "x", "\ud800": 1}})
    assert text == "data contains half a Unicode character (a lone surrogate)."


def test_argument_names_may_be_any_columns_name(build: Build) -> None:
    for name in ("class", "_hidden", "copy", "json", "model_config", "a b", "data"):
        tool = build(method="create", field_map={name: "title"})
        assert parsed(tool, {"data": {name: "x"}})["data"] == {name: "x"}
        assert name in arguments_of(tool)["properties"]["data"]["properties"]
