"""What a turn may cost, in things that can be counted: it fails when one of them grows.

Times are measured in bench/, never here.
"""

import json
from collections.abc import AsyncIterator
from cProfile import Profile
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from core.agents.models import Models
from core.db import Pool, create_pool, fetch_all, fetch_one
from core.services import create_services
from fixtures.counting_proxy import CountingProxy, counting_proxy
from fixtures.databases import Database
from fixtures.openai_server import Completion, OpenAIServer
from fixtures.scripted_model import Reply
from integration.core.conftest import CONFIG, Stage


@pytest.fixture
async def proxy(database: Database) -> AsyncIterator[CountingProxy]:
    async with counting_proxy(database.server_url) as proxy:
        yield proxy


@pytest.fixture
async def counted(stage: Stage, proxy: CountingProxy) -> AsyncIterator[Stage]:
    """The stage behind the proxy, its executor built and its first chat begun."""
    for number in range(10):
        stage.add_tool(f"list_{number}", method="fetch")
    stage.add_tool("add_task", method="create")
    async with create_pool(proxy.url, min_size=1, max_size=4) as pool:
        services = create_services(pool, CONFIG, models=stage.services.models)
        yield replace(stage, services=services)
        await services.aclose(grace_seconds=0)


def calls(count: int) -> Reply:
    return Reply(tool_calls=[(f"list_{number}", {}) for number in range(count)])


@pytest.mark.parametrize(
    ("replies", "round_trips"),
    [
        (["Hello."], 2),
        ([calls(1), "One."], 3),
        ([calls(3), "Three."], 5),
        # The note in the journal of a call that changes something travels with its statement.
        ([Reply(tool_calls=[("add_task", {"data": {"title": "Water"}})]), "Done."], 3),
        ([calls(1), calls(1), calls(1), "Three, one by one."], 5),
    ],
    ids=["no call", "one", "three at once", "a write", "three in turn"],
)
async def test_a_turn_is_one_round_trip_to_open_one_to_close_and_one_a_call(
    counted: Stage, proxy: CountingProxy, replies: list[Reply | str], round_trips: int
) -> None:
    counted.model.reply("Hi.", *replies)
    chat_id = (await counted.turn("Hi")).chat_id
    proxy.reset()

    await counted.turn("Go on", chat_id=chat_id)

    assert proxy.round_trips == round_trips
    # Between two round trips no transaction is open: nothing is held while a model thinks.
    assert proxy.left_open == 0


async def test_the_first_turn_of_an_agent_costs_one_more_to_build_it(
    counted: Stage, proxy: CountingProxy
) -> None:
    counted.model.reply("Hi.")
    proxy.reset()

    await counted.turn("Hi")

    assert proxy.round_trips == 3


async def test_a_change_of_a_row_costs_the_next_turn_one_more_and_no_other(
    counted: Stage, proxy: CountingProxy
) -> None:
    counted.model.reply("1", "2", "3")
    chat_id = (await counted.turn("a")).chat_id
    counted.owner.execute("update agent_tools set description = 'new' where name = 'add_task'")
    costs: list[int] = []
    for text in ("b", "c"):
        proxy.reset()
        await counted.turn(text, chat_id=chat_id)
        costs.append(proxy.round_trips)

    assert costs == [3, 2]


ADD_CHATS_OF_OTHERS = """
with somebody as (
  insert into auth.users (id, aud, role, email, raw_app_meta_data)
  select gen_random_uuid(), 'authenticated', 'authenticated', i || '@example.com', '{}'
    from generate_series(1, %(count)s) as i
  returning id)
insert into chats (user_id, agent_name) select id, %(agent)s from somebody returning id
"""
ADD_MESSAGES = """
insert into chat_message_history (session_id, user_id, message)
select chats.id, user_id, jsonb_build_object('type', kind, 'data', jsonb_build_object(
         'type', kind, 'content', 'message ' || i))
  from chats, generate_series(1, %(count)s) as i,
       lateral (select case i %% 2 when 1 then 'human' else 'ai' end) as k (kind)
 where chats.id = any (%(chats)s)
"""
ADD_RUNS = """
insert into chat_runs (chat_id, user_id, agent_name, user_message_uuid, status, started_at)
select %(chat)s, %(user)s, %(agent)s, gen_random_uuid(), 'completed', now() - i * interval '2 days'
  from generate_series(1, %(count)s) as i
"""
# Rows that statements have been given to look at, by an index or without one.
ROWS_READ = """
select relname, seq_tup_read + coalesce(idx_tup_fetch, 0) as read from pg_stat_user_tables
 where relname in ('chat_message_history', 'chat_runs')
"""


