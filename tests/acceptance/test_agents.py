"""GET /api/agents and what one is made of: everything to who may change it, its purpose to everybody else."""

from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest

from core.agents.models import Models
from core.config import CoreConfig
from fixtures.people import Person
from fixtures.servers import JWT_SECRET, RunningServer, Serve

BOOKS = """
create table public.books (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id),
  title text not null
);
alter table public.books enable row level security;
create policy "Users see their own books" on public.books for select to authenticated
  using (user_id = (select auth.uid()));
create policy "Users add books with short titles" on public.books for insert to authenticated
  with check (user_id = (select auth.uid()) and length(title) < 10);
create policy "Nobody changes a book called Emma" on public.books as restrictive for update to authenticated
  using (title <> 'Emma');
create policy "Users change their own books" on public.books for update to authenticated
  using (user_id = (select auth.uid()));
grant select, insert, update on public.books to authenticated;
"""
TOOLS = {
    "list_books": {"table_name": "books", "method": "fetch"},
    "add_book": {"table_name": "books", "method": "create"},
    "rename_book": {"table_name": "books", "method": "update"},
    "remove_book": {"table_name": "books", "method": "delete"},
}


@pytest.fixture
def library(owner: psycopg.Connection, make_agent: Callable[..., None]) -> None:
    """The shared agent `library` with tools on books."""
    owner.execute(BOOKS.encode())
    make_agent("library", **TOOLS)


@pytest.fixture
def ada(make_user: Callable[..., Person]) -> Person:
    return make_user("ada@example.com")


@pytest.fixture
def admin(make_user: Callable[..., Person], owner: psycopg.Connection) -> Person:
    person = make_user("admin@example.com")
    owner.execute("insert into admins (user_id) values (%(id)s)", {"id": person.id})
    return person


class Api:
    """The API as one person."""

    def __init__(self, server: RunningServer, person: Person) -> None:
        self._client = server.client
        self._headers = {"Authorization": f"Bearer {person.jwt(JWT_SECRET)}"}

    async def get(self, path: str) -> httpx.Response:
        return await self._client.get(path, headers=self._headers)

    async def agents(self) -> dict[str, dict[str, Any]]:
        answer = await self.get("/api/agents")
        assert answer.status_code == 200, answer.text
        return {agent["agent_name"]: agent for agent in answer.json()["agents"]}

    async def try_tool(self, tool: str, *, agent: str = "library", **body: Any) -> httpx.Response:
        path = f"/api/agents/{agent}/tools/{tool}/test"
        return await self._client.post(path, json=body, headers=self._headers)


async def test_everybody_sees_what_there_is_and_nobody_anothers_private_agent(
    server: RunningServer, ada: Person, admin: Person, make_agent: Callable[..., None], library: None
) -> None:
    make_agent("diary", owner_id=ada.id)
    make_agent("library", owner_id=ada.id)

    seen = await Api(server, ada).agents()

    assert set(await Api(server, admin).agents()) == {"library"}
    assert {name: agent["is_private"] for name, agent in seen.items()} == {"diary": True, "library": True}
    assert seen["library"]["tool_count"] == 0


async def test_who_may_change_an_agent_sees_its_prompt_and_others_do_not(
    server: RunningServer, ada: Person, admin: Person, library: None
) -> None:
    public = (await Api(server, ada).get("/api/agents/library")).json()
    whole = (await Api(server, admin).get("/api/agents/library")).json()

    hidden = ("llm_config", "system_prompt", "tools", "problem", "refused_tools")
    assert [public[name] for name in hidden] == [None] * 5
    assert (public["tool_count"], public["may_manage"]) == (4, False)
    assert (whole["system_prompt"], whole["llm_config"], whole["may_manage"]) == ("You help.", {}, True)
    assert {tool["name"]: tool["config"] for tool in whole["tools"]} == TOOLS


async def test_the_owner_of_a_private_agent_reads_it_though_it_is_switched_off(
    server: RunningServer,
    ada: Person,
    admin: Person,
    make_agent: Callable[..., None],
    owner: psycopg.Connection,
) -> None:
    make_agent("diary", owner_id=ada.id)
    owner.execute("update agent_configurations set is_active = false")

    assert (await Api(server, ada).get("/api/agents/diary")).json()["system_prompt"] == "You help."
    assert await Api(server, ada).agents() == {}
    assert (await Api(server, admin).get("/api/agents/diary")).status_code == 404


async def test_a_tool_that_cannot_run_and_a_model_that_is_not_allowed_are_told_to_who_can_mend_it(
    serve: Serve, ada: Person, admin: Person, owner: psycopg.Connection, library: None
) -> None:

    server = await serve(models=Models(CoreConfig(default_model="offline:rules")))
    owner.execute("alter table books rename to volumes")
    owner.execute(
        """insert into agent_configurations (agent_name, owner_id, llm_config)
        values ('greedy', %(ada)s, '{"model": "openai:gpt-5-pro"}')""",
        {"ada": ada.id},
    )

    assert (await Api(server, ada).agents())["library"]["refused_tools"] is None
    refused = (await Api(server, admin).agents())["library"]["refused_tools"]
    assert set(refused) == set(TOOLS)
    assert "books" in refused["add_book"]
    problem = (await Api(server, ada).agents())["greedy"]["problem"]
    assert "'openai:gpt-5-pro' is not one that this server allows" in problem


