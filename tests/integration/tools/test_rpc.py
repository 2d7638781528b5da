"""RPCTool: functions of the database as tools, from the row in `agent_tools` to the answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool
from psycopg import sql
from psycopg.types.json import Jsonb

from core.errors import AgentMisconfigured, ToolError, ToolFailed, ToolInputError
from core.tools.base import ClarityTool
from core.tools.definition import ToolDefinition
from core.tools.registry import build_tool
from fixtures.people import Person
from fixtures.tool_services import SERVICES
from integration.tools.conftest import Shelf

FUNCTIONS = Path(__file__).with_name("functions.sql")
BOOKS = [{"title": "Dubliners", "pages": 152}, {"title": "Emma", "pages": 474, "genre": "novel"}]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The functions of functions.sql, and tools that call them."""

    shelf: Shelf
    owner: psycopg.Connection

    def add_agent(self, owner_id: Any = None) -> Any:
        row = self.owner.execute(
            """insert into agent_configurations (agent_name, owner_id)
            values (%(name)s, %(owner)s) returning id""",
            {"name": f"a{uuid4().hex}", "owner": owner_id},
        ).fetchone()
        assert row
        return row[0]

    def add_row(self, function: str, agent_id: Any, **config: Any) -> None:
        self.owner.execute(
            """insert into agent_tools (agent_id, name, type, config)
            values (%(agent)s, 'a_tool', 'RPCTool', %(config)s)""",
            {"agent": agent_id, "config": Jsonb({"function_name": function, **config})},
        )

    def definition(self, agent_id: Any, user_id: Any = None) -> ToolDefinition:
        row = self.owner.execute(
            "select private.load_agent(%(agent)s, %(user)s)", {"agent": agent_id, "user": user_id}
        ).fetchone()
        assert row
        return ToolDefinition.from_row(row[0]["tools"][0])

    def tool(self, function: str, **config: Any) -> ClarityTool:
        """The tool of a row, written and loaded as any other."""
        agent_id = self.add_agent()
        self.add_row(function, agent_id, **config)
        return build_tool(self.definition(agent_id), SERVICES)

    def offered(self, function: str, **config: Any) -> dict[str, Any]:
        """What the model is told about the tool."""
        return convert_to_openai_tool(self.tool(function, **config))["function"]

    async def call(
        self, person: Person, function: str, arguments: Mapping[str, Any] | None = None, **config: Any
    ) -> Any:
        tool = self.tool(function, **config)
        return json.loads(await tool.invoke_as(self.shelf.context(person), arguments or {}))


@pytest.fixture
def desk(shelf: Shelf, owner: psycopg.Connection) -> Desk:
    owner.execute(FUNCTIONS.read_bytes())
    return Desk(shelf=shelf, owner=owner)


def test_the_model_is_told_what_the_signature_and_the_comment_say(desk: Desk) -> None:
    told = desk.offered("greet")
    assert told["description"] == "Greets somebody."
    assert told["parameters"]["required"] == ["name"]
    assert told["parameters"]["properties"] == {
        "name": {"type": "string", "description": "Whom to greet."},
        "shout": {"type": "boolean", "description": "Whether to shout."},
        "times": {"type": "integer"},
    }


def test_enums_and_domains_list_their_values(desk: Desk) -> None:
    properties = desk.offered("echo")["parameters"]["properties"]
    assert properties["genre"]["enum"] == ["novel", "poetry", "essay"]
    assert properties["rating"]["enum"] == [1, 2, 3]
    assert properties["genres"]["items"]["enum"] == ["novel", "poetry", "essay"]
    assert properties["uid"] == {"type": "string", "format": "uuid"}


async def test_defaults_hold_where_the_model_says_nothing(desk: Desk, ada: Person) -> None:
    assert await desk.call(ada, "greet", {"name": "Ada"}) == {"result": "Ada"}
    assert await desk.call(ada, "greet", {"name": "Ada", "times": None}) == {"result": "Ada"}
    assert await desk.call(ada, "greet", {"name": "Ada", "times": 2, "shout": True}) == {"result": "ADAADA"}


