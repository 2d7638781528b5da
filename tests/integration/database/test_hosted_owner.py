"""The migrations where a hosted project differs: its owner is no superuser, its defaults open new tables."""

import secrets
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from cli.migrations import apply_migrations
from embedded.bootstrap import prepare_database
from embedded.gateway import make_auth_tables
from fixtures.cluster import ROOT
from fixtures.databases import Database

GRANTS = """
select table_name, privilege_type, grantee from information_schema.role_table_grants
where table_schema = 'public' and grantee in ('anon', 'authenticated')
union all
select table_name || '.' || column_name, privilege_type, grantee from information_schema.role_column_grants
where table_schema = 'public' and grantee in ('anon', 'authenticated')
order by 1, 2, 3
"""


@pytest.fixture
def hosted_url(empty_database: Database, gateway_bundle: Path) -> str:
    """A login that may do what hosted Supabase's `postgres` may, on a database prepared like theirs."""
    make_auth_tables(gateway_bundle, empty_database.owner_url)
    prepare_database(empty_database.owner_url)
    password = secrets.token_hex(16)
    role = sql.Identifier(f"hosted_{secrets.token_hex(4)}")
    with psycopg.connect(empty_database.owner_url, autocommit=True) as conn:
        for statement in (
            "create role {role} login createrole bypassrls password {password}",
            "grant anon, authenticated, service_role, clarity_server to {role} with admin option",
            "grant create on database {database} to {role}",
            "alter schema public owner to {role}",
            "grant usage on schema auth, extensions to {role}",
            "grant all on auth.users to {role}",
            """alter default privileges for role {role} in schema public
            grant all on tables to anon, authenticated""",
            """alter default privileges for role {role} in schema public
            grant all on functions to anon, authenticated""",
        ):
            conn.execute(
                sql.SQL(statement).format(
                    role=role, password=sql.Literal(password), database=sql.Identifier(empty_database.name)
                )
            )
    return make_conninfo(empty_database.owner_url, user=role.as_string().strip('"'), password=password)


def test_they_apply_without_a_superuser_and_leave_no_grant_that_they_did_not_make(
    hosted_url: str, template: str, owner: psycopg.Connection
) -> None:
    assert apply_migrations(hosted_url, ROOT / "supabase" / "migrations")
    with psycopg.connect(hosted_url) as hosted:
        grants = hosted.execute(GRANTS).fetchall()
        assert hosted.execute("select 1 from pg_event_trigger where evtname like 'clarity%'").fetchall() == []
    assert grants == owner.execute(GRANTS).fetchall()
    assert "anon" not in {grantee for _, _, grantee in grants}


def test_users_and_tools_work_there_too(hosted_url: str) -> None:
    apply_migrations(hosted_url, ROOT / "supabase" / "migrations")
    with psycopg.connect(hosted_url) as hosted:
        hosted.execute("insert into auth.users (id, email) values (gen_random_uuid(), 'a@example.com')")
        hosted.execute("insert into agent_configurations (agent_name) values ('helper')")
        hosted.execute(
            """insert into agent_tools (agent_id, name, config)
            select id, 'list', '{"table_name": "notes", "method": "fetch"}' from agent_configurations"""
        )
        assert hosted.execute("select count(*) from profiles").fetchone() == (1,)
        assert hosted.execute("select config_version from agent_configurations").fetchone() == (2,)
        assert hosted.execute("select count(*) from agent_config_history").fetchone() == (2,)
