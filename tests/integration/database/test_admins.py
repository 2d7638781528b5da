"""Who runs the shared agents: admins, under row-level security, and nobody else."""

from typing import LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from fixtures.people import Person, act_as
from integration.database.world import AddTool, World

CONFIG = {"table_name": "notes", "method": "count"}
EVIL = Jsonb({"model": "openai:gpt-5-mini", "base_url": "https://evil.example/v1"})


@pytest.fixture
def admin(owner: psycopg.Connection, world: World) -> Person:
    owner.execute("insert into admins (user_id) values (%(id)s)", {"id": world.bob.id})
    return world.bob


@pytest.mark.parametrize(
    "statement",
    [
        "insert into admins (user_id) values (auth.uid())",
        "update admins set user_id = auth.uid()",
        "delete from admins",
    ],
)
def test_nobody_makes_themselves_an_admin(
    statement: LiteralString, owner: psycopg.Connection, world: World, admin: Person
) -> None:
    for person in (world.ada, admin, None):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, person):
            owner.execute(statement)


def test_a_user_sees_of_the_admins_only_themselves(
    owner: psycopg.Connection, world: World, admin: Person
) -> None:
    with act_as(owner, admin):
        assert owner.execute("select user_id from admins").fetchall() == [(admin.id,)]
    with act_as(owner, world.ada):
        assert owner.execute("select user_id from admins").fetchall() == []


def test_an_admin_manages_shared_agents_and_their_tools(owner: psycopg.Connection, admin: Person) -> None:
    with act_as(owner, admin):
        row = owner.execute(
            "insert into agent_configurations (agent_name, system_prompt) values ('new', 'Hi') returning id"
        ).fetchone()
        assert row
        agent = {"agent": row[0], "config": Jsonb(CONFIG)}
        insert = "insert into agent_tools (agent_id, name, config) values (%(agent)s, 'count', %(config)s)"
        owner.execute(insert, agent)
        owner.execute("update agent_configurations set is_active = false where id = %(agent)s", agent)
        owner.execute("update agent_tools set is_active = false where agent_id = %(agent)s", agent)
    with act_as(owner, admin):
        inactive = "select agent_name from agent_configurations where not is_active"
        assert owner.execute(inactive).fetchall() == [("new",)]
        history = owner.execute(
            "select action, changed_by from agent_config_history where agent_id = %(agent)s order by id",
            agent,
        )
        actions = ("insert", "insert", "update", "update")
        assert history.fetchall() == [(action, admin.id) for action in actions]
        assert owner.execute("delete from agent_tools where agent_id = %(agent)s", agent).rowcount == 1
        assert owner.execute("delete from agent_configurations where id = %(agent)s", agent).rowcount == 1


@pytest.mark.parametrize(
    "statement",
    [
        "update agent_configurations set description = 'mine' where owner_id is not null",
        "delete from agent_configurations where owner_id is not null",
        "update agent_tools set description = 'mine'",
        "delete from agent_tools",
        "select from agent_config_history where owner_id is not null",
        "select from agent_configurations where owner_id is not null",
    ],
)
def test_an_admin_has_no_part_in_private_agents(
    statement: LiteralString, owner: psycopg.Connection, admin: Person
) -> None:
    with act_as(owner, admin):
        assert owner.execute(statement).rowcount == 0


def test_an_admin_cannot_put_a_tool_into_somebodys_private_agent(
    owner: psycopg.Connection, world: World, admin: Person, add_tool: AddTool
) -> None:
    tool = add_tool(CONFIG)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, admin):
        owner.execute(
            "update agent_tools set agent_id = %(agent)s where id = %(tool)s",
            {"agent": world.ids["agent_configurations"], "tool": tool},
        )


def test_an_admin_cannot_give_an_agent_to_somebody(
    owner: psycopg.Connection, world: World, admin: Person
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, admin):
        owner.execute("update agent_configurations set owner_id = auth.uid() where owner_id is null")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, admin):
        owner.execute(
            "insert into agent_configurations (agent_name, owner_id) values ('gift', %(ada)s)",
            {"ada": world.ada.id},
        )


@pytest.mark.parametrize("column", ["system_prompt", "llm_config"])
def test_what_an_agent_is_told_stays_hidden_over_the_api_from_admins_too(
    column: str, owner: psycopg.Connection, admin: Person
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, admin):
        owner.execute(sql.SQL("select {} from agent_configurations").format(sql.Identifier(column)))


def test_an_admin_cannot_send_the_servers_key_to_a_host_of_their_choice(
    owner: psycopg.Connection, admin: Person
) -> None:
    for statement in (
        "insert into agent_configurations (agent_name, llm_config) values ('evil', %(evil)s)",
        "update agent_configurations set llm_config = %(evil)s where owner_id is null",
    ):
        with pytest.raises(psycopg.errors.CheckViolation, match="base_url"), act_as(owner, admin):
            owner.execute(statement, {"evil": EVIL})


def test_a_base_url_of_the_operators_may_stay_where_it_is(owner: psycopg.Connection, admin: Person) -> None:
    owner.execute("update agent_configurations set llm_config = %(c)s where owner_id is null", {"c": EVIL})
    cooler = Jsonb({**EVIL.obj, "temperature": 0})
    with act_as(owner, admin):
        changed = owner.execute(
            "update agent_configurations set llm_config = %(c)s where owner_id is null", {"c": cooler}
        )
        assert changed.rowcount == 1


def test_who_is_taken_off_the_list_is_no_admin_on_the_next_statement(
    owner: psycopg.Connection, admin: Person
) -> None:
    owner.execute("delete from admins where user_id = %(id)s", {"id": admin.id})
    with act_as(owner, admin):
        change = owner.execute("update agent_configurations set description = 'x' where owner_id is null")
        assert change.rowcount == 0


def test_no_tool_works_on_the_table_of_admins(add_tool: AddTool) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="admins, which no tool may work on"):
        add_tool({"table_name": "admins", "method": "create"})
