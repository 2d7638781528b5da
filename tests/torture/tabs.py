"""What a browser does besides talking, through the gateway: it begins chats, keeps a session, and reads."""

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from embedded.gateway import Gateway
from torture.channels import LOST, Client
from torture.ledger import Said, Shown, Violation
from torture.world import AGENT

# Postgres and the gateway may be away one after the other.
PATIENCE_SECONDS = 90
PAUSE_SECONDS = 0.2
# Status of what is there already: an earlier try has stored it, for the ids are the client's.
IS_THERE = 409


@dataclass(kw_only=True)
class Tab:
    """A session instance in a chat. Every request is made again, with its ids, until it is answered.

    `shown` is what was acknowledged last; `refusals` has why a request had to be made again.
    """

    client: Client
    gateway: Gateway
    chat_id: UUID
    refusals: list[str]
    id: UUID = field(default_factory=uuid4)
    shown: Shown | None = None

    async def begin_chat(self) -> None:
        await self._ask("POST", "chats", json={"id": str(self.chat_id), "agent_name": AGENT})

    async def tell(self, token: str) -> None:
        """A sign of life, with the turn that is next; the first one makes the session instance."""
        row: dict[str, Any] = {"is_active": True, "metadata": {"token": token}}
        if self.shown is None:
            named = {"id": str(self.id), "chat_id": str(self.chat_id), "agent_name": AGENT}
            await self._ask("POST", "chat_sessions", json={**named, **row})
        else:
            rows = await self._ask("PATCH", f"chat_sessions?id=eq.{self.id}&select=id", json=row)
            if rows != [{"id": str(self.id)}]:
                raise Violation(f"session {self.id} told of {token} and was {rows}")
        self.shown = Shown(session_id=self.id, person=self.client.person, chat_id=self.chat_id, token=token)

    async def look_for(self, said: Said) -> None:
        """Reads the chat anew. Raises Violation unless the message is there once, and its answer as well."""
        query = f"chat_message_history?session_id=eq.{self.chat_id}&select=message&order=id"
        rows = await self._ask("GET", query)
        texts = [row["message"]["data"]["content"] for row in rows]
        for text in (said.turn.text, said.answer):
            if text is not None and texts.count(text) != 1:
                raise Violation(f"{text!r} is read {texts.count(text)} times in chat {self.chat_id}")

    async def _ask(self, method: str, path: str, json: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        deadline = monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = await self.client.http.request(
                    method, f"{self.gateway.url}/rest/v1/{path}", json=json, headers=self._headers
                )
            except LOST as exc:
                refusal = f"gateway {type(exc).__name__}"
            else:
                if answer.is_success:
                    return answer.json() if answer.content else []
                if answer.status_code == IS_THERE:
                    return []
                refusal = f"gateway {answer.status_code}"
                if answer.status_code < 500:
                    raise Violation(f"{method} {path}: {answer.status_code} {answer.text}")
            self.refusals.append(refusal)
            if monotonic() > deadline:
                raise Violation(f"{method} {path}: {refusal}, still no answer")
            await asyncio.sleep(PAUSE_SECONDS)

    @property
    def _headers(self) -> dict[str, str]:
        prefer = {"Prefer": "return=representation"}
        return {**self.client.headers, "apikey": self.gateway.publishable_key, **prefer}
