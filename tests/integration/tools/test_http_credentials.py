"""Secrets that come from the database: users' own, and the operator's from Supabase Vault."""

import base64
import json
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core.config import CoreConfig
from core.errors import (
    CredentialNotFound,
    CredentialsUnavailable,
    DatabaseUnavailable,
    ToolFailed,
    UserNotFound,
)
from core.tools.base import ClarityTool
from core.tools.credential_cipher import CredentialCipher
from core.tools.definition import ToolDefinition
from core.tools.outbound import Outbound
from core.tools.registry import build_tool
from core.tools.services import ToolServices
from core.tools.user_credentials import delete_credential, list_credentials, save_credential
from core.types import User
from fixtures.people import Person, act_as
from fixtures.web_server import WebReply, WebServer
from integration.tools.conftest import Shelf

KEYS = (base64.b64encode(b"k" * 32).decode(),)
CIPHER = CredentialCipher.of(KEYS)


def user_of(person: Person) -> User:
    return User.from_claims(person.claims)


def tool(web: WebServer, *, is_private: bool = False, **config: Any) -> ClarityTool:
    settings = CoreConfig(
        http_allowed_hosts=(web.origin,), private_http_hosts=(web.origin,), credentials_keys=KEYS
    )
    definition = ToolDefinition(
        id=uuid4(),
        name="issues",
        type="HTTPTool",
        description="",
        config={"url": web.origin, **config},
        approval="auto",
        table=None,
        is_private=is_private,
    )
    outbound = Outbound.of(settings, is_private=is_private)
    return build_tool(definition, ToolServices(config=settings, outbound=outbound))


@pytest.fixture
def vault(owner: psycopg.Connection) -> None:
    """What Supabase Vault looks like from outside."""
    owner.execute(
        """
        create schema vault;
        create table vault.decrypted_secrets (name text, decrypted_secret text);
        insert into vault.decrypted_secrets values
          ('CLARITY_SECRET_KEY', 'from-the-vault'), ('service_role_key', 'not for tools')
        """
    )


async def test_each_user_s_request_carries_their_own_credential(
    shelf: Shelf, ada: Person, bob: Person, web: WebServer
) -> None:
    for person, value in ((ada, "token-of-ada"), (bob, "token-of-bob")):
        await save_credential(shelf.pool, CIPHER, user_of(person), name="github", value=value)
    web.answer(WebReply.json(["token-of-ada"]), WebReply.json(["token-of-ada"]))
    shared = tool(web, credentials={"user_credential": "github"})

    answers = [await shared.invoke_as(shelf.context(person), {}) for person in (ada, bob)]

    assert [request.headers["authorization"] for request in web.requests] == [
        "Bearer token-of-ada",
        "Bearer token-of-bob",
    ]
    assert json.loads(answers[0])["body"] == ["[github]"]
    assert "token-of" not in "".join(shelf.queries)


async def test_a_user_s_own_agent_may_use_their_credential(shelf: Shelf, ada: Person, web: WebServer) -> None:
    await save_credential(shelf.pool, CIPHER, user_of(ada), name="github", value="token-of-ada")
    web.answer(WebReply.json(1))

    own = tool(web, is_private=True, credentials={"user_credential": "github", "as": "header:X-Token"})
    await own.invoke_as(shelf.context(ada), {})

    assert web.requests[0].headers["x-token"] == "token-of-ada"


async def test_a_credential_that_is_not_set_is_asked_for(
    shelf: Shelf, ada: Person, bob: Person, web: WebServer
) -> None:
    await save_credential(shelf.pool, CIPHER, user_of(bob), name="github", value="token-of-bob")

    with pytest.raises(ToolFailed, match="has set no credential named github"):
        await tool(web, credentials={"user_credential": "github"}).invoke_as(shelf.context(ada), {})
    assert web.requests == []


async def test_a_credential_is_set_anew_listed_by_name_and_deleted(
    shelf: Shelf, ada: Person, bob: Person
) -> None:
    user = user_of(ada)
    for name, value in (("gitlab", "one"), ("github", "two"), ("github", "three")):
        await save_credential(shelf.pool, CIPHER, user, name=name, value=value)

    listed = await list_credentials(shelf.pool, user)
    assert [info.name for info in listed] == ["github", "gitlab"]
    assert listed[0].updated_at > listed[0].created_at
    assert await list_credentials(shelf.pool, user_of(bob)) == []
    with pytest.raises(CredentialNotFound):
        await delete_credential(shelf.pool, user_of(bob), name="github")
    await delete_credential(shelf.pool, user, name="github")
    assert [info.name for info in await list_credentials(shelf.pool, user)] == ["gitlab"]


