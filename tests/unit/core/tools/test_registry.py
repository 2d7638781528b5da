"""Which rows become tools, and what the author of another row is told."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from core.errors import AgentMisconfigured
from core.tools.base import ClarityTool
from core.tools.crud_tool import CRUDTool
from core.tools.definition import Table, ToolDefinition
from core.tools.registry import build_tool
from fixtures.tool_services import SERVICES

Build = Callable[..., ClarityTool]


def test_a_row_becomes_the_tool_of_its_type(build: Build) -> None:
    tool = build(method="fetch")
    assert isinstance(tool, CRUDTool)
    assert (tool.name, tool.definition.name) == ("shelf", "shelf")


def test_an_unknown_type_is_named(books: Table) -> None:
    definition = ToolDefinition(
        id=UUID(int=1),
        name="shelf",
        type="CrudTool",
        description="",
        config={},
        approval="auto",
        table=books,
    )
    with pytest.raises(AgentMisconfigured) as refusal:
        build_tool(definition, SERVICES)
    assert refusal.value.message.startswith("Tool shelf: there is no tool type CrudTool, only CRUDTool")


def declaring(**properties: Any) -> dict[str, Any]:
    return {"method": "create", "runtime_args_schema": {"data": {"properties": properties}}}


def filtering(**properties: Any) -> dict[str, Any]:
    return {"method": "fetch", "runtime_args_schema": {"filters": {"properties": properties}}}


FETCH: dict[str, Any] = {"method": "fetch"}
DELETE: dict[str, Any] = {"method": "delete"}
AGGREGATE: dict[str, Any] = {"method": "aggregate"}
FLAT_UPDATE = {"type": "object", "properties": {"title": {"type": "string"}}}
BAD_ROWS: list[tuple[dict[str, Any], str]] = [
    ({}, "method is required"),
    ({"method": "drop"}, "method must be"),
    ({**FETCH, "colums": ["title"]}, "colums is not known"),
    ({**FETCH, "table": None}, "its table books is gone"),
    ({**FETCH, "columns": ["titel"]}, "columns names titel, which books does not have. It has id,"),
    ({**FETCH, "columns": []}, "columns must"),
    ({**FETCH, "columns": ["cover"]}, "columns names cover, which no model can use here (bytea)"),
    ({**FETCH, "columns": ["meaning"]}, "which no model can use"),
    ({**FETCH, "filters": {"titel": ["eq"]}}, "filters names titel"),
    ({**FETCH, "filters": {"title": ["regex"]}}, "filters.title.0 must be"),
    ({**FETCH, "filters": {"pages": ["like"]}}, "filters allow like on pages, but for integer"),
    ({**FETCH, "filters": ["user_id"]}, "filters names user_id, the user's own id"),
    ({**FETCH, "fixed": {"user_id": "x"}}, "fixed names user_id, the user's own id"),
    ({**FETCH, "fixed": {"titel": "x"}}, "fixed names titel"),
    ({**FETCH, "columns": None}, "columns must not be null; leave it out"),
    ({**FETCH, "columns": ["title", "title"]}, "columns names title twice"),
    ({**FETCH, "columns": ["author(name)"]}, "columns names author(name), which books does not have"),
    ({**FETCH, "filters": {"title": []}}, "filters allow no operator on title"),
    ({**FETCH, "order_by": {"choices": ["titel"]}}, "order_by names titel"),
    ({**FETCH, "order_by": {"choice": ["title"]}}, "order_by.choice is not known"),
    ({**FETCH, "max_rows": 5}, "max_rows is for create, update and delete, not for fetch"),
    ({**FETCH, "group_by": ["status"]}, "aggregates and group_by are for the method aggregate"),
    ({**AGGREGATE, "aggregates": {"n": {"fn": "median"}}}, "aggregates.n.fn must be"),
    ({**AGGREGATE, "aggregates": {"n": {"fn": "sum"}}}, "aggregates.n sum needs a column"),
    (
        {**AGGREGATE, "aggregates": {"n": {"fn": "avg", "column": "title"}}},
        "aggregates ask for the avg of title, but the column is text",
    ),
    (
        {**AGGREGATE, "aggregates": {"n": {"fn": "max", "column": "is_lent"}}},
        "aggregates ask for the max of is_lent, but the column is boolean",
    ),
    ({**AGGREGATE, "group_by": ["status", "status"]}, "group_by names status twice"),
    (
        {**AGGREGATE, "aggregates": {"status": {"fn": "count"}}, "group_by": ["status"]},
        "aggregates and group_by both name status",
    ),
    ({**AGGREGATE, "order_by": "titel"}, "order_by names titel, which is neither calculated nor grouped by"),
    ({**FETCH, "fixed": {"pages": "many"}}, "the value of fixed for pages must be a whole number"),
    ({**FETCH, "order_by": "titel desc"}, "order_by names titel"),
    ({**FETCH, "order_by": []}, 'order_by must be "column"'),
    ({**FETCH, "order_by": "title; drop table books"}, "order_by names title; drop table books"),
    ({**FETCH, "limit": 0}, "limit must be"),
    ({**FETCH, "limit": 200}, "limit 200 is more than max_limit 100"),
    ({**FETCH, "max_limit": 1001}, "max_limit must be"),
    ({**FETCH, "field_map": {"name": "titel"}}, "field_map maps name to titel"),
    ({**FETCH, "field_map": {"a": "title", "b": "title"}}, "maps two arguments to title"),
    ({**DELETE, "soft_delete": {"column": "gone", "value": 1}}, "soft_delete names gone"),
    ({**DELETE, "soft_delete": {"column": "is_lent", "value": "x"}}, "soft_delete for is_lent must"),
    ({**DELETE, "soft_delete": {"column": "is_lent"}}, "soft_delete.value is required"),
    ({**DELETE, "filters": {}}, "would touch the whole table"),
    ({"method": "update", "filters": {}}, "would touch the whole table"),
    ({"method": "update", "runtime_args_schema": {"data": {"properties": {}}}}, "at least one column"),
    ({**declaring(title={}), "method": "upsert"}, "a unique key"),
    ({"method": "create", "apply_agent_name_context": "yes"}, "apply_agent_name_context must"),
    (declaring(user_id={}), "the user's own id is never an argument"),
    (declaring(titel={}), "runtime_args_schema names titel"),
    ({**declaring(status={}), "fixed": {"status": "read"}}, "which the tool itself decides"),
    (declaring(title={"type": "dict"}), "title is declared as dict, but the column is text"),
    (declaring(title={"type": "list"}), "title is declared as list, but the column is text"),
    (declaring(tags={"type": "str"}), "tags is declared as str, but the column is text[]"),
    (declaring(pages={"type": "bool"}), "pages is declared as bool, but the column is integer"),
    (declaring(pages={"type": "money"}), "data.properties.pages.type must"),
    (declaring(title={"enum": []}), "data.properties.title.enum must"),
    (declaring(pages={"enum": ["a"]}), "a value of the enum of pages must be a whole number"),
    (declaring(pages={"default": "a"}), "the default of pages must be a whole number"),
    (declaring(pages={"anyOf": []}), "data.properties.pages.anyOf is not known"),
    (filtering(title={"properties": {"regex": {}}}), "title has no operator regex"),
    ({**filtering(title={}), "filters": {"pages": ["eq"]}}, "which the key filters leaves out"),
    ({"method": "create", "runtime_args_schema": {"filters": {}}}, "a create takes data"),
    ({"method": "create", "runtime_args_schema": {"data": {"type": "list"}}}, "must be a dict"),
    ({"method": "update", "runtime_args_schema": FLAT_UPDATE}, "needs the properties data and filters"),
]


@pytest.mark.parametrize(("config", "reason"), BAD_ROWS)
def test_a_row_that_cannot_work_says_why(build: Build, config: dict[str, Any], reason: str) -> None:
    with pytest.raises(AgentMisconfigured) as refusal:
        build(**config)
    assert refusal.value.message.startswith("Tool shelf: ")
    assert refusal.value.message.endswith(".")
    assert reason in refusal.value.message
