"""Everything the chat server can be told, read once from the environment and a `.env` file.

`.env.example` documents each setting; a test keeps the two in step.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import jwt
import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import (
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from core.agents.providers import PROVIDER_KEY_VARIABLES
from core.config import CoreConfig
from core.tools.credential_cipher import CredentialCipher
from core.tools.hosts import HostRules

# What is left when an example is copied: "[YOUR-PASSWORD]", "<secret>", "your-key", "changeme", "sk-...".
PLACEHOLDER = re.compile(r"\[your-|<[a-z _-]+>|^your[-_ ]|change[-_ ]?me|^xxx|\.\.\.$", re.IGNORECASE)

# A secret of the operator's, by the name that rows call it: CLARITY_SECRET_WEATHER_KEY is WEATHER_KEY.
SECRET_VARIABLE = re.compile(r"CLARITY_SECRET_([A-Z][A-Z0-9_]{0,62})")

# RFC 7518, section 3.2: an HS256 key is at least as long as the hash.
MIN_JWT_SECRET_BYTES = 32

# As `openssl rand -hex 16` writes it.
MIN_METRICS_TOKEN_CHARACTERS = 32

LEASE_RENEWAL_SECONDS = CoreConfig().lease_renewal_seconds
SECONDS_PER_HOUR = 3600


class SettingsRefused(ValueError):
    """The environment does not make a server; the message has one line for each thing that is wrong."""


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


CommaSeparated = Annotated[tuple[str, ...], BeforeValidator(_split)]


class Settings(BaseModel):
    """One server's settings. `repr`, logs and refusals never show a secret.

    The variable of a field is CLARITY_ and its name, where it does not name another.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
        alias_generator=AliasGenerator(validation_alias=lambda name: f"CLARITY_{name.upper()}"),
    )

    database_url: SecretStr = Field(
        validation_alias="DATABASE_URL",
        description="a Postgres URL whose login is clarity_server",
    )
    database_pool_min: int = Field(default=2, ge=1)
    database_pool_max: int = Field(default=20, ge=1)
    database_timeout_seconds: float = Field(default=5, gt=0)

    supabase_url: str = Field(
        validation_alias="SUPABASE_URL",
        description="the Supabase project whose sign-in tokens are accepted",
    )
    jwt_secret: SecretStr | None = Field(default=None, validation_alias="SUPABASE_JWT_SECRET")
    jwt_issuer: str | None = Field(default=None, validation_alias="SUPABASE_JWT_ISSUER")
    jwks_refetch_seconds: float = Field(default=30, gt=0)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    cors_origins: CommaSeparated = ()
    max_body_bytes: int = Field(default=262_144, ge=1024)
    max_message_characters: int = Field(default=20_000, ge=1)
    max_sockets_per_user: int = Field(default=20, ge=1)
    shutdown_grace_seconds: int = Field(default=10, ge=0)
    allow_acting_as_users: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_token: SecretStr | None = None
    otlp_endpoint: str | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    otlp_headers: SecretStr | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_HEADERS")
    service_name: str = Field(default="clarity", validation_alias="OTEL_SERVICE_NAME")

    web_root: Path | None = None
    publishable_key: str | None = Field(default=None, validation_alias="SUPABASE_PUBLISHABLE_KEY")
    demo_email: str | None = None
    demo_password: SecretStr | None = None

    default_model: str | None = None
    model_keys: Mapping[str, SecretStr] = Field(default_factory=dict[str, SecretStr])
    private_agent_base_urls: CommaSeparated = ()
    private_models: CommaSeparated = ()
    http_allowed_hosts: CommaSeparated = ()
    http_jwt_hosts: CommaSeparated = ()
    private_http_hosts: CommaSeparated = ()
    secrets: Mapping[str, SecretStr] = Field(default_factory=dict[str, SecretStr])
    credentials_key: SecretStr | None = None
    model_timeout_seconds: float = Field(default=60, gt=0)
    model_retries: int = Field(default=2, ge=0, le=10)
    turn_timeout_seconds: float = Field(default=300, gt=0)
    tool_timeout_seconds: float = Field(default=15, gt=0)
    lease_seconds: float = Field(default=30, ge=1)
    max_model_calls: int = Field(default=12, ge=1)
    max_tool_calls: int = Field(default=50, ge=1)
    max_run_tokens: int = Field(default=0, ge=0)
    max_concurrent_runs: int = Field(default=10, ge=0)
    max_requests_per_minute: int = Field(default=60, ge=0)
    max_tokens_per_day: int = Field(default=0, ge=0)
    approval_timeout_hours: float = Field(default=24, gt=0)
    history_messages: int = Field(default=40, ge=0)
    history_tokens: int = Field(default=16_000, ge=1)
    summarise_chats: bool = True
    improve_titles: bool = True

    @field_validator("database_url", "jwt_secret", "metrics_token")
    @classmethod
    def _is_no_placeholder(cls, value: SecretStr | None) -> SecretStr | None:
        if value and PLACEHOLDER.search(value.get_secret_value()):
            raise ValueError("still holds a placeholder")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_a_postgres_url(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if not url.startswith(("postgresql://", "postgres://")) or not _is_conninfo(url):
            raise ValueError("is not a Postgres URL (postgresql://login:password@host:port/database)")
        return value

    @field_validator("jwt_secret")
    @classmethod
    def _is_long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value().encode()) < MIN_JWT_SECRET_BYTES:
            raise ValueError(f"is shorter than {MIN_JWT_SECRET_BYTES} characters: anybody could forge tokens")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _is_hard_to_guess(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value()) < MIN_METRICS_TOKEN_CHARACTERS:
            raise ValueError(f"is shorter than {MIN_METRICS_TOKEN_CHARACTERS} characters")
        return value

    @field_validator("model_keys")
    @classmethod
    def _are_no_placeholders(cls, value: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
        for provider, key in value.items():
            if PLACEHOLDER.search(key.get_secret_value()):
                raise ValueError(f"{PROVIDER_KEY_VARIABLES[provider]} still holds a placeholder")
        return value

    @field_validator("http_allowed_hosts", "http_jwt_hosts", "private_http_hosts")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        HostRules.of(value)
        return value

    @field_validator("http_jwt_hosts")
    @classmethod
    def _are_named(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "*" in value:
            raise ValueError("names every host with *: access tokens are only for hosts that you name")
        return value

    @field_validator("credentials_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        CredentialCipher.of(_keys(value))
        return value

    @field_validator("supabase_url", "jwt_issuer", "cors_origins", "private_agent_base_urls", "otlp_endpoint")
    @classmethod
    def _are_web_addresses(cls, value: str | tuple[str, ...] | None, info: ValidationInfo) -> object:
        addresses = value if isinstance(value, tuple) else (value,) if value else ()
        for address in addresses:
            if not _is_web_address(address) and not (info.field_name == "cors_origins" and address == "*"):
                raise ValueError(f"'{address}' is not an http(s) address")
        stripped = tuple(address.rstrip("/") for address in addresses)
        return stripped if isinstance(value, tuple) else stripped[0] if stripped else None

    @field_validator("web_root")
    @classmethod
    def _is_built(cls, value: Path | None) -> Path | None:
        if value and not (value / "index.html").is_file():
            raise ValueError("names a folder without index.html: it is the one that webApp is built into")
        return value

    @field_validator("publishable_key")
    @classmethod
    def _is_public(cls, value: str | None) -> str | None:
        if value and is_secret_key(value):
            raise ValueError("is a secret key: every visitor of the web app would get it")
        return value

    @model_validator(mode="after")
    def _web_app_has_a_key(self) -> Self:
        if self.web_root and not self.publishable_key:
            raise ValueError("SUPABASE_PUBLISHABLE_KEY is not set: the web app in CLARITY_WEB_ROOT needs it")
        return self

    @model_validator(mode="after")
    def _pool_has_room(self) -> Self:
        if self.database_pool_max < self.database_pool_min:
            raise ValueError("CLARITY_DATABASE_POOL_MAX is smaller than CLARITY_DATABASE_POOL_MIN")
        return self

    @property
    def auth_url(self) -> str:
        return f"{self.supabase_url}/auth/v1"

    def core_config(self) -> CoreConfig:
        """The part of the settings that the core needs."""
        return CoreConfig(
            default_model=self.default_model,
            model_keys={provider: key.get_secret_value() for provider, key in self.model_keys.items()},
            private_agent_base_urls=self.private_agent_base_urls,
            private_models=self.private_models,
            http_allowed_hosts=self.http_allowed_hosts,
            http_jwt_hosts=self.http_jwt_hosts,
            private_http_hosts=self.private_http_hosts,
            secrets={name: secret.get_secret_value() for name, secret in self.secrets.items()},
            credentials_keys=_keys(self.credentials_key),
            model_timeout_seconds=self.model_timeout_seconds,
            model_retries=self.model_retries,
            turn_timeout_seconds=self.turn_timeout_seconds,
            tool_timeout_seconds=self.tool_timeout_seconds,
            lease_seconds=self.lease_seconds,
            # A short lease has to be renewed sooner, so that several renewals may still be missed.
            lease_renewal_seconds=min(LEASE_RENEWAL_SECONDS, self.lease_seconds / 5),
            max_model_calls=self.max_model_calls,
            max_tool_calls=self.max_tool_calls,
            # To the environment 0 is no limit, because a blank variable is one that is not set.
            max_run_tokens=self.max_run_tokens or None,
            max_concurrent_runs=self.max_concurrent_runs or None,
            max_requests_per_minute=self.max_requests_per_minute or None,
            max_tokens_per_day=self.max_tokens_per_day or None,
            approval_timeout_seconds=self.approval_timeout_hours * SECONDS_PER_HOUR,
            history_messages=self.history_messages,
            history_tokens=self.history_tokens,
            summarise_chats=self.summarise_chats,
            improve_titles=self.improve_titles,
        )


def load_settings(environment: Mapping[str, str | None]) -> Settings:
    """The settings that `environment` gives; a blank variable counts as not set. Raises SettingsRefused."""
    values = {name: value.strip() for name, value in environment.items() if value and value.strip()}
    keys = {provider: values[name] for provider, name in PROVIDER_KEY_VARIABLES.items() if name in values}
    named = {name: SECRET_VARIABLE.fullmatch(name) for name in values}
    secrets = {match[1]: values[name] for name, match in named.items() if match}
    try:
        return Settings.model_validate({**values, "model_keys": keys, "secrets": secrets})
    except ValidationError as exc:
        # `from None`: the validation error knows the values.
        raise SettingsRefused("\n".join(_sentence(error) for error in exc.errors())) from None


def _sentence(error: ErrorDetails) -> str:
    name = str(error["loc"][0]) if error["loc"] else ""
    if error["type"] == "missing":
        meanings = {field.validation_alias: field.description for field in Settings.model_fields.values()}
        return f"{name} is not set: {meanings[name]}."
    reason = error["msg"].removeprefix("Value error, ")
    names_itself = not name.isupper()
    return f"{reason}." if names_itself else f"{name} {reason[0].lower()}{reason[1:]}."


def _keys(value: SecretStr | None) -> tuple[str, ...]:
    """The newest first, separated by commas."""
    texts = value.get_secret_value().split(",") if value else ()
    return tuple(text.strip() for text in texts)


def _is_conninfo(url: str) -> bool:
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return False
    return True


def _is_web_address(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def is_secret_key(key: str) -> bool:
    """Whether a Supabase API key is one that passes every policy: in the current form, or as a JWT."""
    if key.startswith("sb_secret_"):
        return True
    try:
        return jwt.decode(key, options={"verify_signature": False}).get("role") == "service_role"
    except jwt.InvalidTokenError:
        return False
