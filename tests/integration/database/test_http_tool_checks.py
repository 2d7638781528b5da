"""What the database refuses of an HTTPTool's row."""

from typing import Any

import psycopg
import pytest

from core.tools.http_config import HTTPConfig
from integration.database.world import AddTool, World

URL = "https://api.example.com/v1/things"
ARGUMENTS = {"id": {"type": "str"}, "n": {"type": "int"}}


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"url": f"{URL}/{{id}}", "runtime_args_schema": ARGUMENTS, "query": {"n": "{n}", "fixed": [1, 2]}},
        {"url": "http://127.0.0.1:9000"},
        {"url": "http://[::1]:9000/x"},
        {"method": "POST", "body": {"query": "query {viewer {login}}", "x": {"y": ["{id}"]}},
         "runtime_args_schema": {"type": "object", "properties": ARGUMENTS}},
        {"method": "POST", "body_format": "form"},
        {"headers": {"X-Version": "2 {id}", "X-Key": {"secret": "KEY"}}, "runtime_args_schema": ARGUMENTS},
        {"credentials": "none"},
        {"credentials": "caller_jwt"},
        {"credentials": {"secret": "KEY", "as": "header:X-Key"}},
        {"credentials": {"user_credential": "git-hub"}},
        {"result_path": "$.a", "timeout_seconds": 2.5, "retries": 2, "max_bytes": 1000, "untrusted": False},
    ],
)  # fmt: skip
def test_a_config_that_can_work_is_accepted(config: dict[str, Any], add_tool: AddTool) -> None:
    add_tool({"url": URL, **config}, name="weather", kind="HTTPTool")


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"url": None}, "needs a url"),
        ({"url": 5}, "needs a url"),
        ({"url": "ftp://a.example/"}, "must be a scheme"),
        ({"url": "https://user:pass@a.example/"}, "must be a scheme"),
        ({"url": "https://{host}/"}, "must be a scheme"),
        ({"url": "https://a.example/x?y=1"}, "must be a scheme"),
        ({"url": "https://a.example/x#y"}, "must be a scheme"),
        ({"url": "https://exämple.com/"}, "must be a scheme"),
        ({"url": "https://a.example/x\r\ny"}, "must be a scheme"),
        ({"url": "https://a.example/a/../b"}, "must not have . or .."),
        ({"url": "https://a.example/{nothing}"}, "{nothing}, which is no argument"),
        ({"query": {"a": "{nothing}"}}, "{nothing}, which is no argument"),
        ({"method": "POST", "body": {"a": ["{nothing}"]}}, "{nothing}, which is no argument"),
        ({"query": [1]}, "query must be of type object"),
        ({"method": "TRACE"}, "unknown method TRACE"),
        ({"method": "POST", "retries": 1}, "might be done twice"),
        ({"body": {}}, "has a body, but a GET has none"),
        ({"runtime_args_schema": []}, "must be of type object"),
        ({"runtime_args_schema": {"a-b": {"type": "str"}}}, "a-b cannot be the name"),
        ({"runtime_args_schema": {"a": {"type": "blob"}}}, "unknown argument type blob"),
        ({"headers": {"Host": "evil.example"}}, "may not have the header Host"),
        ({"headers": {"X\r\nY": "1"}}, "may not have the header"),
        ({"headers": {"X-A": "1\r\nX-B: 2"}}, "plain ASCII on one line"),
        ({"headers": {"Authorization": "Bearer abc"}}, "a secret must not be in the row"),
        ({"headers": {"X-Key": {"secret": "key"}}}, "key is no name of a secret"),
        ({"headers": {"X-Key": {"value": "abc"}}}, "does not name a secret"),
        ({"credentials": "mine"}, "credentials must be of type object"),
        ({"credentials": {"secret": "KEY", "value": "abc"}}, "does not name a secret"),
        ({"credentials": {"secret": "KEY", "user_credential": "github"}}, "two secrets"),
        ({"credentials": {"secret": "KEY", "as": "cookie"}}, "cannot be sent as cookie"),
        ({"credentials": {"user_credential": "Git Hub"}}, "no name of a credential"),
        ({"body_format": "xml"}, "json or form"),
        ({"result_path": "items"}, "begins with $"),
        ({"timeout_seconds": 0}, "timeout_seconds cannot be 0"),
        ({"timeout_seconds": "5"}, "timeout_seconds must be of type number"),
        ({"retries": 1.5}, "retries cannot be 1.5"),
        ({"max_bytes": 10_000_000}, "max_bytes cannot be"),
        ({"untrusted": "no"}, "untrusted must be of type boolean"),
        ({"uri": "x"}, "unknown config key uri"),
    ],
)
def test_a_config_that_cannot_work_is_refused_with_a_sentence_and_a_hint(
    config: dict[str, Any], sentence: str, add_tool: AddTool
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        add_tool({"url": URL, **config}, name="weather", kind="HTTPTool")

    assert "Tool weather" in str(refused.value)
    assert sentence in (refused.value.diag.message_primary or "")
    assert refused.value.diag.message_hint


@pytest.mark.parametrize(
    "config", [{"credentials": {"secret": "KEY"}}, {"headers": {"X-Key": {"secret": "KEY"}}}]
)
def test_an_agent_that_a_user_owns_cannot_name_a_secret_of_the_operator(
    config: dict[str, Any], add_tool: AddTool, world: World
) -> None:
    add_tool({"url": URL, **config}, name="weather", kind="HTTPTool")
    with pytest.raises(psycopg.errors.CheckViolation, match="may not use the operator's secret KEY"):
        add_tool(
            {"url": URL, **config}, name="own", kind="HTTPTool", agent_id=world.ids["agent_configurations"]
        )


def test_the_database_refuses_no_key_that_the_tool_knows_and_knows_no_other(
    add_tool: AddTool,
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        add_tool({"url": URL, "unknown": 1}, kind="HTTPTool")

    hint = refused.value.diag.message_hint or ""
    assert set(hint.removeprefix("One of: ").removesuffix(".").split(", ")) == set(HTTPConfig.model_fields)