async def test_arguments_of_every_type_arrive_as_they_were_sent(desk: Desk, ada: Person) -> None:
    sent = {
        "uid": str(ada.id), "day": "2026-02-28", "moment": "2026-02-28T12:00:00+00:00", "amount": "0.10",
        "genre": "essay", "rating": 3, "tags": ['a"b', "c,d", "{}", "null"], "details": {"a": [1, None]},
        "genres": ["novel", "poetry"],
    }  # fmt: skip
    answer = await desk.call(ada, "echo", sent)
    assert answer == {"result": {**sent, "moment": "2026-02-28T12:00:00", "amount": 0.1}}


async def test_each_shape_of_result_reads_well(desk: Desk, ada: Person) -> None:
    for book in BOOKS:
        await desk.shelf.add(ada, **book)
    two: dict[str, Any] = {"columns": ["title", "pages"]}
    assert (await desk.call(ada, "my_books", **two)) == {
        "rows": [{"title": "Dubliners", "pages": 152}, {"title": "Emma", "pages": 474}]
    }
    assert (await desk.call(ada, "my_titles")) == {"rows": ["Dubliners", "Emma"]}
    assert (await desk.call(ada, "pages_by_genre")) == {
        "rows": [{"genre": "novel", "total": 474}, {"total": 152}]
    }
    assert (await desk.call(ada, "find_book", {"title": "Emma"}, **two)) == {
        "result": {"title": "Emma", "pages": 474}
    }
    assert (await desk.call(ada, "find_book", {"title": "Ulysses"})) == {"result": None}
    assert (await desk.call(ada, "totals")) == {"result": {"books": 2, "pages": 626}}
    assert (await desk.call(ada, "finish", {"title": "Emma"})) == {"done": True}
    assert (await desk.call(ada, "misbehave", {"how": "null"})) == {"result": None}


async def test_a_set_is_cut_at_the_limit_and_says_so(desk: Desk, ada: Person) -> None:
    added = await desk.call(ada, "add_books", {"titles": ["a", "b", "c"], "limit": 1})
    # What a function changes it changes as a whole, however much of its answer is shown.
    assert (len(added["rows"]), added["more"], len(desk.shelf.books())) == (1, True, 3)
    assert (await desk.call(ada, "my_titles", limit=2)) == {"rows": ["a", "b"], "more": True}
    assert (await desk.call(ada, "my_titles", {"limit": 3}, limit=2)) == {"rows": ["a", "b", "c"]}
    with pytest.raises(ToolInputError, match="limit"):
        await desk.call(ada, "my_titles", {"limit": 4}, max_limit=3)


async def test_a_function_with_a_limit_of_its_own_keeps_it(desk: Desk, ada: Person) -> None:
    assert (await desk.call(ada, "count_up", {"n": 7, "limit": 5})) == {"rows": [7, 8, 9, 10, 11]}
    assert (await desk.call(ada, "count_up", {"n": 7, "limit": 5}, max_limit=2)) == {
        "rows": [7, 8], "more": True
    }  # fmt: skip


async def test_arguments_can_be_fixed_renamed_narrowed_and_described(desk: Desk, ada: Person) -> None:
    config = {
        "field_map": {"whom": "name"},
        "fixed": {"shout": True},
        "runtime_args_schema": {
            "whom": {"type": "str", "enum": ["Ada", "Bob"], "description": "Who is there."},
            "times": {"type": "int", "default": 2, "maximum": 3},
        },
    }
    told = desk.offered("greet", **config)["parameters"]
    assert told["required"] == ["whom"]
    assert told["properties"]["whom"] == {
        "type": "string", "enum": ["Ada", "Bob"], "description": "Who is there."
    }  # fmt: skip
    assert await desk.call(ada, "greet", {"whom": "Ada"}, **config) == {"result": "ADAADA"}
    for wrong in (
        {"whom": "Eve"},
        {"whom": "Ada", "times": 4},
        {"whom": "Ada", "shout": False},
        {"name": "Ada"},
    ):
        with pytest.raises(ToolInputError):
            await desk.call(ada, "greet", wrong, **config)


