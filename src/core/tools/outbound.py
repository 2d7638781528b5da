"""What may leave the server with a tool: to which hosts, and with which secrets. The operator decides."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self, TypeAlias

import httpx

from core.config import CoreConfig
from core.tools.credential_cipher import CredentialCipher
from core.tools.hosts import HostRules

Resolver: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]

NO_SECRETS: Mapping[str, str] = MappingProxyType({})


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as texts, in the order that the system prefers. OSError when there is none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """As it stands, nothing: tools reach no host and no secret.

    `secrets` maps the name of an operator's secret to its value; one that is not there may be in Supabase
    Vault. The agents that users own (`is_private`) have none of them, and a list of hosts of their own.
    """

    hosts: HostRules = field(default_factory=HostRules)
    jwt_hosts: HostRules = field(default_factory=HostRules)
    secrets: Mapping[str, str] = field(default_factory=lambda: NO_SECRETS, repr=False)
    is_private: bool = False
    cipher: CredentialCipher | None = None
    resolve: Resolver = system_resolver
    ssl_context: ssl.SSLContext = field(default_factory=httpx.create_ssl_context, repr=False)

    @classmethod
    def of(cls, config: CoreConfig, *, is_private: bool) -> Self:
        """As the operator's settings say; ValueError for a list of hosts or a key that cannot be read."""
        return cls(
            hosts=HostRules.of(config.private_http_hosts if is_private else config.http_allowed_hosts),
            jwt_hosts=HostRules.of(config.http_jwt_hosts),
            secrets=NO_SECRETS if is_private else config.secrets,
            is_private=is_private,
            cipher=CredentialCipher.of(config.credentials_keys) if config.credentials_keys else None,
        )
