"""What goes over the wire about runs."""

from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from core.chats.stored_runs import StoredRun

RunStatus = Literal["running", "waiting", "completed", "failed", "cancelled", "interrupted"]


class RunOut(BaseModel):
    """A run, as it is now."""

    run_id: UUID
    session_id: UUID | None = Field(description="The chat; null for a run that keeps no conversation.")
    agent_name: str
    status: RunStatus = Field(
        description="`waiting` for your decision about tool calls; `interrupted` when its server vanished."
    )

    @classmethod
    def of(cls, run: StoredRun) -> Self:
        return cls.model_validate(
            {
                "run_id": run.run_id,
                "session_id": run.chat_id,
                "agent_name": run.agent_name,
                "status": run.status,
            }
        )


class CancelledRun(BaseModel):
    """What became of the wish to stop a run."""

    run_id: UUID
    status: RunStatus = Field(
        description="`cancelled` when it is stopped; `running` while its server, another one, has yet to see "
        "it (seconds); any other when it had ended before."
    )
