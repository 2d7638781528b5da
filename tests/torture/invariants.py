"""What must hold once nothing runs any more, whatever happened before."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, TypeAlias
from uuid import UUID

import psycopg
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage, messages_from_dict
from psycopg.rows import dict_row

from core.chats.history import without_open_tool_calls
from torture.ledger import Ledger
from torture.model import NOT_DONE, PERHAPS, REFUSED, TOKEN
from torture.plan import TOOLS

Row: TypeAlias = Mapping[str, Any]

TABLES: Mapping[str, LiteralString] = {
    "chats": "select id, user_id from public.chats",
    "sessions": "select id, chat_id, user_id, metadata ->> 'token' as token from public.chat_sessions",
    "messages": """
        select session_id, user_id, message_uuid, run_id, message
          from public.chat_message_history order by session_id, id
    """,
    "runs": """
        select id, chat_id, user_id, user_message_uuid, parent_run_id, status, error,
               coalesce(input_tokens, 0) as input_tokens, coalesce(output_tokens, 0) as output_tokens,
               model_calls, tool_calls, latency_ms
          from public.chat_runs order by started_at
    """,
    "actions": "select id, run_id, status, tool_call_id, arguments from public.pending_actions",
    "decisions": "select action_id, decision from public.action_decisions",
    "journal": "select run_id, tool_call_id from private.run_journal",
    "usage": """
        select user_id, sum(runs)::integer as runs, sum(input_tokens)::integer as input_tokens,
               sum(output_tokens)::integer as output_tokens, sum(model_calls)::integer as model_calls,
               sum(tool_calls)::integer as tool_calls
          from public.user_usage group by user_id
    """,
    "effects": """
        select 'add_entry' as tool, token, user_id from public.entries
        union all select 'do_token', token, user_id from public.deeds
        union all select 'ask_entry', token, user_id from public.asked_entries
    """,
    "memories": "select user_id, content from public.agent_long_term_memory",
    "marks": """
        select 'chats' as place, id::text as id from public.chats t where t::text like '%intruded%'
        union all select 'chat_sessions', id::text from public.chat_sessions t where t::text like '%intruded%'
        union all select 'chat_runs', id::text from public.chat_runs t where t::text like '%intruded%'
        union all select 'chat_message_history', id::text from public.chat_message_history t
                   where t::text like '%intruded%'
        union all select 'pending_actions', id::text from public.pending_actions t
                   where t::text like '%intruded%'
    """,
}


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What is in the database, by table, and what the tool's service was told."""

    tables: Mapping[str, Sequence[Row]]
    told: Counter[str]

    @classmethod
    def read(cls, owner: psycopg.Connection, told: Counter[str]) -> "Stored":
        with owner.transaction(), owner.cursor(row_factory=dict_row) as cursor:
            # One snapshot for all of them.
            cursor.execute("set transaction isolation level repeatable read")
            tables = {name: cursor.execute(query).fetchall() for name, query in TABLES.items()}
        return cls(tables=tables, told=told)

    def of(self, table: str, key: str) -> Mapping[Any, Sequence[Row]]:
        """The rows of a table by one of their columns."""
        found: dict[Any, list[Row]] = defaultdict(list)
        for row in self.tables[table]:
            found[row[key]].append(row)
        return found


Check: TypeAlias = Callable[[Stored, Ledger], Iterator[str]]


