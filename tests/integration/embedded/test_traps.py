"""A canary for each trap of the library behind the gateway: a new version of it must not bring one back."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import psycopg
import pytest

from embedded.bootstrap import prepare_database
from embedded.gateway import Gateway, make_auth_tables
from fixtures.databases import Database
from fixtures.people import Person
from fixtures.waiting import eventually

ROLES_OF_NOBODY = ["postgres", "authenticator", "clarity_server", "", None, 1, ["service_role"], {"a": 1}]


def headers(gateway: Gateway, person: Person | None = None) -> dict[str, str]:
    token = {"authorization": f"Bearer {person.jwt(gateway.jwt_secret)}"} if person else {}
    return {"apikey": gateway.publishable_key, **token}


def token_of(gateway: Gateway, **claims: Any) -> str:
    expiry = datetime.now(UTC) + timedelta(minutes=5)
    return jwt.encode({"exp": expiry, **claims}, gateway.jwt_secret, algorithm="HS256")


def sign_up(gateway: Gateway, **data: Any) -> dict[str, Any]:
    body = {"email": "reader@example.com", "password": "long enough", "data": data}
    answer = httpx.post(f"{gateway.url}/auth/v1/signup", headers=headers(gateway), json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    "path",
    [
        "/_system/info",
        "/_system/config",
        "/_system/introspect",
        "/rest/v1/../../_system/info",
        "//_system/info",
    ],
)
@pytest.mark.parametrize("key", ["publishable_key", "service_role_key", None])
def test_the_database_url_is_not_handed_out(gateway: Gateway, path: str, key: str | None) -> None:
    given = {"apikey": str(getattr(gateway, key))} if key else {}
    answer = httpx.get(f"{gateway.url}{path}", headers=given)
    assert answer.status_code in (401, 404)
    assert "postgres" not in answer.text


@pytest.mark.parametrize(
    "path", ["/storage/v1/bucket", "/", "/index.html", "/rest/v2/x", "/authx", "/rest/v1x"]
)
def test_only_rest_and_auth_are_served(gateway: Gateway, path: str) -> None:
    answer = httpx.get(f"{gateway.url}{path}", headers={"apikey": gateway.service_role_key})
    assert answer.status_code == 404


def test_no_grant_is_made_behind_the_migrations(
    owner: psycopg.Connection, gateway: Gateway, make_user: Callable[..., Person]
) -> None:
    owner.execute(
        """
        create table read_only (id integer primary key);
        alter table read_only enable row level security;
        create policy "Everyone reads" on read_only for select to anon, authenticated using (true);
        grant select on read_only to authenticated;
        """
    )
    rights = (
        "select relname, relacl::text from pg_class where relnamespace = 'public'::regnamespace order by 1"
    )
    before = owner.execute(rights).fetchall()
    url = f"{gateway.url}/rest/v1/read_only"
    user = headers(gateway, make_user())
    eventually(lambda: httpx.get(url, headers=user).status_code == 200)
    assert httpx.post(url, headers=user, json={"id": 1}).status_code == 403
    assert httpx.get(url, headers=headers(gateway)).status_code == 401
    assert owner.execute(rights).fetchall() == before


def test_a_database_without_policies_at_first_is_read_as_the_caller(
    empty_database: Database, gateway_bundle: Path, tmp_path: Path
) -> None:
    make_auth_tables(gateway_bundle, empty_database.owner_url)
    prepare_database(empty_database.owner_url)
    gateway = Gateway(
        gateway_bundle,
        database_url=empty_database.gateway_url,
        jwt_secret="s" * 40,
        port=None,
        log_file=tmp_path / "log",
    )
    with psycopg.connect(empty_database.owner_url, autocommit=True) as owner:
        owner.execute(
            """
            create table public.closed (id integer);
            create table public.open (id integer);
            grant select on public.open to anon;
            insert into public.open values (1), (2);
            """
        )
        assert owner.execute("select count(*) from pg_class where relrowsecurity").fetchone() == (0,)
        gateway.start()
        anon = headers(gateway)
        assert httpx.get(f"{gateway.url}/rest/v1/closed", headers=anon).status_code == 401
        assert len(httpx.get(f"{gateway.url}/rest/v1/open", headers=anon).json()) == 2
        owner.execute(
            """
            alter table public.open enable row level security;
            create policy "Anyone sees the second" on public.open for select to anon using (id = 2);
            """
        )
        assert httpx.get(f"{gateway.url}/rest/v1/open", headers=anon).json() == [{"id": 2}]
    gateway.stop()


@pytest.mark.parametrize("role", ROLES_OF_NOBODY, ids=str)
def test_a_token_for_another_role_is_refused(gateway: Gateway, role: object) -> None:
    token = token_of(gateway, role=role, sub="00000000-0000-0000-0000-000000000001")
    for path in ("/rest/v1/profiles", "/rest/v1/rpc/version", "/auth/v1/user"):
        given = {"apikey": gateway.publishable_key, "authorization": f"Bearer {token}"}
        assert httpx.get(f"{gateway.url}{path}", headers=given).status_code == 401


def test_a_token_without_a_role_is_refused(gateway: Gateway) -> None:
    given = {**headers(gateway), "authorization": f"Bearer {token_of(gateway, sub='x')}"}
    assert httpx.get(f"{gateway.url}/rest/v1/profiles", headers=given).status_code == 401


@pytest.mark.parametrize(
    "token", ["nonsense", "a.b.c", "a.b", "..", "eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYW5vbiJ9."]
)
def test_a_token_that_is_none_is_refused(gateway: Gateway, token: str) -> None:
    given = {**headers(gateway), "authorization": f"Bearer {token}"}
    assert httpx.get(f"{gateway.url}/rest/v1/profiles", headers=given).status_code == 401


def test_a_token_signed_by_somebody_else_is_refused(
    gateway: Gateway, make_user: Callable[..., Person]
) -> None:
    given = {**headers(gateway), "authorization": f"Bearer {make_user().jwt('x' * 40)}"}
    assert httpx.get(f"{gateway.url}/rest/v1/profiles", headers=given).status_code == 401


def test_the_gateways_login_can_become_no_other_role(database: Database) -> None:
    with psycopg.connect(database.gateway_url, autocommit=True) as gateway:
        for role in ("postgres", "clarity_server", "pg_read_all_data"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                gateway.execute(f"set role {role}")  # pyright: ignore[reportArgumentType, reportCallIssue]
        for statement in ("create schema mine", "create table public.mine ()", "create table auth.mine ()"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                gateway.execute(statement)


def test_a_request_without_key_is_refused(gateway: Gateway) -> None:
    for given in ({}, {"apikey": "sb_secret_guess"}):
        answer = httpx.get(f"{gateway.url}/auth/v1/settings", headers=given)
        assert answer.status_code == 401
        assert "API key" in answer.json()["message"]


def test_the_service_key_passes_by_policies_but_not_from_a_browser(
    owner: psycopg.Connection, library: None, gateway: Gateway, make_user: Callable[..., Person]
) -> None:
    owner.execute("insert into authors (owner_id, name) values (%(id)s, 'Someone')", {"id": make_user().id})
    key = gateway.service_role_key
    given = {"apikey": key, "authorization": f"Bearer {key}"}
    url = f"{gateway.url}/rest/v1/authors?select=name"
    assert httpx.get(url, headers=given).json() == [{"name": "Someone"}]
    assert httpx.get(url, headers={**given, "user-agent": "Mozilla/5.0 (X11)"}).status_code == 401


def test_a_table_made_later_is_served_within_two_seconds(owner: psycopg.Connection, gateway: Gateway) -> None:
    url = f"{gateway.url}/rest/v1/later"
    assert httpx.get(url, headers=headers(gateway)).status_code == 404
    owner.execute("create table later (id integer); grant select on later to anon")
    eventually(lambda: httpx.get(url, headers=headers(gateway)).status_code == 200, seconds=2)
    owner.execute("drop table later")
    eventually(lambda: httpx.get(url, headers=headers(gateway)).status_code == 404, seconds=2)


def test_times_are_iso_8601(
    owner: psycopg.Connection, library: None, gateway: Gateway, make_user: Callable[..., Person]
) -> None:
    person = make_user()
    owner.execute(
        "insert into authors (owner_id, name, born) values (%(id)s, 'A', '2026-01-31 12:00:00.123456+01')",
        {"id": person.id},
    )
    rows = httpx.get(f"{gateway.url}/rest/v1/authors?select=born", headers=headers(gateway, person)).json()
    assert rows == [{"born": "2026-01-31T11:00:00.123456+00:00"}]
    created = sign_up(gateway)["user"]["created_at"]
    assert "T" in created
    assert datetime.fromisoformat(created).tzinfo


def test_a_trigger_on_users_reads_their_metadata_as_an_object(
    owner: psycopg.Connection, gateway: Gateway
) -> None:
    owner.execute(
        """
        create table public.greeted (name text);
        create function public.greet() returns trigger
        language plpgsql security definer set search_path = '' as $$
        begin
          insert into public.greeted values (new.raw_user_meta_data ->> 'name');
          return new;
        end $$;
        create trigger greet after insert on auth.users for each row execute function public.greet();
        """
    )
    sign_up(gateway, name="Ada")
    assert owner.execute("select name from public.greeted").fetchall() == [("Ada",)]


@pytest.mark.parametrize("value", [{"a": {"b": [1, None]}}, [1, "x"], "plain", 5, None], ids=json.dumps)
def test_json_is_stored_as_it_was_sent(
    library: None, gateway: Gateway, make_user: Callable[..., Person], value: object
) -> None:
    person = make_user()
    given = {**headers(gateway, person), "prefer": "return=representation"}
    url = f"{gateway.url}/rest/v1/authors?select=facts"
    assert httpx.post(url, headers=given, json={"name": "A", "facts": value}).json() == [{"facts": value}]
    assert httpx.get(url, headers=given).json() == [{"facts": value}]


def test_the_user_is_known_from_both_forms_of_claims(owner: psycopg.Connection) -> None:
    someone = "6b1f7a52-5e0e-4c35-9a43-0d6f6f3b7a11"
    read = "select auth.uid()::text, auth.role(), auth.email()"
    with owner.transaction():
        claims = json.dumps({"sub": someone, "role": "authenticated", "email": "a@example.com"})
        owner.execute("select set_config('request.jwt.claims', %(claims)s, true)", {"claims": claims})
        assert owner.execute(read).fetchone() == (someone, "authenticated", "a@example.com")
    with owner.transaction():
        owner.execute(
            """
            select set_config('request.jwt.claim.sub', %(sub)s, true),
                   set_config('request.jwt.claim.role', 'anon', true),
                   set_config('request.jwt.claim.email', 'b@example.com', true)
            """,
            {"sub": someone},
        )
        assert owner.execute(read).fetchone() == (someone, "anon", "b@example.com")
    assert owner.execute(read).fetchone() == (None, None, None)


def test_everyone_can_ask_who_they_are(owner: psycopg.Connection) -> None:
    for role in ("anon", "authenticated", "service_role"):
        right = owner.execute(
            "select has_schema_privilege(%(role)s, 'auth', 'usage')", {"role": role}
        ).fetchone()
        assert right == (True,)


def test_tables_of_users_and_sessions_are_closed_to_the_api(owner: psycopg.Connection) -> None:
    open_tables = owner.execute(
        """
        select relname, role from pg_class, unnest(array['anon', 'authenticated', 'service_role']) as role
        where relnamespace = 'auth'::regnamespace and relkind = 'r'
          and has_any_column_privilege(role, pg_class.oid, 'select, insert, update, references')
        """
    ).fetchall()
    assert open_tables == []


def test_tokens_carry_role_and_user(gateway: Gateway) -> None:
    session = sign_up(gateway)
    claims = jwt.decode(
        session["access_token"], gateway.jwt_secret, algorithms=["HS256"], audience="authenticated"
    )
    assert claims["role"] == "authenticated"
    assert claims["sub"] == session["user"]["id"]
    assert session["token_type"] == "bearer"