async def test_json_schema_says_the_same(desk: Desk, ada: Person) -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "times": {"type": "integer"}},
        "required": ["name", "times"],
    }
    assert desk.offered("greet", runtime_args_schema=schema)["parameters"]["required"] == ["name", "times"]
    with pytest.raises(ToolInputError, match="times is required"):
        await desk.call(ada, "greet", {"name": "Ada"}, runtime_args_schema=schema)


@pytest.mark.parametrize(
    "name", ["schema", "copy", "config", "self", "args", "kwargs", "runtime", "state", "_order", "model_name"]
)
async def test_any_word_can_be_the_name_of_an_argument(
    name: str, desk: Desk, ada: Person, owner: psycopg.Connection
) -> None:
    owner.execute(
        sql.SQL("create function f({} text) returns text language sql set search_path = '' return $1").format(
            sql.Identifier(name)
        )
    )
    assert list(desk.offered("f")["parameters"]["properties"]) == [name]
    assert await desk.call(ada, "f", {name: "value"}) == {"result": "value"}


async def test_it_runs_as_the_user_and_sees_only_their_rows(desk: Desk, ada: Person, bob: Person) -> None:
    await desk.call(ada, "add_books", {"titles": ["Emma"]})
    assert (await desk.call(ada, "my_titles"))["rows"] == ["Emma"]
    assert (await desk.call(bob, "my_titles"))["rows"] == []
    with pytest.raises(ToolInputError, match="You have no book called Emma"):
        await desk.call(bob, "finish", {"title": "Emma"})
    assert desk.shelf.books() == [(ada.id, "Emma", "unread")]


REFUSALS: dict[str, tuple[type[ToolError], str]] = {
    "forbidden": (
        ToolFailed,
        "The database's permissions do not let you call misbehave, or do what it does.",
    ),
    "other user": (
        ToolFailed,
        "The database's permissions do not let you call misbehave, or do what it does.",
    ),
    "missing": (ToolFailed, "The tool no longer fits misbehave. Its author must look at it."),
    "divide": (ToolInputError, "An argument of misbehave has a value that it cannot work with."),
    "constraint": (ToolInputError, "The values break a rule (rule books_title_is_not_empty)."),
    "custom": (ToolInputError, "The library is closed."),
}


@pytest.mark.parametrize("how", REFUSALS)
async def test_what_the_database_refuses_is_one_sentence(how: str, desk: Desk, ada: Person) -> None:
    kind, sentence = REFUSALS[how]
    with pytest.raises(kind) as refusal:
        await desk.call(ada, "misbehave", {"how": how})
    assert refusal.value.message == sentence
    assert desk.shelf.books() == []


async def test_a_raised_exception_reaches_the_model_with_its_hint(desk: Desk, ada: Person) -> None:
    with pytest.raises(ToolInputError) as refusal:
        await desk.call(ada, "finish", {"title": "Ulysses"})
    assert refusal.value.message == "Nobody finishes Ulysses. Begin with Dubliners."


async def test_a_function_that_hangs_is_stopped(desk: Desk, ada: Person) -> None:
    tool = desk.tool("misbehave")
    with pytest.raises(ToolFailed, match="took longer than the server allows"):
        await tool.invoke_as(desk.shelf.context(ada, tool_timeout_seconds=0.2), {"how": "sleep"})


async def test_a_flood_is_cut_and_stays_json(desk: Desk, ada: Person) -> None:
    answer = await desk.call(ada, "misbehave", {"how": "flood"})
    assert len(answer["result"]) < 10_000
    assert "too large" in answer["result"]