async def test_without_a_key_the_server_keeps_nothing(shelf: Shelf, ada: Person) -> None:
    with pytest.raises(CredentialsUnavailable, match="CLARITY_CREDENTIALS_KEY"):
        await save_credential(shelf.pool, None, user_of(ada), name="github", value="x")


async def test_a_user_who_is_gone_keeps_nothing(shelf: Shelf) -> None:
    gone = User.from_claims({"sub": str(uuid4()), "role": "authenticated"})

    with pytest.raises(UserNotFound):
        await save_credential(shelf.pool, CIPHER, gone, name="github", value="x")


async def test_nobody_reads_a_ciphertext_and_the_database_holds_no_secret(
    shelf: Shelf, owner: psycopg.Connection, ada: Person
) -> None:
    await save_credential(shelf.pool, CIPHER, user_of(ada), name="github", value="token-of-ada")

    (stored,) = owner.execute("select ciphertext from public.user_credentials").fetchone() or (b"",)
    assert stored
    assert b"token-of-ada" not in stored
    for columns in ("ciphertext", "*"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, ada):
            owner.execute(f"select {columns} from public.user_credentials")  # pyright: ignore[reportArgumentType]
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, ada):
        owner.execute("update public.user_credentials set ciphertext = ciphertext || ''::bytea")
    for function in ("private.user_credential(auth.uid(), 'github')", "private.operator_secret('KEY')"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(owner, ada):
            owner.execute(f"select {function}")  # pyright: ignore[reportArgumentType]


async def test_a_ciphertext_that_was_moved_to_another_row_is_useless(
    shelf: Shelf, owner: psycopg.Connection, ada: Person, bob: Person, web: WebServer
) -> None:
    await save_credential(shelf.pool, CIPHER, user_of(ada), name="github", value="token-of-ada")
    owner.execute(
        """
        insert into public.user_credentials (user_id, name, ciphertext)
        select %(bob)s, name, ciphertext from public.user_credentials
        """,
        {"bob": bob.id},
    )

    with pytest.raises(ToolFailed, match="cannot be opened any more"):
        await tool(web, credentials={"user_credential": "github"}).invoke_as(shelf.context(bob), {})


async def test_a_secret_may_come_from_the_vault(
    shelf: Shelf, vault: None, ada: Person, web: WebServer
) -> None:
    web.answer(WebReply.json("from-the-vault"), WebReply.json(1))
    shared = tool(web, credentials={"secret": "KEY"}, headers={"X-Key": {"secret": "KEY"}})

    answer = await shared.invoke_as(shelf.context(ada), {})

    assert web.requests[0].headers["authorization"] == "Bearer from-the-vault"
    assert web.requests[0].headers["x-key"] == "from-the-vault"
    assert json.loads(answer)["body"] == "[KEY]"


async def test_of_the_vault_tools_see_only_what_is_named_for_them(
    shelf: Shelf, vault: None, owner: psycopg.Connection
) -> None:
    for name in ("service_role_key", "SERVICE_ROLE_KEY", "%", "KEY' or true --"):
        assert owner.execute("select private.operator_secret(%(name)s)", {"name": name}).fetchone() == (None,)


async def test_a_secret_that_nobody_has_set_is_named(shelf: Shelf, ada: Person, web: WebServer) -> None:
    with pytest.raises(ToolFailed, match="must set CLARITY_SECRET_KEY"):
        await tool(web, credentials={"secret": "KEY"}).invoke_as(shelf.context(ada), {})
    assert web.requests == []


async def test_a_database_that_is_away_is_a_tool_error(shelf: Shelf, ada: Person, web: WebServer) -> None:
    context = shelf.context(ada)
    await shelf.pool.close()

    with pytest.raises(ToolFailed):
        await tool(web, credentials={"user_credential": "github"}).invoke_as(context, {})
    with pytest.raises(DatabaseUnavailable):
        await list_credentials(shelf.pool, user_of(ada))
