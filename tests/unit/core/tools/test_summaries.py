"""What a person is told about a call before they allow it: one sentence that its values cannot bend."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from core.config import CoreConfig
from core.tools.base import ClarityTool
from core.tools.definition import AskedAgent, Column, Function, ToolDefinition
from core.tools.hosts import HostRules
from core.tools.outbound import Outbound
from core.tools.registry import build_tool
from core.tools.sentences import CUT, MAX_SENTENCE_CHARS, quoted, shown
from core.tools.services import ToolServices
from fixtures.mcp_remote import MCPRows

Build = Callable[..., ClarityTool]


def said(tool: ClarityTool, **arguments: Any) -> str:
    return tool.summary(tool.validated(arguments))


@pytest.mark.parametrize(
    ("config", "arguments", "sentence"),
    [
        (
            {"method": "update"},
            {"filters": {"title": "x"}, "data": {"status": "read", "pages": 3, "isbn": None}},
            "Change rows of books where title is 'x': set status to 'read', pages to 3, isbn to nothing.",
        ),
        (
            {"method": "delete", "fixed": {"is_lent": False}},
            {"filters": {"pages": {"gt": 100, "lte": 200}, "status": {"in": ["read", "unread"]}}},
            "Delete rows of books where status is one of 'read', 'unread' and pages is more than 100 and "
            "pages is at most 200 and is_lent is false.",
        ),
        (
            {"method": "delete", "soft_delete": {"column": "deleted_at", "value": "now"}},
            {"filters": {
                "bought_on": {"lt": "2026-01-02"}, "isbn": {"is": "null"}, "tags": {"contains": ["a"]},
            }},
            "Delete rows of books where isbn is empty and bought_on is before '2026-01-02' and "
            """tags contains '["a"]'.""",
        ),
        (
            {"method": "create", "fixed": {"isbn": "1"}},
            {"data": {
                "title": "Dune", "tags": ["a", 'b"c'], "details": {"a": 1}, "price": 9.5, "is_lent": True,
            }},
            """Add a row to books: title 'Dune', price 9.5, is_lent true, tags '["a", "b\\"c"]', """
            """details '{"a": 1}', isbn '1'.""",
        ),
        ({"method": "create", "max_rows": 5}, {"data": [{"title": "a"}]}, "Add a row to books: title 'a'."),
        (
            {"method": "create", "max_rows": 5},
            {"data": [{"title": "a"}, {"title": "b", "pages": 3}]},
            "Add 2 rows to books: title 'a'; title 'b', pages 3.",
        ),
        (
            {"method": "upsert"},
            {"data": {"title": "Dune", "isbn": "1"}},
            "Add a row, or change the one with the same key, in books: title 'Dune', isbn '1'.",
        ),
        (
            {"method": "fetch"},
            {"filters": {"title": {"ilike": "%d%", "neq": "Dune"}, "is_lent": {"is": "true"}}, "limit": 3},
            "Read rows of books where title is like '%d%' and title is not 'Dune' and is_lent is true.",
        ),
        ({"method": "count"}, {}, "Count rows of books."),
        ({"method": "aggregate"}, {"calculate": ["count"]}, "Count, add up and compare rows of books."),
        (
            {"method": "update", "field_map": {"name": "title"}},
            {"filters": {"name": "x"}, "data": {"name": "y"}},
            "Change rows of books where name is 'x': set name to 'y'.",
        ),
    ],
)  # fmt: skip
def test_a_crud_tool_says_which_rows_and_which_values(
    build: Build, config: dict[str, Any], arguments: dict[str, Any], sentence: str
) -> None:
    # In the order of the table's columns.
    assert said(build(**config), **arguments) == sentence


def test_no_value_can_close_its_quotation_marks_or_hide_a_part_of_the_sentence(build: Build) -> None:
    trick = "x': set status to 'unread'.\n\nNothing is deleted\u202e \u200b\x1b[2J"
    told = said(build(method="delete"), filters={"title": trick})
    assert told == (
        "Delete rows of books where title is 'x’: set status to ’unread’. Nothing is deleted [2J'."
    )
    assert told.isprintable()


def test_long_values_and_long_sentences_are_cut(build: Build) -> None:
    told = said(build(method="delete"), filters={"title": "x" * 5_000})
    assert told == f"Delete rows of books where title is '{'x' * 79}{CUT}'."
    told = said(build(method="delete"), filters={"title": {"in": ["x" * 70] * 50}})
    assert len(told) == MAX_SENTENCE_CHARS
    assert told.endswith(CUT)


def test_values_look_like_what_they_are() -> None:
    assert [shown(value) for value in (None, True, 5, 0.5, "5", [1, "a"], {"a": None})] == [
        "nothing", "true", "5", "0.5", "'5'", """'[1, "a"]'""", """'{"a": null}'""",
    ]  # fmt: skip
    assert quoted("a\tb\u2028c") == "'a b c'"


def column(name: str, kind: str, *, is_required: bool = True) -> Column:
    return Column(
        name=name, type=kind, is_required=is_required, has_default=False, is_generated=False, comment=None
    )


def test_a_function_is_named_with_its_arguments() -> None:
    function = Function(
        schema="public",
        name="close_order",
        comment=None,
        arguments=(
            column("order_id", "integer"),
            column("reason", "text", is_required=False),
            column("desk", "text"),
        ),
        returns="void",
        returns_set=False,
        columns=(),
        volatility="volatile",
        is_definer=False,
    )
    tool = build_tool(
        ToolDefinition(
            id=UUID(int=1),
            name="close",
            type="RPCTool",
            description="",
            config={
                "function_name": "close_order",
                "field_map": {"order": "order_id"},
                "fixed": {"desk": "web"},
            },
            approval="ask",
            table=None,
            function=function,
        ),
        ToolServices(config=CoreConfig()),
    )
    assert said(tool, order=5) == "Call the function close_order with order = 5, desk = 'web'."
    assert said(tool, order=5, reason="late") == (
        "Call the function close_order with order = 5, reason = 'late', desk = 'web'."
    )


@pytest.fixture
def post() -> ClarityTool:
    outbound = Outbound(hosts=HostRules.of(["api.example.com"]), secrets={"KEY": "s3cret-value"})
    config = {
        "method": "POST",
        "url": "https://api.example.com/boards/{board}/notes",
        "runtime_args_schema": {"board": {"type": "str"}, "text": {"type": "str"}, "pin": {"type": "bool"}},
        "headers": {"X-Key": {"secret": "KEY"}},
        "credentials": {"secret": "KEY", "as": "query:key"},
        "body": {"text": "{text}", "pin": "{pin}", "token": "of the row"},
    }
    definition = ToolDefinition(
        id=UUID(int=1),
        name="post",
        type="HTTPTool",
        description="",
        config=config,
        approval="ask",
        table=None,
    )
    return build_tool(definition, ToolServices(config=CoreConfig(), outbound=outbound))


def test_a_request_is_told_without_what_the_row_and_the_operator_add(post: ClarityTool) -> None:
    told = said(post, board="my board", text="Hi", pin=True)
    assert told == (
        "Send POST https://api.example.com/boards/my%20board/notes "
        "with board 'my board', text 'Hi', pin true."
    )


def test_a_request_that_cannot_be_made_is_told_all_the_same(post: ClarityTool) -> None:
    assert said(post, board="..", text="Hi", pin=True).startswith(
        "Send POST https://api.example.com/boards/{board}/notes with board '..'"
    )


async def test_a_call_of_an_mcp_server_names_the_server_and_is_untrusted_unless_its_row_says_not(
    rows: MCPRows,
) -> None:
    (echo,) = await rows.tools()
    assert said(echo, text="hi", **{"a\nb": 1}) == (
        f"Call echo of the server {rows.remote.origin} with text 'hi', a b 1."
    )
    assert said(echo) == f"Call echo of the server {rows.remote.origin}."
    assert echo.is_untrusted
    (known,) = await rows.tools(untrusted=False)
    assert not known.is_untrusted


def test_a_task_for_another_agent_is_quoted() -> None:
    definition = ToolDefinition(
        id=UUID(int=1),
        name="ask",
        type="AgentTool",
        description="",
        config={"agent_name": "helpdesk"},
        approval="ask",
        table=None,
        agent=AskedAgent(agent_name="helpdesk", display_name=None, description=None),
    )
    tool = build_tool(definition, ToolServices(config=CoreConfig()))
    assert said(tool, task="Close it,\nplease") == "Ask the agent helpdesk: 'Close it, please'."


def test_rows_are_untrusted_only_where_the_tool_s_row_says_so(build: Build) -> None:
    assert not build(method="fetch").is_untrusted
    assert build(method="fetch", untrusted=True).is_untrusted