HOSTILE: tuple[Any, ...] = (
    "\x00", "\ud800", "a" * 200_000, {"$ne": 1}, ["x"], 7, True, 1e400,
)  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=[str(n) for n in range(len(HOSTILE))])
async def test_what_is_no_text_is_refused_without_being_repeated(value: Any, desk: Desk, ada: Person) -> None:
    with pytest.raises(ToolInputError, match=r"^how ") as refusal:
        await desk.call(ada, "misbehave", {"how": value})
    assert len(refusal.value.message) < 100


@pytest.mark.parametrize("text", ["'; drop table books; --", "x'::text); select 1; --", "%(limit)s", "%s %%"])
async def test_sql_in_an_argument_is_a_text_like_any_other(text: str, desk: Desk, ada: Person) -> None:
    assert await desk.call(ada, "misbehave", {"how": text}) == {"result": text}


async def test_an_argument_that_the_function_does_not_take_is_refused(desk: Desk, ada: Person) -> None:
    with pytest.raises(ToolInputError, match="There are: how"):
        await desk.call(ada, "misbehave", {"how": "x", "user_id": str(ada.id), "argument0": "x"})


def test_a_table_tool_says_whether_it_reads_adds_or_changes(shelf: Shelf) -> None:
    methods = ("fetch", "count", "create", "update", "upsert", "delete")
    tools = {method: shelf.tool(method=method) for method in methods}
    assert [method for method in methods if tools[method].is_read_only] == ["fetch", "count"]
    assert [method for method in methods if tools[method].is_destructive] == ["update", "upsert", "delete"]


def test_stable_functions_only_read(desk: Desk) -> None:
    facts = [
        (tool.is_read_only, tool.is_destructive) for tool in map(desk.tool, ("greet", "my_books", "finish"))
    ]
    assert facts == [(True, False), (True, False), (False, True)]


REFUSED_ROWS: dict[str, tuple[str, dict[str, Any], str]] = {
    "no such function": ("nothing", {}, "names the function nothing, which does not exist"),
    "the catalog": ("pg_catalog.pg_sleep", {}, "schema public only"),
    "the catalog by its plain name": ("pg_sleep", {}, "does not exist"),
    "auth": ("auth.uid", {}, "schema public only"),
    "private": ("private.become_user", {}, "schema public only"),
    "private by its plain name": ("become_user", {}, "does not exist"),
    "a name with SQL in it": ("greet(); drop table books", {}, "does not exist"),
    "no name": ("", {}, "does not exist"),
    "an overloaded name": ("twice", {}, "there are several of that name"),
    "a definer": ("all_titles", {}, "works with its owner's rights"),
    "untrusted as text": ("greet", {"untrusted": "yes"}, "untrusted must be of type boolean"),
    "a definer, nearly allowed": ("all_titles", {"allow_security_definer": "yes"}, "must be of type boolean"),
    "a trigger": ("a_trigger", {}, "no function that can be called by itself"),
    "a procedure": ("a_procedure", {}, "no function that can be called by itself"),
    "an aggregate": ("an_aggregate", {}, "no function that can be called by itself"),
    "variadic": ("variadic_one", {}, "takes any number of arguments"),
    "an argument without a name": ("unnamed", {}, "argument without a name"),
    "rows of no shape": ("shapeless", {}, "does not say what its rows are made of"),
    "a row as an argument": ("takes_row", {}, "whose argument book (public.books) no model can pass"),
    "bytes as an argument": ("takes_bytes", {}, "whose argument data (bytea) no model can pass"),
    "an unknown key": ("greet", {"table_name": "books"}, "unknown config key table_name"),
    "a fixed argument that is not": ("greet", {"fixed": {"nam": 1}}, "names the argument nam in fixed"),
    "a map of nothing": ("greet", {"field_map": {"x": "nam"}}, "names the argument nam in field_map"),
    "a declared argument that is not": (
        "greet", {"runtime_args_schema": {"name": {}, "nam": {}}}, "argument nam in runtime_args_schema"
    ),
    "an argument that nobody passes": (
        "greet", {"runtime_args_schema": {"times": {}}}, "does not pass the argument name"
    ),
    "a schema of no form": ("greet", {"runtime_args_schema": {"name": "text"}}, "name must be of type"),
    "an unknown type": ("greet", {"runtime_args_schema": {"name": {"type": "txt"}}}, "argument type txt"),
    "a column that is not returned": ("my_books", {"columns": ["titel"]}, "the column titel in columns"),
    "columns of a single value": ("greet", {"columns": ["x"]}, "names the column x in columns"),
    "a limit of one result": ("greet", {"limit": 5}, "greet(text,boolean,integer) returns one result"),
    "limits that disagree": ("my_titles", {"limit": 5, "max_limit": 2}, "limit 5 is more than max_limit 2"),
}  # fmt: skip

