import re
from pathlib import Path

import jwt
import pytest

from chatServer.settings import Settings, SettingsRefused, load_settings
from core.agents.providers import PROVIDER_KEY_VARIABLES
from core.config import CoreConfig
from fixtures.servers import JWT_SECRET, make_settings

EXAMPLE = Path(__file__).resolve().parents[3] / ".env.example"

GOOD = {
    "DATABASE_URL": "postgresql://clarity_server:hunter22@db.example.com:5432/postgres",
    "SUPABASE_URL": "https://example.supabase.co/",
    "SUPABASE_JWT_SECRET": JWT_SECRET,
}

SERVICE_ROLE_KEY = jwt.encode({"role": "service_role"}, JWT_SECRET, algorithm="HS256")
ANON_KEY = jwt.encode({"role": "anon"}, JWT_SECRET, algorithm="HS256")

# What only the command line reads; the server is told by it.
OF_THE_COMMAND = {
    "CLARITY_HOME",
    "CLARITY_EMAIL",
    "CLARITY_PASSWORD",
    "CLARITY_TOKEN",
    "CLARITY_BLUEPRINTS",
}


def variables() -> dict[str, str]:
    """The environment variable of each field that has one of its own."""
    return {
        str(field.validation_alias): name
        for name, field in Settings.model_fields.items()
        if name not in ("model_keys", "secrets")
    }


