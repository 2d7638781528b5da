"""The `config` of an HTTPTool's row in `agent_tools`, as a value."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.tools.credentials import Credentials, SecretName
from core.tools.http_client import SAFE_METHODS

HTTPMethod: TypeAlias = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
Scalar: TypeAlias = str | int | float | bool

MAX_TIMEOUT_SECONDS = 120
MAX_BYTES = 5_000_000


class SecretHeader(BaseModel):
    """A header whose value is an operator's secret."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    secret: SecretName = Field(description="The name of the secret, CLARITY_SECRET_<name>.")


class HTTPConfig(BaseModel):
    """One operation of an HTTP service, and what the model may say about it.

    `{argument}` stands for an argument in `url`, `query`, `headers` and `body`. Alone in a value it keeps its
    type, and the value is left out when the argument is not given; within a longer text it is filled in.
    Arguments that stand nowhere go to the query of a GET, HEAD or DELETE, and into the body of the others,
    unless the config says what that is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: HTTPMethod = Field(default="GET", description="GET, HEAD, POST, PUT, PATCH or DELETE.")
    url: str = Field(
        description="https, an allowed host, and a path that may hold {argument}, quoted when filled in."
    )
    runtime_args_schema: Mapping[str, Any] | None = Field(
        default=None,
        description='What the model may pass: {"city": {"type": "str"}}, or a JSON Schema object.',
    )
    query: Mapping[str, Scalar | tuple[Scalar, ...]] | None = Field(
        default=None, description="Query parameters: constants, {argument}, or lists of these."
    )
    headers: Mapping[str, str | SecretHeader] = Field(
        default_factory=dict[str, str | SecretHeader],
        description='Headers: texts, which may hold {argument}, or {"secret": "NAME"}.',
    )
    body: Any = Field(default=None, description="The body: any JSON, whose texts may be {argument}.")
    body_format: Literal["json", "form"] = Field(
        default="json", description="`form` sends the members of body as a web form does."
    )
    credentials: Credentials = Field(
        default="none",
        description='`none`, {"secret": "NAME", "as": "bearer"}, {"user_credential": "name"}, '
        "or `caller_jwt`, the user's own access token.",
    )
    result_path: Annotated[str, Field(pattern=r"^\$")] | None = Field(
        default=None, description="A JSONPath: only that part of the answer is shown to the model."
    )
    timeout_seconds: float = Field(
        default=15, gt=0, le=MAX_TIMEOUT_SECONDS, description="For the whole call, with its retries."
    )
    retries: int = Field(
        default=0,
        ge=0,
        le=5,
        strict=True,
        description="How often a GET or HEAD is repeated when the service is unreachable or too busy.",
    )
    max_bytes: int = Field(
        default=1_000_000,
        ge=1,
        le=MAX_BYTES,
        strict=True,
        description="A larger answer is given up as soon as it is seen to be so.",
    )
    untrusted: bool = Field(
        default=True,
        strict=True,
        description="Whether what comes back may be somebody else's words, such as a web page's.",
    )

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        if self.retries and self.method not in SAFE_METHODS:
            raise ValueError(f"retries are for GET and HEAD: a {self.method} might be done twice")
        if self.body is not None and self.method in ("GET", "HEAD"):
            raise ValueError(f"a {self.method} has no body")
        if self.body_format == "form" and self.body is not None and not isinstance(self.body, dict):
            raise ValueError("body of a form must be an object")
        return self
