"""A shelf of books with policies, and tools on it that are called as somebody."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from core.db import Pool, create_pool
from core.tools.base import ClarityTool, RunContext
from core.tools.definition import Table, ToolDefinition
from core.tools.registry import build_tool
from core.types import User
from fixtures.databases import Database
from fixtures.people import Person
from fixtures.tool_services import SERVICES

SHELF = Path(__file__).with_name("shelf.sql")


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The tables of shelf.sql in a database of the test's own, and a pool of the server's connections."""

    owner: psycopg.Connection
    pool: Pool
    make_user: Callable[[], Person]
    queries: list[str] = field(default_factory=list[str])

    def table(self, name: str) -> Table | None:
        row = self.owner.execute("select private.describe_table(%(name)s)", {"name": name}).fetchone()
        return Table.from_row(row[0]) if row and row[0] else None

    def related(self, config: dict[str, Any]) -> dict[str, Any]:
        row = self.owner.execute(
            "select private.describe_related(%(config)s)", {"config": Jsonb(config)}
        ).fetchone()
        return row[0] if row else {}

    def tool(self, **config: Any) -> ClarityTool:
        """A CRUDTool on `books`, unless the config names another table."""
        config = {"table_name": "books", **config}
        definition = ToolDefinition(
            id=uuid4(),
            name="tool",
            type="CRUDTool",
            description="",
            config=config,
            approval="auto",
            table=self.table(config["table_name"]),
            related=self.related(config),
        )
        return build_tool(definition, SERVICES)

    def context(self, person: Person, tool_timeout_seconds: float = 10) -> RunContext:
        return RunContext(
            pool=self.pool,
            user=User.from_claims(person.claims),
            agent_name="librarian",
            tool_timeout_seconds=tool_timeout_seconds,
            on_query=self.queries.append,
        )

    async def call(self, person: Person, arguments: Mapping[str, Any], **config: Any) -> dict[str, Any]:
        """The answer of a tool with this config, called as `person`."""
        return json.loads(await self.tool(**config).invoke_as(self.context(person), arguments))

    async def add(self, person: Person, **data: Any) -> dict[str, Any]:
        """A new book of `person`, as it comes back."""
        return (await self.call(person, {"data": data}, method="create"))["created"]

    def books(self) -> list[tuple[Any, ...]]:
        """Every user's books, as the owner of the database sees them, in the order of their titles."""
        return self.owner.execute("select user_id, title, status from public.books order by title").fetchall()


@pytest.fixture
async def shelf(
    database: Database, owner: psycopg.Connection, make_user: Callable[[], Person]
) -> AsyncIterator[Shelf]:
    owner.execute(SHELF.read_bytes())
    async with create_pool(database.server_url, min_size=1, max_size=4) as pool:
        yield Shelf(owner=owner, pool=pool, make_user=make_user)


@pytest.fixture
def ada(shelf: Shelf) -> Person:
    return shelf.make_user()


@pytest.fixture
def bob(shelf: Shelf) -> Person:
    return shelf.make_user()


@pytest.fixture
def add_agent_tool(shelf: Shelf) -> Callable[[Mapping[str, Any]], str]:
    """`add_agent_tool(config)` writes the row of such a CRUDTool, and gives the refusal's sentence, or ""."""
    shelf.owner.execute("insert into agent_configurations (agent_name) values ('librarian')")

    def add(config: Mapping[str, Any]) -> str:
        try:
            with shelf.owner.transaction():
                shelf.owner.execute(
                    """insert into agent_tools (agent_id, name, config)
                    select id, 'tool', %(config)s from agent_configurations""",
                    {"config": Jsonb(config)},
                )
        except psycopg.errors.CheckViolation as refusal:
            return refusal.diag.message_primary or ""
        return ""

    return add
