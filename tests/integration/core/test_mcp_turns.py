"""Turns of an agent whose row names a remote MCP server: everything but the model is real."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from core.db import Pool
from core.tools.credential_cipher import CredentialCipher
from core.tools.user_credentials import save_credential
from core.types import User
from fixtures.mcp_remote import RemoteMCP, text, tool
from fixtures.people import Person
from fixtures.scripted_model import Reply
from integration.core.conftest import Stage

KEY = "q83vq83vq83vq83vq83vq83vq83vq83vq83vq83vq80="


@pytest.fixture
async def far(stage: Stage, remote: RemoteMCP) -> AsyncIterator[Stage]:
    """The stage on a server that may speak to `remote` and keeps users' credentials."""
    with_hosts = stage.with_config(http_allowed_hosts=(remote.origin,), credentials_keys=(KEY,))
    yield with_hosts
    await with_hosts.services.aclose(grace_seconds=0)


def add_row(stage: Stage, remote: RemoteMCP, **config: Any) -> None:
    stage.owner.execute(
        """
        insert into agent_tools (agent_id, name, type, config)
        values (%(agent_id)s, 'far', 'MCPTool', %(config)s)
        """,
        {"agent_id": stage.agent_id, "config": Jsonb({"url": remote.url, **config})},
    )


def offered(stage: Stage, turn: int = -1) -> list[str]:
    """The names of the tools that the model was offered."""
    return sorted(one["function"]["name"] for one in stage.model.bound_tools[turn])


async def test_a_row_gives_the_model_the_servers_tools_and_their_answers(
    far: Stage, remote: RemoteMCP
) -> None:
    add_row(far, remote)
    far.model.reply(Reply(tool_calls=[("far_echo", {"text": "hi"})]), "Done.")
    result = await far.turn("Say hi there.")
    assert offered(far) == ["far_echo"]
    [call] = result.tool_calls
    assert (call.status, call.result) == ("success", "{'text': 'hi'}")


async def test_an_outage_is_a_tool_error_and_the_agent_goes_on(far: Stage, remote: RemoteMCP) -> None:
    add_row(far, remote)
    far.model.reply("Hello.")
    await far.turn("Hello?")
    await remote.stop()
    far.model.reply(Reply(tool_calls=[("far_echo", {})]), "It is away.")
    result = await far.turn("Say hi.")
    [call] = result.tool_calls
    assert call.status == "error"
    assert call.result == f"The MCP server {remote.origin} cannot be reached right now."
    assert result.response == "It is away."


async def test_an_agent_whose_server_was_never_there_runs_and_knows_why(
    far: Stage, remote: RemoteMCP
) -> None:
    add_row(far, remote)
    far.add_tool("list_tasks", method="fetch")
    await remote.stop()
    far.model.reply("Hello.")
    assert (await far.turn("Hello?")).response == "Hello."
    assert offered(far) == ["list_tasks"]
    assert "far" in far.model.requests[-1][0].text


async def test_a_list_that_is_too_old_is_asked_for_again_by_the_next_turn(
    far: Stage, remote: RemoteMCP
) -> None:
    add_row(far, remote, cache_ttl_seconds=0)
    far.model.reply("One.", "Two.")
    await far.turn("One?")
    remote.tools.append(tool("search"))
    await far.turn("Two?")
    assert offered(far) == ["far_echo", "far_search"]


async def test_each_user_calls_with_a_credential_of_their_own(
    far: Stage, remote: RemoteMCP, pool: Pool, make_user: Callable[[], Person]
) -> None:
    add_row(far, remote, credentials={"user_credential": "far"})
    others = [User.from_claims(make_user().claims) for _ in range(2)]
    cipher = CredentialCipher.of((KEY,))
    for number, user in enumerate(others):
        await save_credential(pool, cipher, user, name="far", value=f"secret-of-{number}")
    for user in others:
        far.model.reply(Reply(tool_calls=[("far_echo", {})]), "Done.")
        await far.turn("Go.", user=user)
    sent = ["Bearer secret-of-0"] * 2 + ["Bearer secret-of-1"] * 2
    assert [token for _, token in remote.asked] == sent
    # A third user has set none: their model has no such tool, and nobody else's credential is used.
    far.model.reply("I cannot.")
    await far.turn("Go.")
    assert offered(far) == []
    assert len(remote.asked) == 4


async def test_the_callers_token_goes_with_their_own_turn_only(
    far: Stage, remote: RemoteMCP, make_user: Callable[[], Person]
) -> None:
    there = far.with_config(http_jwt_hosts=(remote.origin,))
    add_row(there, remote, credentials="caller_jwt")
    for number in range(2):
        user = replace(User.from_claims(make_user().claims), access_token=f"token-{number}-of-a-user")
        remote.answers["echo"] = lambda _, number=number: text(f"token-{number}-of-a-user")
        there.model.reply(Reply(tool_calls=[("far_echo", {})]), "Done.")
        [call] = (await there.turn("Go.", user=user)).tool_calls
        assert call.result == "[access token]"
    assert [token for _, token in remote.asked] == [
        "Bearer token-0-of-a-user",
        "Bearer token-0-of-a-user",
        "Bearer token-1-of-a-user",
        "Bearer token-1-of-a-user",
    ]
    await there.services.aclose(grace_seconds=0)


async def test_what_a_server_sends_can_always_be_stored(far: Stage, remote: RemoteMCP) -> None:
    add_row(far, remote)
    remote.answers["echo"] = lambda _: text("a\0b")
    far.model.reply(Reply(tool_calls=[("far_echo", {})]), "Done.")
    [call] = (await far.turn("Go.")).tool_calls
    assert call.result == "a\ufffdb"


async def test_a_row_that_asks_asks_for_every_tool_of_its_server(far: Stage, remote: RemoteMCP) -> None:
    add_row(far, remote)
    far.owner.execute("update agent_tools set approval = 'ask'")
    far.model.reply(Reply(tool_calls=[("far_echo", {})]))
    [action] = (await far.turn("Go.")).pending_actions
    assert action.tool_name == "far_echo"
    assert remote.count("tools/call") == 0
