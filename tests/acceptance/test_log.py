"""What a server's log says of runs, and what it never does: all that a talkative process writes."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from fixtures.databases import Database
from fixtures.openai_server import BrokenStream, Completion, Failure, OpenAIServer
from fixtures.people import Person
from fixtures.replicas import Replica, StartReplicas
from fixtures.servers import JWT_SECRET

MODEL_KEY = "sk-live-5f3a9c1e7b"
METRICS_TOKEN = "metrics-0123456789abcdef0123456789abcdef"
# A word of its own for each place that text comes through, so that a leak tells its way.
SAID = {
    "message": "orchids",
    "answer": "marigolds",
    "argument": "begonias",
    "bad argument": "dahlias",
    "provider": "hyacinths",
    "broken answer": "lavender",
    "prompt": "petunias",
    "refused value": "snapdragons",
}


@pytest.fixture
def ada(make_user: Callable[..., Person]) -> Person:
    return make_user("ada@example.com")


@pytest.fixture
def helper(owner: psycopg.Connection, openai_server: OpenAIServer) -> None:
    """The shared agent `helper`, whose model speaks HTTP, with a table that quotes what it refuses."""
    owner.execute(
        """
        create table public.plants (id uuid primary key default gen_random_uuid(), name text not null unique);
        alter table public.plants enable row level security;
        create policy "Everybody sees plants" on public.plants for select to authenticated using (true);
        create policy "Everybody adds plants" on public.plants for insert to authenticated with check (true);
        grant select, insert on public.plants to authenticated;
        """
    )
    owner.execute("insert into plants (name) values (%(name)s)", {"name": SAID["refused value"]})
    row = owner.execute(
        """
        insert into agent_configurations (agent_name, system_prompt, llm_config)
        values ('helper', %(prompt)s, %(config)s) returning id
        """,
        {
            "prompt": SAID["prompt"],
            "config": json.dumps({"model": "openai:scripted", "base_url": openai_server.base_url}),
        },
    ).fetchone()
    assert row
    owner.execute(
        "insert into agent_tools (agent_id, name, config) values (%(agent)s, 'add_plant', %(config)s)",
        {"agent": row[0], "config": json.dumps({"table_name": "plants", "method": "create"})},
    )


def start(start_replicas: StartReplicas, database: Database) -> Replica:
    [server] = start_replicas(
        database.server_url,
        count=1,
        CLARITY_LOG_LEVEL="debug",
        CLARITY_MODEL_RETRIES="0",
        # It would ask the model at a time of its own.
        CLARITY_IMPROVE_TITLES="false",
        CLARITY_METRICS_TOKEN=METRICS_TOKEN,
        OPENAI_API_KEY=MODEL_KEY,
    )
    return server


def ask(server: Replica, token: str, path: str, body: dict[str, Any]) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "X-Request-ID": f"request-{uuid4()}"}
    return httpx.post(f"{server.url}{path}", json=body, headers=headers, timeout=30, trust_env=False)


def say(server: Replica, token: str, message: str) -> httpx.Response:
    return ask(server, token, "/api/chat", {"agent_name": "helper", "message": message})


@pytest.mark.usefixtures("helper")
def test_the_log_has_a_line_for_each_run_and_not_a_word_of_it(
    start_replicas: StartReplicas, database: Database, openai_server: OpenAIServer, ada: Person
) -> None:
    token = ada.jwt(JWT_SECRET)
    server = start(start_replicas, database)
    openai_server.answer(
        Completion(tool_calls=[("add_plant", {"data": {"name": SAID["argument"]}})]),
        Completion(tool_calls=[("add_plant", {"data": {"name": SAID["refused value"]}})]),
        Completion(tool_calls=[("add_plant", {"data": {"leaves": SAID["bad argument"]}})]),
        SAID["answer"],
        Failure(status=400, message=f"I will not answer {SAID['provider']}"),
        BrokenStream(text=SAID["broken answer"]),
        SAID["answer"],
    )

    worked = say(server, token, SAID["message"])
    refused = say(server, token, SAID["message"])
    broken = say(server, token, SAID["message"])
    streamed = ask(
        server,
        token,
        "/api/agents/helper/run",
        {
            "threadId": str(uuid4()),
            "runId": str(uuid4()),
            "messages": [{"id": str(uuid4()), "role": "user", "content": SAID["message"]}],
            "state": {},
            "tools": [],
            "context": [],
            "forwardedProps": {},
        },
    )
    forged = say(server, f"{token[:-4]}AAAA", SAID["message"])
    httpx.get(
        f"{server.url}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}, trust_env=False
    ).raise_for_status()
    server.terminate()
    server.wait()

    statuses = [answer.status_code for answer in (worked, refused, broken, streamed, forged)]
    assert statuses == [200, 502, 502, 200, 401]
    assert SAID["answer"] in worked.text
    assert SAID["answer"] in streamed.text

    turns = [line for line in server.logs() if line["message"] == "turn"]
    assert [line["status"] for line in turns] == ["completed", "failed", "failed", "completed"]
    assert [line.get("error_code") for line in turns] == [None, "model_failed", "model_failed", None]
    first = turns[0]
    assert first["run_id"] == worked.json()["run_id"]
    assert first["request_id"] == worked.headers["X-Request-ID"]
    assert first["user_id"] == str(ada.id)
    assert (first["agent"], first["model"], first["level"]) == ("helper", "openai:scripted", "info")
    assert (first["model_calls"], first["tool_calls"]) == (4, 3)
    assert (first["input_tokens"], first["output_tokens"]) == (40, 20)
    assert {
        "open_ms",
        "executor_ms",
        "first_token_ms",
        "model_ms",
        "tools_ms",
        "close_ms",
        "total_ms",
    } <= set(first)
    assert turns[3]["request_id"] == streamed.headers["X-Request-ID"]

    log = server.log_file.read_text()
    leaked = [place for place, word in SAID.items() if word in log]
    assert leaked == []
    signature = token.rpartition(".")[2]
    for secret in (token, signature, MODEL_KEY, METRICS_TOKEN, JWT_SECRET, database.server_url):
        assert secret not in log
    password = database.server_url.split("@")[0].rpartition(":")[2]
    assert password not in log
