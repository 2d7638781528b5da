"""What of a remote server's own words reaches a model."""

from typing import Any

import pytest

from core.tools.mcp_listing import RemoteToolInfo
from core.tools.mcp_names import MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS, described, tools_by_name
from fixtures.mcp_remote import tool


def info(name: str) -> RemoteToolInfo:
    return RemoteToolInfo(name=name, description="", schema={})


def names(*remote: str, prefix: str = "far") -> list[str]:
    return list(tools_by_name([info(name) for name in remote], None, prefix=prefix))


def test_a_name_has_only_what_every_provider_takes() -> None:
    assert names("issues/create.new", "größe") == ["far_issues_create_new", "far_gr__e"]


def test_of_two_names_that_come_out_alike_the_first_stays() -> None:
    found = tools_by_name([info("a.b"), info("a/b")], None, prefix="far")
    assert {name: one.name for name, one in found.items()} == {"far_a_b": "a.b"}


def test_long_names_are_cut_and_stay_different() -> None:
    first, second = names("x" * 200 + "1", "x" * 200 + "2", prefix="p" * 32)
    assert first != second
    assert len(first) == len(second) == MAX_NAME_CHARS


def test_a_description_is_one_bounded_line() -> None:
    [one] = described([tool("a", "Line one.\n\n\x1b[31mline\u202e two\0" + "x" * 5000)])
    assert one.description.startswith("Line one. [31mline two")
    assert len(one.description) <= MAX_DESCRIPTION_CHARS


SCHEMAS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"type": "object", "properties": {}}),
    ({"type": "string"}, {"type": "object", "properties": {}}),
    (
        {"type": "object", "properties": {"a": {}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {}}, "required": ["a"]},
    ),
]


@pytest.mark.parametrize(("given", "offered"), SCHEMAS)
def test_a_schema_is_always_one_of_an_object(given: dict[str, Any], offered: dict[str, Any]) -> None:
    [one] = described([tool("a", schema=given)])
    assert one.schema == offered


def test_a_tool_whose_schema_would_fill_the_models_window_is_left_out() -> None:
    huge = {"type": "object", "properties": {f"p{index}": {"type": "string"} for index in range(2000)}}
    assert [one.name for one in described([tool("huge", schema=huge), tool("small")])] == ["small"]
