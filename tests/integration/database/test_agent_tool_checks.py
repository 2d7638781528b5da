"""A tool that cannot work is refused when its row is written, with a sentence and a hint."""

from typing import Any

import psycopg
import pytest

from fixtures.people import act_as
from integration.database.world import AddTool, World

TASKS = {"table_name": "tasks", "method": "fetch"}
COLUMNS_OF_NOTES = "Columns of notes: id, user_id, title, content, tags, is_pinned, created_at, updated_at."


def notes(**config: Any) -> dict[str, Any]:
    return {"table_name": "notes", "method": "fetch", **config}


def arguments(**declared: Any) -> dict[str, Any]:
    return notes(method="create", runtime_args_schema={"data": {"type": "dict", "properties": declared}})


CONTRADICTIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "the user as an argument": (
        arguments(user_id={"type": "uuid"}),
        "runtime_args_schema names user_id: the user's own id is never an argument",
        "Leave it out",
    ),
    "the user as a filter": (notes(filters=["user_id"]), "filters names user_id, the user's own id", "Leave"),
    "the user as a constant": (
        notes(fixed={"user_id": "x"}),
        "fixed names user_id, the user's own id: policies decide that, not a tool",
        "Leave it out",
    ),
    "an argument that is fixed, too": (
        {**arguments(title={}), "fixed": {"title": "x"}},
        "runtime_args_schema names title, which the tool itself decides",
        "fixed",
    ),
    "a type that contradicts the column": (
        arguments(is_pinned={"type": "date"}),
        "is_pinned is declared as date, but the column is boolean",
        "Leave the type out",
    ),
    "an operator that does not fit": (
        notes(filters={"is_pinned": ["gt"]}),
        "filters allow gt on is_pinned, but the column is boolean",
        "For boolean there are: eq, neq, is.",
    ),
    "a constant that does not fit": (
        notes(fixed={"is_pinned": "yes"}),
        'the value of fixed for is_pinned does not fit: is_pinned is boolean, not "yes"',
        "Write a value",
    ),
    "a sum of texts": (
        notes(method="aggregate", aggregates={"all": {"fn": "sum", "column": "title"}}),
        "aggregates ask for the sum of title, but the column is text",
        "numbers",
    ),
    "groups without an aggregate": (notes(group_by=["title"]), "are for the method aggregate", "Leave"),
    "rows at once for a fetch": (notes(max_rows=5), "max_rows is for create, update and delete", "Leave"),
    "the same column twice": (notes(columns=["title", "title"]), "columns names title twice", "Name it once"),
}

