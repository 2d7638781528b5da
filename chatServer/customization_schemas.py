"""What goes over the wire about a user's own instructions for agents."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from chatServer.schemas import AgentName
from core.agents.customizations import Customization


def _is_text(value: str) -> str:
    if not value.strip():
        raise ValueError("Must not be blank")
    if "\0" in value:
        raise ValueError("Must not contain the character NUL")
    return value


# As the table's constraint has it.
Content = Annotated[
    str,
    Field(min_length=1, max_length=8_000, description="What the agent is to do, in your words."),
    AfterValidator(_is_text),
]
Priority = Annotated[int, Field(ge=-1_000, le=1_000, description="Higher comes first in the prompt.")]
IsActive = Annotated[bool, Field(description="False: it is kept, but not followed.")]


class NewCustomization(BaseModel):
    """An instruction for an agent."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"agent_name": "assistant", "content": "Answer in German."}]},
    )

    agent_name: AgentName = Field(description="The agent that follows it.")
    content: Content
    priority: Priority = 0
    is_active: IsActive = True


class CustomizationChange(BaseModel):
    """What is to change; the rest stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"is_active": False}]})

    # What is left out stays, and null is no value: so these are no optional types. No default is ever used.
    content: Content = Field(default_factory=str)
    priority: Priority = Field(default_factory=int)
    is_active: IsActive = Field(default_factory=bool)

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("Must name what is to change: content, priority or is_active")
        return self

    def to_values(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class CustomizationOut(BaseModel):
    """One of your instructions for an agent."""

    id: UUID
    agent_name: str
    content: str
    priority: int = Field(description="Higher comes first in the prompt.")
    is_active: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, customization: Customization) -> Self:
        return cls(**asdict(customization))


class CustomizationList(BaseModel):
    """Your instructions, in the order in which agents read them."""

    customizations: list[CustomizationOut]
    next: UUID | None = Field(description="Send it as `after` to go on; null when there are no more.")

    @classmethod
    def of(cls, found: Sequence[Customization], *, limit: int) -> Self:
        """Of one more than the limit, where there are more."""
        shown = found[:limit]
        return cls(
            customizations=[CustomizationOut.of(customization) for customization in shown],
            next=shown[-1].id if len(found) > limit else None,
        )
