"""A small world for the database's rules: two people, and one row of everything that belongs to the first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from fixtures.people import Person

AddTool = Callable[..., UUID]


@dataclass(frozen=True, kw_only=True)
class World:
    """`ada` owns a private agent, a chat and all that is in it; `bob` nothing. `ids`: her rows by table."""

    ada: Person
    bob: Person
    shared_agent: UUID
    ids: dict[str, Any]


ROWS: tuple[tuple[str, LiteralString], ...] = (
    (
        "agent_configurations",
        """insert into agent_configurations (agent_name, owner_id, system_prompt)
        values ('private-helper', %(user)s, 'secret') returning id""",
    ),
    (
        "agent_tools",
        """insert into agent_tools (agent_id, name, config)
        values (%(agent_configurations)s, 'list_notes', '{"table_name": "notes", "method": "fetch"}')
        returning id""",
    ),
    (
        "agent_config_history",
        "select id from agent_config_history where agent_id = %(agent_configurations)s order by id limit 1",
    ),
    ("chats", "insert into chats (user_id, agent_name) values (%(user)s, 'helper') returning id"),
    (
        "chat_sessions",
        """insert into chat_sessions (user_id, chat_id, agent_name)
        values (%(user)s, %(chats)s, 'helper') returning id""",
    ),
    (
        "chat_runs",
        """insert into chat_runs (user_id, chat_id, agent_name, status)
        values (%(user)s, %(chats)s, 'helper', 'completed') returning id""",
    ),
    (
        "chat_message_history",
        """insert into chat_message_history (user_id, session_id, message, run_id)
        values (%(user)s, %(chats)s, '{"type": "human"}', %(chat_runs)s) returning id""",
    ),
    (
        "chat_summaries",
        """insert into chat_summaries (user_id, chat_id, content, up_to_message_id, is_untrusted, model)
        values (%(user)s, %(chats)s, 'Ada plans a trip.', 1, false, 'openai:gpt-5-mini') returning id""",
    ),
    (
        "pending_actions",
        """insert into pending_actions
          (user_id, chat_id, run_id, agent_name, tool_id, tool_name, tool_call_id)
        values (%(user)s, %(chats)s, %(chat_runs)s, 'helper', %(agent_tools)s, 'list_notes', 'call-1')
        returning id""",
    ),
    (
        "action_decisions",
        """insert into action_decisions (user_id, action_id, decision)
        values (%(user)s, %(pending_actions)s, 'approve') returning id""",
    ),
    (
        "user_agent_prompt_customizations",
        """insert into user_agent_prompt_customizations (user_id, agent_name, content)
        values (%(user)s, 'helper', 'Be brief.') returning id""",
    ),
    (
        "user_tool_preferences",
        """insert into user_tool_preferences (user_id, tool_id, approval)
        values (%(user)s, %(agent_tools)s, 'ask') returning id""",
    ),
    (
        "user_credentials",
        """insert into user_credentials (user_id, name, ciphertext)
        values (%(user)s, 'github', repeat('x', 40)::bytea) returning id""",
    ),
    (
        "agent_long_term_memory",
        """insert into agent_long_term_memory (user_id, agent_name, content)
        values (%(user)s, 'helper', 'Ada likes tea.') returning id""",
    ),
    ("profiles", "select id from profiles where id = %(user)s"),
    ("tasks", "insert into tasks (user_id, title) values (%(user)s, 'Buy milk') returning id"),
    ("notes", "insert into notes (user_id, title) values (%(user)s, 'Ideas') returning id"),
)