async def test_who_may_change_an_agent_sees_which_tables_a_tool_may_work_on(
    server: RunningServer, ada: Person, admin: Person, library: None
) -> None:
    refused = await Api(server, ada).get("/api/agents/library/tables")
    tables = {
        table["name"]: table
        for table in (await Api(server, admin).get("/api/agents/library/tables")).json()["tables"]
    }

    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert tables["books"]["writes"] == ["insert", "update", "delete"]
    columns = {column["name"]: column for column in tables["books"]["columns"]}
    assert (columns["title"]["is_required"], columns["user_id"]["is_generated"]) == (True, True)
    status = next(column for column in tables["tasks"]["columns"] if column["name"] == "status")
    assert "pending" in status["enum_values"]
    assert {"admins", "agent_tools", "chat_runs", "user_credentials"}.isdisjoint(tables)


FUNCTIONS = """
create type pace as enum ('slow', 'fast');
create function public.lend_book(book text, days integer default 14, pace pace default 'slow')
  returns table (title text, due date) language sql stable begin atomic select book, current_date + days; end;
comment on function public.lend_book(text, integer, pace) is E'Lends a book.\\nbook: Its title.';
create function public.reset_books() returns void language sql security definer begin atomic select 1; end;
create function public.twice(a text) returns text language sql begin atomic select a; end;
create function public.twice(a integer) returns integer language sql begin atomic select a; end;
create function public.guess(text) returns text language sql begin atomic select $1; end;
create function public.weigh(parcel bytea) returns integer language sql begin atomic select 1; end;
create function public.hide() returns text language sql begin atomic select 'x'; end;
revoke execute on function public.hide() from public, anon, authenticated;
"""


async def test_who_may_change_an_agent_sees_which_functions_a_tool_may_call(
    server: RunningServer, ada: Person, admin: Person, owner: psycopg.Connection, library: None
) -> None:
    owner.execute(FUNCTIONS.encode())

    refused = await Api(server, ada).get("/api/agents/library/functions")
    answer = (await Api(server, admin).get("/api/agents/library/functions")).json()
    functions = {function["name"]: function for function in answer["functions"]}

    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert {"reset_books", "twice", "guess", "weigh", "hide"}.isdisjoint(functions)
    lend = functions["lend_book"]
    assert (lend["comment"], lend["returns_set"], lend["columns"]) == (
        "Lends a book.",
        True,
        ["title", "due"],
    )
    assert [argument["is_required"] for argument in lend["arguments"]] == [True, False, False]
    assert lend["arguments"][0] | {"enum_values": None} == {
        "name": "book",
        "type": "text",
        "comment": "Its title.",
        "is_required": True,
        "enum_values": None,
    }
    assert lend["arguments"][2]["enum_values"] == ["slow", "fast"]


async def test_every_function_that_is_offered_is_one_that_the_database_takes(
    server: RunningServer,
    admin: Person,
    owner: psycopg.Connection,
    make_agent: Callable[..., None],
    library: None,
) -> None:
    owner.execute(FUNCTIONS.encode())
    answer = (await Api(server, admin).get("/api/agents/library/functions")).json()

    for function in answer["functions"]:
        owner.execute(
            """
            insert into agent_tools (agent_id, name, type, config)
            select id, %(name)s, 'RPCTool', jsonb_build_object('function_name', %(name)s::text)
              from agent_configurations where agent_name = 'library'
            """,
            {"name": function["name"]},
        )
    assert len(answer["functions"]) > 0


async def test_each_type_of_tool_says_what_its_config_may_hold(server: RunningServer, ada: Person) -> None:
    answer = (await Api(server, ada).get("/api/tool-types")).json()
    schemas = {each["name"]: each["config_schema"] for each in answer["types"]}

    assert {"CRUDTool", "RPCTool", "HTTPTool", "MCPTool", "AgentTool"} <= set(schemas)
    assert schemas["CRUDTool"]["required"] == ["table_name", "method"]
    assert schemas["RPCTool"]["properties"]["function_name"]["description"]


async def test_no_agent_is_listed_for_a_stranger(server: RunningServer) -> None:
    assert (await server.client.get("/api/agents")).status_code == 401


async def test_a_trial_says_what_ran_and_what_the_model_would_read(
    server: RunningServer, admin: Person, library: None
) -> None:
    body = (await Api(server, admin).try_tool("add_book", arguments={"data": {"title": "Emma"}})).json()

    assert body["status"] == "success"
    assert '"title":"Emma"' in body["result"].replace(" ", "")
    assert "insert into" in body["sql"][0]
    assert body["explanation"] == []


