"""The `config` of an MCPTool's row in `agent_tools`, as a value."""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from core.tools.credentials import Credentials, UserCredential
from core.tools.http_config import SecretHeader
from core.tools.http_request import IDENTIFYING_HEADERS, RESERVED_HEADERS

# What the protocol itself sends, besides what is no row's to say in any request.
KEPT_HEADERS = RESERVED_HEADERS | {"accept", "content-type", "last-event-id"}


def _web_address(value: str) -> str:
    """An address as it stands in the row: nothing that a parser and a person could read differently."""
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL as exc:
        raise ValueError("is no address") from exc
    if url.userinfo or url.fragment or "\\" in value or not value.isascii() or "{" in value:
        raise ValueError("must be a plain address: no login, no fragment, no templates, only ASCII")
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("must begin with https://")
    return value


def _free_header(name: str) -> str:
    if name.lower() in KEPT_HEADERS or name.lower().startswith("mcp-"):
        raise ValueError(f"names {name}, which is not a row's to set")
    return name


HeaderName: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$"), AfterValidator(_free_header)
]
HeaderValue: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]{0,1000}$")]
WebAddress: TypeAlias = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_web_address)]


class MCPConfig(BaseModel):
    """A remote MCP server, and what of it an agent may use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: WebAddress = Field(
        description="The server's streamable HTTP endpoint, on a host that the operator allows."
    )
    headers: Mapping[HeaderName, HeaderValue | SecretHeader] = Field(
        default_factory=dict[str, str | SecretHeader],
        description='Headers of every request: texts, or {"secret": "NAME"}.',
    )
    credentials: Credentials = Field(
        default="none",
        description="`none`, `caller_jwt`, or an operator's or the caller's own secret, as in an HTTPTool.",
    )
    allowed_tools: tuple[str, ...] | None = Field(
        default=None,
        min_length=1,
        description="The server's names of the tools that the agent gets; left out = all.",
    )
    prefix: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]{0,31}$")] | None = Field(
        default=None,
        description="The model knows a tool as `{prefix}_{name}`; left out = the row's name.",
    )
    timeout_seconds: float = Field(default=30, gt=0, le=120, strict=True, description="Of one call.")
    cache_ttl_seconds: float = Field(
        default=300, ge=0, le=86_400, strict=True, description="How long a list of the server's tools holds."
    )
    untrusted: bool = Field(
        default=True, strict=True, description="Whether what the server answers may be somebody else's words."
    )

    @field_validator("headers")
    @classmethod
    def _hold_no_secret(cls, headers: Mapping[str, str | SecretHeader]) -> Mapping[str, str | SecretHeader]:
        for name, value in headers.items():
            if name.lower() in IDENTIFYING_HEADERS and isinstance(value, str):
                raise ValueError(f"hold a secret in the row ({name}): name it, or use credentials")
        return headers

    @property
    def has_own_credentials(self) -> bool:
        """Whether each caller has credentials of their own, so that nothing may be shared between them."""
        return self.credentials == "caller_jwt" or isinstance(self.credentials, UserCredential)

    @property
    def secret_headers(self) -> Mapping[str, str]:
        """The operator's secrets, by name, that headers ask for."""
        return {name: value.secret for name, value in self.headers.items() if isinstance(value, SecretHeader)}

    @property
    def plain_headers(self) -> Mapping[str, str]:
        return {name: value for name, value in self.headers.items() if isinstance(value, str)}