MORE_FUNCTIONS = """
create function twice(x integer) returns integer language sql return x * 2;
create function twice(x text) returns text language sql return x || x;
create function a_trigger() returns trigger language plpgsql as 'begin return new; end';
create procedure a_procedure() language sql begin atomic select 1; end;
create aggregate an_aggregate(integer) (sfunc = int4pl, stype = integer);
create function variadic_one(variadic x text[]) returns text language sql return x[1];
create function unnamed(text) returns text language sql return $1;
create function shapeless() returns setof record language sql as 'select 1, 2';
create function takes_row(book public.books) returns text language sql return book.title;
create function takes_bytes(data bytea) returns integer language sql return length(data);
"""


@pytest.mark.parametrize("case", REFUSED_ROWS)
def test_a_row_that_cannot_work_is_refused_when_it_is_written(case: str, desk: Desk) -> None:
    desk.owner.execute(MORE_FUNCTIONS)
    function, config, sentence = REFUSED_ROWS[case]
    with pytest.raises(psycopg.errors.CheckViolation) as refusal:
        desk.add_row(function, desk.add_agent(), **config)
    assert sentence in (refusal.value.diag.message_primary or "")
    assert refusal.value.diag.message_hint


def test_the_hint_names_the_functions_that_a_tool_may_call(desk: Desk) -> None:
    desk.owner.execute(MORE_FUNCTIONS)
    with pytest.raises(psycopg.errors.CheckViolation) as refusal:
        desk.add_row("gret", desk.add_agent())
    hint = refusal.value.diag.message_hint or ""
    assert "greet, " in hint
    assert "twice" not in hint
    assert "a_trigger" not in hint


async def test_a_definer_function_needs_the_operators_word(desk: Desk, ada: Person, bob: Person) -> None:
    await desk.shelf.add(ada, title="Emma")
    assert (await desk.call(bob, "all_titles", allow_security_definer=True)) == {"rows": ["Emma"]}


@pytest.mark.parametrize("config", [{}, {"allow_security_definer": True}])
def test_a_private_agent_never_calls_a_definer_function(
    config: dict[str, Any], desk: Desk, ada: Person
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        desk.add_row("all_titles", desk.add_agent(ada.id), **config)
    # Neither does a row that is moved to the agent, even past the trigger.
    shared, own = desk.add_agent(), desk.add_agent(ada.id)
    desk.add_row("all_titles", shared, allow_security_definer=True)
    with pytest.raises(psycopg.errors.CheckViolation):
        desk.owner.execute("update agent_tools set agent_id = %(own)s", {"own": own})
    desk.owner.execute("alter table agent_tools disable trigger check_tool")
    desk.owner.execute("update agent_tools set agent_id = %(own)s", {"own": own})
    with pytest.raises(AgentMisconfigured, match="which a user's own agent may not call"):
        build_tool(desk.definition(own, ada.id), SERVICES)


def test_a_function_that_becomes_a_definer_takes_its_tool_away(desk: Desk) -> None:
    agent_id = desk.add_agent()
    desk.add_row("my_titles", agent_id)
    desk.owner.execute("alter function my_titles() security definer")
    with pytest.raises(AgentMisconfigured, match="my_titles is security definer"):
        build_tool(desk.definition(agent_id), SERVICES)


def test_a_function_that_is_gone_or_not_the_only_one_takes_its_tool_away(desk: Desk) -> None:
    agent_id = desk.add_agent()
    desk.add_row("my_titles", agent_id)
    desk.owner.execute("create function my_titles(x integer) returns integer language sql return x")
    with pytest.raises(AgentMisconfigured, match="is gone, or another has the same name"):
        build_tool(desk.definition(agent_id), SERVICES)


def test_a_missing_grant_is_a_warning_with_the_statement_that_helps(desk: Desk) -> None:
    said: list[str] = []
    desk.owner.add_notice_handler(
        lambda notice: said.append(f"{notice.message_primary} {notice.message_hint}")
    )
    desk.owner.execute("revoke execute on function my_titles() from public")
    desk.add_row("my_titles", desk.add_agent())
    assert said == [
        "Tool a_tool will fail: users may not execute my_titles. "
        "grant execute on function public.my_titles() to authenticated;"
    ]


@pytest.mark.parametrize(
    "ddl",
    [
        "create or replace function my_books(min_pages integer default 1) returns setof books "
        "language sql stable begin atomic select * from books; end",
        "comment on function my_books(integer) is 'Books'",
        "alter function my_books(integer) volatile",
        "alter function my_books(integer) rename to our_books",
        "alter table books add column colour text",
        "create function my_books() returns integer language sql return 1",
        "drop function my_books(integer)",
        "drop table books cascade",
    ],
)
def test_a_changed_function_is_a_change_of_the_agents_whose_tools_call_it(
    ddl: str, desk: Desk, owner: psycopg.Connection
) -> None:
    calls, other = desk.add_agent(), desk.add_agent()
    desk.add_row("public.my_books", calls)
    desk.add_row("greet", other)
    versions = (
        "select config_version from agent_configurations where id = any (%(ids)s) order by id = %(other)s"
    )
    ids = {"ids": [calls, other], "other": other}
    before = owner.execute(versions, ids).fetchall()
    owner.execute(ddl.encode())
    after = owner.execute(versions, ids).fetchall()
    assert after[0] > before[0]
    assert after[1] == before[1]


def test_an_enum_that_grows_changes_the_agents_whose_tools_take_it(
    desk: Desk, owner: psycopg.Connection
) -> None:
    agent_id = desk.add_agent()
    desk.add_row("echo", agent_id)
    owner.execute("alter type genre add value 'drama'")
    tool = build_tool(desk.definition(agent_id), SERVICES)
    assert "drama" in str(convert_to_openai_tool(tool))
    assert owner.execute("select config_version from agent_configurations").fetchone() == (3,)


MISFITS: tuple[tuple[dict[str, Any], str], ...] = (
    (
        {"runtime_args_schema": {"name": {"type": "int"}, "times": {"type": "date"}}},
        "times is declared as date",
    ),
    ({"fixed": {"times": "many"}}, "the value of fixed for times must be a whole number"),
    ({"fixed": {"name": "x"}, "runtime_args_schema": {"name": {}}}, "which the tool itself decides"),
    ({"field_map": {"shout": "name"}}, "two arguments of greet would be called shout"),
    ({"field_map": {"whom to greet": "name"}}, "no model can pass an argument called whom to greet"),
    ({"limit": 0}, "limit"),
)


@pytest.mark.parametrize(("config", "sentence"), MISFITS)
def test_what_only_the_server_can_tell_is_told_when_the_tool_is_built(
    config: dict[str, Any], sentence: str, desk: Desk, owner: psycopg.Connection
) -> None:
    # Written past the trigger, which refuses some of these already.
    owner.execute("alter table agent_tools disable trigger check_tool")
    with pytest.raises(AgentMisconfigured) as refusal:
        desk.tool("greet", **config)
    assert sentence in refusal.value.message
