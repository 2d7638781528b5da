"""What 10,000 users' executors of one agent take: memory of each, and the time to evict them.

`python bench/executors.py OWNER_URL`, the owner's URL of a database that has Clarity's migrations and is of
no use for anything else: it gets users, an agent of ten tools, and session instances. It prints Markdown.
"""

import asyncio
import gc
import statistics
import sys
import tracemalloc
from time import perf_counter
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg

from cli.hosted import server_password
from core.agents.executor_cache import ExecutorCache
from core.agents.models import Models
from core.config import CoreConfig
from core.db import Pool, create_pool, fetch_all
from core.tools.base import RunContext
from core.tools.services import ToolAccess
from core.types import User

USERS = 10_000
ROUNDS = 9
AGENT = "bench-executors"
INSTRUCTION = "Answer in short sentences, and name the day of the week with each date."

ADD_USERS = """
insert into auth.users (id, aud, role, email, raw_app_meta_data)
select ('20000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'authenticated', 'authenticated',
       'e' || n || '@example.com', '{}'
  from generate_series(1, %(users)s) as n on conflict do nothing
"""
ADD_AGENT = """
with agent as (
  insert into agent_configurations (agent_name, system_prompt)
  values (%(agent)s, repeat('You are careful, and use a tool when it helps. ', 10)) returning id
)
insert into agent_tools (agent_id, name, type, description, config)
select agent.id, 'list_tasks_' || n, 'CRUDTool', 'List some of the user''s tasks.',
       '{"table_name": "tasks", "method": "fetch"}'
  from agent, generate_series(1, 10) as n
"""
ADD_SESSIONS = """
with begun as (
  insert into chats (user_id, agent_name)
  select ('20000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, %(agent)s
    from generate_series(1, %(users)s) as n
  returning id, user_id
)
insert into chat_sessions (chat_id, user_id, agent_name) select id, user_id, %(agent)s from begun
"""


def user_of(number: int) -> User:
    user_id = UUID(f"20000000-0000-4000-8000-{number:012x}")
    return User(id=user_id, claims={"sub": str(user_id), "role": "authenticated"})


async def main(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(ADD_USERS, {"users": USERS})
        owner.execute("delete from agent_configurations where agent_name = %(agent)s", {"agent": AGENT})
        owner.execute(ADD_AGENT, {"agent": AGENT})
        row = owner.execute(
            "select id, config_version from agent_configurations where agent_name = %(agent)s",
            {"agent": AGENT},
        ).fetchone()
    assert row
    config = CoreConfig(executor_cache_size=2 * USERS)
    models = Models(config)
    async with create_pool(_server_url(owner_url)) as pool:
        cache = ExecutorCache(pool, config, models, ToolAccess.of(config))
        await _fill(cache, pool, row[0], row[1], range(1))
        print("| 10,000 cached executors of an agent with ten tools | |")
        print("| --- | ---: |")
        for name, instructions in (("without", ()), ("with", (INSTRUCTION,))):
            bytes_each = await _memory(cache, pool, row[0], row[1], instructions)
            print(f"| memory of each, {name} instructions of its user's own | {bytes_each / 1024:.2f} KiB |")
        all_gone = await _evict(cache, pool, row[0], row[1], expected=USERS)
        print(f"| evict_inactive_executors, all of them inactive | {all_gone:.1f} ms |")
        with psycopg.connect(owner_url, autocommit=True) as owner:
            owner.execute(ADD_SESSIONS, {"agent": AGENT, "users": USERS})
            owner.execute("analyze chat_sessions")
        all_stay = await _evict(cache, pool, row[0], row[1], expected=0)
        print(f"| evict_inactive_executors, all of them active | {all_stay:.1f} ms |")
        print(f"| a round trip that does nothing | {await _round_trip(pool):.1f} ms |")
    await models.aclose()


async def _fill(
    cache: ExecutorCache,
    pool: Pool,
    agent_id: UUID,
    version: int,
    numbers: range,
    instructions: tuple[str, ...] = (),
) -> None:
    for number in numbers:
        caller = RunContext(
            user=user_of(number), pool=pool, agent_name=AGENT, tool_timeout_seconds=5, run_id=uuid4()
        )
        # As each turn does: the rows come from the database, so no two strings are the same object.
        own = tuple(str(bytearray(text.encode()), "utf-8") for text in instructions)
        await cache.get(caller, agent_id=agent_id, config_version=version, customizations=own)


async def _memory(
    cache: ExecutorCache, pool: Pool, agent_id: UUID, version: int, instructions: tuple[str, ...]
) -> float:
    """Bytes of one entry: its key, its executor and its place."""
    await cache.evict_inactive()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    await _fill(cache, pool, agent_id, version, range(1, USERS + 1), instructions)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(cache) == USERS
    return (after - before) / USERS


async def _evict(cache: ExecutorCache, pool: Pool, agent_id: UUID, version: int, *, expected: int) -> float:
    """Milliseconds of one eviction over all keys."""
    taken: list[float] = []
    for _ in range(ROUNDS):
        await _fill(cache, pool, agent_id, version, range(1, USERS + 1))
        started = perf_counter()
        evicted = await cache.evict_inactive()
        taken.append((perf_counter() - started) * 1000)
        assert evicted == expected
    return statistics.median(taken)


async def _round_trip(pool: Pool) -> float:
    taken: list[float] = []
    for _ in range(ROUNDS):
        started = perf_counter()
        await fetch_all(pool, "select 1 as one", {})
        taken.append((perf_counter() - started) * 1000)
    return statistics.median(taken)


def _server_url(owner_url: str) -> str:
    parts = urlsplit(owner_url)
    password = quote(server_password(parts.password or ""))
    return urlunsplit(parts._replace(netloc=f"clarity_server:{password}@{parts.hostname}:{parts.port}"))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
