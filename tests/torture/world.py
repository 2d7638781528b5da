"""What the torture runs: two servers, a pooler, a Postgres, its gateway, the model and a tool's service."""

import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from embedded.gateway import Gateway
from embedded.postgres import EmbeddedPostgres
from fixtures.databases import Database
from fixtures.own_cluster import own_cluster
from fixtures.people import Person, add_user
from fixtures.pgbouncer import PgBouncer, pooling
from fixtures.replicas import Replica
from fixtures.servers import JWT_SECRET
from torture.model import ModelFault, Reached, TortureModel
from torture.service import CountingService, Held

AGENT = "torture"
PROMPT = "Do as you are told."
SERVERS = 2

# As short as the servers' renewals, five in each, leave it on a busy machine.
LEASE_SECONDS = 5.0
# A server that is told to stop lets its turns end for so long.
GRACE_SECONDS = 2
MODEL_TIMEOUT_SECONDS = 3
SERVICE_TIMEOUT_SECONDS = 2
# Now and then a person has more chats going than this.
MAX_CONCURRENT_RUNS = 2

# A crash of Postgres must not lose what was committed; one of the machine may.
SETTINGS = {"synchronous_commit": "on"}

# Nothing here is unique: what is done twice is there twice.
TABLES: LiteralString = """
create schema torture;
create table torture.gates (
  token text primary key, point text not null, key integer generated always as identity
);

create function torture.pass_gate(p_token text, p_point text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  gate integer;
begin
  select key into gate from torture.gates where token = p_token and point = p_point;
  if found then
    -- Whoever looks at pg_locks sees that somebody stands here.
    perform pg_advisory_xact_lock_shared(7224, gate);
    while exists (select from torture.gates where key = gate) loop
      perform pg_sleep(0.02);
    end loop;
  end if;
end $$;

create function torture.on_effect() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform torture.pass_gate(new.token, 'during a tool call');
  return null;
end $$;

create function torture.on_message() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  token text := substring(new.message #>> '{data,content}' from 't\\d{4}x\\d{3}[0-9a-f]{4}');
begin
  if token is not null and new.message ->> 'type' in ('human', 'ai') then
    perform torture.pass_gate(
      token, case new.message ->> 'type' when 'human' then 'while it opens' else 'while it closes' end);
  end if;
  return null;
end $$;
create trigger pass_gate after insert on public.chat_message_history
  for each row execute function torture.on_message();

create function torture.on_tab() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform torture.pass_gate(new.metadata ->> 'token', 'while a tab tells of itself');
  return null;
end $$;
create trigger pass_gate after insert or update on public.chat_sessions
  for each row execute function torture.on_tab();

create table public.entries (
  id bigint generated always as identity primary key, token text not null,
  user_id uuid not null default auth.uid());
create table public.deeds (like public.entries including all);
create table public.asked_entries (like public.entries including all);

alter table public.entries enable row level security;
alter table public.deeds enable row level security;
alter table public.asked_entries enable row level security;
create policy "Own entries" on public.entries for all to authenticated using (user_id = (select auth.uid()));
create policy "Own deeds" on public.deeds for all to authenticated using (user_id = (select auth.uid()));
create policy "Own asked entries" on public.asked_entries
  for all to authenticated using (user_id = (select auth.uid()));
grant select, insert on public.entries, public.deeds, public.asked_entries to authenticated;
create trigger pass_gate after insert on public.entries for each row execute function torture.on_effect();
create trigger pass_gate after insert on public.deeds for each row execute function torture.on_effect();
create trigger pass_gate after insert on public.asked_entries
  for each row execute function torture.on_effect();

create function public.do_token(p_token text) returns bigint
language sql set search_path = '' as 'insert into public.deeds (token) values (p_token) returning id';
grant execute on function public.do_token(text) to authenticated;
"""


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything that runs."""

    postgres: EmbeddedPostgres
    database: Database
    pooler: PgBouncer
    gateway: Gateway
    model: TortureModel
    service: CountingService
    replicas: Sequence[Replica]
    people: Sequence[Person]

    def owner(self) -> psycopg.Connection:
        """A new connection to Postgres, past the pooler. Raises psycopg.OperationalError while it is away."""
        return psycopg.connect(self.database.owner_url, autocommit=True, connect_timeout=5)


@contextmanager
def running_world(
    folder: Path,
    gateway_bundle: Path,
    *,
    people: int,
    reached: Reached,
    model_fault: ModelFault,
    service_hold: Held,
    servers: int = SERVERS,
    **settings: str,
) -> Generator[World]:
    """Everything, for as long as the block lasts; `settings` are the servers', besides those of a torture.

    Skips where there is no pgbouncer.
    """
    names = [f"server-{number}" for number in range(1, servers + 1)]
    keys = {f"sk-{name}": name for name in names}
    model = TortureModel(
        {f"Bearer {key}": name for key, name in keys.items()}, reached=reached, fault=model_fault
    )
    service = CountingService(service_hold)
    with (
        own_cluster(folder, gateway_bundle, **SETTINGS) as (postgres, database),
        pooling(folder, database.server_url) as pooler,
        _started(model),
        _started(service),
    ):
        with psycopg.connect(database.owner_url, autocommit=True) as owner:
            owner.execute(TABLES)
            _add_agent(owner, model, service)
            persons = [add_user(owner) for _ in range(people)]
        gateway = Gateway(
            gateway_bundle,
            database_url=database.gateway_url,
            jwt_secret=JWT_SECRET,
            port=None,
            log_file=folder / "gateway.log",
        )
        environment = {**_settings(service), **settings}
        replicas = [
            Replica(name, folder, pooler.url, {**environment, "OPENAI_API_KEY": key})
            for key, name in keys.items()
        ]
        try:
            for replica in replicas:
                replica.spawn()
            gateway.start()
            for replica in replicas:
                replica.wait_until_ready()
            yield World(
                postgres=postgres,
                database=database,
                pooler=pooler,
                gateway=gateway,
                model=model,
                service=service,
                replicas=replicas,
                people=persons,
            )
        finally:
            gateway.stop()
            for replica in replicas:
                if replica.is_running():
                    replica.kill()


@contextmanager
def _started(server: TortureModel | CountingService) -> Generator[None]:
    server.start()
    try:
        yield
    finally:
        server.stop()


def _settings(service: CountingService) -> Mapping[str, str]:
    return {
        "CLARITY_LEASE_SECONDS": str(LEASE_SECONDS),
        "CLARITY_SHUTDOWN_GRACE_SECONDS": str(GRACE_SECONDS),
        "CLARITY_MODEL_TIMEOUT_SECONDS": str(MODEL_TIMEOUT_SECONDS),
        "CLARITY_MAX_CONCURRENT_RUNS": str(MAX_CONCURRENT_RUNS),
        "CLARITY_MAX_REQUESTS_PER_MINUTE": "100000",
        "CLARITY_HTTP_ALLOWED_HOSTS": service.origin,
        # They would ask the model about something else than the user did.
        "CLARITY_IMPROVE_TITLES": "false",
        "CLARITY_SUMMARISE_CHATS": "false",
    }


def _add_agent(owner: psycopg.Connection, model: TortureModel, service: CountingService) -> None:
    row = owner.execute(
        """
        insert into agent_configurations (agent_name, llm_config, system_prompt)
        values (%(name)s, %(llm_config)s, %(prompt)s) returning id
        """,
        {
            "name": AGENT,
            "llm_config": json.dumps({"model": "openai:torture", "base_url": model.base_url}),
            "prompt": PROMPT,
        },
    ).fetchone()
    assert row
    send: dict[str, Any] = {
        "method": "POST",
        "url": f"{service.origin}/send",
        "runtime_args_schema": {"token": {"type": "str"}},
        "timeout_seconds": SERVICE_TIMEOUT_SECONDS,
    }
    tools: list[tuple[str, str, dict[str, Any], str]] = [
        ("add_entry", "CRUDTool", {"table_name": "entries", "method": "create"}, "auto"),
        ("do_token", "RPCTool", {"function_name": "do_token"}, "auto"),
        ("send_token", "HTTPTool", send, "auto"),
        ("ask_entry", "CRUDTool", {"table_name": "asked_entries", "method": "create"}, "ask"),
    ]
    for name, kind, config, approval in tools:
        owner.execute(
            """
            insert into agent_tools (agent_id, name, type, config, approval)
            values (%(agent_id)s, %(name)s, %(type)s, %(config)s, %(approval)s)
            """,
            {
                "agent_id": row[0],
                "name": name,
                "type": kind,
                "config": json.dumps(config),
                "approval": approval,
            },
        )