def messages_are_there_once(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """Every acknowledged message of a user is in its chat, once, and in no other."""
    found = Counter(
        (row["session_id"], row["message_uuid"], row["message"]["data"]["content"])
        for row in stored.tables["messages"]
        if row["message"]["type"] == "human"
    )
    for said in ledger.said:
        count = found.pop((said.chat_id, said.turn.message_id, said.turn.text), 0)
        if count != 1:
            yield f"{said.turn.text} is in its chat {count} times"
    for chat_id, message_id, text in found:
        yield f"{text} ({message_id}) is in chat {chat_id}, where nobody sent it"


def answers_are_there_once(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """Every answer that a client saw is stored once; a message has one whole answer and one finished run."""
    texts = Counter(
        (row["session_id"], row["message"]["data"]["content"])
        for row in stored.tables["messages"]
        if _is_whole_answer(row["message"])
    )
    runs = stored.of("runs", "user_message_uuid")
    for said in ledger.said:
        whole = [run for run in runs[said.turn.message_id] if _has_ended_well(run, stored)]
        wanted = (1,) if said.ending == "answered" else (0, 1)
        if len(whole) not in wanted:
            yield f"{said.turn.text} has {len(whole)} finished runs"
        if said.answer is not None and texts[said.chat_id, said.answer] != 1:
            yield f"{said.answer!r} is stored {texts[said.chat_id, said.answer]} times"
    for (chat_id, text), count in texts.items():
        if count != 1:
            yield f"{text!r} is in chat {chat_id} {count} times"


def tools_ran_once(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """No effect is there twice, none is missing that was told, and none is there that was denied."""
    effects = Counter((row["tool"], row["token"]) for row in stored.tables["effects"])
    effects += Counter({("send_token", token): count for token, count in stored.told.items()})
    results = _results(stored)
    for said in ledger.said:
        for tool in TOOLS[said.turn.verb]:
            count = effects.pop((tool, said.turn.token), 0)
            told = results[said.chat_id, said.turn.token, tool]
            done = sum(result == "done" for result in told)
            perhaps = sum(result == "perhaps" for result in told)
            if count > 1:
                yield f"{said.turn.text}: {tool} took effect {count} times"
            if not done <= count <= done + perhaps:
                yield f"{said.turn.text}: {tool} took effect {count} times, and was told as {told}"
            if said.ending == "answered" and not told:
                yield f"{said.turn.text}: answered without {tool}"
    for tool, token in effects:
        yield f"{tool} took effect for {token}, which was never said"


def answers_are_honest(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """What a client was told is about its own message, and says no more than is so."""
    done = Counter(row["token"] for row in stored.tables["effects"]) + stored.told
    for said in ledger.said:
        if said.answer is None:
            continue
        if TOKEN.findall(said.answer) != [said.turn.token]:
            yield f"{said.turn.text} was answered with {said.answer!r}"
        claims = re.match(r"Added|Did|Sent|Was allowed", said.answer)
        if claims and done[said.turn.token] < len(TOOLS[said.turn.verb]):
            yield f"{said.turn.text} was answered with {said.answer!r}, which is not so"
        if said.answer.startswith("Was refused") and done[said.turn.token]:
            yield f"{said.turn.text} was refused, and done"


def nothing_crossed_users(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """Everything that has a token is its user's."""
    whose = {said.turn.token: said.person.id for said in ledger.said}
    chats = {chat["id"]: chat["user_id"] for chat in stored.tables["chats"]}
    for row in stored.tables["effects"]:
        if whose.get(row["token"]) != row["user_id"]:
            yield f"{row['tool']} {row['token']} belongs to {row['user_id']}"
    for row in stored.tables["messages"]:
        for token in set(TOKEN.findall(str(row["message"]))):
            if not whose.get(token) == row["user_id"] == chats[row["session_id"]]:
                yield f"{token} is in chat {row['session_id']}"
    for run in stored.tables["runs"]:
        if run["chat_id"] and chats[run["chat_id"]] != run["user_id"]:
            yield f"run {run['id']} is another user's than its chat"


def chats_are_there_once(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """Each chat is one that its user knows."""
    known = {(said.chat_id, said.person.id) for said in ledger.said}
    for chat in stored.tables["chats"]:
        if (chat["id"], chat["user_id"]) not in known:
            yield f"chat {chat['id']} was begun by nobody"


def tabs_are_there_once(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """Each session instance is in its chat with what it told last, and there is none that nobody has."""
    found = stored.of("sessions", "id")
    for shown in ledger.shown:
        rows = [(row["chat_id"], row["user_id"], row["token"]) for row in found[shown.session_id]]
        if rows != [(shown.chat_id, shown.person.id, shown.token)]:
            yield f"session {shown.session_id} told of {shown.token} and is stored as {rows}"
    for session_id in found.keys() - {shown.session_id for shown in ledger.shown}:
        yield f"session {session_id} is nobody's"


def histories_are_whole(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """No call without its result in any chat, and no result without its call, but where a run waits."""
    waiting = {run["chat_id"] for run in stored.tables["runs"] if run["status"] == "waiting"}
    for chat_id, rows in stored.of("messages", "session_id").items():
        if chat_id in waiting:
            continue
        messages: list[BaseMessage] = messages_from_dict([dict(row["message"]) for row in rows])
        if len(without_open_tool_calls(messages)) != len(messages):
            yield f"chat {chat_id} has half a tool call: {[_brief(message) for message in messages]}"


def runs_have_ended(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """No run goes on or waits; a continuation has ended as well."""
    for run in stored.tables["runs"]:
        if run["status"] in ("running", "waiting"):
            yield f"run {run['id']} is still {run['status']}"


def journal_is_empty(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """What was noted for the case of a crash is gone once the run is over."""
    for note in stored.tables["journal"]:
        yield f"call {note['tool_call_id']} of run {note['run_id']} is still in the journal"


def decisions_count_once(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """Each call that waited was decided once, and is settled; what was decided by clients is all there is."""
    decisions = stored.of("decisions", "action_id")
    decided = {action for said in ledger.said for action in said.decided}
    for action in stored.tables["actions"]:
        made = [row["decision"] for row in decisions[action["id"]]]
        if len(made) != 1:
            yield f"action {action['id']} was decided as {made}"
        if action["status"] not in ("executed", "failed", "rejected"):
            yield f"action {action['id']} is {action['status']}"
        if made in (["approve"], ["reject"]) and action["id"] not in decided:
            yield f"action {action['id']} was decided by nobody"


def usage_adds_up(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """What each user's days say is the sum of the runs that were closed; of others nobody knows."""
    usage = {row["user_id"]: row for row in stored.tables["usage"]}
    for user_id, runs in stored.of("runs", "user_id").items():
        ended = [run for run in runs if run["latency_ms"] is not None]
        counted = {
            "runs": len(ended),
            **{
                key: sum(run[key] for run in ended)
                for key in ("input_tokens", "output_tokens", "model_calls", "tool_calls")
            },
        }
        row = usage.get(user_id)
        told = {key: row[key] if row else 0 for key in counted}
        if told != counted:
            yield f"user {user_id} used {counted} by runs, {told} by days"


def intruders_left_nothing(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """Nothing that they write is anywhere, and what others keep is as it was."""
    for mark in stored.tables["marks"]:
        yield f"{mark['place']} {mark['id']} has what an intruder wrote"
    memories = {row["user_id"]: row["content"] for row in stored.tables["memories"]}
    if memories != ledger.memories:
        yield f"memories are {memories}, and were {ledger.memories}"


CHECKS: Sequence[Check] = (
    messages_are_there_once,
    answers_are_there_once,
    tools_ran_once,
    answers_are_honest,
    nothing_crossed_users,
    chats_are_there_once,
    tabs_are_there_once,
    histories_are_whole,
    runs_have_ended,
    journal_is_empty,
    decisions_count_once,
    usage_adds_up,
    intruders_left_nothing,
)


def _is_whole_answer(message: Mapping[str, Any]) -> bool:
    data = message["data"]
    return (
        message["type"] == "ai"
        and bool(data["content"])
        and not data.get("tool_calls")
        and not data.get("response_metadata", {}).get("stopped")
    )


def _has_ended_well(run: Row, stored: Stored) -> bool:
    """Completed with an answer: one that waited counts by the run that went on with it."""
    went_on = any(other["parent_run_id"] == run["id"] for other in stored.tables["runs"])
    return run["status"] == "completed" and not went_on


def _results(stored: Stored) -> Mapping[tuple[UUID, str, str], list[str]]:
    """What each call of a tool was told to have come to, by chat, token and tool."""
    found: dict[tuple[UUID, str, str], list[str]] = defaultdict(list)
    for chat_id, rows in stored.of("messages", "session_id").items():
        calls: dict[str, tuple[str, str]] = {}
        for message in messages_from_dict([dict(row["message"]) for row in rows]):
            if isinstance(message, AIMessage):
                for call in message.tool_calls:
                    for token in TOKEN.findall(str(call["args"])):
                        calls[call["id"] or ""] = (token, call["name"])
            elif isinstance(message, ToolMessage) and message.tool_call_id in calls:
                token, tool = calls[message.tool_call_id]
                found[chat_id, token, tool].append(_told(message))
    return found


def _told(message: ToolMessage) -> str:
    if message.status == "success":
        return "done"
    if NOT_DONE.search(message.text) or REFUSED.search(message.text):
        return "not done"
    return "perhaps" if PERHAPS.search(message.text) else f"not done: {message.text}"


def _brief(message: BaseMessage) -> str:
    return f"{message.type}: {message.text[:60]}"
