"""What nobody may do with what is another's: each abuse as requests and frames, and how it is refused."""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, TypeAlias
from uuid import UUID, uuid4

from chatServer.openai_api import CHAT_ID_HEADER
from torture.world import AGENT

# Stands in all that an intruder writes: where it is stored, something was let in.
MARK = "intruded"
# One more than a server takes by default (CLARITY_MAX_BODY_BYTES).
TOO_MANY_BYTES = 262_144 + 1
# Deeper than any interpreter's stack.
TOO_DEEP = 50_000


class Abuse(StrEnum):
    """What is tried."""

    READ_RUN = "read another's run"
    ATTACH = "attach to another's run"
    CANCEL = "cancel another's run"
    CONTINUE = "continue another's run"
    SEND = "send into another's chat"
    SEND_AGAIN = "send another's message again"
    TAKE_RUN_ID = "send with another's run id"
    DECIDE = "decide another's call"
    READ_ROWS = "read another's rows"
    CHANGE_ROWS = "change another's rows"
    DELETE_ROWS = "delete another's rows"
    INSERT_ROWS = "insert runs, messages and calls"
    CALL_DEFINER = "call a function of private"
    READ_PROMPT = "read a prompt, or a secret table"
    OPERATE = "do what operators do"
    TICKET = "use another's socket ticket"
    MALFORMED = "malformed body"
    OVERSIZED = "oversized body"
    NUL = "NUL in a text"
    DEEP = "deep JSON"


# A signed-in stranger is told that there is no such thing, as for an id that nobody has.
NOT_FOUND = frozenset({404})
BAD_BODY = frozenset({400, 413, 422})
# The gateway: no right to the table or verb (403), no such function or schema (404, 406), no such column.
NO_RIGHT = frozenset({400, 403, 404, 406})
# Besides these, for whoever has no good token: the roles of nobody have fewer rights yet.
NOT_SIGNED_IN = frozenset({401, 403})

REFUSALS: Mapping[Abuse, frozenset[int]] = {
    Abuse.READ_RUN: NOT_FOUND,
    Abuse.ATTACH: NOT_FOUND,
    Abuse.CANCEL: NOT_FOUND,
    Abuse.CONTINUE: NOT_FOUND,
    Abuse.SEND: NOT_FOUND,
    Abuse.SEND_AGAIN: NOT_FOUND,
    Abuse.TAKE_RUN_ID: NOT_FOUND,
    Abuse.DECIDE: NOT_FOUND,
    Abuse.READ_ROWS: frozenset(),
    Abuse.CHANGE_ROWS: NO_RIGHT,
    Abuse.DELETE_ROWS: NO_RIGHT,
    # To a row that is not one's own a foreign key leads nowhere.
    Abuse.INSERT_ROWS: NO_RIGHT | {409},
    Abuse.CALL_DEFINER: NO_RIGHT,
    Abuse.READ_PROMPT: NO_RIGHT,
    Abuse.OPERATE: frozenset({403}),
    Abuse.TICKET: frozenset({401}),
    Abuse.MALFORMED: BAD_BODY,
    Abuse.OVERSIZED: BAD_BODY,
    Abuse.NUL: BAD_BODY,
    Abuse.DEEP: BAD_BODY,
}
# A call that waits, or waited, for its user.
NEEDS_ACTION = frozenset({Abuse.CONTINUE, Abuse.DECIDE})
# Under row level security there is nothing to see or to touch, which is no error.
MAY_BE_EMPTY = frozenset({Abuse.READ_ROWS, Abuse.CHANGE_ROWS, Abuse.DELETE_ROWS})


@dataclass(frozen=True, kw_only=True)
class Target:
    """One run of another user, and what belongs to it. `keeper` is a user who only has a memory."""

    user_id: UUID
    chat_id: UUID
    run_id: UUID
    message_id: UUID
    action_id: UUID | None
    keeper_id: UUID


