"""The `config` of an AgentTool's row in `agent_tools`, as a value."""

from pydantic import BaseModel, ConfigDict, Field


class AgentToolConfig(BaseModel):
    """Which agent is asked, and how much of it one call may use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agent_name: str = Field(
        description="The agent that is asked. A shared agent asks shared ones; a user's own agent asks the "
        "user's agent of that name first, then the shared one.",
    )
    max_depth: int = Field(
        default=2,
        ge=1,
        le=5,
        strict=True,
        description="How many agents below the one that the user talks to may wait for one another.",
    )
    max_model_calls: int = Field(
        default=6, ge=1, le=50, strict=True, description="Model calls that one task may take."
    )
    timeout_seconds: float = Field(
        default=60,
        ge=1,
        le=600,
        description="Seconds that one task may take; the whole turn's limit holds too.",
    )
