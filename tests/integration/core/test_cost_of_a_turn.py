"""What a turn may cost, in things that can be counted: it fails when one of them grows.

Times are measured in bench/, never here.
"""

import json
from collections.abc import AsyncIterator
from cProfile import Profile
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from core.agents.models import Models
from core.db import create_pool
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


async def test_a_long_chat_costs_no_more_than_a_short_one(
    counted: Stage, proxy: CountingProxy, owner: psycopg.Connection
) -> None:
    counted.model.reply("1", "2")
    chat_id = (await counted.turn("a")).chat_id
    owner.execute(
        """
        insert into chat_message_history (session_id, user_id, message)
        select %(chat)s, %(user)s, jsonb_build_object('type', kind, 'data', jsonb_build_object(
                 'type', kind, 'content', 'message ' || i))
          from generate_series(1, 2000) as i,
               lateral (select case i %% 2 when 1 then 'human' else 'ai' end) as k (kind)
        """,
        {"chat": chat_id, "user": counted.user.id},
    )
    proxy.reset()

    await counted.turn("b", chat_id=chat_id)

    assert proxy.round_trips == 2
    assert len(counted.model.requests[-1]) == 1 + CONFIG.history_messages + 1


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
    # 3,430 in Python 3.11; later ones call no function for a comprehension.
    assert min(counts) <= 3_600
