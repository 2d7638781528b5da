"""One person's chats with one agent, in this process: the same turns as over HTTP, without the HTTP."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from langchain_core.messages import BaseMessage, messages_from_dict

from cli.model import core_config
from cli.project import Project
from cli.signin import SignedIn
from cli.state import Stack
from core.chats.approvals import Approval, list_approvals
from core.chats.opening import Decision, StillUndecided
from core.db import create_pool, database_errors, fetch_as_user
from core.errors import RunNotFound
from core.events import TurnEvent, TurnStarted
from core.services import TurnServices, create_services
from core.turn import run_events, start_turn, stop_run
from core.turn_requests import DecisionRequest, TurnRequest
from core.types import User

QUERY_TIMEOUT_SECONDS = 10
# How long a closing terminal waits for an answer's last write.
CLOSE_GRACE_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class ChatLine:
    """A chat in the list of chats."""

    id: UUID
    title: str
    last_message_at: datetime | None


class Conversation:
    """Turns of one user with one agent; `chat_id` is None until the first turn of a new chat has begun."""

    def __init__(self, services: TurnServices, user: User, agent_name: str) -> None:
        self._services = services
        self._user = user
        self.agent_name = agent_name
        self.chat_id: UUID | None = None

    def ask(self, message: str) -> AsyncGenerator[TurnEvent]:
        """The events of one turn; a cancellation stops the turn, which then stores what it has."""
        return self._turn(
            TurnRequest(user=self._user, agent_name=self.agent_name, message=message, chat_id=self.chat_id)
        )

    def decide(self, decisions: Sequence[Decision]) -> AsyncGenerator[TurnEvent]:
        """The events of the turn that goes on after these decisions; none while others are to be made."""
        return self._turn(DecisionRequest(user=self._user, decisions=tuple(decisions)))

    async def pending(self, *, limit: int) -> Sequence[Approval]:
        """What waits for this user, in whichever chat, the newest first."""
        page = await list_approvals(
            self._services.pool, self._user, status="pending", limit=limit, before=None
        )
        return page.approvals

    async def _turn(self, request: TurnRequest | DecisionRequest) -> AsyncGenerator[TurnEvent]:
        try:
            begun = await start_turn(self._services, request)
            if isinstance(begun, StillUndecided):
                return
            async for event in run_events(self._services, self._user, begun.run_id):
                if isinstance(event, TurnStarted):
                    self.agent_name, self.chat_id = event.agent_name, event.chat_id
                yield event
        except asyncio.CancelledError:
            # One that had not begun yet has nothing to stop.
            with suppress(RunNotFound):
                await stop_run(self._services, self._user, request.run_id)
            raise

    async def chats(self, *, limit: int) -> list[ChatLine]:
        """The user's chats with this agent, the last one used first."""
        rows = await self._rows(
            """
            select id, coalesce(title, 'untitled') as title, last_message_at
              from public.chats
             where agent_name = %(agent_name)s and not is_archived
             order by last_message_at desc nulls last, created_at desc
             limit %(limit)s
            """,
            limit=limit,
        )
        return [ChatLine(**row) for row in rows]

    async def history(self, *, limit: int) -> list[BaseMessage]:
        """The last messages of the chat, the oldest first."""
        rows = await self._rows(
            """
            select message from public.chat_message_history
             where session_id = %(chat_id)s
             order by id desc limit %(limit)s
            """,
            limit=limit,
        )
        return messages_from_dict([row["message"] for row in reversed(rows)])

    async def agents(self) -> list[dict[str, Any]]:
        """`agent_name` and `description` of the agents that this user may talk to."""
        return await self._rows(
            """
            select agent_name, description from public.agent_configurations
             where is_active
             order by agent_name
            """
        )

    async def _rows(self, query: LiteralString, *, limit: int = 0) -> list[dict[str, Any]]:
        params = {"agent_name": self.agent_name, "chat_id": self.chat_id, "limit": limit}
        with database_errors():
            return await fetch_as_user(
                self._services.pool, self._user, query, params, timeout_seconds=QUERY_TIMEOUT_SECONDS
            )


@asynccontextmanager
async def open_conversation(
    project: Project, stack: Stack, person: SignedIn, agent_name: str
) -> AsyncGenerator[Conversation]:
    """A conversation with its own small pool, as the chat server's login."""
    async with create_pool(stack.server_url, min_size=1, max_size=4) as pool:
        services = create_services(pool, core_config(project.environment))
        try:
            yield Conversation(services, person.user, agent_name)
        finally:
            await services.aclose(CLOSE_GRACE_SECONDS)
            await services.models.aclose()
