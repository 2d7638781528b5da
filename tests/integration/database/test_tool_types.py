"""What the database knows of each type of tool is what the server reads of a row."""

import psycopg
import pytest

from core.tools.tool_types import BUILT_IN, ToolTypes


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_trigger_and_the_server_know_the_same_keys(owner: psycopg.Connection, name: str) -> None:
    fields = ToolTypes.of([]).get(name).config_type.model_fields
    [(keys, check_function)] = owner.execute(
        "select config_keys, check_function from private.tool_types where name = %(name)s", {"name": name}
    ).fetchall()

    assert sorted(keys) == sorted(field.alias or key for key, field in fields.items())
    assert owner.execute(
        "select from pg_proc where pronamespace = 'private'::regnamespace and proname = %(name)s",
        {"name": check_function},
    ).fetchall()


def test_the_database_knows_every_built_in_type_and_no_other(owner: psycopg.Connection) -> None:
    known = owner.execute("select name from private.tool_types").fetchall()
    assert {name for (name,) in known} == set(BUILT_IN)
