"""MCPTool: the tools of a remote MCP server, as one row of `agent_tools` describes it."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import BaseModel, Field, ValidationError

from core.errors import ToolError, ToolInputError
from core.tools.base import BuiltTools, ClarityTool, RunContext
from core.tools.definition import ToolDefinition
from core.tools.mcp_access import MCPAccess
from core.tools.mcp_config import MCPConfig
from core.tools.mcp_listing import Listing, Listings, ListKey
from core.tools.mcp_names import tools_by_name
from core.tools.mcp_results import readable
from core.tools.sentences import assigned, sentence
from core.tools.services import ToolServices

logger = logging.getLogger(__name__)

# A turn waits this long for a list of tools, and then not again for this long.
LIST_TIMEOUT_SECONDS = 5
RETRY_SECONDS = 30


class MCPTool(ClarityTool):
    """One tool of the server that the row names; the row gives all that it allows, under its prefix.

    Its server checks the arguments. What it says of its tools is believed by nobody but the model: not even
    that one of them changes nothing. Without a list the row gives no tool, and says why; a list that is
    too old is used while the server is away, and its tools then fail one by one.
    """

    config_type: ClassVar[type[BaseModel]] = MCPConfig

    access: MCPAccess = Field(repr=False)
    remote_name: str
    era: str

    @classmethod
    def is_personal(cls, definition: ToolDefinition) -> bool:
        try:
            return MCPConfig.model_validate(definition.config).has_own_credentials
        except ValidationError:
            # build() says what is wrong with it.
            return False

    @classmethod
    async def build(
        cls, definition: ToolDefinition, services: ToolServices, caller: RunContext | None
    ) -> BuiltTools:
        try:
            access = MCPAccess.of(definition, services.outbound)
        except ToolError as exc:
            raise ValueError(exc.message) from exc
        if not access.config.has_own_credentials:
            caller = None
        elif caller is None:
            # Outside of a turn nobody's own credentials are sent: the row is proved as far as it can be.
            return BuiltTools(tools=())
        return await cls._listed(definition, access, services.mcp_listings, caller)

    @classmethod
    async def _listed(
        cls, definition: ToolDefinition, access: MCPAccess, listings: Listings, caller: RunContext | None
    ) -> BuiltTools:
        """`caller` is None where all callers have the same credentials."""
        key = ListKey(
            row_id=definition.id,
            row_hash=definition.content_hash,
            user_id=caller.user.id if caller else None,
        )
        last, ttl = listings.last(key), access.config.cache_ttl_seconds
        if last and last[1] < ttl:
            return cls._built(definition, access, last[0], expires_after_seconds=ttl - last[1])
        try:
            server = await access.server(caller) if caller else access.shared_server()
            timeout = min(LIST_TIMEOUT_SECONDS, access.config.timeout_seconds)
            listing = await server.list_tools(timeout_seconds=timeout)
        except ToolError as exc:
            logger.warning("Tool %s could not list its server's tools: %s", definition.name, exc.message)
            if last:
                return cls._built(definition, access, last[0], expires_after_seconds=RETRY_SECONDS)
            return BuiltTools(
                tools=(),
                refusal=f"Tool {definition.name}: its tools are not known now. {exc.message}",
                expires_after_seconds=RETRY_SECONDS,
            )
        listings.keep(key, listing)
        return cls._built(definition, access, listing, expires_after_seconds=ttl)

    @classmethod
    def _built(
        cls,
        definition: ToolDefinition,
        access: MCPAccess,
        listing: Listing,
        *,
        expires_after_seconds: float,
    ) -> BuiltTools:
        config = access.config
        named = tools_by_name(listing.tools, config.allowed_tools, prefix=config.prefix or definition.name)
        tools = tuple(
            cls(
                name=name,
                description=tool.description or f"{tool.name} of {definition.name}.",
                args_schema=dict(tool.schema),
                definition=replace(definition, name=name),
                access=access,
                remote_name=tool.name,
                era=listing.era,
            )
            for name, tool in named.items()
        )
        missing = sorted(set(config.allowed_tools or ()) - {tool.name for tool in named.values()})
        return BuiltTools(
            tools=tools,
            refusal=_missing(definition, missing) if missing else None,
            expires_after_seconds=expires_after_seconds,
        )

    @property
    def is_untrusted(self) -> bool:
        return self.access.config.untrusted

    def validated(self, raw_arguments: Mapping[str, Any]) -> dict[str, Any]:
        return dict(raw_arguments)

    def summary(self, arguments: Mapping[str, Any]) -> str:
        called = f"Call {self.remote_name} of the server {self.access.origin}"
        return sentence(called, f"with {assigned(arguments, ' ')}" if arguments else "")

    async def call(self, context: RunContext, arguments: Mapping[str, Any]) -> str:
        server = await self.access.server(context)
        if context.on_query:
            context.on_query(f"MCP {server.place} {self.remote_name} {json.dumps(arguments)}")
        result = await server.call_tool(
            self.remote_name,
            arguments,
            era=self.era,
            timeout_seconds=self.access.config.timeout_seconds,
        )
        text = readable(result, server.attachment.secrets)
        if result.is_error:
            raise ToolInputError(text)
        return text


def _missing(definition: ToolDefinition, names: list[str]) -> str:
    return f"Tool {definition.name}: its server has no tool named {', '.join(names)} that can be used."
