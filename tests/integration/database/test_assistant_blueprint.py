"""The assistant as rows: loaded once, it works, and it stays what its operator makes of it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cli.blueprints import load_blueprint
from core.db import create_pool
from core.errors import ToolInputError
from core.tools.base import ClarityTool, RunContext
from core.tools.definition import ToolDefinition
from core.tools.registry import build_tool
from core.types import User
from fixtures.cluster import ROOT
from fixtures.databases import Database
from fixtures.people import Person
from fixtures.tool_services import SERVICES

ASSISTANT = ROOT / "supabase" / "blueprints" / "assistant"
EVERYTHING = """
select jsonb_agg(to_jsonb(agent_configurations) order by id) from agent_configurations
union all select jsonb_agg(to_jsonb(agent_tools) order by id) from agent_tools
union all select to_jsonb(count(*)) from agent_config_history
"""


MakeUser = Callable[..., Person]
Use = Callable[..., Awaitable[Any]]


def assistant_tools(owner: psycopg.Connection, person: Person) -> list[ClarityTool]:
    row = owner.execute(
        "select private.load_agent(id, %(user)s) from agent_configurations where agent_name = 'assistant'",
        {"user": person.id},
    ).fetchone()
    assert row
    return [build_tool(ToolDefinition.from_row(tool), SERVICES) for tool in row[0]["tools"]]


def test_loading_it_twice_changes_nothing(database: Database, owner: psycopg.Connection) -> None:
    assert load_blueprint(database.owner_url, ASSISTANT) is True
    before = owner.execute(EVERYTHING).fetchall()
    assert load_blueprint(database.owner_url, ASSISTANT) is False
    assert owner.execute(EVERYTHING).fetchall() == before


def test_what_the_operator_changed_stays_when_it_is_loaded_again(
    database: Database, owner: psycopg.Connection
) -> None:
    load_blueprint(database.owner_url, ASSISTANT)
    owner.execute('update agent_configurations set llm_config = \'{"model": "openai:gpt-5-mini"}\'')
    owner.execute("delete from agent_tools where name = 'delete_note'")
    before = owner.execute(EVERYTHING).fetchall()
    assert load_blueprint(database.owner_url, ASSISTANT) is False
    assert owner.execute(EVERYTHING).fetchall() == before


def test_a_private_agent_of_the_same_name_does_not_stand_in_its_way(
    database: Database, owner: psycopg.Connection, make_user: MakeUser
) -> None:
    owner.execute(
        "insert into agent_configurations (agent_name, owner_id) values ('assistant', %(id)s)",
        {"id": make_user().id},
    )
    assert load_blueprint(database.owner_url, ASSISTANT) is True


def test_every_tool_of_it_can_be_built_and_says_what_it_is_for(
    database: Database, owner: psycopg.Connection, make_user: MakeUser
) -> None:
    said: list[str | None] = []
    owner.add_notice_handler(lambda notice: said.append(notice.message_primary))
    load_blueprint(database.owner_url, ASSISTANT)
    tools = assistant_tools(owner, make_user())
    assert [tool.name for tool in tools] == [
        "list_tasks", "get_task", "count_tasks", "create_task", "update_task", "complete_task", "delete_task",
        "search_notes", "create_note", "update_note", "delete_note", "remember", "recall", "forget",
        "list_instructions", "add_instruction", "change_instruction", "remove_instruction",
    ]  # fmt: skip
    assert all(len(tool.description) > 40 for tool in tools)
    assert said == []


def test_a_person_is_asked_before_what_outlives_the_conversation_changes(
    database: Database, owner: psycopg.Connection
) -> None:
    load_blueprint(database.owner_url, ASSISTANT)
    rows = owner.execute("select approval, name from agent_tools where approval <> 'auto' order by \"order\"")
    assert rows.fetchall() == [
        ("ask_after_untrusted", "delete_task"),
        ("ask_after_untrusted", "delete_note"),
        ("ask_after_untrusted", "remember"),
        ("ask_after_untrusted", "forget"),
        ("ask", "add_instruction"),
        ("ask", "change_instruction"),
        ("ask", "remove_instruction"),
    ]


@pytest.fixture
async def use(database: Database, owner: psycopg.Connection, make_user: MakeUser) -> AsyncIterator[Use]:
    """`await use("create_task", data={...})` calls a tool of the assistant as one user."""
    load_blueprint(database.owner_url, ASSISTANT)
    person = make_user()
    tools = {tool.name: tool for tool in assistant_tools(owner, person)}
    async with create_pool(database.server_url, min_size=1, max_size=1) as pool:
        context = RunContext(
            pool=pool, user=User.from_claims(person.claims), agent_name="assistant", tool_timeout_seconds=5
        )

        async def call(name: str, **arguments: Any) -> Any:
            return json.loads(await tools[name].invoke_as(context, arguments))

        yield call


async def test_a_task_is_added_found_changed_completed_and_deleted(use: Use) -> None:
    task = (await use("create_task", data={"title": "Buy milk", "due_date": "2026-12-01"}))["created"]
    await use("create_task", data={"title": "Choose a shop", "parent_task_id": task["id"]})
    found = await use(
        "list_tasks", filters={"due_date": {"lte": "2026-12-31"}, "title": {"contains": "MILK"}}
    )
    assert [row["title"] for row in found["rows"]] == ["Buy milk"]
    assert (await use("count_tasks", filters={"status": {"in": ["pending", "in_progress"]}}))["count"] == 2
    await use("update_task", data={"priority": 3}, filters={"id": task["id"]})
    await use("complete_task", data={"completion_note": "Oat."}, filters={"title": "Buy milk"})
    [row] = (await use("get_task", filters={"title": "Buy milk"}))["rows"]
    assert (row["status"], row["priority"], row["completion_note"]) == ("completed", 3, "Oat.")
    assert row["completed_at"]
    await use("delete_task", filters={"id": task["id"]})
    assert (await use("list_tasks"))["rows"] == []


async def test_a_task_is_completed_by_its_name_alone(use: Use) -> None:
    await use("create_task", data={"title": "Buy milk"})
    await use("complete_task", filters={"title": "Buy milk"})
    assert (await use("count_tasks", filters={"status": "completed"}))["count"] == 1


async def test_a_note_is_written_found_by_its_words_and_tags_changed_and_deleted(use: Use) -> None:
    note = (await use("create_note", data={"title": "Trip", "content": "Take a tent.", "tags": ["travel"]}))[
        "created"
    ]
    for filters in ({"content": {"contains": "tent"}}, {"tags": {"contains": ["travel"]}}):
        assert [row["title"] for row in (await use("search_notes", filters=filters))["rows"]] == ["Trip"]
    await use("update_note", data={"is_pinned": True}, filters={"id": note["id"]})
    assert (await use("search_notes", filters={"is_pinned": True}))["rows"]
    await use("delete_note", filters={"title": "Trip"})
    assert (await use("search_notes"))["rows"] == []


async def test_what_is_remembered_is_recalled_until_it_is_forgotten(
    use: Use, owner: psycopg.Connection
) -> None:
    memory = (await use("remember", data={"content": "Has a dog called Rex.", "kind": "fact"}))["created"]
    owner.execute(
        """insert into agent_long_term_memory (user_id, agent_name, content)
        select user_id, 'another', 'Known to another agent' from agent_long_term_memory"""
    )
    assert [row["content"] for row in (await use("recall"))["rows"]] == ["Has a dog called Rex."]
    assert (await use("recall", filters={"content": {"contains": "dog"}}))["rows"]
    await use("forget", filters={"id": memory["id"]})
    assert (await use("recall"))["rows"] == []


async def test_an_instruction_is_added_changed_switched_off_and_removed(
    use: Use, owner: psycopg.Connection
) -> None:
    added = (await use("add_instruction", data={"content": "Answer in German."}))["created"]
    await use("add_instruction", data={"content": "Be brief.", "priority": 5})
    listed = (await use("list_instructions"))["rows"]
    assert [(row["content"], row["priority"]) for row in listed] == [
        ("Be brief.", 5),
        ("Answer in German.", 0),
    ]
    await use("change_instruction", data={"content": "Answer in Greek."}, filters={"id": added["id"]})
    await use("change_instruction", data={"is_active": False}, filters={"content": "Be brief."})
    read = owner.execute(
        "select agent_name, content from user_agent_prompt_customizations where is_active"
    ).fetchall()
    assert read == [("assistant", "Answer in Greek.")]
    for content in ("Be brief.", "Answer in Greek."):
        await use("remove_instruction", filters={"content": content})
    assert (await use("list_instructions"))["rows"] == []


async def test_what_another_agent_was_told_is_out_of_reach(use: Use, owner: psycopg.Connection) -> None:
    await use("add_instruction", data={"content": "Rhyme."})
    owner.execute("update user_agent_prompt_customizations set agent_name = 'another'")
    assert (await use("list_instructions"))["rows"] == []
    for name, values in (("change_instruction", {"data": {"priority": 1}}), ("remove_instruction", {})):
        with pytest.raises(ToolInputError, match="no row"):
            await use(name, **values, filters={"content": "Rhyme."})
    assert owner.execute("select content, priority from user_agent_prompt_customizations").fetchall() == [
        ("Rhyme.", 0)
    ]


async def test_the_limit_of_instructions_is_told_to_the_model(use: Use, owner: psycopg.Connection) -> None:
    owner.execute("update private.limits set value = 0 where name = 'instructions for one agent'")
    with pytest.raises(ToolInputError, match="0 instructions for one agent"):
        await use("add_instruction", data={"content": "Rhyme."})


def test_a_folder_without_an_agent_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"agent\.sql"):
        load_blueprint(database.owner_url, tmp_path)