@dataclass(frozen=True, kw_only=True)
class Request:
    """Over HTTP, to a chat server or to the gateway."""

    to: Literal["server", "gateway"]
    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Over a WebSocket, after the intruder has said who they are."""

    text: str


@dataclass(frozen=True, kw_only=True)
class UsedTicket:
    """A WebSocket opened with a ticket that its owner has used."""


@dataclass(frozen=True, kw_only=True)
class MadeUpTicket:
    """A WebSocket opened with a ticket that nobody was given."""

    ticket: str


# What an agent is for is told to everybody, and its prompt to those who run it.
SHOWN_AGENT = Request(to="server", method="GET", path=f"/api/agents/{AGENT}")

How: TypeAlias = Request | Frame | UsedTicket | MadeUpTicket


def ways(abuse: Abuse, target: Target, chance: random.Random) -> list[How]:
    """All ways to try it with this target, which has an action for those that need one."""
    match abuse:
        case Abuse.READ_RUN:
            return [_get(f"/api/runs/{target.run_id}")]
        case Abuse.ATTACH:
            attach = {"type": "attach", "id": "1", "run_id": str(target.run_id), "after": 0}
            return [_get(f"/api/runs/{target.run_id}/events"), _frame(attach)]
        case Abuse.CANCEL:
            cancel = {"type": "cancel", "id": "1", "run_id": str(target.run_id)}
            return [_post(f"/api/runs/{target.run_id}/cancel"), _frame(cancel)]
        case Abuse.CONTINUE | Abuse.DECIDE:
            return list(_decisions(abuse, target))
        case Abuse.SEND:
            return list(_messages(target, uuid4(), uuid4()))
        case Abuse.SEND_AGAIN:
            return list(_messages(target, target.message_id, uuid4()))
        case Abuse.TAKE_RUN_ID:
            given = _run_input(uuid4(), uuid4(), target.run_id)
            return [_post(f"/api/agents/{AGENT}/run", given), _run_frame(given)]
        case Abuse.OPERATE:
            listed = [_get(f"/api/agents/{AGENT}/{what}") for what in ("tables", "functions")]
            trial = _post(f"/api/agents/{AGENT}/tools/do_token/test", {"arguments": {"p_token": MARK}})
            return [_get("/api/operator/overview"), *listed, trial]
        case Abuse.TICKET:
            return [UsedTicket(), MadeUpTicket(ticket=f"{chance.getrandbits(256):064x}")]
        case Abuse.MALFORMED | Abuse.OVERSIZED | Abuse.NUL | Abuse.DEEP:
            return list(_bad_bodies(abuse, target))
        case _:
            return list(_rows(abuse, target))


def _decisions(abuse: Abuse, target: Target) -> Iterator[How]:
    action = str(target.action_id)
    if abuse is Abuse.DECIDE:
        yield _get(f"/api/approvals/{action}")
        for decision in ("approve", "reject"):
            yield _post(f"/api/approvals/{action}", {"decision": decision})
            yield _post("/api/approvals", {"decisions": [{"action_id": action, "decision": decision}]})
    else:
        resume = [{"interruptId": action, "status": "resolved", "payload": {"approved": True}}]
        given = {**_run_input(target.chat_id, uuid4(), uuid4()), "messages": [], "resume": resume}
        yield _post(f"/api/agents/{AGENT}/run", given)
        yield _run_frame(given)
        decisions = [{"action_id": action, "decision": "approve", "always": True}]
        yield _post("/api/approvals?wait=true", {"decisions": decisions})


def _messages(target: Target, message_id: UUID, run_id: UUID) -> Iterator[How]:
    chat_id = str(target.chat_id)
    said = {"agent_name": AGENT, "message": MARK, "session_id": chat_id, "message_id": str(message_id)}
    yield _post("/api/chat", said)
    given = _run_input(target.chat_id, message_id, run_id)
    yield _post(f"/api/agents/{AGENT}/run", given)
    yield _run_frame(given)
    completion = {"model": AGENT, "messages": [{"role": "user", "content": MARK}]}
    yield _request("server", "POST", "/v1/chat/completions", completion, {CHAT_ID_HEADER: chat_id})


def _rows(abuse: Abuse, target: Target) -> Iterator[How]:
    of_user, of_keeper = f"user_id=eq.{target.user_id}", f"user_id=eq.{target.keeper_id}"
    kept = [
        *(f"chats?id=eq.{target.chat_id}", f"chats?{of_user}"),
        *(f"chat_message_history?session_id=eq.{target.chat_id}", f"chat_message_history?{of_user}"),
        *(f"chat_runs?id=eq.{target.run_id}", f"chat_runs?{of_user}"),
        *(f"chat_sessions?chat_id=eq.{target.chat_id}", f"chat_sessions?{of_user}"),
        *(
            f"pending_actions?{of_user}",
            f"user_usage?{of_user}",
            f"entries?{of_user}",
            f"profiles?id=eq.{target.user_id}",
        ),
        *(
            f"agent_long_term_memory?{of_keeper}",
            f"agent_long_term_memory?id=neq.{target.run_id}&{of_keeper}",
        ),
    ]
    match abuse:
        case Abuse.READ_ROWS:
            for path in kept:
                yield _rest("GET", path)
        case Abuse.CHANGE_ROWS:
            yield _rest("PATCH", f"chats?id=eq.{target.chat_id}", {"title": MARK})
            yield _rest("PATCH", f"chat_sessions?chat_id=eq.{target.chat_id}", {"metadata": {"token": MARK}})
            yield _rest("PATCH", f"chat_runs?id=eq.{target.run_id}", {"status": "failed"})
            yield _rest(
                "PATCH", f"chat_message_history?session_id=eq.{target.chat_id}", {"message": {"type": MARK}}
            )
            yield _rest("PATCH", f"pending_actions?{of_user}", {"status": "approved"})
            yield _rest("PATCH", f"agent_long_term_memory?{of_keeper}", {"content": MARK})
        case Abuse.DELETE_ROWS:
            for path in kept:
                yield _rest("DELETE", path)
        case Abuse.INSERT_ROWS:
            for user in ({}, {"user_id": str(target.user_id)}):
                yield from _inserts(target, user)
        case Abuse.CALL_DEFINER:
            for name, arguments in _definers(target).items():
                for headers in ({}, {"Content-Profile": "private"}):
                    yield _rest("POST", f"rpc/{name}", arguments, headers)
        case _:
            yield SHOWN_AGENT
            yield _rest("GET", "agent_configurations?select=system_prompt")
            yield _rest("GET", "agent_configurations?select=*")
            yield _rest("GET", "agent_configurations?select=id&system_prompt=like.*told*")
            yield _rest("GET", "socket_tickets?select=*", headers={"Accept-Profile": "private"})
            yield _rest("GET", "users?select=*", headers={"Accept-Profile": "auth"})


def _inserts(target: Target, user: Mapping[str, str]) -> Iterator[How]:
    chat_id, run_id = str(target.chat_id), str(target.run_id)
    message = {"type": "human", "data": {"content": MARK, "type": "human"}}
    run = {"chat_id": chat_id, "agent_name": AGENT, "status": "running", **user}
    action = {
        "run_id": run_id,
        "chat_id": chat_id,
        "agent_name": AGENT,
        "tool_name": MARK,
        "tool_call_id": MARK,
    }
    yield _rest("POST", "chat_runs", run)
    yield _rest("POST", "pending_actions", {**action, **user})
    yield _rest("POST", "chat_message_history", {"session_id": chat_id, "message": message, **user})
    # In another's chat: one's own may have session instances.
    yield _rest("POST", "chat_sessions", {"chat_id": chat_id, "agent_name": MARK, **user})


def _definers(target: Target) -> Mapping[str, Mapping[str, Any]]:
    """With the names of their parameters: they are there, and only not for everybody."""
    user_id, run_id = str(target.user_id), str(target.run_id)
    return {
        "account_state": {"p_user_id": user_id},
        "become_user": {"claims": {"sub": user_id, "role": "authenticated"}},
        "cancel_run": {"p_user_id": user_id, "p_run_id": run_id},
        "decide_actions": {"p_user_id": user_id, "p_run_id": run_id, "p_decisions": []},
        "delete_account": {"p_user_id": user_id},
        "interrupt_run": {"p_run_id": run_id},
        "operator_overview": {"p_user_id": user_id, "p_days": 7},
        "operator_secret": {"p_name": "any"},
        "user_credential": {"p_user_id": user_id, "p_name": "any"},
    }


def _bad_bodies(abuse: Abuse, target: Target) -> Iterator[How]:
    """Each aimed at another's chat as well, so that none would begin one if it were taken."""
    said: dict[str, Any] = {"agent_name": AGENT, "message": MARK, "session_id": str(target.chat_id)}
    given = _run_input(target.chat_id, uuid4(), uuid4())
    spots = ("/api/chat", f"/api/agents/{AGENT}/run", "/api/approvals", "/v1/chat/completions")
    match abuse:
        case Abuse.MALFORMED:
            for path in spots:
                for body in (b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"message": }', b'"text"'):
                    yield _raw(path, body)
            yield _post("/api/chat", {**said, "message": [MARK]})
            yield _post(f"/api/agents/{AGENT}/run", {**given, "messages": MARK})
            for text in ("{", "null", "[]", '{"type": "run", "id": "1"}', '{"type": "nothing"}'):
                yield Frame(text=text)
        case Abuse.OVERSIZED:
            for path in spots:
                yield _raw(path, json.dumps({**said, "message": "m" * TOO_MANY_BYTES}).encode())
            yield _run_frame({**given, "state": "s" * TOO_MANY_BYTES})
        case Abuse.NUL:
            text = f"{MARK}\0"
            yield _post("/api/chat", {**said, "message": text})
            nul = {**given, "messages": [{"id": str(uuid4()), "role": "user", "content": text}]}
            yield _post(f"/api/agents/{AGENT}/run", nul)
            yield _run_frame(nul)
        case _:
            deep = "[" * TOO_DEEP + "]" * TOO_DEEP
            for path in spots:
                yield _raw(path, deep.encode())
            yield _raw("/api/chat", json.dumps({**said, "message": "*"}).replace('"*"', deep).encode())
            yield Frame(text=f'{{"type": "run", "id": "1", "agent_name": "{AGENT}", "input": {deep}}}')


