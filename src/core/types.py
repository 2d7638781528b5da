"""Values that every layer shares. Nothing here does I/O or imports another part of Clarity."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self
from uuid import UUID

Approval = Literal["auto", "ask", "ask_after_untrusted"]


@dataclass(frozen=True, kw_only=True)
class User:
    """A signed-in person, as their verified JWT describes them.

    `claims` is the token's whole payload: it becomes `request.jwt.claims`, so a policy may use any of it.
    `access_token` is the token itself, where they came with one: for services that know the same users.
    """

    id: UUID
    claims: Mapping[str, Any] = field(repr=False)
    access_token: str | None = field(default=None, repr=False, compare=False)

    @classmethod
    def from_claims(cls, claims: Mapping[str, Any], *, access_token: str | None = None) -> Self:
        """The user of already verified claims; KeyError or ValueError when `sub` is missing or no UUID."""
        return cls(id=UUID(claims["sub"]), claims=claims, access_token=access_token)


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens that one turn cost, over all its model calls. Zero where the provider reports none."""

    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )
