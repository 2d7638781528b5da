"""An agent as an MCP server, used by the official SDKs as any MCP client would."""

import asyncio
import json
import subprocess
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import mcp_types
import psycopg
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from embedded.node_build import node_environment
from embedded.wheels import node
from fixtures.cluster import ROOT
from fixtures.listening import listening
from fixtures.npm_packages import installed
from fixtures.people import Person
from fixtures.servers import JWT_SECRET, NO_SUPABASE, RunningServer

ERAS = ("auto", "legacy")


@pytest.fixture(autouse=True)
def agent(make_agent: Callable[..., None], owner: psycopg.Connection) -> None:
    """The shared agent `helper`, whose tool wipe_tasks waits for consent."""
    make_agent(
        "helper",
        add_task={"table_name": "tasks", "method": "create"},
        list_tasks={"table_name": "tasks", "method": "fetch", "columns": ["title"]},
        wipe_tasks={"table_name": "tasks", "method": "delete"},
    )
    owner.execute("update agent_tools set approval = 'ask' where name = 'wipe_tasks'")


@asynccontextmanager
async def using(
    server: RunningServer, person: Person, *, agent: str = "helper", era: str = "auto"
) -> AsyncGenerator[Client]:
    """The Python SDK's client, signed in as `person`; "auto" speaks the current revision of the protocol."""
    headers = {"Authorization": f"Bearer {person.jwt(JWT_SECRET)}"}
    transport = httpx2.ASGITransport(app=server.app)
    async with (
        httpx2.AsyncClient(transport=transport, base_url="http://clarity.test", headers=headers) as http,
        Client(
            streamable_http_client(f"http://clarity.test/mcp/{agent}", http_client=http),
            mode=era,
            cache=None,
        ) as client,
    ):
        yield client


async def call(client: Client, name: str, **arguments: Any) -> tuple[bool, str]:
    """Whether it is an error, and the text."""
    result = await client.call_tool(name, arguments)
    [block] = result.content
    assert isinstance(block, mcp_types.TextContent)
    return result.is_error, block.text


async def titles(client: Client) -> list[str]:
    _, text = await call(client, "list_tasks")
    return [row["title"] for row in json.loads(text)["rows"]]


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_sees_exactly_the_agents_tools(
    server: RunningServer, make_user: Callable[[], Person], era: str
) -> None:
    async with using(server, make_user(), era=era) as client:
        assert (client.protocol_version == "2026-07-28") == (era == "auto")
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert list(tools) == ["add_task", "list_tasks", "wipe_tasks"]
    assert tools["add_task"].input_schema["properties"]["data"]["required"] == ["title"]
    hints = {name: tool.annotations for name, tool in tools.items()}
    assert hints["list_tasks"] == mcp_types.ToolAnnotations(read_only_hint=True, destructive_hint=False)
    assert hints["add_task"] == mcp_types.ToolAnnotations(read_only_hint=False, destructive_hint=False)
    assert hints["wipe_tasks"] == mcp_types.ToolAnnotations(read_only_hint=False, destructive_hint=True)


@pytest.mark.parametrize("era", ERAS)
async def test_two_users_never_see_each_others_rows(
    server: RunningServer, make_user: Callable[[], Person], era: str
) -> None:
    async with using(server, make_user(), era=era) as ada, using(server, make_user(), era=era) as bob:
        await call(ada, "add_task", data={"title": "Ada's"})
        await call(bob, "add_task", data={"title": "Bob's"})
        assert await titles(ada) == ["Ada's"]
        assert await titles(bob) == ["Bob's"]


async def test_many_calls_of_two_users_at_once_stay_apart(
    server: RunningServer, make_user: Callable[[], Person]
) -> None:
    async with using(server, make_user()) as ada, using(server, make_user()) as bob:
        await call(ada, "add_task", data={"title": "Ada's"})
        seen = await asyncio.gather(*(titles(client) for client in (ada, bob) * 10))
    assert seen == [["Ada's"], []] * 10


async def test_what_is_wrong_with_a_call_is_an_error_that_a_model_can_read(
    server: RunningServer, make_user: Callable[[], Person]
) -> None:
    async with using(server, make_user()) as client:
        is_error, text = await call(client, "add_task", data={"colour": "red"})
        assert is_error
        assert "colour is not an argument" in text
        with pytest.raises(MCPError, match="'helper' has no active tool named 'no_such_tool'"):
            await client.call_tool("no_such_tool", {})


async def test_a_tools_bug_stays_in_the_log(
    server: RunningServer, make_user: Callable[[], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> str:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr("core.tools.crud_tool.CRUDTool.call", broken)
    async with using(server, make_user()) as client:
        is_error, text = await call(client, "list_tasks")
    assert is_error
    assert text == "The tool failed for a reason of its own. Do not call it again."


async def test_a_tool_that_asks_is_refused_until_its_user_allows_it(
    server: RunningServer, make_user: Callable[[], Person], owner: psycopg.Connection
) -> None:
    ada, bob = make_user(), make_user()
    async with using(server, ada) as client:
        is_error, text = await call(client, "wipe_tasks", filters={"title": "x"})
        assert is_error
        assert "waits for its user's consent" in text
        allow(owner, ada, "wipe_tasks", "auto")
        # Allowed now: what is left to say is that there is nothing to delete.
        _, text = await call(client, "wipe_tasks", filters={"title": "x"})
        assert "consent" not in text
    async with using(server, bob) as client:
        assert (await call(client, "wipe_tasks", filters={"title": "x"}))[0]
        allow(owner, bob, "list_tasks", "ask")
        is_error, text = await call(client, "list_tasks")
        assert is_error
        assert "consent" in text


async def test_consent_after_untrusted_content_cannot_be_judged_here_so_it_is_needed(
    server: RunningServer, make_user: Callable[[], Person], owner: psycopg.Connection
) -> None:
    owner.execute("update agent_tools set approval = 'ask_after_untrusted' where name = 'add_task'")
    async with using(server, make_user()) as client:
        is_error, text = await call(client, "add_task", data={"title": "A"})
    assert is_error
    assert "consent" in text


async def test_a_changed_row_is_there_at_the_next_list(
    server: RunningServer, make_user: Callable[[], Person], owner: psycopg.Connection
) -> None:
    async with using(server, make_user()) as client:
        assert len((await client.list_tools()).tools) == 3
        owner.execute("update agent_tools set name = 'note_task' where name = 'add_task'")
        owner.execute("update agent_tools set is_active = false where name = 'list_tasks'")
        assert [tool.name for tool in (await client.list_tools()).tools] == ["note_task", "wipe_tasks"]
        with pytest.raises(MCPError):
            await client.call_tool("list_tasks", {})


async def test_nobody_reaches_a_private_agent_of_another(
    server: RunningServer, make_user: Callable[[], Person], make_agent: Callable[..., None]
) -> None:
    ada, bob = make_user(), make_user()
    make_agent("mine", owner_id=ada.id, list_tasks={"table_name": "tasks", "method": "fetch"})
    async with using(server, ada, agent="mine") as client:
        assert len((await client.list_tools()).tools) == 1
    assert (await post(server, bob, "mine")).status_code == 404
    assert (await post(server, bob, "no-such-agent")).status_code == 404


async def post(server: RunningServer, person: Person | None, agent: str = "helper", token: str = "") -> Any:
    """A request of the current revision, without a client library."""
    token = person.jwt(JWT_SECRET) if person else token
    return await server.client.post(
        f"/mcp/{agent}",
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}},
        headers={
            "Accept": "application/json, text/event-stream",
            **({"Authorization": f"Bearer {token}"} if token else {}),
        },
    )


async def test_without_a_good_token_the_answer_says_where_to_sign_in(server: RunningServer) -> None:
    metadata = 'resource_metadata="http://clarity.test/.well-known/oauth-protected-resource/mcp/helper"'
    nobody, forged = await post(server, None), await post(server, None, token="forged")
    assert (nobody.status_code, forged.status_code) == (401, 401)
    assert nobody.headers["WWW-Authenticate"] == f"Bearer {metadata}"
    assert forged.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    assert forged.headers["WWW-Authenticate"].endswith(metadata)
    told = await server.client.get("/.well-known/oauth-protected-resource/mcp/helper")
    assert told.json() == {
        "resource": "http://clarity.test/mcp/helper",
        "authorization_servers": [f"{NO_SUPABASE}/auth/v1"],
        "bearer_methods_supported": ["header"],
    }


async def test_an_agents_name_cannot_forge_a_header(server: RunningServer) -> None:
    refused = await server.client.post('/mcp/a"%0d%0aX-Forged: 1', json={})
    assert refused.status_code == 401
    assert "x-forged" not in refused.headers
    assert "%0D%0AX-Forged%3A%201" in refused.headers["WWW-Authenticate"]


async def test_other_methods_and_large_bodies_are_refused(
    server: RunningServer, make_user: Callable[[], Person]
) -> None:
    headers = {"Authorization": f"Bearer {make_user().jwt(JWT_SECRET)}"}
    assert (await server.client.get("/mcp/helper", headers=headers)).status_code == 405
    large = await server.client.post("/mcp/helper", content=b"x" * 300_000, headers=headers)
    assert large.status_code == 413


@pytest.fixture(scope="session")
def clients_folder() -> Path:
    """The official TypeScript clients, installed, and the test file."""
    return installed(ROOT / "tests" / "js" / "mcp")


async def test_the_official_typescript_clients_work(
    server: RunningServer, make_user: Callable[[], Person], clients_folder: Path
) -> None:
    async with listening(server.app) as port:
        process = await asyncio.create_subprocess_exec(
            node(),
            "--test",
            "--test-reporter=spec",
            "clients.test.mjs",
            cwd=clients_folder,
            env={
                **node_environment(),
                "MCP_URL": f"http://127.0.0.1:{port}/mcp/helper",
                "MCP_TOKEN": make_user().jwt(JWT_SECRET),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output = (await asyncio.wait_for(process.communicate(), timeout=60))[0].decode()
    assert process.returncode == 0, output
    assert "pass 8" in output


def allow(owner: psycopg.Connection, person: Person, tool: str, approval: str) -> None:
    """What the person chose for a tool in their settings."""
    owner.execute(
        """
        insert into user_tool_preferences (user_id, tool_id, approval)
        select %(user_id)s, id, %(approval)s from agent_tools where name = %(tool)s
        """,
        {"user_id": person.id, "tool": tool, "approval": approval},
    )
