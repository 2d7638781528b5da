"""HTTPTool: one operation of an HTTP service, as a row of `agent_tools` describes it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from pydantic import BaseModel, Field

from core.errors import ToolInputError
from core.tools.base import ClarityTool, RunContext
from core.tools.credentials import Attachment, Secret, check_credentials, operator_secret, resolve
from core.tools.definition import ToolDefinition
from core.tools.http_answer import read_reply
from core.tools.http_client import Limits, OutgoingRequest, send
from core.tools.http_config import HTTPConfig, SecretHeader
from core.tools.http_request import FilledRequest, RequestTemplate, with_query
from core.tools.json_args import arguments_model, explain, read_arguments
from core.tools.json_path import JsonPath
from core.tools.outbound import Outbound
from core.tools.sentences import assigned, on_one_line, sentence
from core.tools.services import ToolServices

# Of an address in a sentence.
MAX_ADDRESS_CHARS = 200


class HTTPTool(ClarityTool):
    """Sends one kind of request to a host that the operator allows, and gives the answer to the model.

    The answer is a JSON object: `status` and `body`, or a `note` in its place.
    """

    config_type: ClassVar[type[BaseModel]] = HTTPConfig

    config: HTTPConfig = Field(repr=False)
    template: RequestTemplate = Field(repr=False)
    path: JsonPath | None = Field(repr=False)
    outbound: Outbound = Field(repr=False)

    @classmethod
    def from_definition(cls, definition: ToolDefinition, services: ToolServices) -> Self:
        outbound = services.outbound
        if definition.is_private and not outbound.is_private:
            raise ValueError("it belongs to a user's agent, and was given what only shared agents may have")
        config = HTTPConfig.model_validate(definition.config)
        arguments = read_arguments(config.runtime_args_schema)
        template = RequestTemplate.of(config, arguments)
        _check_reach(template, outbound)
        return cls(
            name=definition.name,
            description=definition.description or f"{config.method} {template.origin}{template.path}",
            args_schema=arguments_model(definition.name, arguments),
            handle_validation_error=lambda error: explain(error, arguments),
            definition=definition,
            config=config,
            template=template,
            path=_path(config),
            outbound=outbound,
        )

    @property
    def is_read_only(self) -> bool:
        return self.config.method in ("GET", "HEAD")

    @property
    def is_untrusted(self) -> bool:
        return self.config.untrusted

    def summary(self, arguments: Mapping[str, Any]) -> str:
        """What is sent where, without what the row and the operator add to it: they may be secrets."""
        try:
            address = self.template.address(arguments)
        except ToolInputError:
            address = f"{self.template.origin}{self.template.path}"
        given = {name: value for name, value in arguments.items() if value is not None}
        sent = f"Send {self.config.method} {on_one_line(address, MAX_ADDRESS_CHARS)}"
        return sentence(sent, f"with {assigned(given, ' ')}" if given else "")

    async def call(self, context: RunContext, arguments: Mapping[str, Any]) -> str:
        filled = self.template.fill(arguments)
        attached = await resolve(self.config.credentials, context, self.outbound, self.template.origin)
        secrets = await self._header_secrets(filled, context)
        if context.on_query:
            context.on_query(filled.readable(attached.shown))
        reply = await send(self.outbound, _outgoing(filled, attached, secrets), self._limits())
        everything = [*attached.secrets, *secrets.values()]
        # A large document takes a while to read, and others wait for this thread.
        return await asyncio.to_thread(read_reply, reply, self.path, everything)

    async def _header_secrets(self, filled: FilledRequest, context: RunContext) -> Mapping[str, Secret]:
        return {
            header: await operator_secret(name, context, self.outbound)
            for header, name in filled.secret_headers.items()
        }

    def _limits(self) -> Limits:
        return Limits(
            timeout_seconds=self.config.timeout_seconds,
            retries=self.config.retries,
            max_bytes=self.config.max_bytes,
        )


def _check_reach(template: RequestTemplate, outbound: Outbound) -> None:
    """ValueError for a host or credentials that the operator's settings rule out."""
    if outbound.hosts.rule_for(template.origin) is None:
        setting = "CLARITY_PRIVATE_HTTP_HOSTS" if outbound.is_private else "CLARITY_HTTP_ALLOWED_HOSTS"
        raise ValueError(f"the operator has not allowed tools to speak to {template.origin} ({setting})")
    check_credentials(template.config.credentials, outbound, template.origin)
    if outbound.is_private and any(
        isinstance(value, SecretHeader) for value in template.config.headers.values()
    ):
        raise ValueError("an agent that a user owns may not use the operator's secrets")


def _path(config: HTTPConfig) -> JsonPath | None:
    try:
        return JsonPath.of(config.result_path) if config.result_path else None
    except ValueError as exc:
        raise ValueError(f"result_path {exc}") from exc


def _outgoing(filled: FilledRequest, attached: Attachment, secrets: Mapping[str, Secret]) -> OutgoingRequest:
    identifying: Sequence[tuple[str, str]] = (
        *attached.headers.items(),
        *((header, secret.value) for header, secret in secrets.items()),
    )
    names = frozenset(name.lower() for name, _ in identifying)
    plain = [(name, value) for name, value in filled.headers.items() if name.lower() not in names]
    return OutgoingRequest(
        method=filled.method,
        url=with_query(filled.url, list(attached.query.items())),
        headers=[*plain, *identifying, ("Accept-Encoding", "gzip, identity;q=0.5")],
        content=filled.content,
        secret_headers=names,
    )
