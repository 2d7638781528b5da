"""The fixtures every other test stands on."""

from collections.abc import Callable

import httpx
import psycopg
import pytest

from embedded.gateway import Gateway
from fixtures.databases import Database
from fixtures.people import Person, act_as


def test_a_clone_has_the_migrations_and_no_users(owner: psycopg.Connection) -> None:
    assert owner.execute("select count(*) from auth.users").fetchone() == (0,)
    assert owner.execute("select to_regclass('public.agent_tools') is not null").fetchone() == (True,)


def test_the_chat_server_can_sign_in_to_a_clone(database: Database) -> None:
    with psycopg.connect(database.server_url) as server:
        assert server.execute("select current_user, current_database()").fetchone() == (
            "clarity_server",
            database.name,
        )


def test_acting_as_a_user_ends_with_the_transaction(
    owner: psycopg.Connection, make_user: Callable[..., Person]
) -> None:
    person = make_user()
    with act_as(owner, person):
        assert owner.execute("select current_user, auth.uid()").fetchone() == ("authenticated", person.id)
    with act_as(owner, None):
        assert owner.execute("select current_user, auth.uid()").fetchone() == ("anon", None)
    assert owner.execute("select current_user").fetchone() == ("postgres",)


def test_acting_as_a_user_keeps_their_rights_only(
    owner: psycopg.Connection, make_user: Callable[..., Person]
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, make_user()):
        owner.execute("select * from auth.users")


def test_a_gateway_on_a_fresh_clone_knows_its_users(
    gateway: Gateway, make_user: Callable[..., Person]
) -> None:
    person = make_user()
    headers = {
        "apikey": gateway.publishable_key,
        "authorization": f"Bearer {person.jwt(gateway.jwt_secret)}",
    }
    answer = httpx.get(f"{gateway.url}/auth/v1/user", headers=headers)
    assert answer.json()["id"] == str(person.id)
