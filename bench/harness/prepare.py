"""Makes a fresh database one of Clarity, with users, an agent and ten tools; prints the server's URL.

`python bench/harness/prepare.py OWNER_URL MODEL_BASE_URL [AGENTS]`. AGENTS is the number of agents, each with
its ten tools; one, unless it is given. Does nothing to a database that is one already.
"""

import json
import secrets
import sys
from pathlib import Path
from typing import LiteralString
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID, uuid5

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from cli.hosted import server_password
from cli.migrations import apply_migrations
from embedded.bootstrap import prepare_cluster, prepare_database
from embedded.bundle import build_gateway
from embedded.gateway import make_auth_tables

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE = UUID(int=7)
USERS = 20_000
SYSTEM = 4 * (
    "You are a careful assistant of a small company. Use a tool when it helps. Answer in one short sentence. "
)

# The peers' ten tools: the caller's row, and nine that are only on offer. Arguments, then what they do.
FUNCTIONS = {
    "read_row": ("key text", "Read one stored row of the calling user by its key and return the value."),
    "get_weather": ("city text, unit text default 'c'", "Get the weather of a city in the given unit."),
    "search_docs": (
        "query text, limit_to integer default 5",
        "Search the company's documents and return the best matching passages.",
    ),
    "list_orders": (
        "status text, limit_to integer default 10",
        "List the orders that have the given status, newest first.",
    ),
    "create_ticket": ("title text, body text", "Create a support ticket and return its number."),
    "close_ticket": ("number text, reason text", "Close a support ticket and store the reason for it."),
    "send_mail": ("recipient text, subject text, body text", "Send an e-mail with a subject and a body."),
    "convert_currency": (
        "amount numeric, source text, target text",
        "Convert an amount of money from one currency to another one.",
    ),
    "find_contact": ("name text", "Find a contact by name and return phone number and address."),
    "calculate": ("expression text", "Evaluate an arithmetic expression and return the result as text."),
}
READ_ROW = "select value from bench_rows where bench_rows.key = read_row.key"

ROWS = """
alter table bench_rows enable row level security;
create policy "Users read the rows of their own" on bench_rows for select to authenticated
  using (user_id = (select auth.jwt() ->> 'bench_user'));
grant select on bench_rows to authenticated;
"""


# Agents that nobody talks to, as copies of the one that all talk to.
MORE_AGENTS = """
with copied as (
  insert into agent_configurations (agent_name, system_prompt, llm_config)
  select 'bench-' || n, system_prompt, llm_config
    from agent_configurations, generate_series(2, %(agents)s) as n where agent_name = 'bench'
  returning id
)
insert into agent_tools (agent_id, name, type, description, config)
select copied.id, name, type, description, config
  from copied, agent_tools
 where agent_id = (select id from agent_configurations where agent_name = 'bench')
"""


def main(owner_url: str, base_url: str, agents: int = 1) -> None:
    server_url = _server_url(owner_url)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        row = owner.execute("select to_regclass('public.agent_tools') is not null").fetchone()
        if row != (True,):
            _prepare(owner, owner_url, base_url, agents)
    sys.stdout.write(server_url + "\n")


def _prepare(owner: psycopg.Connection, owner_url: str, base_url: str, agents: int) -> None:
    prepare_cluster(owner_url, gateway_password=secrets.token_hex(16))
    make_auth_tables(build_gateway(ROOT / ".clarity" / "gateway"), owner_url)
    prepare_database(owner_url)
    apply_migrations(owner_url, ROOT / "supabase" / "migrations")
    password = server_password(urlsplit(owner_url).password or "")
    owner.execute(
        sql.SQL("alter role clarity_server password {password}").format(password=sql.Literal(password))
    )
    owner.execute(ROWS)
    with owner.cursor().copy("copy auth.users (id, aud, role, email, raw_app_meta_data) from stdin") as copy:
        for number in range(USERS):
            name = f"u{number}"
            row = (uuid5(NAMESPACE, name), "authenticated", "authenticated", f"{name}@example.com", Jsonb({}))
            copy.write_row(row)
    _make_agent(owner, base_url)
    if agents > 1:
        owner.execute(MORE_AGENTS, {"agents": agents})
    owner.execute("analyze")


def _make_agent(owner: psycopg.Connection, base_url: str) -> None:
    row = owner.execute(
        """
        insert into agent_configurations (agent_name, system_prompt, llm_config)
        values ('bench', %(system)s, %(llm_config)s) returning id
        """,
        {"system": SYSTEM, "llm_config": Jsonb({"model": "openai:gpt-fake", "base_url": base_url})},
    ).fetchone()
    assert row
    for name, (arguments, comment) in FUNCTIONS.items():
        _make_function(owner, name, arguments, READ_ROW if name == "read_row" else "select 'none'")
        owner.execute(
            """
            insert into agent_tools (agent_id, name, type, description, config)
            values (%(agent)s, %(name)s, 'RPCTool', %(description)s, %(config)s)
            """,
            {
                "agent": row[0],
                "name": name,
                "description": comment,
                "config": json.dumps({"function_name": name}),
            },
        )


def _make_function(owner: psycopg.Connection, name: str, arguments: LiteralString, body: str) -> None:
    create = sql.SQL(
        "create function public.{name}({arguments}) returns text language sql stable"
        " set search_path = public as {body}"
    )
    identifier = sql.Identifier(name)
    owner.execute(create.format(name=identifier, arguments=sql.SQL(arguments), body=sql.Literal(body)))
    owner.execute(sql.SQL("grant execute on function public.{} to authenticated").format(identifier))


def _server_url(owner_url: str) -> str:
    parts = urlsplit(owner_url)
    password = quote(server_password(parts.password or ""))
    return urlunsplit(parts._replace(netloc=f"clarity_server:{password}@{parts.hostname}:{parts.port}"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
