"""What the chat server is told: its own login, the model keys, and nothing of the database's owner."""

from dataclasses import replace
from pathlib import Path

from cli.chat_server import server_environment
from cli.state import Stack

STACK = Stack(
    mode="hosted",
    supabase_url="https://example.supabase.co",
    publishable_key="publishable",
    owner_url="postgresql://postgres:owner-secret@h/postgres",
    server_url="postgresql://clarity_server:server-secret@h/postgres",
    jwt_secret="jwt-secret",
)
GIVEN = {
    "PATH": "/bin",
    "DATABASE_URL": "postgresql://postgres:owner-secret@h/postgres",
    "SUPABASE_URL": "https://other.example.com",
    "SUPABASE_SERVICE_ROLE_KEY": "service-secret",
    "SUPABASE_SECRET_KEY": "service-secret",
    "SUPABASE_DB_PASSWORD": "owner-secret",
    "PGPASSWORD": "owner-secret",
    "PGHOST": "elsewhere",
    "CLARITY_PASSWORD": "my-secret",
    "OPENAI_API_KEY": "model-key",
    "CLARITY_LOG_LEVEL": "debug",
    "SUPABASE_JWT_ISSUER": "https://issuer.example.com",
}


def test_the_server_gets_its_own_login_and_where_supabase_is() -> None:
    told = server_environment(GIVEN, STACK, port=8123)

    assert told["DATABASE_URL"] == STACK.server_url
    assert told["SUPABASE_URL"] == "https://example.supabase.co"
    assert told["SUPABASE_JWT_SECRET"] == "jwt-secret"
    assert told["CLARITY_PORT"] == "8123"


def test_the_server_gets_model_keys_and_settings() -> None:
    told = server_environment(GIVEN, STACK, port=8123)

    assert (told["OPENAI_API_KEY"], told["CLARITY_LOG_LEVEL"], told["PATH"]) == ("model-key", "debug", "/bin")
    assert told["SUPABASE_JWT_ISSUER"] == "https://issuer.example.com"


def test_the_server_never_gets_a_secret_of_the_owner_or_of_a_person() -> None:
    told = str(server_environment(GIVEN, STACK, port=8123))

    assert not [secret for secret in ("owner-secret", "service-secret", "my-secret") if secret in told]
    assert "elsewhere" not in told


def test_the_server_serves_the_web_app_that_was_built(tmp_path: Path) -> None:
    told = server_environment({}, STACK, port=8123, web_root=tmp_path)

    assert told["CLARITY_WEB_ROOT"] == str(tmp_path)
    assert told["SUPABASE_PUBLISHABLE_KEY"] == "publishable"
    assert "CLARITY_WEB_ROOT" not in server_environment({}, STACK, port=8123)


def test_a_demo_user_is_offered_by_the_embedded_supabase_alone() -> None:
    embedded = server_environment({}, replace(STACK, mode="embedded"), port=8123)

    assert embedded["CLARITY_DEMO_EMAIL"] == "demo@clarity.local"
    assert not [name for name in server_environment({}, STACK, port=8123) if "DEMO" in name]
