"""Adapter of Clarity for the peers' harness; it runs in the harness's own environment.

Real JWT verification, row-level security, limits, the executor cache and both round trips are on; what the
peers do not do either (better titles, summaries) is off. Turns are AG-UI streams.

Variants: `ours-many` has 10,000 agents and 100,000 tool rows in its database; `ours-one` and `ours-two` are
one server and two on all cores, so that they share them with the load, the model and Postgres.
"""

import base64
import functools
import hashlib
import hmac
import os
import random
import socket
import subprocess
import time
import uuid

import orjson

POOL = 400
SECRET = "a secret of the bench, of no use to anybody else, and long enough for HS256"
PYTHON = os.environ["CLARITY_BENCH_PYTHON"]
PREPARE = os.environ["CLARITY_BENCH_PREPARE"]
WORKERS = os.environ["CLARITY_BENCH_WORKERS"]
NAMESPACE = uuid.UUID(int=7)


def user_id(user):
    return str(uuid.uuid5(NAMESPACE, user))


def chat_id(conv):
    return str(uuid.uuid5(NAMESPACE, "chat " + conv))


@functools.cache
def token(user):
    """An access token as Supabase Auth signs it; `bench_user` is what the row's policy asks for."""
    now = int(time.time())
    claims = {
        "sub": user_id(user), "role": "authenticated", "aud": "authenticated", "iat": now, "exp": now + 7200,
        "bench_user": user,
    }  # fmt: skip
    signed = b".".join(map(_base64, (orjson.dumps({"alg": "HS256", "typ": "JWT"}), orjson.dumps(claims))))
    return (signed + b"." + _base64(hmac.digest(SECRET.encode(), signed, hashlib.sha256))).decode()


def _base64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def start(ctx, mode="bench"):
    agents = ["10000"] if ctx.variant == "many" else []
    prepared = subprocess.run(
        [PYTHON, PREPARE, ctx.dsn, ctx.llm + "/v1", *agents], check=True, capture_output=True, text=True
    )
    ctx.ports = [ctx.port, *([free_port()] if ctx.variant == "two" else [])]
    environment = {
        "DATABASE_URL": prepared.stdout.strip(),
        "SUPABASE_URL": "http://127.0.0.1:1",
        "SUPABASE_JWT_SECRET": SECRET,
        "CLARITY_PORT": str(ctx.port),
        "CLARITY_HISTORY_MESSAGES": "20",
        "CLARITY_IMPROVE_TITLES": "false",
        "CLARITY_SUMMARISE_CHATS": "false",
        "CLARITY_LOG_LEVEL": "warning",
        "LANGSMITH_TRACING": "false",
        # Between two cold starts a compiled module stays, as it does where it is deployed.
        "PYTHONDONTWRITEBYTECODE": "",
    }
    if ctx.variant in ("one", "two"):
        return [PYTHON, WORKERS, *map(str, ctx.ports)], environment, ctx.tmp
    return [PYTHON, "-m", "chatServer"], environment, ctx.tmp


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def turn(ctx, user, conv, text):
    body = {
        "threadId": chat_id(conv), "runId": str(uuid.uuid4()),
        "messages": [{"id": str(uuid.uuid4()), "role": "user", "content": text}],
        "tools": [], "context": [], "state": {}, "forwardedProps": {},
    }  # fmt: skip
    headers = {"Authorization": "Bearer " + token(user)}
    url = f"http://127.0.0.1:{random.choice(ctx.ports)}/api/agents/bench/run"
    return "POST", url, {"json": body, "headers": headers}


def parse(raw):
    """The answer's text. The tool answers with JSON, which the model quotes; the value is taken out of it."""
    frames = (frame[frame.index(b"data: ") + 6 :] for frame in raw.split(b"\n\n") if b"data: " in frame)
    events = map(orjson.loads, frames)
    text = "".join(event["delta"] for event in events if event["type"] == "TEXT_MESSAGE_CONTENT")
    first, _, rest = text.partition(" ")
    return f"{orjson.loads(first)['result']} {rest}" if first.startswith("{") else text


CHAT = """
insert into chats (id, user_id, agent_name, title, last_message_at)
values (%(chat)s, %(user)s, 'bench', 'x', now()) on conflict do nothing
"""
MESSAGES = """
insert into chat_message_history (session_id, user_id, message)
select %(chat)s, %(user)s, jsonb_build_object('type', kind, 'data', jsonb_build_object(
         'type', kind, 'content',
         'message ' || i || ' of an earlier talk about nothing in particular, kept for the history'))
  from generate_series(0, %(count)s - 1) as i,
       lateral (select case i %% 2 when 0 then 'human' else 'ai' end) as k (kind)
"""
STORED = """
select count(*) from chat_message_history
 where session_id = %(chat)s and (message ->> 'type' = 'human' or (message ->> 'type' = 'ai'
       and coalesce(jsonb_array_length(message -> 'data' -> 'tool_calls'), 0) = 0))
"""


async def seed(ctx, convs, n):
    for user, conv in convs:
        values = {"chat": chat_id(conv), "user": user_id(user), "count": n}
        await ctx.sql(CHAT, values)
        await ctx.sql(MESSAGES, values)


async def stored(ctx, conv):
    return (await ctx.sql(STORED, {"chat": chat_id(conv)}))[0][0]


async def change(ctx, k):
    await ctx.sql(
        "update agent_configurations set system_prompt = system_prompt || %s where agent_name = 'bench'",
        (f" rule {k}",),
    )