def _run_input(chat_id: UUID, message_id: UUID, run_id: UUID) -> dict[str, Any]:
    return {
        "threadId": str(chat_id),
        "runId": str(run_id),
        "messages": [{"id": str(message_id), "role": "user", "content": MARK}],
        "state": {},
        "tools": [],
        "context": [],
        "forwardedProps": {},
    }


def _run_frame(given: Mapping[str, Any]) -> Frame:
    return _frame({"type": "run", "id": "1", "agent_name": AGENT, "input": given})


def _frame(frame: Mapping[str, Any]) -> Frame:
    return Frame(text=json.dumps(frame))


def _get(path: str) -> Request:
    return _request("server", "GET", path)


def _post(path: str, body: Any = None) -> Request:
    return _request("server", "POST", path, body)


def _raw(path: str, body: bytes) -> Request:
    headers = {"Content-Type": "application/json"}
    return Request(to="server", method="POST", path=path, body=body, headers=headers)


def _rest(method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Request:
    # What was touched is told, so that nothing can be done in silence.
    prefer = {"Prefer": "return=representation", **(headers or {})}
    return _request("gateway", method, f"/rest/v1/{path}", body, prefer)


def _request(
    to: Literal["server", "gateway"],
    method: str,
    path: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Request:
    given = dict(headers or {})
    if body is None:
        return Request(to=to, method=method, path=path, headers=given)
    given["Content-Type"] = "application/json"
    return Request(to=to, method=method, path=path, body=json.dumps(body).encode(), headers=given)
