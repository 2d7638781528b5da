"""What a user tries with agents and tools of their own: it gives them nothing they had not before."""

import psycopg
import pytest
from psycopg.types.json import Jsonb

from fixtures.databases import Database
from fixtures.people import act_as
from integration.database.world import World

CONFIG = Jsonb({"table_name": "notes", "method": "count"})
INSERT_AGENT = "insert into agent_configurations (agent_name, owner_id) values (%(name)s, %(owner)s)"
INSERT_TOOL = "insert into agent_tools (agent_id, name, config) values (%(agent)s, %(name)s, %(config)s)"


def limit(owner: psycopg.Connection, what: str, most: int) -> None:
    owner.execute(
        "update private.limits set value = %(most)s where name = %(what)s", {"most": most, "what": what}
    )


def test_a_user_makes_an_agent_with_tools(owner: psycopg.Connection, world: World) -> None:
    with act_as(owner, world.bob):
        row = owner.execute(
            INSERT_AGENT + " returning id", {"name": "mine", "owner": world.bob.id}
        ).fetchone()
        assert row
        owner.execute(INSERT_TOOL, {"agent": row[0], "name": "count", "config": CONFIG})


def test_nobody_makes_an_agent_for_somebody_else(owner: psycopg.Connection, world: World) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, world.bob):
        owner.execute(INSERT_AGENT, {"name": "yours", "owner": world.ada.id})


@pytest.mark.parametrize("whose", ["agent_configurations", "shared"])
def test_nobody_puts_a_tool_into_an_agent_that_is_not_theirs(
    whose: str, owner: psycopg.Connection, world: World
) -> None:
    agent = {**world.ids, "shared": world.shared_agent}[whose]
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, world.bob):
        owner.execute(INSERT_TOOL, {"agent": agent, "name": "count", "config": CONFIG})


@pytest.mark.parametrize("whose", ["agent_configurations", "shared"])
def test_nobody_moves_a_tool_into_an_agent_that_is_not_theirs(
    whose: str, owner: psycopg.Connection, world: World
) -> None:
    agent = {**world.ids, "shared": world.shared_agent}[whose]
    with act_as(owner, world.bob):
        row = owner.execute(
            INSERT_AGENT + " returning id", {"name": "mine", "owner": world.bob.id}
        ).fetchone()
        assert row
        owner.execute(INSERT_TOOL, {"agent": row[0], "name": "count", "config": CONFIG})
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, world.bob):
        owner.execute("update agent_tools set agent_id = %(agent)s", {"agent": agent})


def test_nobody_gives_their_agent_away_or_makes_it_everybodys(
    owner: psycopg.Connection, world: World
) -> None:
    for whom in (world.bob.id, None):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, world.ada):
            owner.execute("update agent_configurations set owner_id = %(whom)s", {"whom": whom})


def test_a_user_has_no_more_agents_than_the_limit(owner: psycopg.Connection, world: World) -> None:
    limit(owner, "private agents", 2)
    with act_as(owner, world.ada):
        owner.execute(INSERT_AGENT, {"name": "second", "owner": world.ada.id})
    with (
        pytest.raises(psycopg.errors.CheckViolation, match="may have 2 private agents, and 2 are there"),
        act_as(owner, world.ada),
    ):
        owner.execute(INSERT_AGENT, {"name": "third", "owner": world.ada.id})
    with act_as(owner, world.bob):
        owner.execute(INSERT_AGENT, {"name": "first", "owner": world.bob.id})


def test_a_user_has_no_more_tools_than_the_limit_however_they_come(
    owner: psycopg.Connection, world: World
) -> None:
    limit(owner, "tools of private agents", 2)
    agent = world.ids["agent_configurations"]
    with act_as(owner, world.ada):
        owner.execute(INSERT_TOOL, {"agent": agent, "name": "second", "config": CONFIG})
        owner.execute("update agent_tools set description = 'still two' where name = 'second'")
        owner.execute("update agent_tools set agent_id = agent_id")
    with pytest.raises(psycopg.errors.CheckViolation, match="tools of private"), act_as(owner, world.ada):
        owner.execute(INSERT_TOOL, {"agent": agent, "name": "third", "config": CONFIG})
    owner.execute(INSERT_TOOL, {"agent": world.shared_agent, "name": "third", "config": CONFIG})


def test_two_inserts_at_once_do_not_pass_the_limit_together(
    owner: psycopg.Connection, database: Database, world: World
) -> None:
    limit(owner, "private agents", 2)
    with psycopg.connect(database.owner_url) as one, psycopg.connect(database.owner_url) as other:
        with act_as(one, world.ada):
            one.execute(INSERT_AGENT, {"name": "second", "owner": world.ada.id})
            other.execute("set lock_timeout = '50ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable), act_as(other, world.ada):
                other.execute(INSERT_AGENT, {"name": "third", "owner": world.ada.id})
        one.commit()
        with pytest.raises(psycopg.errors.CheckViolation), act_as(other, world.ada):
            other.execute(INSERT_AGENT, {"name": "third", "owner": world.ada.id})


def test_the_limits_are_nobodys_to_change(owner: psycopg.Connection, world: World) -> None:
    for person in (world.ada, None):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, person):
            owner.execute("update private.limits set value = 1000")
