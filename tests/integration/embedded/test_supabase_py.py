"""supabase-py against the gateway: what a Python program written for Supabase does."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import psycopg
import pytest
from postgrest.exceptions import APIError
from supabase.lib.client_options import SyncClientOptions
from supabase_auth.errors import AuthApiError

from embedded.gateway import Gateway
from fixtures.waiting import eventually
from supabase import Client, create_client

# Its builders' types are only partly known.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false


@pytest.fixture
def connect(library: None, gateway: Gateway) -> Iterator[Callable[..., Client]]:
    """`connect()` is nobody yet, `connect(key)` whom the key says. The database has `authors` and `books`."""
    with ExitStack() as open_clients:

        def make(key: str = gateway.publishable_key) -> Client:
            http = open_clients.enter_context(httpx.Client())
            return create_client(gateway.url, key, SyncClientOptions(httpx_client=http))

        yield make


@pytest.fixture
def client(connect: Callable[..., Client]) -> Client:
    return connect()


@pytest.fixture
def reader(client: Client) -> Client:
    """A signed-up user."""
    client.auth.sign_up({"email": "reader@example.com", "password": "long enough"})
    return client


def add_author(reader: Client, name: str) -> Any:
    rows: Any = reader.table("authors").insert({"name": name, "facts": {"from": name}}).execute().data
    return rows[0]


def test_sign_up_gives_a_session_and_a_user(client: Client) -> None:
    answer = client.auth.sign_up(
        {"email": "a@example.com", "password": "long enough", "options": {"data": {"name": "Ada"}}}
    )
    assert answer.session
    assert answer.user
    assert answer.user.user_metadata["name"] == "Ada"


def test_a_user_signs_out_and_in_again(reader: Client) -> None:
    reader.auth.sign_out()
    assert reader.auth.get_session() is None
    answer = reader.auth.sign_in_with_password({"email": "reader@example.com", "password": "long enough"})
    assert answer.user
    assert answer.user.email == "reader@example.com"


def test_a_wrong_password_is_refused(reader: Client) -> None:
    with pytest.raises(AuthApiError, match="Invalid login credentials"):
        reader.auth.sign_in_with_password({"email": "reader@example.com", "password": "not this one"})


def test_an_address_signs_up_once(reader: Client) -> None:
    with pytest.raises(AuthApiError, match="already registered"):
        reader.auth.sign_up({"email": "reader@example.com", "password": "long enough"})


def test_a_session_is_refreshed(reader: Client) -> None:
    before = reader.auth.get_session()
    after = reader.auth.refresh_session().session
    assert before
    assert after
    assert after.refresh_token != before.refresh_token
    user = reader.auth.get_user()
    assert user
    assert user.user.email == "reader@example.com"


def test_a_signed_out_session_is_over(reader: Client) -> None:
    session = reader.auth.get_session()
    assert session
    reader.auth.sign_out()
    with pytest.raises(AuthApiError):
        reader.auth.get_user(session.access_token)


def test_rows_are_inserted_selected_updated_and_deleted(reader: Client) -> None:
    author = add_author(reader, "Ada")
    assert author["facts"] == {"from": "Ada"}
    changed = reader.table("authors").update({"name": "Ada L."}).eq("id", author["id"]).execute()
    assert [row["name"] for row in changed.data] == ["Ada L."]  # pyright: ignore
    assert len(reader.table("authors").select("*").execute().data) == 1
    reader.table("authors").delete().eq("id", author["id"]).execute()
    assert reader.table("authors").select("*").execute().data == []


def test_an_upsert_changes_the_row_that_is_there(reader: Client) -> None:
    author = add_author(reader, "Ada")
    row = {"name": "Ada", "facts": {"born": 1815}}
    upserted: Any = reader.table("authors").upsert(row, on_conflict="owner_id,name").execute().data
    assert [(one["id"], one["facts"]) for one in upserted] == [(author["id"], {"born": 1815})]


def test_related_rows_come_with_their_row(reader: Client) -> None:
    author = add_author(reader, "Ada")
    reader.table("books").insert([{"author_id": author["id"], "title": t} for t in ("One", "Two")]).execute()
    found = reader.table("authors").select("name, books(title)").execute().data
    assert found == [{"name": "Ada", "books": [{"title": "One"}, {"title": "Two"}]}]


def test_rows_are_counted_ordered_and_cut(reader: Client) -> None:
    for name in ("A", "B", "C", "D"):
        add_author(reader, name)
    page = reader.table("authors").select("name", count="exact").order("name").range(1, 2).execute()  # pyright: ignore
    assert page.count == 4
    assert page.data == [{"name": "B"}, {"name": "C"}]


def test_a_function_is_called_with_json(reader: Client) -> None:
    author = add_author(reader, "Ada")
    reader.table("books").insert({"author_id": author["id"], "title": "Long", "pages": 900}).execute()
    answer = reader.rpc("count_books", {"at_least": 500, "filter": {"kind": "novel"}}).execute()
    assert answer.data == {"count": 1, "filter_type": "object"}


def test_users_do_not_see_each_other(reader: Client, connect: Callable[..., Client]) -> None:
    add_author(reader, "Mine")
    other = connect()
    other.auth.sign_up({"email": "other@example.com", "password": "long enough"})
    assert other.table("authors").select("*").execute().data == []
    nobody = connect()
    with pytest.raises(APIError, match="permission denied"):
        nobody.table("authors").select("*").execute()


def test_the_service_key_sees_all(reader: Client, connect: Callable[..., Client], gateway: Gateway) -> None:
    add_author(reader, "Mine")
    service = connect(gateway.service_role_key)
    assert service.table("authors").select("name").execute().data == [{"name": "Mine"}]


def test_a_table_made_later_is_there(reader: Client, owner: psycopg.Connection) -> None:
    owner.execute("create table later (id integer); grant select on later to authenticated")

    def served() -> bool:
        try:
            return reader.table("later").select("*").execute().data == []
        except APIError:
            return False

    eventually(served, seconds=2)
