"""Executors between turns: kept, shared, replaced when they are out of date, and given up."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from core.chats.sessions import deactivate_stale_chat_session_instances
from core.services import create_services
from core.tools.services import ToolAccess, ToolServices
from core.tools.tool_types import GROUP, ToolTypes
from core.types import User
from fixtures.people import Person
from integration.core.conftest import Stage


async def test_the_second_turn_finds_the_executor_of_the_first(stage: Stage) -> None:
    stage.model.reply("1", "2")

    await stage.turn("a")
    await stage.turn("b")

    statistics = stage.services.executors.statistics
    assert (statistics.hits, statistics.misses, statistics.agents_compiled) == (1, 1, 1)


async def test_users_share_what_is_the_same_for_all(stage: Stage, make_user: Callable[[], Person]) -> None:
    users = [User.from_claims(make_user().claims) for _ in range(5)]
    stage.model.reply(*["x"] * 5)

    await asyncio.gather(*(stage.turn("a", user=user) for user in users))

    assert len(stage.services.executors) == 5
    assert stage.services.executors.statistics.agents_compiled == 1


async def test_a_changed_instruction_of_the_user_replaces_their_executor_only(stage: Stage) -> None:
    stage.model.reply("1", "2")
    await stage.turn("a")
    stage.owner.execute(
        """
        insert into user_agent_prompt_customizations (user_id, agent_name, content)
        values (%(u)s, 'helper', 'Rhyme.')
        """,
        {"u": stage.user.id},
    )

    await stage.turn("b")

    assert "Rhyme." in stage.model.requests[-1][0].text
    assert stage.services.executors.statistics.agents_compiled == 1


async def test_executors_without_an_active_session_instance_are_evicted(
    stage: Stage, make_user: Callable[[], Person]
) -> None:
    away = User.from_claims(make_user().claims)
    stage.model.reply("1", "2")
    chat_id = (await stage.turn("a")).chat_id
    await stage.turn("b", user=away)
    stage.owner.execute(
        "insert into chat_sessions (user_id, chat_id, agent_name) values (%(u)s, %(c)s, 'helper')",
        {"u": stage.user.id, "c": chat_id},
    )

    assert await stage.services.executors.evict_inactive() == 1
    assert len(stage.services.executors) == 1
    assert await stage.services.executors.evict_inactive() == 0


async def test_an_empty_cache_has_nothing_to_evict(stage: Stage) -> None:
    assert await stage.services.executors.evict_inactive() == 0


async def test_a_session_without_heartbeat_is_deactivated_and_keeps_its_last_one(stage: Stage) -> None:
    stage.model.reply("1")
    chat_id = (await stage.turn("a")).chat_id
    stage.owner.execute(
        "insert into chat_sessions (user_id, chat_id, agent_name) values (%(u)s, %(c)s, 'helper')",
        {"u": stage.user.id, "c": chat_id},
    )
    [(heartbeat,)] = stage.rows("select updated_at from chat_sessions")
    pool, now = stage.services.pool, datetime.now(UTC)

    early = await deactivate_stale_chat_session_instances(pool, at=now + timedelta(minutes=29))
    late = await deactivate_stale_chat_session_instances(pool, at=now + timedelta(minutes=31))

    assert (early, late) == (0, 1)
    assert stage.rows("select is_active, updated_at from chat_sessions") == [(False, heartbeat)]


@pytest.fixture
def echo(stage: Stage) -> Stage:
    """The stage on a server that has the plugin EchoTool, whose rows the test adds with `add_echo`."""
    stage.owner.execute("insert into private.tool_types (name, package) values ('EchoTool', 'echo')")
    types = ToolTypes.of([EntryPoint("EchoTool", "fixtures.echo_tool:EchoTool", GROUP)])
    services = ToolServices(config=stage.services.config, types=types)
    return replace(
        stage,
        services=create_services(
            stage.services.pool,
            stage.services.config,
            models=stage.services.models,
            tools=ToolAccess(shared=services, private=services),
        ),
    )


def add_echo(stage: Stage, **config: Any) -> None:
    stage.owner.execute(
        """
        insert into agent_tools (agent_id, name, type, config)
        values (%(agent_id)s, 'echo', 'EchoTool', %(config)s)
        """,
        {"agent_id": stage.agent_id, "config": Jsonb(config)},
    )


def offered(stage: Stage) -> list[list[str]]:
    return [[tool["function"]["name"] for tool in tools] for tools in stage.model.bound_tools]


async def test_tools_that_expire_are_built_again_by_the_next_turn(echo: Stage) -> None:
    add_echo(echo, names=["x"], seconds=0)
    echo.model.reply("1", "2")

    await echo.turn("a")
    await echo.turn("b")

    assert echo.services.executors.statistics.agents_compiled == 2


async def test_tools_that_do_not_expire_yet_are_kept(echo: Stage) -> None:
    add_echo(echo, names=["x"], seconds=60)
    echo.model.reply("1", "2")

    await echo.turn("a")
    await echo.turn("b")

    assert echo.services.executors.statistics.agents_compiled == 1


async def test_tools_of_a_users_own_are_never_shared_with_another(
    echo: Stage, make_user: Callable[[], Person]
) -> None:
    add_echo(echo, personal=True)
    users = [User.from_claims(make_user().claims) for _ in range(4)]
    echo.model.reply(*["x"] * 8)

    await asyncio.gather(*(echo.turn("a", user=user) for user in users))
    together = offered(echo)
    for user in users:
        await echo.turn("b", user=user)

    assert sorted(together) == sorted([f"of_{user.id.hex}"] for user in users)
    assert offered(echo)[4:] == [[f"of_{user.id.hex}"] for user in users]
