"""What the database refuses of an MCPTool's row."""

from typing import Any

import psycopg
import pytest

from core.tools.mcp_config import MCPConfig
from integration.database.world import AddTool, World

URL = "https://mcp.example.com/mcp"


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"url": "http://127.0.0.1:9000"},
        {"url": "https://mcp.example.com?profile=a&b=%20"},
        {"headers": {"X-Version": "2", "X-Key": {"secret": "KEY"}}},
        {"credentials": "caller_jwt"},
        {"credentials": {"secret": "KEY", "as": "header:X-Key"}},
        {"credentials": {"user_credential": "git-hub"}},
        {"allowed_tools": ["search", "issues/create"], "prefix": "hub"},
        {"timeout_seconds": 0.5, "cache_ttl_seconds": 0, "untrusted": False},
    ],
)
def test_a_config_that_can_work_is_accepted(config: dict[str, Any], add_tool: AddTool) -> None:
    add_tool({"url": URL, **config}, name="far", kind="MCPTool")
    MCPConfig.model_validate({"url": URL, **config})


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"url": None}, "needs a url"),
        ({"url": "stdio://server"}, "must be a plain address"),
        ({"url": "https://user:pass@mcp.example.com/"}, "must be a plain address"),
        ({"url": "https://mcp.example.com/#x"}, "must be a plain address"),
        ({"url": "https://mcp.example.com/{x}"}, "must be a plain address"),
        ({"url": "https://exämple.com/"}, "must be a plain address"),
        ({"url": "https://mcp.example.com/x\r\ny"}, "must be a plain address"),
        ({"url": "https://mcp.example.com/" + "x" * 2000}, "longer than 2000"),
        ({"headers": {"Host": "evil.example"}}, "may not have the header Host"),
        ({"headers": {"Mcp-Session-Id": "1"}}, "may not have the header Mcp-Session-Id"),
        ({"headers": {"Content-Type": "text/plain"}}, "may not have the header Content-Type"),
        ({"headers": {"Authorization": "Bearer abc"}}, "secret must not be in the row"),
        ({"headers": {"X-A": "1\r\nX-B: 2"}}, "plain ASCII on one line"),
        ({"credentials": "mine"}, "credentials must be of type object"),
        ({"credentials": {"secret": "small"}}, "no name of a secret"),
        ({"allowed_tools": "search"}, "allowed_tools must be of type array"),
        ({"allowed_tools": []}, "empty list of allowed_tools"),
        ({"allowed_tools": [5]}, "each of allowed_tools must be of type string"),
        ({"prefix": "a-b"}, "the prefix a-b is not one"),
        ({"prefix": 5}, "prefix must be of type string"),
        ({"timeout_seconds": 121}, "timeout_seconds cannot be 121"),
        ({"cache_ttl_seconds": -1}, "cache_ttl_seconds cannot be -1"),
        ({"untrusted": "no"}, "untrusted must be of type boolean"),
        ({"uri": "x"}, "unknown config key uri"),
    ],
)
def test_a_config_that_cannot_work_is_refused_with_a_sentence_and_a_hint(
    config: dict[str, Any], sentence: str, add_tool: AddTool
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        add_tool({"url": URL, **config}, name="far", kind="MCPTool")

    assert "Tool far" in str(refused.value)
    assert sentence in (refused.value.diag.message_primary or "")
    assert refused.value.diag.message_hint


@pytest.mark.parametrize(
    "config", [{"credentials": {"secret": "KEY"}}, {"headers": {"X-Key": {"secret": "KEY"}}}]
)
def test_an_agent_that_a_user_owns_cannot_name_a_secret_of_the_operator(
    config: dict[str, Any], add_tool: AddTool, world: World
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="may not use the operator's secret KEY"):
        add_tool(
            {"url": URL, **config}, name="own", kind="MCPTool", agent_id=world.ids["agent_configurations"]
        )


def test_the_database_refuses_no_key_that_the_tool_knows_and_knows_no_other(add_tool: AddTool) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        add_tool({"url": URL, "unknown": 1}, kind="MCPTool")

    hint = refused.value.diag.message_hint or ""
    assert set(hint.removeprefix("One of: ").removesuffix(".").split(", ")) == set(MCPConfig.model_fields)
