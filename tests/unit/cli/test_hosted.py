"""The settings that name a Supabase, and the login derived from its owner's."""

from urllib.parse import unquote, urlsplit

import pytest

from cli.errors import UsageRefused
from cli.hosted import read_hosted, server_password, server_url, without_password

OWNER_URL = "postgresql://postgres:owner-secret@db.example.com:5432/postgres?sslmode=require"
COMPLETE = {
    "SUPABASE_URL": "https://example.supabase.co/",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_x",
    "DATABASE_URL": OWNER_URL,
}


def test_no_settings_mean_the_embedded_one() -> None:
    assert read_hosted({"OPENAI_API_KEY": "x", "SUPABASE_JWT_SECRET": "left over"}) is None


def test_a_complete_set_is_read() -> None:
    hosted = read_hosted({**COMPLETE, "SUPABASE_JWT_SECRET": "s"})

    assert hosted is not None
    stack = hosted.to_stack()
    assert (stack.mode, stack.supabase_url) == ("hosted", "https://example.supabase.co")
    assert (stack.owner_url, stack.jwt_secret) == (OWNER_URL, "s")
    assert urlsplit(stack.server_url).username == "clarity_server"


def test_the_older_name_of_the_key_serves_too() -> None:
    settings = {**COMPLETE, "SUPABASE_ANON_KEY": "anon"}
    del settings["SUPABASE_PUBLISHABLE_KEY"]

    hosted = read_hosted(settings)

    assert hosted is not None
    assert hosted.publishable_key == "anon"


@pytest.mark.parametrize("missing", sorted(COMPLETE))
def test_an_incomplete_set_is_refused_by_naming_what_is_missing(missing: str) -> None:
    settings = {name: value for name, value in COMPLETE.items() if name != missing}

    with pytest.raises(UsageRefused, match=f"{missing} is not") as refused:
        read_hosted(settings)
    assert "owner-secret" not in str(refused.value)


def test_several_missing_settings_are_all_named() -> None:
    with pytest.raises(UsageRefused, match="SUPABASE_URL and SUPABASE_PUBLISHABLE_KEY are not"):
        read_hosted({"DATABASE_URL": OWNER_URL})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://postgres:[YOUR-PASSWORD]@db.example.com:5432/postgres",
        "postgresql://postgres@db.example.com/postgres",
        "postgresql://postgres:secret@",
        "db.example.com:5432",
        "https://postgres:secret@db.example.com",
        "postgresql://postgres:se[cret@db.example.com/postgres",
    ],
)
def test_a_database_url_that_cannot_work_is_refused(url: str) -> None:
    with pytest.raises(UsageRefused, match="DATABASE_URL") as refused:
        read_hosted({**COMPLETE, "DATABASE_URL": url})
    assert "secret@" not in str(refused.value)


def test_the_servers_own_login_is_recognised_and_used_as_it_is() -> None:
    for user in ("clarity_server", "clarity_server.abcdef"):
        url = f"postgresql://{user}:x@pooler.example.com:6543/postgres"
        hosted = read_hosted({**COMPLETE, "DATABASE_URL": url})

        assert hosted is not None
        stack = hosted.to_stack()
        assert (stack.owner_url, stack.server_url) == (None, url)


def test_the_servers_password_depends_on_the_owners_alone() -> None:
    assert server_password("a") == server_password("a") != server_password("b")
    assert len(server_password("a")) == 48


def test_the_servers_url_differs_from_the_owners_in_the_login_only() -> None:
    owner, server = urlsplit(OWNER_URL), urlsplit(server_url(OWNER_URL))

    assert (server.username, server.password) == ("clarity_server", server_password("owner-secret"))
    assert (server.hostname, server.port, server.path, server.query) == (
        owner.hostname,
        owner.port,
        owner.path,
        owner.query,
    )


def test_a_poolers_user_name_keeps_its_project() -> None:
    url = server_url("postgresql://postgres.abcdef:x@pooler.example.com:6543/postgres")

    assert urlsplit(url).username == "clarity_server.abcdef"


def test_an_encoded_password_is_derived_from_decoded() -> None:
    url = server_url("postgresql://postgres:p%40ss%2Fword@h/postgres")

    assert unquote(urlsplit(url).password or "") == server_password("p@ss/word")
    assert urlsplit(url).hostname == "h"


def test_a_url_is_shown_without_its_password() -> None:
    assert "owner-secret" not in without_password(OWNER_URL)
    assert "db.example.com:5432" in without_password(OWNER_URL)


def test_no_secret_is_in_a_repr() -> None:
    hosted = read_hosted({**COMPLETE, "SUPABASE_JWT_SECRET": "jwt-secret"})

    assert hosted is not None
    for shown in (repr(hosted), repr(hosted.to_stack())):
        assert "owner-secret" not in shown
        assert "jwt-secret" not in shown
        assert server_password("owner-secret") not in shown
