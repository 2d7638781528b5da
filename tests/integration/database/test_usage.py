"""What users used and always allow, what models cost: who reads it, and that nobody tidies their account."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import LiteralString

import psycopg
import pytest

from fixtures.people import Person, act_as
from integration.database.world import World


@pytest.fixture
def rows(owner: psycopg.Connection, world: World) -> None:
    """Some usage of Ada's, and a tool that she always allows."""
    owner.execute(
        """
        insert into user_usage (user_id, day, agent_name, input_tokens)
        values (%(user)s, current_date, 'helper', 7)
        """,
        {"user": world.ada.id},
    )
    owner.execute(
        """
        insert into tool_consents (user_id, tool_id, tool_name, agent_name, tool_hash)
        values (%(user)s, %(tool)s, 'list_notes', 'helper', 'x')
        """,
        {"user": world.ada.id, "tool": world.ids["agent_tools"]},
    )


@contextmanager
def refused(owner: psycopg.Connection, person: Person | None) -> Generator[None]:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, person):
        yield


@pytest.mark.usefixtures("rows")
def test_a_user_reads_their_own_usage_and_nobody_elses(owner: psycopg.Connection, world: World) -> None:
    with act_as(owner, world.ada):
        assert owner.execute("select input_tokens from user_usage").fetchall() == [(7,)]
    with act_as(owner, world.bob):
        assert owner.execute("select * from user_usage").fetchall() == []


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "statement",
    [
        "delete from user_usage",
        "update user_usage set input_tokens = 0",
        "insert into user_usage (user_id, day, agent_name) values (auth.uid(), current_date, 'x')",
        "update chat_runs set started_at = '2000-01-01'",
        "delete from chat_runs",
        "select private.add_usage(auth.uid(), 'helper', '{\"input_tokens\": -7}')",
        "insert into tool_consents select user_id, tool_id, 'x', 'x', 'y' from tool_consents",
        "update tool_consents set tool_hash = 'y'",
    ],
)
def test_a_user_writes_none_of_it(owner: psycopg.Connection, world: World, statement: LiteralString) -> None:
    with refused(owner, world.ada):
        owner.execute(statement)


@pytest.mark.usefixtures("rows")
def test_a_user_takes_back_what_they_always_allow_and_nobody_elses(
    owner: psycopg.Connection, world: World
) -> None:
    with act_as(owner, world.bob):
        assert owner.execute("delete from tool_consents").rowcount == 0
    with act_as(owner, world.ada):
        assert owner.execute("delete from tool_consents").rowcount == 1


def test_everybody_signed_in_reads_prices_and_only_admins_set_them(
    owner: psycopg.Connection, world: World
) -> None:
    price = "insert into model_prices values ('openai:gpt-x', 1.25, 10)"
    with act_as(owner, world.bob):
        assert owner.execute("select model from model_prices").fetchall() == [("offline:rules",)]
    with refused(owner, world.bob):
        owner.execute(price)
    with refused(owner, None):
        owner.execute("select model from model_prices")
    owner.execute("insert into admins (user_id) values (%(id)s)", {"id": world.bob.id})
    with act_as(owner, world.bob):
        assert owner.execute(price).rowcount == 1


@pytest.mark.parametrize("model", ["azure_ai:x", "google-genai:gemini-x", "google_genai:gemini-x"])
def test_a_model_that_an_agent_may_name_may_have_a_price(owner: psycopg.Connection, model: str) -> None:
    for statement in (
        """insert into agent_configurations (agent_name, llm_config)
           values ('priced', jsonb_build_object('model', %(model)s::text))""",
        "insert into model_prices values (%(model)s, 1.25, 10)",
    ):
        assert owner.execute(statement, {"model": model}).rowcount == 1
    with pytest.raises(psycopg.errors.CheckViolation):
        owner.execute("insert into model_prices values ('gpt-x', 1.25, 10)")


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        ('[{"model": "offline:rules", "input_tokens": 10, "output_tokens": 10}]', 0),
        ('[{"model": "openai:gpt-x", "input_tokens": 2000000, "output_tokens": 100000}]', 3.5),
        ('[{"model": "openai:unknown", "input_tokens": 1, "output_tokens": 1}]', None),
        (
            '[{"model": "openai:gpt-x", "input_tokens": 1, "output_tokens": 1},'
            ' {"model": "openai:unknown", "input_tokens": 1, "output_tokens": 1}]',
            None,
        ),
        ("[]", None),
    ],
)
def test_a_cost_is_known_when_every_price_is(
    owner: psycopg.Connection, usage: str, cost: float | None
) -> None:
    owner.execute("insert into model_prices values ('openai:gpt-x', 1.25, 10)")

    row = owner.execute("select private.cost_of(%(usage)s)", {"usage": usage}).fetchone()

    assert row
    assert row[0] == cost
