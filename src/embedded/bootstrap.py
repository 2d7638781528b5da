"""What hosted Supabase has before the first migration: its roles, functions of `auth`, schema-change events.

Both functions may run any number of times. Template clones need nothing more: roles belong to the cluster,
and all that `prepare_database` makes is copied with the database.
"""

import psycopg
from psycopg import sql

GATEWAY_ROLE = "authenticator"

ROLES = """
do $$
begin
  if not exists (select from pg_roles where rolname = 'anon') then
    create role anon nologin noinherit;
  end if;
  if not exists (select from pg_roles where rolname = 'authenticated') then
    create role authenticated nologin noinherit;
  end if;
  if not exists (select from pg_roles where rolname = 'service_role') then
    create role service_role nologin noinherit bypassrls;
  end if;
  if not exists (select from pg_roles where rolname = 'authenticator') then
    create role authenticator login noinherit nosuperuser nocreatedb nocreaterole nobypassrls noreplication;
  end if;
end
$$;
-- The gateway becomes one of the three for each request. Of service_role it also has the rights without
-- becoming it, because information_schema, which the gateway reads, shows a role only what it may use.
grant anon, authenticated to authenticator with inherit false, set true;
grant service_role to authenticator with inherit true, set true;
-- As on hosted Supabase: no request may hold the database for longer.
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
"""

# As in hosted Supabase: the claims come as one JSON object, or (older gateways) as one setting each.
AUTH = """
create schema if not exists auth;
create schema if not exists extensions;
create extension if not exists vector with schema extensions;

create or replace function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;
create or replace function auth.uid() returns uuid language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid
$$;
create or replace function auth.role() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
  )
$$;
create or replace function auth.email() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
  )
$$;

grant usage on schema public, auth, extensions to anon, authenticated, service_role;
-- Users, passwords and sessions: for the gateway alone.
grant usage on schema auth to authenticator;
grant select, insert, update, delete on all tables in schema auth to authenticator;

-- The service key works on everything in `public` (it passes by every policy). Nothing is opened to the
-- others: that is each migration's own decision.
alter default privileges in schema public grant select, insert, update, delete on tables to service_role;
alter default privileges in schema public grant usage, select on sequences to service_role;
alter default privileges in schema public grant execute on functions to service_role;
"""

# PostgREST's own recipe, as on hosted Supabase. Temporary objects concern one session only.
SCHEMA_EVENTS = """
create or replace function extensions.pgrst_ddl_watch() returns event_trigger
language plpgsql set search_path = '' as $$
begin
  if exists (
    select from pg_catalog.pg_event_trigger_ddl_commands() where schema_name is distinct from 'pg_temp'
  ) then
    notify pgrst, 'reload schema';
  end if;
end
$$;
create or replace function extensions.pgrst_drop_watch() returns event_trigger
language plpgsql set search_path = '' as $$
begin
  if exists (select from pg_catalog.pg_event_trigger_dropped_objects() where not is_temporary) then
    notify pgrst, 'reload schema';
  end if;
end
$$;
do $$
begin
  if not exists (select from pg_event_trigger where evtname = 'pgrst_ddl_watch') then
    create event trigger pgrst_ddl_watch on ddl_command_end execute function extensions.pgrst_ddl_watch();
  end if;
  if not exists (select from pg_event_trigger where evtname = 'pgrst_drop_watch') then
    create event trigger pgrst_drop_watch on sql_drop execute function extensions.pgrst_drop_watch();
  end if;
end
$$;
"""

# Two starts at once (a test run's workers, two terminals) take turns.
LOCK = "select pg_advisory_xact_lock(hashtext('clarity bootstrap'))"


def prepare_cluster(owner_url: str, *, gateway_password: str) -> None:
    """Make Supabase's roles and the gateway's login role, and set that role's password."""
    with psycopg.connect(owner_url, connect_timeout=10) as connection:
        connection.execute(LOCK)
        connection.execute(ROLES)
        # Hashed here: the server sees, and could log, only the verifier.
        verifier = connection.pgconn.encrypt_password(
            gateway_password.encode(), GATEWAY_ROLE.encode(), b"scram-sha-256"
        )
        connection.execute(
            sql.SQL("alter role {role} password {verifier}").format(
                role=sql.Identifier(GATEWAY_ROLE), verifier=sql.Literal(verifier.decode())
            )
        )


def prepare_database(owner_url: str) -> None:
    """Make auth's functions and grants, the extensions schema with `vector`, and the schema-change events.

    Comes after the tables of schema auth (`gateway.make_auth_tables`): the library that makes them also makes
    functions of its own, which read only one of the two forms of claims.
    """
    with psycopg.connect(owner_url, connect_timeout=10) as connection:
        connection.execute(LOCK)
        connection.execute(AUTH)
        connection.execute(SCHEMA_EVENTS)
