"""The column `llm_config` of an agent's row, checked: only what cannot carry a key or reach another host."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from core.config import OFFLINE_MODEL
from core.errors import AgentMisconfigured

# Each one may cost the user another wait before they learn that nobody answers.
MAX_FALLBACKS = 5

# The same in the trigger `check_configuration` on agent_configurations.
MODEL_NAME = re.compile(r"[a-z][a-z0-9_-]*:.+")

# Keys that people try to put into the row, where every admin of the table could read them.
SECRETS = frozenset({"api_key", "headers", "default_headers", "extra_headers", "organization", "token"})


def _http_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a complete http or https URL")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must not carry credentials, a query or a fragment")
    return url


def _model_name(name: str) -> str:
    if not MODEL_NAME.fullmatch(name) or (name.startswith("offline:") and name != OFFLINE_MODEL):
        raise ValueError(f"'{name}' must be 'provider:name' or '{OFFLINE_MODEL}'")
    return name


Fallback = Annotated[str, Field(max_length=200), AfterValidator(_model_name)]


class LlmConfig(BaseModel):
    """Parameters of `init_chat_model` that a row may set; unknown keys are refused by name."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    model: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    # Asked in this order, with the same parameters, when the model does not answer.
    fallbacks: Annotated[tuple[Fallback, ...], Field(strict=False, max_length=MAX_FALLBACKS)] = ()
    base_url: Annotated[str, Field(max_length=2000), AfterValidator(_http_url)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    stop: Annotated[tuple[str, ...], Field(strict=False, max_length=16)] | None = None
    seed: int | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    # Instead of the server's own number. Each may take the whole model timeout again, so few are allowed.
    max_retries: Annotated[int, Field(ge=0, le=5)] | None = None

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """The checked row; AgentMisconfigured with one sentence for each wrong key."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as exc:
            problems = " ".join(
                _problem(".".join(map(str, error["loc"])), error["type"], error["msg"])
                for error in exc.errors(include_input=False)
            )
            # Without the cause: its text shows the input, which may hold the key somebody put there.
            raise AgentMisconfigured(problems) from None

    def of_model(self, name: str | None) -> Self:
        """The same for one model alone, which is the default for None."""
        return self.model_copy(update={"model": name, "fallbacks": ()})

    def parameters(self) -> dict[str, Any]:
        """What is set, as `init_chat_model` takes it; which models, and how often they are asked, apart."""
        values = self.model_dump(exclude={"model", "fallbacks", "max_retries"}, exclude_none=True)
        if self.stop is not None:
            values["stop"] = list(self.stop)
        return values


def _problem(key: str, kind: str, message: str) -> str:
    if kind != "extra_forbidden":
        return f"llm_config.{key}: {message.removeprefix('Value error, ')}."
    if key in SECRETS:
        return f"llm_config.{key} is not allowed in a row: keys come from the server's environment."
    allowed = ", ".join(LlmConfig.model_fields)
    return f"llm_config.{key} is not a parameter that a row may set. Allowed: {allowed}."