REFUSED: dict[str, tuple[Any, str, str]] = {
    **CONTRADICTIONS,
    "a config that is no object": (["notes"], "config must be of type object, not array", "table_name"),
    "no table": ({"method": "fetch"}, "Tool a_tool needs a table_name in its config.", "Tables: "),
    "a table that is no text": (notes(table_name=5), "Tool a_tool needs a table_name", "Tables: "),
    "a missing table": (
        notes(table_name="boks"),
        "Tool a_tool names the table boks, which does not exist.",
        "Tables: agent_long_term_memory, chats, notes, profiles, tasks, user_agent_prompt_customizations.",
    ),
    "a table of another schema": (notes(table_name="auth.users"), "schema public only", "Tables: "),
    "a catalog": (notes(table_name="pg_catalog.pg_roles"), "schema public only", "Tables: "),
    "a catalog by its plain name": (notes(table_name="pg_roles"), "does not exist", "Tables: "),
    "a table with SQL in its name": (
        notes(table_name="notes; drop table notes"),
        "does not exist",
        "Tables: ",
    ),
    "no method": ({"table_name": "notes"}, "unknown method (none)", "One of: fetch, count, aggregate"),
    "an unknown method": (notes(method="select"), "unknown method select", "One of: fetch, count"),
    "a misspelt key": (notes(colums=["title"]), "unknown config key colums", "columns"),
    "columns that are no list": (notes(columns="title"), "columns must be of type array", "list of column"),
    "an empty list of columns": (notes(columns=[]), "empty list of columns", "leave it out"),
    "a missing column": (
        notes(columns=["id", "titel"]),
        "Tool a_tool names the column titel in columns, but notes has no such column.",
        COLUMNS_OF_NOTES,
    ),
    "a column null": (notes(columns=[None]), "names the column (null) in columns", COLUMNS_OF_NOTES),
    "a filter on a missing column": (
        notes(filters={"titel": ["eq"]}),
        "column titel in filters",
        COLUMNS_OF_NOTES,
    ),
    "a listed filter on a missing column": (
        notes(filters=["titel"]),
        "column titel in filters",
        COLUMNS_OF_NOTES,
    ),
    "an unknown operator": (notes(filters={"title": ["equals"]}), "unknown operator equals", "eq, neq"),
    "operators that are no list": (
        notes(filters={"title": "eq"}),
        "filters.title must be of type array",
        "Write",
    ),
    "filters that are text": (notes(filters="title"), "filters must be of type object", "Write"),
    "a constant for a missing column": (notes(fixed={"stat": "x"}), "column stat in fixed", COLUMNS_OF_NOTES),
    "constants that are a list": (notes(fixed=["title"]), "fixed must be of type object", "Write"),
    "a field map to a missing column": (
        notes(field_map={"name": "nam"}),
        "column nam in field_map",
        COLUMNS_OF_NOTES,
    ),
    "a field map that is a list": (notes(field_map=["title"]), "field_map must be of type object", "Write"),
    "one column mapped twice": (
        notes(field_map={"name": "title", "heading": "title"}),
        "maps two arguments to the column title",
        "once",
    ),
    "an order by a missing column": (
        notes(order_by="titel desc"),
        "column titel in order_by",
        COLUMNS_OF_NOTES,
    ),
    "a choice of order by a missing column": (
        notes(order_by={"default": "created_at", "choices": ["titel"]}),
        "column titel in order_by",
        COLUMNS_OF_NOTES,
    ),
    "an order with SQL in it": (notes(order_by="title; select 1"), "no such column", COLUMNS_OF_NOTES),
    "an order of another kind": (
        notes(order_by={"title": "desc"}),
        "order_by has exactly a default and choices",
        "Write",
    ),
    "an order of numbers": (notes(order_by=[1]), "each term of order_by must be of type string", "Write"),
    "an empty order": (notes(order_by=[]), "empty order_by", "Write"),
    "a limit of zero": (notes(limit=0), "limit must be a whole number from 1 to 1000, not 0", "dozen"),
    "half a row": (notes(limit=1.5), "limit must be a whole number", "dozen"),
    "a limit in words": (notes(limit="ten"), "limit must be of type number, not string", "whole number"),
    "a max_limit beyond reason": (notes(max_limit=1001), "max_limit must be a whole number", "dozen"),
    "a limit above max_limit": (notes(limit=30, max_limit=20), "limit 30 is more than max_limit 20", "Raise"),
    "a limit above the usual max_limit": (notes(limit=200), "limit 200 is more than max_limit 100", "Raise"),
    "a soft delete without a value": (
        notes(method="delete", soft_delete={"column": "title"}),
        "exactly a column and a value",
        "Write",
    ),
    "a soft delete with more": (
        notes(method="delete", soft_delete={"column": "title", "value": 1, "by": 2}),
        "exactly a column and a value",
        "Write",
    ),
    "a soft delete of a missing column": (
        notes(method="delete", soft_delete={"column": "gone", "value": True}),
        "column gone in soft_delete",
        COLUMNS_OF_NOTES,
    ),
    "a soft delete that is text": (
        notes(method="delete", soft_delete="title"),
        "soft_delete must be of type object",
        "Write",
    ),
    "a soft delete when creating": (
        notes(method="create", soft_delete={"column": "title", "value": "x"}),
        "a create neither finds nor deletes",
        "Leave it out",
    ),
    "an agent name context without its column": (
        notes(apply_agent_name_context=True),
        "notes has no column agent_name",
        "Add the column",
    ),
    "an agent name context that is text": (
        notes(apply_agent_name_context="yes"),
        "apply_agent_name_context must be of type boolean",
        "true or false",
    ),
    "untrusted as text": (notes(untrusted="yes"), "untrusted must be of type boolean", "true or false"),
    "an argument without a column": (
        arguments(titel={"type": "string"}),
        "column titel in runtime_args_schema",
        COLUMNS_OF_NOTES,
    ),
    "an argument of an unknown type": (
        arguments(title={"type": "txt"}),
        "unknown argument type txt",
        "string",
    ),
    "an argument that is only a type": (
        arguments(title="string"),
        "argument title must be of type object",
        "Write",
    ),
    "an enum that is text": (arguments(title={"enum": "a, b"}), "enum of argument title must be", "Write"),
    "an empty enum": (arguments(title={"enum": []}), "enum of argument title is empty", "Leave"),
    "a schema of neither form": (
        notes(runtime_args_schema={"title": {"type": "string"}}),
        "runtime_args_schema has the unknown key title",
        "JSON Schema",
    ),
    "a schema that is a list": (
        notes(runtime_args_schema=[]),
        "runtime_args_schema must be of type object",
        "Write",
    ),
    "a group that is a list": (
        notes(method="create", runtime_args_schema={"data": []}),
        "runtime_args_schema.data must be",
        "Write",
    ),
    "properties that are a list": (
        notes(method="create", runtime_args_schema={"data": {"type": "dict", "properties": []}}),
        "the properties of data must be of type object",
        "Write",
    ),
    "a JSON Schema with an argument without a column": (
        notes(runtime_args_schema={"type": "object", "properties": {"titel": {"type": "string"}}}),
        "column titel in runtime_args_schema",
        COLUMNS_OF_NOTES,
    ),
    "a JSON Schema with groups and an argument without a column": (
        notes(
            method="create",
            runtime_args_schema={
                "type": "object",
                "properties": {"data": {"type": "object", "properties": {"titel": {"type": "string"}}}},
            },
        ),
        "column titel in runtime_args_schema",
        COLUMNS_OF_NOTES,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_tool_that_cannot_work_is_refused_with_a_sentence_and_a_hint(case: str, add_tool: AddTool) -> None:
    config, message, hint = REFUSED[case]
    with pytest.raises(psycopg.errors.CheckViolation) as refusal:
        add_tool(config)
    assert message in (refusal.value.diag.message_primary or "")
    assert hint in (refusal.value.diag.message_hint or "")


@pytest.mark.parametrize(
    "table",
    [
        "agent_configurations", "agent_tools", "agent_config_history", "user_tool_preferences",
        "pending_actions", "chat_sessions", "chat_runs", "chat_message_history",
    ],
)  # fmt: skip
def test_no_tool_may_work_on_what_decides_what_agents_may_do(table: str, add_tool: AddTool) -> None:
    for name in (table, f"public.{table}"):
        with pytest.raises(psycopg.errors.CheckViolation, match="which no tool may work on"):
            add_tool(notes(table_name=name))


def test_an_unknown_type_is_refused_by_name(add_tool: AddTool) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="unknown tool type CrudTool") as refusal:
        add_tool(TASKS, kind="CrudTool")
    assert "CRUDTool" in (refusal.value.diag.message_hint or "")


ACCEPTED: dict[str, dict[str, Any]] = {
    "only a table and a method": TASKS,
    "the schema written out": {**TASKS, "table_name": "public.tasks"},
    "columns and filters by operators": {
        **TASKS,
        "columns": ["id", "title"],
        "filters": {"status": ["eq", "in"], "title": None},
    },
    "filters as a list": {**TASKS, "filters": ["status", "due_date"]},
    "names from the field map everywhere": {
        **TASKS,
        "field_map": {"what": "title", "when": "due_date"},
        "columns": ["what"],
        "filters": {"when": ["gte"], "what": ["eq"]},
        "order_by": ["when desc", "what"],
        "runtime_args_schema": {"filters": {"type": "dict", "properties": {"what": {"type": "string"}}}},
    },
    "an order in either case": {**TASKS, "order_by": "due_date DESC"},
    "limits": {**TASKS, "limit": 5, "max_limit": 1000},
    "constants": {**TASKS, "fixed": {"status": "pending", "parent_task_id": None}},
    "a soft delete": {**TASKS, "method": "delete", "soft_delete": {"column": "status", "value": "skipped"}},
    "an agent name context": {
        "table_name": "agent_long_term_memory",
        "method": "create",
        "apply_agent_name_context": True,
    },
    "rows that other people write": {**TASKS, "untrusted": True},
    "an upsert": {**TASKS, "method": "upsert"},
    "the short form": {
        **TASKS,
        "method": "update",
        "runtime_args_schema": {
            "data": {"type": "dict", "properties": {"title": {"type": "str", "optional": True}}},
            "filters": {"type": "dict", "properties": {"id": {"type": "uuid"}}},
        },
    },
    "a JSON Schema": {
        **TASKS,
        "method": "create",
        "runtime_args_schema": {
            "type": "object",
            "properties": {"title": {"type": "string", "enum": ["a"]}},
            "required": ["title"],
        },
    },
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_a_tool_that_can_work_is_written(case: str, add_tool: AddTool) -> None:
    assert add_tool(ACCEPTED[case])


def test_a_view_takes_only_the_methods_it_can_do(owner: psycopg.Connection, add_tool: AddTool) -> None:
    owner.execute(
        """
        create view titles with (security_invoker = true) as select distinct title from notes;
        grant select on titles to authenticated;
        """
    )
    assert add_tool({"table_name": "titles", "method": "fetch"}, name="list_titles")
    for method in ("create", "update", "upsert", "delete"):
        with pytest.raises(psycopg.errors.CheckViolation, match="the view is not updatable"):
            add_tool({"table_name": "titles", "method": method})


def test_an_upsert_needs_a_key(owner: psycopg.Connection, add_tool: AddTool) -> None:
    owner.execute("create table keyless (word text); alter table keyless enable row level security")
    with pytest.raises(psycopg.errors.CheckViolation, match="no primary key and no unique constraint"):
        add_tool({"table_name": "keyless", "method": "upsert"})


def test_what_only_costs_an_answer_is_a_warning_with_the_cure(
    owner: psycopg.Connection, add_tool: AddTool
) -> None:
    said: list[tuple[str | None, str | None]] = []
    owner.add_notice_handler(lambda notice: said.append((notice.message_primary, notice.message_hint)))
    owner.execute("create table books (id int primary key); create view shelf as select * from books")
    for table in ("books", "shelf"):
        add_tool({"table_name": table, "method": "delete"}, name=f"delete_{table}")
    assert said == [
        (
            "Tool delete_books will fail: users may not delete books.",
            "grant delete on public.books to authenticated;",
        ),
        (
            "Tool delete_books gives every user every row: books has no row-level security.",
            "alter table public.books enable row level security; and add policies.",
        ),
        (
            "Tool delete_shelf will fail: users may not delete shelf.",
            "grant delete on public.shelf to authenticated;",
        ),
        (
            "Tool delete_shelf reads the view shelf as its owner, past row-level security.",
            "alter view public.shelf set (security_invoker = true);",
        ),
    ]


def test_a_tool_whose_table_is_gone_may_be_switched_off_but_not_on(
    owner: psycopg.Connection, add_tool: AddTool
) -> None:
    owner.execute("create table books (id int primary key); alter table books enable row level security")
    owner.execute("grant select on books to authenticated")
    params = {"id": add_tool({"table_name": "books", "method": "fetch"})}
    owner.execute("drop table books")
    owner.execute("update agent_tools set is_active = false, description = 'gone' where id = %(id)s", params)
    with pytest.raises(psycopg.errors.CheckViolation, match="names the table books, which does not exist"):
        owner.execute("update agent_tools set is_active = true where id = %(id)s", params)


def test_an_update_is_checked_like_an_insert(owner: psycopg.Connection, add_tool: AddTool) -> None:
    params = {"id": add_tool(TASKS)}
    with pytest.raises(psycopg.errors.CheckViolation, match="names the column titel in columns"):
        owner.execute(
            """update agent_tools set config = config || '{"columns": ["titel"]}' where id = %(id)s""", params
        )


def test_a_users_own_tool_is_checked_too(owner: psycopg.Connection, world: World) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="schema public only"), act_as(owner, world.ada):
        owner.execute(
            """insert into agent_tools (agent_id, name, config)
            values (%(agent)s, 'spy', '{"table_name": "auth.users", "method": "fetch"}')""",
            {"agent": world.ids["agent_configurations"]},
        )


@pytest.mark.parametrize("name", ["two words", "1st", "", "a-b", "x" * 65])
def test_a_tool_has_a_name_that_models_accept(name: str, add_tool: AddTool) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="tool_name_suits_models"):
        add_tool(TASKS, name=name)


@pytest.mark.parametrize("model", ['"gpt-5"', "5", '""', "null", '{"name": "openai:gpt-5"}', '":x"'])
def test_an_agents_model_names_its_provider(model: str, owner: psycopg.Connection, world: World) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="not of the form provider:name") as refusal:
        owner.execute(
            """update agent_configurations set llm_config = jsonb_build_object('model', %(model)s::jsonb)
            where id = %(id)s""",
            {"model": model, "id": world.shared_agent},
        )
    assert "openai:" in (refusal.value.diag.message_hint or "")


def test_a_model_config_is_an_object(owner: psycopg.Connection, world: World) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="llm_config_is_an_object"):
        owner.execute("update agent_configurations set llm_config = '[]'")


@pytest.mark.parametrize("name", ["Helper", "two words", "1st", "", "-x", "x" * 64, "käse"])
def test_an_agents_name_is_a_slug(name: str, owner: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="agent_name_is_a_slug"):
        owner.execute("insert into agent_configurations (agent_name) values (%(name)s)", {"name": name})
