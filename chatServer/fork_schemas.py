"""What goes over the wire about chats that part from others."""

from dataclasses import asdict
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.chats.forks import Fork


class NewFork(BaseModel):
    """Where a chat parts, and what the new one is called."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "message_id": "6f1c1f0e-0b57-4a51-9d8b-5a4e0c9b7a11",
                    "new_chat_id": "0d5c6f3a-7a43-4a5e-8a38-9b1f6c1f2e22",
                }
            ]
        },
    )

    message_id: UUID = Field(
        description="A message of yours in the chat (`chat_message_history.message_uuid`)."
    )
    new_chat_id: UUID = Field(description="The new chat's id, of your choice: the same again makes no other.")


class ForkOut(BaseModel):
    """The new chat. All else about it is in `chats`, which you can read from Supabase."""

    chat_id: UUID
    agent_name: str
    title: str | None = Field(description="Null until its first turn, when nothing was said before.")
    forked_from: UUID
    forked_before: UUID = Field(description="The message before which it parts from that chat.")

    @classmethod
    def of(cls, fork: Fork) -> Self:
        return cls(**asdict(fork))
