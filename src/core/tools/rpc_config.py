"""The `config` of an RPCTool's row in `agent_tools`, as a value."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class RPCConfig(BaseModel):
    """Which function an RPCTool calls, and what the model may say about it.

    Argument names may be written as the function has them or, where `field_map` renames them, as the model
    does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    function_name: str = Field(description="The function, of schema public; no two may share its name.")
    runtime_args_schema: Mapping[str, Any] | None = Field(
        default=None,
        description="What the model may pass; left out: every argument of the function that is not fixed.",
    )
    field_map: Mapping[str, str] = Field(
        default_factory=dict, description="The model's name of an argument -> the function's."
    )
    fixed: Mapping[str, Any] = Field(
        default_factory=dict, description="Arguments that are always these constants."
    )
    columns: tuple[str, ...] | None = Field(
        default=None,
        min_length=1,
        description="The columns of a returned row that the model sees; left out: all.",
    )
    limit: int = Field(
        default=25, ge=1, strict=True, description="Rows of a set when the model names no number."
    )
    max_limit: int = Field(default=100, ge=1, le=1000, strict=True, description="Rows that it may ask for.")
    allow_security_definer: bool = Field(
        default=False,
        strict=True,
        description="Allows a function that works with its owner's rights; only for shared agents.",
    )
    untrusted: bool = Field(
        default=False,
        strict=True,
        description="Whether what comes back may be somebody else's words: rows that other people write.",
    )

    @model_validator(mode="after")
    def _limits_agree(self) -> Self:
        if self.limit > self.max_limit and "limit" in self.model_fields_set:
            raise ValueError(f"limit {self.limit} is more than max_limit {self.max_limit}")
        return self

    @property
    def default_limit(self) -> int:
        """Rows of a set when the model names no number."""
        return min(self.limit, self.max_limit)
