"""What a fetch through a CRUDTool costs, compared with the same SQL by hand.

`python bench/crud_fetch.py DATABASE_URL`; the URL is the owner's of a database with Clarity's migrations
(`clarity status --json`). Nothing is written. Both sides run as the same user, in one round trip, and give
the same JSON text.
"""

import asyncio
import statistics
import sys
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from core.config import CoreConfig
from core.db import Pool, create_pool, fetch_one
from core.tools.base import RunContext
from core.tools.crud_tool import CRUDTool
from core.tools.definition import Table, ToolDefinition
from core.tools.registry import build_tool
from core.tools.services import ToolServices
from core.types import User

ROUNDS = 40
CALLS = 50
COLUMNS = ["id", "title", "status", "priority", "due_date"]
BY_HAND = """
  select left(json_strip_nulls((
      select row_to_json(r.*) from (select t.id, t.title, t.status, t.priority, t.due_date) as r
    ))::text, 24001) as record, t.place
  from (
    select id, title, status, priority, due_date, array[created_at::text, id::text] as place from public.tasks
    where status = %(status)s order by created_at desc, id desc limit 26
  ) as t
"""


async def by_hand(pool: Pool, claims: dict[str, Any]) -> str:
    """What a careful author of one tool would write."""
    async with pool.connection() as conn:
        async with conn.pipeline():
            await conn.execute(
                "select private.become_user(%(claims)s), set_config('statement_timeout', '10000ms', true)",
                {"claims": Jsonb(claims)},
            )
            cursor = await conn.execute(BY_HAND, {"status": "pending"})
        rows = await cursor.fetchall()
    return '{"rows":[' + ",".join(row["record"] for row in rows[:25]) + "]}"


async def build(pool: Pool) -> CRUDTool:
    row = await fetch_one(pool, "select private.describe_table('tasks') as table", {})
    assert row
    config = {"table_name": "tasks", "method": "fetch", "columns": COLUMNS, "filters": ["status"]}
    definition = ToolDefinition(
        id=UUID(int=1), name="list_tasks", type="CRUDTool", description="", config=config, approval="auto",
        table=Table.from_row(row["table"]),
    )  # fmt: skip
    tool = build_tool(definition, ToolServices(config=CoreConfig()))
    assert isinstance(tool, CRUDTool)
    return tool


async def measure(call: Any) -> float:
    """Seconds of one call, over CALLS of them."""
    started = perf_counter()
    for _ in range(CALLS):
        await call()
    return (perf_counter() - started) / CALLS


async def main(url: str) -> None:
    user_id = uuid4()
    claims = {"sub": str(user_id), "role": "authenticated"}
    async with create_pool(url, min_size=1, max_size=1) as pool:
        tool = await build(pool)
        context = RunContext(
            pool=pool, user=User.from_claims(claims), agent_name="bench", tool_timeout_seconds=10
        )
        arguments = {"filters": {"status": "pending"}}
        pairs: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            # Alternating, so that whatever else the machine does slows both.
            hand = await measure(lambda: by_hand(pool, claims))
            pairs.append((hand, await measure(lambda: tool.invoke_as(context, arguments))))
    hand, through = (statistics.median(one) for one in zip(*pairs, strict=True))
    print(f"by hand {hand * 1e6:.0f} us, CRUDTool {through * 1e6:.0f} us, ratio {through / hand:.2f}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
