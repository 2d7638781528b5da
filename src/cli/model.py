"""What this environment gives agents access to: language models, and hosts and secrets for their tools."""

from collections.abc import Mapping

from cli.errors import UsageRefused
from core.agents.llm_config import OFFLINE_MODEL
from core.agents.providers import PROVIDER_KEY_VARIABLES, PROVIDERS, is_installed
from core.config import CoreConfig
from core.tools.hosts import HostRules

# What stands before the name that a tool's row calls a secret by.
SECRET_PREFIX = "CLARITY_SECRET_"  # noqa: S105 - a name, no secret


def core_config(environment: Mapping[str, str]) -> CoreConfig:
    """As the chat server reads the same variables. UsageRefused for a list of hosts that cannot be read."""
    config = CoreConfig(
        default_model=environment.get("CLARITY_DEFAULT_MODEL"),
        model_keys=model_keys(environment),
        private_agent_base_urls=_listed(environment, "CLARITY_PRIVATE_AGENT_BASE_URLS"),
        http_allowed_hosts=_listed(environment, "CLARITY_HTTP_ALLOWED_HOSTS"),
        http_jwt_hosts=_listed(environment, "CLARITY_HTTP_JWT_HOSTS"),
        private_http_hosts=_listed(environment, "CLARITY_PRIVATE_HTTP_HOSTS"),
        secrets={
            name.removeprefix(SECRET_PREFIX): value
            for name, value in environment.items()
            if name.startswith(SECRET_PREFIX)
        },
        credentials_keys=_listed(environment, "CLARITY_CREDENTIALS_KEY"),
    )
    # Encryption takes a moment to import: not for --help.
    from core.tools.credential_cipher import CredentialCipher

    try:
        for hosts in (config.http_allowed_hosts, config.http_jwt_hosts, config.private_http_hosts):
            HostRules.of(hosts)
        CredentialCipher.of(config.credentials_keys)
    except ValueError as exc:
        raise UsageRefused(f"A setting of the tools cannot be read: {exc}.") from exc
    return config


def _listed(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in environment.get(name, "").split(",") if part.strip())


def model_keys(environment: Mapping[str, str]) -> dict[str, str]:
    variables = PROVIDER_KEY_VARIABLES.items()
    return {provider: environment[name] for provider, name in variables if environment.get(name)}


def default_model(environment: Mapping[str, str]) -> str:
    """What an agent runs on whose row names no model."""
    if named := environment.get("CLARITY_DEFAULT_MODEL"):
        return named
    keys = model_keys(environment)
    usable = (
        kind.example
        for provider, kind in PROVIDERS.items()
        if kind.default_model and provider in keys and is_installed(provider)
    )
    return next(usable, OFFLINE_MODEL)


def is_offline(model: str) -> bool:
    return model == OFFLINE_MODEL
