"""How a row's MCP server is reached: where it is, and with whose credentials."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import httpx

from core.errors import ToolFailed
from core.tools.base import RunContext
from core.tools.credentials import (
    Attachment,
    OperatorSecret,
    Secret,
    check_credentials,
    operator_secret,
    resolve,
)
from core.tools.definition import ToolDefinition
from core.tools.hosts import Origin
from core.tools.http_client import allowed, origin_of
from core.tools.mcp_client import MCPServer
from core.tools.mcp_config import MCPConfig
from core.tools.outbound import Outbound


@dataclass(frozen=True, kw_only=True)
class MCPAccess:
    """A row's server, before it is known who calls."""

    config: MCPConfig
    origin: Origin
    outbound: Outbound

    @classmethod
    def of(cls, definition: ToolDefinition, outbound: Outbound) -> "MCPAccess":
        """Raises ValidationError, ValueError or ToolFailed for a row that could never work here."""
        if definition.is_private and not outbound.is_private:
            raise ValueError("it belongs to a user's agent, and was given what only shared agents may have")
        config = MCPConfig.model_validate(definition.config)
        origin = origin_of(httpx.URL(config.url))
        allowed(origin, outbound.hosts)
        check_credentials(config.credentials, outbound, origin)
        if outbound.is_private and config.secret_headers:
            raise ValueError("an agent that a user owns may not use the operator's secrets")
        return cls(config=config, origin=origin, outbound=outbound)

    async def server(self, context: RunContext) -> MCPServer:
        """The way in for this run's user. Raises ToolFailed when their credentials are not to be had."""
        attached = await resolve(self.config.credentials, context, self.outbound, self.origin)
        named = {
            header: await operator_secret(name, context, self.outbound)
            for header, name in self.config.secret_headers.items()
        }
        return self._server(attached, named)

    def shared_server(self) -> MCPServer:
        """The way in that all callers share, outside of a run. ToolFailed for a secret that is not there."""
        credentials, attached = self.config.credentials, Attachment()
        if isinstance(credentials, OperatorSecret):
            attached = Attachment.of(self._secret(credentials.secret), credentials.placement)
        named = {header: self._secret(name) for header, name in self.config.secret_headers.items()}
        return self._server(attached, named)

    def _secret(self, name: str) -> Secret:
        """From the environment: what is in the Vault can be read in a run only."""
        value = self.outbound.secrets.get(name)
        if not value:
            raise ToolFailed(f"Its operator must set CLARITY_SECRET_{name}.")
        return Secret(name=name, value=value)

    def _server(self, attached: Attachment, named: Mapping[str, Secret]) -> MCPServer:
        headers = {header: secret.value for header, secret in named.items()}
        return MCPServer(
            url=self.config.url,
            place=str(self.origin),
            headers=self.config.plain_headers,
            outbound=self.outbound,
            attachment=replace(
                attached,
                headers={**headers, **attached.headers},
                secrets=(*attached.secrets, *named.values()),
            ),
        )
