"""MCPTool against a real MCP server of the official SDK, and against servers that misbehave."""

import asyncio
import gzip
import json
from dataclasses import replace
from time import perf_counter
from typing import Any
from uuid import UUID

import mcp_types
import pytest
from langchain_core.messages import HumanMessage, ToolMessage

from core.agents.loop import AgentLoop
from core.config import CoreConfig
from core.db import create_pool
from core.errors import AgentMisconfigured, ToolFailed, ToolInputError
from core.tools.base import ClarityTool, RunContext
from core.tools.mcp_listing import Listings
from core.tools.mcp_tool import RETRY_SECONDS
from core.tools.services import ToolAccess
from core.types import User
from fixtures.agents import agent_with
from fixtures.mcp_remote import MCPRows, RemoteMCP, text, tool
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.servers import NO_DATABASE
from fixtures.web_server import WebReply, WebServer


def caller(number: int = 1, queries: list[str] | None = None) -> RunContext:
    """A run of user `number`, whose access token is `token-of-<number>`, without a database."""
    return RunContext(
        pool=create_pool(NO_DATABASE),
        user=User(id=UUID(int=number), claims={}, access_token=f"token-of-{number}"),
        agent_name="helper",
        tool_timeout_seconds=5,
        on_query=queries.append if queries is not None else None,
    )


async def only(rows: MCPRows, **config: Any) -> ClarityTool:
    """The one tool of such a row."""
    tools = await rows.tools(caller(), **config)
    assert len(tools) == 1
    return tools[0]


async def test_a_row_gives_the_tools_of_its_server_under_its_name(rows: MCPRows) -> None:
    rows.remote.tools.append(tool("search.all", "Finds\n things."))
    first, second = await rows.tools(caller())
    assert (first.name, first.description) == ("far_echo", "Says it again.")
    assert (second.name, second.description) == ("far_search_all", "Finds things.")
    assert first.definition.id == rows.row().id
    assert not first.is_read_only


async def test_a_tool_is_called_by_its_own_name_with_the_arguments_as_they_are(rows: MCPRows) -> None:
    queries: list[str] = []
    echo = await only(rows, prefix="away")
    assert echo.name == "away_echo"
    assert await echo.invoke_as(caller(queries=queries), {"text": "hé"}) == "{'text': 'hé'}"
    assert queries == [f'MCP {rows.remote.origin} echo {{"text": "h\\u00e9"}}']


async def test_only_allowed_tools_are_offered_and_a_missing_one_is_told(rows: MCPRows) -> None:
    rows.remote.tools = [tool("read"), tool("delete_everything")]
    built = await rows.build(caller(), allowed_tools=["read", "write"])
    assert [one.name for one in built.tools] == ["far_read"]
    assert built.refusal == "Tool far: its server has no tool named write that can be used."


async def test_a_list_is_asked_for_once_until_it_is_too_old(rows: MCPRows) -> None:
    now = [0.0]
    listings = Listings(clock=lambda: now[0])
    rows = MCPRows(remote=rows.remote, services=replace(rows.services, mcp_listings=listings))
    await rows.tools(caller(1))
    now[0] = 200
    built = await rows.build(caller(2))
    assert rows.remote.count("tools/list") == 1
    assert built.expires_after_seconds == 100
    rows.remote.tools = [tool("other")]
    now[0] = 300
    assert [one.name for one in await rows.tools(caller())] == ["far_other"]


async def test_a_server_that_is_away_gives_no_tool_and_a_reason(rows: MCPRows) -> None:
    await rows.remote.stop()
    built = await rows.build(caller())
    assert built.tools == ()
    assert built.refusal is not None
    assert built.refusal.startswith("Tool far: its tools are not known now.")
    assert "cannot be reached" in built.refusal
    assert built.expires_after_seconds == RETRY_SECONDS


async def test_a_server_that_goes_away_leaves_its_tools_which_then_fail(rows: MCPRows) -> None:
    echo = await only(rows, cache_ttl_seconds=0)
    await rows.remote.stop()
    assert (await only(rows, cache_ttl_seconds=0)).name == echo.name
    with pytest.raises(ToolFailed, match=r"cannot be reached right now\.$"):
        await echo.invoke_as(caller(), {})
    await rows.remote.start()
    assert await echo.invoke_as(caller(), {}) == "{}"


async def test_a_hanging_server_holds_nobody_up_for_longer_than_its_row_says(rows: MCPRows) -> None:
    echo = await only(rows, timeout_seconds=0.3)
    rows.remote.is_hanging = True
    started = perf_counter()
    with pytest.raises(ToolFailed, match=r"did not answer within 0\.3 seconds"):
        await echo.invoke_as(caller(), {})
    built = await rows.build(caller(), timeout_seconds=0.2)
    assert built.tools == ()
    assert perf_counter() - started < 5


async def test_a_tools_own_error_is_told_to_the_model_as_one(rows: MCPRows) -> None:
    rows.remote.answers["echo"] = lambda _: text("No such city.", is_error=True)
    with pytest.raises(ToolInputError, match=r"^No such city\.$"):
        await (await only(rows)).invoke_as(caller(), {})


async def test_a_tool_that_asks_its_user_something_is_given_up(rows: MCPRows) -> None:
    def ask(_: dict[str, Any]) -> Any:
        return mcp_types.InputRequiredResult(request_state="later")

    rows.remote.answers["echo"] = ask
    with pytest.raises(ToolFailed, match="only a person could answer"):
        await (await only(rows)).invoke_as(caller(), {})


CREDENTIALS: list[tuple[Any, str]] = [
    ({"secret": "FAR_KEY"}, "Bearer the-operators-own-key"),
    ({"secret": "FAR_KEY", "as": "header:Authorization"}, "the-operators-own-key"),
    ("caller_jwt", "Bearer token-of-1"),
]


@pytest.mark.parametrize(("credentials", "header"), CREDENTIALS)
async def test_credentials_are_sent_and_never_shown(rows: MCPRows, credentials: Any, header: str) -> None:
    queries: list[str] = []
    sent = header.removeprefix("Bearer ")
    rows.remote.answers["echo"] = lambda _: text(f"You are {sent}.")
    echo = await only(rows, credentials=credentials)
    assert rows.remote.asked[-1] == ("tools/list", header)
    answer = await echo.invoke_as(caller(queries=queries), {})
    assert rows.remote.asked[-1] == ("tools/call", header)
    rows.remote.answers["echo"] = lambda _: text(f"{sent} may not.", is_error=True)
    with pytest.raises(ToolInputError) as refused:
        await echo.invoke_as(caller(), {})
    for shown in (answer, str(refused.value), repr(echo), *queries):
        assert sent not in shown


async def test_a_secret_in_the_query_is_sent_and_never_shown(web: WebServer) -> None:
    config = CoreConfig(http_allowed_hosts=(web.origin,), secrets={"FAR_KEY": "the-operators-own-key"})
    rows = MCPRows(remote=RemoteMCP(port=web.port), services=ToolAccess.of(config).of_agent(is_private=False))
    web.answer(*[WebReply(status=500, body=b"?key=the-operators-own-key")] * 4)
    built = await rows.build(None, credentials={"secret": "FAR_KEY", "as": "query:key"})
    assert web.requests[0].target == "/mcp?key=the-operators-own-key"
    assert "the-operators-own-key" not in str(built)


async def test_no_list_and_no_token_is_shared_between_two_users(rows: MCPRows) -> None:
    [echo] = await rows.tools(caller(1), credentials="caller_jwt")
    await rows.tools(caller(2), credentials="caller_jwt")
    assert [token for _, token in rows.remote.asked] == ["Bearer token-of-1", "Bearer token-of-2"]
    # Even the tool that was built for the first one speaks for whoever calls it.
    await echo.invoke_as(caller(2), {})
    assert rows.remote.asked[-1] == ("tools/call", "Bearer token-of-2")
    await rows.tools(caller(2), credentials="caller_jwt")
    assert rows.remote.count("tools/list") == 2


async def test_only_a_row_with_the_users_own_credentials_is_personal(rows: MCPRows) -> None:
    kind = type(await only(rows))
    own = ["caller_jwt", {"user_credential": "far"}]
    assert all(kind.is_personal(rows.row(credentials=credentials)) for credentials in own)
    assert not any(kind.is_personal(rows.row(credentials=one)) for one in ("none", {"secret": "FAR_KEY"}))
    assert not kind.is_personal(rows.row(url=7))


async def test_outside_of_a_turn_nobodys_credentials_are_sent(rows: MCPRows) -> None:
    built = await rows.build(None, credentials="caller_jwt")
    assert (built.tools, built.refusal, rows.remote.asked) == ((), None, [])
    assert len(await rows.tools(None, credentials={"secret": "FAR_KEY"})) == 1


async def test_a_secret_that_is_not_set_is_asked_for_by_name(rows: MCPRows) -> None:
    built = await rows.build(None, headers={"X-Key": {"secret": "NEAR_KEY"}})
    assert built.tools == ()
    assert built.refusal
    assert built.refusal.endswith("Its operator must set CLARITY_SECRET_NEAR_KEY.")


MISCONFIGURED: list[tuple[dict[str, Any], str]] = [
    ({"url": "https://elsewhere.example/mcp"}, "has not allowed tools to speak to https://elsewhere.example"),
    ({"url": "ftp://127.0.0.1/"}, "url must begin with https://"),
    ({"url": "http://user:pass@127.0.0.1/"}, "url must be a plain address"),
    ({"url": "http://127.0.0.1/#there"}, "url must be a plain address"),
    ({"url": "http://127.0.0.1/{x}"}, "url must be a plain address"),
    ({"url": "http://2130706433/mcp"}, "no host name"),
    ({"headers": {"Host": "other"}}, "Host"),
    ({"headers": {"Mcp-Session-Id": "1"}}, "Mcp-Session-Id"),
    ({"headers": {"X-A": "1\r\nX-B: 2"}}, "headers"),
    ({"headers": {"Authorization": "Bearer abc"}}, "hold a secret in the row"),
    ({"allowed_tools": []}, "allowed_tools"),
    ({"prefix": "a-b"}, "prefix"),
    ({"colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("config", "reason"), MISCONFIGURED)
async def test_a_row_that_cannot_work_is_refused(rows: MCPRows, config: Any, reason: str) -> None:
    with pytest.raises(AgentMisconfigured, match=r"^Tool far: ") as refused:
        await rows.build(caller(), **config)
    assert reason in str(refused.value)
    assert rows.remote.asked == []


async def test_a_private_agents_row_gets_only_what_private_agents_may_have(rows: MCPRows) -> None:
    config = CoreConfig(
        http_allowed_hosts=(rows.remote.origin,), secrets={"FAR_KEY": "the-operators-own-key"}
    )
    closed = MCPRows(remote=rows.remote, services=ToolAccess.of(config).of_agent(is_private=True))
    with pytest.raises(AgentMisconfigured, match="has not allowed"):
        await closed.build(caller())
    config = CoreConfig(
        private_http_hosts=(rows.remote.origin,), secrets={"FAR_KEY": "the-operators-own-key"}
    )
    opened = MCPRows(remote=rows.remote, services=ToolAccess.of(config).of_agent(is_private=True))
    assert len(await opened.tools(caller())) == 1
    for claim in ({"credentials": {"secret": "FAR_KEY"}}, {"headers": {"X-Key": {"secret": "FAR_KEY"}}}):
        with pytest.raises(AgentMisconfigured, match="may not use the operator's secrets"):
            await opened.build(caller(), **claim)
    with pytest.raises(AgentMisconfigured, match="access tokens"):
        await opened.build(caller(), credentials="caller_jwt")


BAD_REPLIES: list[tuple[WebReply, str]] = [
    (WebReply(body=b"[", endless=True), "larger than 4,000,000 bytes"),
    (WebReply(body=gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"}), "packed in a way"),
    (WebReply(status=401), "refused the credentials (status 401)"),
    (WebReply(status=307, headers={"Location": "http://169.254.169.254/latest"}), "Redirect"),
    (WebReply(body=b"<html>", content_type="text/html"), "Unexpected content type"),
    (WebReply.json({"jsonrpc": "1.0", "result": {"tools": 7}}), "not MCP"),
    (WebReply(status=500, body=b"Traceback: the-operators-own-key"), "reports an error"),
]


@pytest.mark.parametrize(("reply", "reason"), BAD_REPLIES)
async def test_whatever_a_server_does_becomes_one_sentence(
    web: WebServer, reply: WebReply, reason: str
) -> None:
    config = CoreConfig(http_allowed_hosts=(web.origin,), secrets={"FAR_KEY": "the-operators-own-key"})
    rows = MCPRows(remote=RemoteMCP(port=web.port), services=ToolAccess.of(config).of_agent(is_private=False))
    web.answer(*[reply] * 4)
    built = await rows.build(caller(), credentials={"secret": "FAR_KEY"})
    assert built.tools == ()
    assert built.refusal
    assert reason in built.refusal
    assert "the-operators-own-key" not in built.refusal
    assert web.sent_bytes < 20_000_000


async def test_arguments_may_have_any_name_in_a_run(rows: MCPRows, scripted_model: ScriptedChatModel) -> None:
    names = (
        "self",
        "config",
        "run_manager",
        "runtime",
        "callbacks",
        "kwargs",
        "user-id",
        "$filter",
        "schema",
    )
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    rows.remote.tools = [tool("echo", schema=schema)]
    rows.remote.answers["echo"] = lambda arguments: text(json.dumps(arguments))
    arguments: dict[str, Any] = dict.fromkeys(names, "x")
    scripted_model.reply(Reply(tool_calls=[("far_echo", arguments)]), "Done.")
    agent = agent_with(scripted_model, await rows.tools(caller()), CoreConfig())
    loop = AgentLoop(agent, caller(), CoreConfig(), lambda _: None)
    await loop.run("", [HumanMessage("go")])
    [answer] = [message for message in loop.messages if isinstance(message, ToolMessage)]
    assert json.loads(answer.text) == arguments
    [offered] = scripted_model.bound_tools[0]
    assert offered["function"]["parameters"]["properties"] == schema["properties"]


async def test_many_callers_at_once_are_each_answered_with_their_own(rows: MCPRows) -> None:
    echo = await only(rows)
    calls = (echo.invoke_as(caller(number), {"text": f"{number}"}) for number in range(20))
    assert await asyncio.gather(*calls) == [f"{{'text': '{number}'}}" for number in range(20)]
