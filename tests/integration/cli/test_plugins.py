"""A tool type from a package: installed for real, known to the database, and run as any other."""

import json
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cli.plugins import sync_plugin_types
from core.tools.tool_types import GROUP, ToolTypes
from fixtures.cluster import ROOT
from fixtures.databases import Database
from fixtures.people import Person, act_as
from integration.cli.conftest import Clarity

EXAMPLE = ROOT / "examples" / "clarity-tool-workdays"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the example is installed into, as pip does it, without a network."""
    folder = tmp_path_factory.mktemp("plugins")
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", folder, EXAMPLE], check=True
    )
    return folder


def run(*arguments: str, plugins: Path | None) -> str:
    """What a Python module prints, in a process of its own that finds these plugins."""
    path = {"PYTHONPATH": str(plugins)} if plugins else {}
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def add_tool(owner: psycopg.Connection, **config: Any) -> None:
    owner.execute(
        """
        insert into agent_tools (agent_id, name, type, config)
        select id, 'count_workdays', 'WorkdayTool', %(config)s
          from agent_configurations where agent_name = 'assistant'
        """,
        {"config": json.dumps(config)},
    )


def known(owner: psycopg.Connection) -> list[tuple[Any, ...]]:
    query = "select name, config_keys, package from private.tool_types where package is not null"
    return owner.execute(query).fetchall()


def test_a_row_of_an_installed_type_works_from_the_first_migrate_on(
    clarity: Clarity, owner: psycopg.Connection, installed: Path, make_user: Any
) -> None:
    user: Person = make_user("ada@example.com")
    with pytest.raises(psycopg.errors.CheckViolation, match="unknown tool type WorkdayTool"):
        add_tool(owner)

    run("cli", "migrate", plugins=installed)
    add_tool(owner, holidays=["2026-12-25"])
    call = ("tools", "test", "assistant", "count_workdays", '{"start": "2026-12-24", "add": 1}')
    called = json.loads(run("cli", *call, "--as", user.email, "--json", plugins=installed))

    assert known(owner) == [("WorkdayTool", ["weekend", "holidays"], "clarity-tool-workdays")]
    assert (called["status"], json.loads(called["result"])) == ("success", {"date": "2026-12-28"})
    assert run("cli", "tools", "lint", plugins=installed).startswith("Nothing to say")
    with pytest.raises(psycopg.errors.CheckViolation, match="unknown config key holiday"):
        owner.execute("update agent_tools set config = '{\"holiday\": []}' where type = 'WorkdayTool'")

    # A server without the package does not run the row, and says so.
    refused = json.loads(clarity("tools", "lint", "--json", exit_code=1))
    assert [one["message"].split(", only")[0] for one in refused] == [
        "Tool count_workdays: there is no tool type WorkdayTool"
    ]


def test_the_examples_own_tests_pass(installed: Path) -> None:
    report = run("pytest", str(EXAMPLE / "tests"), "-q", "-p", "no:cacheprovider", plugins=installed)

    assert " passed" in report
    assert "failed" not in report


def plugin(name: str, value: str = "nothing.here:Tool") -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def test_a_plugin_that_cannot_be_imported_is_reported_and_the_others_are_known(
    database: Database, owner: psycopg.Connection
) -> None:
    said: list[str] = []
    types = ToolTypes.of([plugin("BrokenTool"), plugin("GoodTool", "core.tools.agent_tool:AgentTool")])

    sync_plugin_types(database.owner_url, said.append, types)

    assert said == [
        "The tool type BrokenTool (nothing.here:Tool) cannot be loaded: "
        "ModuleNotFoundError: No module named 'nothing'."
    ]
    assert [name for name, *_ in known(owner)] == ["GoodTool"]


def test_a_plugin_does_not_take_the_place_of_a_built_in_type(
    database: Database, owner: psycopg.Connection
) -> None:
    said: list[str] = []
    before = owner.execute("select * from private.tool_types order by name").fetchall()

    sync_plugin_types(database.owner_url, said.append, ToolTypes.of([plugin("CRUDTool")]))

    assert said == [
        "The tool type CRUDTool (nothing.here:Tool) has the name of a built-in type and is not used."
    ]
    assert owner.execute("select * from private.tool_types order by name").fetchall() == before


def test_a_type_is_forgotten_when_its_package_is_gone_and_no_row_has_it(
    clarity: Clarity, database: Database, owner: psycopg.Connection
) -> None:
    types = ToolTypes.of(
        [plugin(name, "core.tools.agent_tool:AgentTool") for name in ("WorkdayTool", "UnusedTool")]
    )
    sync_plugin_types(database.owner_url, print, types)
    add_tool(owner, agent_name="helpdesk")

    sync_plugin_types(database.owner_url, print, ToolTypes.of([]))

    assert [name for name, *_ in known(owner)] == ["WorkdayTool"]


def test_users_may_neither_read_nor_add_types(owner: psycopg.Connection, make_user: Any) -> None:
    for statement in ("select from private.tool_types", "insert into private.tool_types values ('MyTool')"):
        with act_as(owner, make_user()), pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute(statement)  # pyright: ignore[reportArgumentType]