def documented() -> dict[str, str]:
    """The settings that the example shows, with the values after the equals sign."""
    return dict(re.findall(r"^# ([A-Z][A-Z_]+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE))


def test_a_server_needs_a_database_and_a_project_and_nothing_else() -> None:
    settings = load_settings({name: GOOD[name] for name in ("DATABASE_URL", "SUPABASE_URL")})

    assert settings.database_url.get_secret_value() == GOOD["DATABASE_URL"]
    assert settings.auth_url == "https://example.supabase.co/auth/v1"
    assert settings.jwt_secret is None
    assert settings.core_config() == CoreConfig()


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsRefused) as refused:
        load_settings({"DATABASE_URL": "  "})

    assert str(refused.value).splitlines() == [
        "DATABASE_URL is not set: a Postgres URL whose login is clarity_server.",
        "SUPABASE_URL is not set: the Supabase project whose sign-in tokens are accepted.",
    ]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE_URL", "postgresql://postgres:[YOUR-PASSWORD]@db.example.com/postgres", "placeholder"),
        ("DATABASE_URL", "postgresql://postgres:<password>@db.example.com/postgres", "placeholder"),
        ("DATABASE_URL", "mysql://somebody@db.example.com/app", "is not a Postgres URL"),
        ("DATABASE_URL", "postgresql://host:notaport:5/x y", "is not a Postgres URL"),
        ("SUPABASE_URL", "example.supabase.co", "is not an http(s) address"),
        ("SUPABASE_JWT_SECRET", "your-super-secret-jwt-token-with-at-least-32-characters", "placeholder"),
        ("SUPABASE_JWT_SECRET", "short", "shorter than 32 characters"),
        ("OPENAI_API_KEY", "sk-...", "placeholder"),
        ("CLARITY_PORT", "eighty", "valid integer"),
        ("CLARITY_PORT", "65536", "less than or equal to 65535"),
        ("CLARITY_CORS_ORIGINS", "https://a.example, b.example", "'b.example' is not an http(s) address"),
        ("CLARITY_HTTP_ALLOWED_HOSTS", "a.example, 127.1", "the entry '127.1' names the host 127.1"),
        ("CLARITY_PRIVATE_HTTP_HOSTS", "ftp://a.example", "must begin with https://"),
        ("CLARITY_HTTP_JWT_HOSTS", "*", "only for hosts that you name"),
        ("CLARITY_CREDENTIALS_KEY", "c2hvcnQ=", "is not 32 bytes in base64"),
        ("CLARITY_LOG_LEVEL", "chatty", "'debug', 'info', 'warning' or 'error'"),
        ("CLARITY_DATABASE_POOL_MAX", "1", "CLARITY_DATABASE_POOL_MAX is smaller than"),
        ("CLARITY_MAX_TOKENS_PER_DAY", "-1", "greater than or equal to 0"),
        ("CLARITY_MAX_TOOL_CALLS", "0", "greater than or equal to 1"),
        ("CLARITY_METRICS_TOKEN", "hunter2", "shorter than 32 characters"),
        ("CLARITY_METRICS_TOKEN", "<a token that nobody can guess at all>", "placeholder"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318", "is not an http(s) address"),
        ("CLARITY_WEB_ROOT", "/nowhere", "names a folder without index.html"),
        ("SUPABASE_PUBLISHABLE_KEY", "sb_secret_abc", "is a secret key"),
        ("SUPABASE_PUBLISHABLE_KEY", SERVICE_ROLE_KEY, "is a secret key"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_by_name(name: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        load_settings({**GOOD, name: value})

    (line,) = str(refused.value).splitlines()
    assert line.startswith(name)
    assert sentence in line


def test_no_secret_is_shown_by_repr_or_by_a_refusal() -> None:
    environment = {**GOOD, "OPENAI_API_KEY": "sk-live-123456"}
    settings = load_settings(environment)
    shown = f"{settings!r} {settings} {settings.core_config()!r}"
    with pytest.raises(SettingsRefused) as refused:
        load_settings({**environment, "DATABASE_URL": "mysql://root:hunter22@h/d", "CLARITY_PORT": "x"})

    for secret in ("hunter22", JWT_SECRET, "sk-live-123456"):
        assert secret not in shown
        assert secret not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_key_is_read_for_every_provider_that_has_one() -> None:
    keys = {variable: f"key of {provider}" for provider, variable in PROVIDER_KEY_VARIABLES.items()}

    config = load_settings({**GOOD, **keys}).core_config()

    assert config.model_keys == {provider: f"key of {provider}" for provider in PROVIDER_KEY_VARIABLES}


def test_the_secrets_of_tools_are_read_by_the_names_that_rows_call_them() -> None:
    key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    settings = load_settings(
        {**GOOD, "CLARITY_SECRET_WEATHER_KEY": "sunny-weather", "CLARITY_CREDENTIALS_KEY": f"{key}, {key}"}
    )
    config = settings.core_config()

    assert config.secrets == {"WEATHER_KEY": "sunny-weather"}
    assert config.credentials_keys == (key, key)
    for shown in (repr(settings), repr(config)):
        assert "sunny" not in shown
        assert key not in shown


@pytest.mark.parametrize("key", ["sb_publishable_abc", ANON_KEY])
def test_a_key_for_browsers_is_taken(key: str) -> None:
    assert load_settings({**GOOD, "SUPABASE_PUBLISHABLE_KEY": key}).publishable_key == key


def test_a_web_app_needs_a_key_for_browsers(tmp_path: Path) -> None:
    (tmp_path / "index.html").touch()
    with pytest.raises(SettingsRefused, match=r"^SUPABASE_PUBLISHABLE_KEY is not set"):
        load_settings({**GOOD, "CLARITY_WEB_ROOT": str(tmp_path)})


def test_lists_are_separated_by_commas() -> None:
    settings = load_settings(
        {**GOOD, "CLARITY_CORS_ORIGINS": "http://localhost:5173, https://app.example/,", "CLARITY_PORT": "9"}
    )

    assert settings.cors_origins == ("http://localhost:5173", "https://app.example")
    assert settings.port == 9
    assert load_settings({**GOOD, "CLARITY_CORS_ORIGINS": "*"}).cors_origins == ("*",)


def test_the_core_gets_every_limit_that_the_environment_sets() -> None:
    limits = {
        "model_timeout_seconds": 1,
        "turn_timeout_seconds": 2,
        "tool_timeout_seconds": 3,
        "max_model_calls": 4,
        "history_messages": 5,
        "history_tokens": 6,
        "model_retries": 7,
        "lease_seconds": 8,
        "max_tool_calls": 9,
        "max_run_tokens": 10,
        "max_concurrent_runs": 11,
        "max_requests_per_minute": 12,
        "max_tokens_per_day": 13,
    }
    config = load_settings(
        {**GOOD, **{f"CLARITY_{k.upper()}": str(v) for k, v in limits.items()}}
    ).core_config()

    assert {name: getattr(config, name) for name in limits} == limits


def test_nought_is_no_limit_where_a_limit_may_be_left_out() -> None:
    limits = ("max_run_tokens", "max_concurrent_runs", "max_requests_per_minute", "max_tokens_per_day")
    config = load_settings({**GOOD, **{f"CLARITY_{name.upper()}": "0" for name in limits}}).core_config()

    assert [getattr(config, name) for name in limits] == [None] * 4


def test_a_person_has_hours_to_decide() -> None:
    config = load_settings({**GOOD, "CLARITY_APPROVAL_TIMEOUT_HOURS": "0.5"}).core_config()

    assert config.approval_timeout_seconds == 1800


@pytest.mark.parametrize(("lease", "renewal"), [("30", 2), ("5", 1)])
def test_several_renewals_of_a_lease_may_be_missed(lease: str, renewal: float) -> None:
    config = load_settings({**GOOD, "CLARITY_LEASE_SECONDS": lease}).core_config()

    assert config.lease_renewal_seconds == renewal


def test_the_example_documents_exactly_the_settings_that_are_read() -> None:
    assert set(documented()) == {*variables(), *PROVIDER_KEY_VARIABLES.values(), *OF_THE_COMMAND}


def test_the_example_shows_the_defaults() -> None:
    shown = {
        variables()[name]: value
        for name, value in documented().items()
        if value and name in variables() and name != "SUPABASE_URL"
    }
    # What other tests have no use for is on where people run it.
    defaults = make_settings(improve_titles=True, summarise_chats=True)

    assert shown
    # A switch is written as people write it: false.
    values = {name: getattr(defaults, name) for name in shown}
    texts = {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()
    }
    assert texts == shown


def test_the_example_as_it_stands_sets_nothing() -> None:
    lines = EXAMPLE.read_text().splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == []
