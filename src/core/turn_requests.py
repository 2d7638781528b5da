"""What begins a turn: a message, or decisions about the calls of one that waits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4, uuid5

from langchain_core.messages import BaseMessage

from core.chats.opening import Decision, NewMessage
from core.types import User


@dataclass(frozen=True, kw_only=True)
class TurnRequest:
    """A user's message to an agent. `chat_id` None begins a new chat; a repeat has the same `message_id`.

    With `may_begin_chat` an unknown `chat_id` begins a chat of that id. `conversation` is for a caller who
    keeps the conversation themselves: those messages stand before this one, and no chat is made.
    """

    user: User
    agent_name: str
    message: str
    chat_id: UUID | None = None
    message_id: UUID = field(default_factory=uuid4)
    run_id: UUID = field(default_factory=uuid4)
    may_begin_chat: bool = False
    conversation: Sequence[BaseMessage] | None = None

    @property
    def begin(self) -> NewMessage:
        return NewMessage(
            agent_name=self.agent_name,
            text=self.message,
            message_id=self.message_id,
            # Of a chat that begins, it follows from the message: sent again, that begins no other.
            chat_id=self.chat_id or uuid5(self.user.id, str(self.message_id)),
            may_begin_chat=self.may_begin_chat or self.chat_id is None,
            keeps_no_chat=self.conversation is not None,
        )


@dataclass(frozen=True, kw_only=True)
class DecisionRequest:
    """What a user decides about calls that wait, all of one turn; with the last one the turn goes on."""

    user: User
    decisions: tuple[Decision, ...]
    run_id: UUID = field(default_factory=uuid4)

    @property
    def begin(self) -> Sequence[Decision]:
        return self.decisions