async def test_a_long_chat_costs_no_more_than_a_short_one(
    counted: Stage, proxy: CountingProxy, owner: psycopg.Connection
) -> None:
    counted.model.reply("1", "2")
    chat_id = (await counted.turn("a")).chat_id
    owner.execute(ADD_MESSAGES, {"chats": [chat_id], "count": 2000})
    proxy.reset()

    await counted.turn("b", chat_id=chat_id)

    assert proxy.round_trips == 2
    assert len(counted.model.requests[-1]) == 1 + CONFIG.history_messages + 1


@pytest.mark.parametrize("is_known", [True, False], ids=["known to them", "begun since"])
async def test_a_chat_that_has_grown_since_the_statistics_were_made_is_read_from_its_end(
    stage: Stage, database: Database, is_known: bool
) -> None:
    chat_id = await grown_chat(stage, is_known=is_known)
    # One connection, whose counts can be asked for.
    async with create_pool(database.server_url, min_size=1, max_size=1) as pool:
        services = create_services(pool, CONFIG, models=stage.services.models)
        before = await rows_read(pool)
        await replace(stage, services=services).turn("b", chat_id=chat_id)
        after = await rows_read(pool)
        await services.aclose(grace_seconds=0)

    assert len(stage.model.requests[-1]) == 1 + CONFIG.history_messages + 1
    assert CONFIG.history_messages <= after["chat_message_history"] - before["chat_message_history"]
    assert after["chat_message_history"] - before["chat_message_history"] < 3 * CONFIG.history_messages
    assert after["chat_runs"] - before["chat_runs"] < 20


async def grown_chat(stage: Stage, *, is_known: bool) -> UUID:
    """A chat of 3,000 messages and 1,500 turns, of which the statistics know two messages or none."""
    others = stage.owner.execute(ADD_CHATS_OF_OTHERS, {"agent": "helper", "count": 50}).fetchall()
    stage.owner.execute(ADD_MESSAGES, {"chats": [chat for (chat,) in others], "count": 20})
    if not is_known:
        stage.owner.execute("analyze chats, chat_runs, chat_message_history")
    stage.model.reply("1", "2")
    chat_id = (await stage.turn("a")).chat_id
    assert chat_id
    if is_known:
        stage.owner.execute("analyze chats, chat_runs, chat_message_history")
    stage.owner.execute(ADD_MESSAGES, {"chats": [chat_id], "count": 3000})
    runs = {"chat": chat_id, "user": stage.user.id, "agent": "helper", "count": 1500}
    stage.owner.execute(ADD_RUNS, runs)
    return chat_id


async def rows_read(pool: Pool) -> dict[str, int]:
    await fetch_one(pool, "select pg_stat_force_next_flush()", {})
    return {row["relname"]: row["read"] for row in await fetch_all(pool, ROWS_READ, {})}


@pytest.fixture
async def wired(stage: Stage, openai_server: OpenAIServer) -> AsyncIterator[Stage]:
    """The stage with ten tools and a model that is asked over HTTP."""
    for number in range(10):
        stage.add_tool(f"list_{number}", method="fetch", columns=["id", "title"], filters=["title"])
    stage.owner.execute(
        "update agent_configurations set llm_config = %(config)s",
        {"config": json.dumps({"model": "openai:m", "base_url": openai_server.base_url})},
    )
    models = Models(CONFIG)
    services = create_services(stage.services.pool, CONFIG, models=models)
    yield replace(stage, services=services)
    await services.aclose(grace_seconds=0)
    await models.aclose()


async def test_what_is_sent_to_the_model_does_not_grow(wired: Stage, openai_server: OpenAIServer) -> None:
    """The prompt, ten tools on the tasks' table and a short message, as they go over the wire."""
    openai_server.answer(Completion(text="Hello."))

    await wired.turn("Hi")

    [request] = openai_server.requests
    sizes: dict[str, Any] = {name: len(json.dumps(part)) for name, part in request.body.items()}
    assert len(request.body["tools"]) == 10
    assert sizes["tools"] <= 11_500
    assert sizes["messages"] <= 420


async def test_a_turn_calls_no_more_of_python_than_it_did(wired: Stage, openai_server: OpenAIServer) -> None:
    """Two model calls and a tool call between them: the cheapest of several turns, since others may wait."""
    counts: list[int] = []
    for _ in range(6):
        openai_server.answer(Completion(tool_calls=[("list_0", {})]), Completion(text="None of them."))
        profile = Profile(builtins=False)
        profile.enable()
        await wired.turn("Which tasks are there?")
        profile.disable()
        counts.append(sum(entry.callcount for entry in profile.getstats()))
    # 3,120 in Python 3.11; later ones call no function for a comprehension.
    assert min(counts) <= 3_300
