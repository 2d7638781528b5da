"""An agent whose model does what it is told, at the pace that it is told, and its tools ask first."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from fixtures.openai_server import Answer, Completion, Held, OpenAIServer, Paced, RecordedRequest

MAKE_AGENT: LiteralString = """
with agent as (
  insert into public.agent_configurations (agent_name, display_name, description, system_prompt, llm_config)
  values ('scribe', 'Scribe', 'Writes what it is told.', 'Write.', %(llm_config)s::jsonb)
  returning id
)
insert into public.agent_tools (agent_id, name, type, approval, description, config, "order")
select agent.id, tool.name, 'CRUDTool', 'ask', tool.name, tool.config::jsonb, 1
  from agent, (values
    ('add_task', '{"table_name": "tasks", "method": "create", "columns": ["id", "title", "priority"]}'),
    ('update_task', '{"table_name": "tasks", "method": "update", "columns": ["id", "title", "priority"],
                      "filters": {"title": ["eq"]}}'),
    ('delete_task', '{"table_name": "tasks", "method": "delete", "columns": ["id", "title", "priority"],
                      "filters": {"title": ["eq", "like"]}}')
  ) as tool (name, config)
"""
DROP_AGENT: LiteralString = "delete from public.agent_configurations where agent_name = 'scribe'"


class Scribe(OpenAIServer):
    """The model. What the user says first is what it does with the rest:

    "say x"                      writes x
    "hold x"                     writes x up to its last word, and that one after release()
    "pace x"                     writes x, a word every few milliseconds
    "call tool {arguments}"      uses the tool; after its result, tells how it went
    """

    def __init__(self) -> None:
        super().__init__()
        self._released = asyncio.Event()

    def release(self) -> None:
        self._loop.call_soon_threadsafe(self._released.set)

    def hold(self) -> None:
        self._loop.call_soon_threadsafe(self._released.clear)

    async def _answer_to(self, request: RecordedRequest) -> Answer:
        messages = request.body["messages"]
        if messages[-1]["role"] == "tool":
            return Completion(text=f"That is how it went: {_text(messages[-1])}")
        said = next((_text(one) for one in reversed(messages) if one["role"] == "user"), "")
        verb, _, rest = said.partition(" ")
        match verb:
            case "hold":
                return Held(text=rest, until=self._wait)
            case "pace":
                return Paced(text=rest, pause_seconds=0.008)
            case "call":
                name, _, arguments = rest.partition(" ")
                return Completion(tool_calls=[(name, json.loads(arguments))])
            case "say":
                return Completion(text=rest)
            case _:
                return Completion(text="A title")

    async def _wait(self) -> None:
        await self._released.wait()

    def make_agent(self, owner_url: str) -> None:
        config = json.dumps({"model": "openai:scribe", "base_url": self.base_url})
        with psycopg.connect(owner_url, autocommit=True) as owner:
            owner.execute(MAKE_AGENT, {"llm_config": config})

    def drop_agent(self, owner_url: str) -> None:
        with psycopg.connect(owner_url, autocommit=True) as owner:
            owner.execute(DROP_AGENT)


def add_task(owner_url: str, email: str, title: str, priority: int = 0) -> None:
    query = """
        insert into public.tasks (user_id, title, priority)
        select id, %(title)s, %(priority)s from auth.users where email = %(email)s
    """
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(query, {"email": email, "title": title, "priority": priority})


def tasks_of(owner_url: str, email: str) -> list[tuple[str, int]]:
    query = """
        select title, priority from public.tasks join auth.users on users.id = tasks.user_id
         where email = %(email)s order by tasks.created_at
    """
    with psycopg.connect(owner_url) as owner:
        return owner.execute(query, {"email": email}).fetchall()


def fill_chat(owner_url: str, chat_id: UUID, texts: list[str]) -> None:
    """Puts messages into a chat, questions and answers by turns, as turns would have stored them."""
    query = """
        insert into public.chat_message_history (session_id, user_id, message, created_at)
        select chat.id, chat.user_id, message.value, now() - interval '1 day'
          from public.chats as chat,
               jsonb_array_elements(%(messages)s::jsonb) with ordinality as message (value, place)
         where chat.id = %(chat_id)s order by place
    """
    messages: list[Mapping[str, Any]] = [
        {"type": ("human", "ai")[place % 2], "data": {"content": text}} for place, text in enumerate(texts)
    ]
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(query, {"chat_id": chat_id, "messages": json.dumps(messages)})


def _text(message: Mapping[str, Any]) -> str:
    content = message["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
