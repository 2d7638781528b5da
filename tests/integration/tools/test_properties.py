"""Whatever rows say and models send: what the trigger accepts can be built; nothing crosses the policies."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import Pool, create_pool
from core.errors import AgentMisconfigured, ToolError
from core.tools.base import ClarityTool, RunContext
from core.tools.sentences import MAX_SENTENCE_CHARS
from fixtures.databases import Database
from fixtures.people import Person
from integration.tools.generated import COMPARED, HONEST, SECRET, WORLD, calls, configs

# One database serves all examples of a test.
BOUNDED = settings(
    max_examples=120,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def world(shelf: Any) -> Any:
    shelf.owner.execute(WORLD)
    return shelf


def refusal_of_the_server(world: Any, config: dict[str, Any]) -> str:
    try:
        world.tool(**config)
    except AgentMisconfigured as refusal:
        return refusal.message
    return ""


def test_what_the_trigger_accepts_can_be_built_and_nothing_else(
    world: Any, add_agent_tool: Callable[[Any], str]
) -> None:
    verdicts = {True: 0, False: 0}

    @settings(BOUNDED, max_examples=500)
    @given(configs())
    def check(config: dict[str, Any]) -> None:
        written = add_agent_tool(config)
        built = refusal_of_the_server(world, config)
        assert bool(written) == bool(built), (config, written, built)
        verdicts[not built] += 1
        world.owner.execute("delete from agent_tools")

    check()
    # Both verdicts have to occur for the test to say anything.
    assert min(verdicts.values()) > 50


class Runner:
    """Runs coroutines of synchronous examples, with one pool for all of them."""

    def __init__(self, database: Database) -> None:
        self._runner = asyncio.Runner()
        self._database = database

    def __enter__(self) -> "Runner":
        self._runner.__enter__()
        self.pool: Pool = create_pool(self._database.server_url, min_size=1, max_size=2)
        self.run(self.pool.open())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self.pool.close())
        self._runner.close()

    def run(self, work: Awaitable[Any]) -> Any:
        async def wait() -> Any:
            return await work

        return self._runner.run(wait())


@pytest.fixture
def people(world: Any) -> tuple[Person, Person]:
    """One who reads and writes, and one whose row carries SECRET wherever a text can."""
    ada, bob = world.make_user(), world.make_user()
    world.owner.execute(
        """
        insert into public.facts (user_id, label, group_id, stars, amount, tags, extra, old)
        values (%(bob)s, %(secret)s, 1, 5, 5, array[%(secret)s], to_jsonb(%(secret)s::text),
                to_json(%(secret)s::text))
        """,
        {"bob": bob.id, "secret": SECRET},
    )
    return ada, bob


def is_same(sent: Any, back: Any) -> bool:
    """Whether the two are one value: Postgres writes some in another form."""
    if sent == back:
        return True
    if isinstance(sent, str) and isinstance(back, int | float):
        return float(sent) == float(back)
    return isinstance(sent, str) and isinstance(back, str) and _moment(sent) == _moment(back) is not None


def _moment(text: str) -> datetime | time | None:
    for form in (datetime, time):
        try:
            return form.fromisoformat(text)
        except ValueError:
            continue
    return None


def test_what_is_written_comes_back_and_is_found(
    world: Any, database: Database, people: tuple[Person, Person]
) -> None:
    ada, _ = people
    world.owner.execute("alter table public.facts drop constraint facts_user_id_label_key")
    create = world.tool(table_name="facts", method="create")
    fetch = world.tool(table_name="facts", method="fetch", columns=["id", *HONEST])
    with Runner(database) as runner:
        context = replace(world.context(ada), pool=runner.pool)

        @BOUNDED
        @given(st.fixed_dictionaries({}, optional=HONEST))
        def check(data: dict[str, Any]) -> None:
            made = json.loads(runner.run(create.invoke_as(context, {"data": data})))["created"]
            assert {
                name: (data[name], made.get(name)) for name in data if not is_same(data[name], made.get(name))
            } == {}
            filters = {"id": made["id"], **{name: data[name] for name in COMPARED if name in data}}
            found = json.loads(runner.run(fetch.invoke_as(context, {"filters": filters})))
            assert [row["id"] for row in found["rows"]] == [made["id"]]

        check()


def _told_before(
    tool: ClarityTool, run: Callable[[Awaitable[Any]], Any], context: RunContext, arguments: dict[str, Any]
) -> str:
    """What a person would be told about the call, if it can be made at all."""
    try:
        values = tool.validated(arguments)
    except ToolError:
        return ""
    summary = tool.summary(values)
    assert summary.isprintable()
    assert len(summary) <= MAX_SENTENCE_CHARS
    return summary + json.dumps(run(tool.preview(context, values)))


def test_whatever_is_sent_to_whatever_tool_nothing_of_another_user_is_read_or_changed(
    world: Any, database: Database, people: tuple[Person, Person]
) -> None:
    ada, bob = people
    theirs = world.owner.execute("select * from public.facts").fetchall()
    outcomes = {"answers": 0, "refusals": 0}
    with Runner(database) as runner:
        context = replace(world.context(ada), pool=runner.pool)

        @settings(BOUNDED, max_examples=400)
        @given(configs(), calls)
        def check(config: dict[str, Any], arguments: dict[str, Any]) -> None:
            told = ""
            try:
                tool = world.tool(**config)
                told = _told_before(tool, runner.run, context, arguments)
                answer = runner.run(tool.invoke_as(context, arguments))
                assert json.loads(answer)
                outcomes["answers"] += 1
            except AgentMisconfigured:
                return
            except ToolError as error:
                answer = error.message
                outcomes["refusals"] += 1
            # What the model itself sent may be told back to it.
            if SECRET not in json.dumps([config, arguments]):
                assert SECRET not in answer + told
            assert str(bob.id) not in answer
            rows = world.owner.execute("select * from public.facts where user_id = %(id)s", {"id": bob.id})
            assert rows.fetchall() == theirs
            others = world.owner.execute(
                "select count(*) from public.facts where user_id not in (%(ada)s, %(bob)s)",
                {"ada": ada.id, "bob": bob.id},
            )
            assert others.fetchone() == (0,)

        check()
    assert min(outcomes.values()) > 20