async def test_a_refused_write_names_the_policy_and_why(
    server: RunningServer, admin: Person, library: None
) -> None:
    too_long = {"data": {"title": "A very long title"}}

    body = (await Api(server, admin).try_tool("add_book", arguments=too_long)).json()

    assert body["status"] == "error"
    (sentence,) = body["explanation"]
    assert sentence.startswith('policy "Users add books with short titles" (insert) needs: ')
    assert "length(title) < 10" in sentence
    assert sentence.endswith("→ false")


async def test_a_hidden_change_names_the_restrictive_policy(
    server: RunningServer, admin: Person, library: None
) -> None:
    api = Api(server, admin)
    await api.try_tool("add_book", arguments={"data": {"title": "Emma"}})

    rename = {"data": {"title": "Ema"}, "filters": {"title": "Emma"}}
    body = (await api.try_tool("rename_book", arguments=rename)).json()

    assert body["status"] == "error"
    assert [sentence.split(" needs")[0] for sentence in body["explanation"]] == [
        'policy "Nobody changes a book called Emma" (update, in addition to the others)',
        'policy "Users change their own books" (update)',
    ]
    assert body["explanation"][0].endswith("→ false")
    assert body["explanation"][1].endswith("→ true")


async def test_a_missing_grant_is_named(server: RunningServer, admin: Person, library: None) -> None:
    api = Api(server, admin)
    await api.try_tool("add_book", arguments={"data": {"title": "Emma"}})

    body = (await api.try_tool("remove_book", arguments={"filters": {"title": "Emma"}})).json()

    assert "users may not delete: grant delete on public.books to authenticated;" in body["explanation"]


async def test_the_server_explains_no_row_that_the_caller_may_not_see(
    server: RunningServer, ada: Person, admin: Person, owner: psycopg.Connection, library: None
) -> None:
    """A hidden row and a missing one look the same, or trying filters would find out what others have."""
    owner.execute("insert into books (user_id, title) values (%(ada)s, 'Emma')", {"ada": ada.id})
    api = Api(server, admin)

    hidden = (await api.try_tool("list_books", arguments={"filters": {"title": "Emma"}})).json()
    missing = (await api.try_tool("list_books", arguments={"filters": {"title": "Nope"}})).json()

    assert hidden["explanation"] == missing["explanation"]
    assert hidden["explanation"][0].startswith("No row of books fits")
    assert 'policy "Users see their own books" (select) needs: ' in hidden["explanation"][1]


@pytest.mark.parametrize("tool", ["list_books", "no_such_tool"])
async def test_only_who_may_change_an_agent_tries_its_tools(
    tool: str, server: RunningServer, ada: Person, library: None
) -> None:
    answer = await Api(server, ada).try_tool(tool)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


async def test_a_tool_that_is_not_there_is_a_404(server: RunningServer, admin: Person, library: None) -> None:
    answer = await Api(server, admin).try_tool("no_such_tool")
    assert (answer.status_code, answer.json()["code"]) == (404, "tool_not_found")


async def test_nobody_acts_as_another_user_unless_the_server_is_told_to_allow_it(
    server: RunningServer, admin: Person, ada: Person, library: None
) -> None:
    answer = await Api(server, admin).try_tool("list_books", as_user=ada.email)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert "CLARITY_ALLOW_ACTING_AS_USERS" in answer.json()["detail"]


async def test_an_admin_acts_as_another_user_on_the_record(
    serve: Serve, admin: Person, ada: Person, owner: psycopg.Connection, library: None
) -> None:
    api = Api(await serve(allow_acting_as_users=True), admin)
    owner.execute("insert into books (user_id, title) values (%(ada)s, 'Emma')", {"ada": ada.id})

    seen = (await api.try_tool("list_books", as_user=ada.email)).json()

    assert "Emma" in seen["result"]
    trials = "select admin_id, as_user_id, tool_name from private.tool_trials"
    assert owner.execute(trials).fetchall() == [(admin.id, ada.id, "list_books")]
    assert (await api.try_tool("list_books", as_user="nobody@example.com")).status_code == 404


async def test_acting_as_another_user_is_for_admins_and_shared_agents_only(
    serve: Serve,
    admin: Person,
    ada: Person,
    owner: psycopg.Connection,
    make_agent: Callable[..., None],
    library: None,
) -> None:
    server = await serve(allow_acting_as_users=True)
    make_agent("spy", owner_id=ada.id, list_tasks={"table_name": "tasks", "method": "fetch"})
    make_agent("mole", owner_id=admin.id, list_tasks={"table_name": "tasks", "method": "fetch"})

    tries = [
        await Api(server, ada).try_tool("list_books", as_user=admin.email),
        await Api(server, ada).try_tool("list_tasks", agent="spy", as_user=admin.email),
        await Api(server, admin).try_tool("list_tasks", agent="mole", as_user=ada.email),
    ]

    assert [answer.status_code for answer in tries] == [403, 403, 403]
    assert owner.execute("select from private.tool_trials").rowcount == 0
