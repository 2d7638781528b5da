"""A changed row is live on the next turn of every replica: proved with two server processes and one model."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import httpx
import psycopg
import pytest

from embedded.ports import free_port
from fixtures.databases import Database
from fixtures.openai_server import Completion, OpenAIServer
from fixtures.people import Person
from fixtures.servers import JWT_SECRET, NO_SUPABASE
from fixtures.waiting import eventually

TOOLS = {
    "list_tasks": {"table_name": "tasks", "method": "fetch"},
    "count_tasks": {"table_name": "tasks", "method": "count"},
}


@dataclass(frozen=True, kw_only=True)
class Replica:
    """One `python -m chatServer`."""

    url: str
    token: str

    def say(self, message: str, session_id: str | None = None) -> dict[str, Any]:
        answer = httpx.post(
            f"{self.url}/api/chat",
            json={"agent_name": "helper", "message": message, "session_id": session_id},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ready", trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.fixture
def replicas(
    database: Database, make_user: Callable[..., Person], tmp_path: Path
) -> Iterator[tuple[Replica, Replica]]:
    """Two processes on the test's database, spoken to by one person."""
    token = make_user("ada@example.com").jwt(JWT_SECRET)
    processes: list[subprocess.Popen[bytes]] = []
    urls: list[str] = []
    for name in ("one", "two"):
        port = free_port()
        with (tmp_path / f"{name}.log").open("wb") as log:
            processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "chatServer", "--exit-with-parent"],
                    cwd=tmp_path,
                    env={
                        "PATH": os.environ["PATH"],
                        "DATABASE_URL": database.server_url,
                        "SUPABASE_URL": NO_SUPABASE,
                        "SUPABASE_JWT_SECRET": JWT_SECRET,
                        "CLARITY_PORT": str(port),
                        # The scripted answers are for the turns alone.
                        "CLARITY_IMPROVE_TITLES": "false",
                    },
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                )
            )
        urls.append(f"http://127.0.0.1:{port}")
    for url in urls:
        eventually(lambda url=url: is_ready(url), seconds=60)
    one, two = (Replica(url=url, token=token) for url in urls)
    yield one, two
    for process in processes:
        with process:
            process.terminate()


@pytest.fixture
def agent_id(owner: psycopg.Connection, openai_server: OpenAIServer) -> object:
    """The shared agent `helper`, whose model is the test's own, with the tools of TOOLS."""
    llm_config = {"model": "openai:scripted", "base_url": openai_server.base_url}
    row = owner.execute(
        "insert into agent_configurations (agent_name, llm_config) values ('helper', %(c)s) returning id",
        {"c": json.dumps(llm_config)},
    ).fetchone()
    assert row
    for order, (name, config) in enumerate(TOOLS.items()):
        owner.execute(
            """insert into agent_tools (agent_id, name, config, "order")
            values (%(agent)s, %(name)s, %(config)s, %(order)s)""",
            {"agent": row[0], "name": name, "config": json.dumps(config), "order": order},
        )
    return row[0]


def offered(openai_server: OpenAIServer) -> dict[str, str]:
    """Descriptions of the tools that the model was offered last, by name, in their order."""
    functions = [tool["function"] for tool in openai_server.requests[-1].body.get("tools") or ()]
    return {function["name"]: function["description"] for function in functions}


# What is done to the rows, and which tools the next turn has; each change begins where the last one ended.
CHANGES: tuple[tuple[str, LiteralString, list[str]], ...] = (
    ("as it is", "select", ["list_tasks", "count_tasks"]),
    (
        "insert",
        """insert into agent_tools (agent_id, name, config, "order")
        select id, 'add_task', '{"table_name": "tasks", "method": "create"}', 2 from agent_configurations""",
        ["list_tasks", "count_tasks", "add_task"],
    ),
    (
        "reorder",
        """update agent_tools set "order" = 9 where name = 'list_tasks'""",
        ["count_tasks", "add_task", "list_tasks"],
    ),
    (
        "rename",
        "update agent_tools set name = 'how_many' where name = 'count_tasks'",
        ["how_many", "add_task", "list_tasks"],
    ),
    (
        "disable",
        "update agent_tools set is_active = false where name = 'add_task'",
        ["how_many", "list_tasks"],
    ),
    ("delete", "delete from agent_tools where name = 'how_many'", ["list_tasks"]),
    (
        "enable",
        "update agent_tools set is_active = true where name = 'add_task'",
        ["add_task", "list_tasks"],
    ),
)


def test_every_change_of_a_row_is_live_on_the_next_turn_of_both(
    replicas: tuple[Replica, Replica],
    owner: psycopg.Connection,
    openai_server: OpenAIServer,
    agent_id: object,
) -> None:
    for what, statement, tools in CHANGES:
        owner.execute(statement)
        for replica in replicas:
            openai_server.answer("Fine")
            replica.say(what)
            assert list(offered(openai_server)) == tools, what


def test_changed_words_and_a_changed_prompt_are_live_on_both_in_the_middle_of_a_chat(
    replicas: tuple[Replica, Replica],
    owner: psycopg.Connection,
    openai_server: OpenAIServer,
    agent_id: object,
) -> None:
    one, two = replicas
    openai_server.answer("Hello", "Hello again")
    chat = one.say("Hello")["session_id"]

    owner.execute("update agent_tools set description = 'Counts.' where name = 'count_tasks'")
    owner.execute("update agent_configurations set system_prompt = 'Speak like a pirate.'")
    two.say("And now?", chat)

    assert offered(openai_server)["count_tasks"] == "Counts."
    messages = openai_server.requests[-1].body["messages"]
    assert "Speak like a pirate." in messages[0]["content"]
    assert [message["content"] for message in messages[1:]] == ["Hello", "Hello", "And now?"]


@pytest.mark.parametrize("left", ["count_tasks", None])
def test_a_chat_goes_on_when_a_tool_that_it_mentions_is_gone(
    left: str | None,
    replicas: tuple[Replica, Replica],
    owner: psycopg.Connection,
    openai_server: OpenAIServer,
    agent_id: object,
) -> None:
    one, two = replicas
    called = Completion(tool_calls=[("list_tasks", {})])
    openai_server.answer(called, "You have none.")
    chat = one.say("My tasks?")["session_id"]

    owner.execute("delete from agent_tools where name is distinct from %(left)s", {"left": left})
    # The model, having seen the call in the chat, tries it again before it gives up.
    openai_server.answer(called, "I cannot look any more.", "Still here.")
    again = two.say("And now?", chat)
    later = one.say("Hello?", chat)

    assert list(offered(openai_server)) == ([left] if left else [])
    roles = [message["role"] for message in openai_server.requests[2].body["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user"]
    (call,) = again["tool_calls"]
    assert (call["name"], call["status"]) == ("list_tasks", "error")
    assert [again["response"], later["response"]] == ["I cannot look any more.", "Still here."]


def test_a_run_says_which_version_and_which_tools_it_had(
    replicas: tuple[Replica, Replica],
    owner: psycopg.Connection,
    openai_server: OpenAIServer,
    agent_id: object,
) -> None:
    runs = "select config_version, tools from chat_runs order by started_at"
    for replica in replicas:
        openai_server.answer("Fine")
        replica.say("Hello")
        owner.execute("update agent_tools set description = 'Counts.' where name = 'count_tasks'")

    (version, before), (next_version, after) = owner.execute(runs).fetchall()

    assert next_version == version + 1
    assert [(tool["name"], tool["type"]) for tool in before] == [(name, "CRUDTool") for name in TOOLS]
    ids = {str(row[0]) for row in owner.execute("select id from agent_tools").fetchall()}
    assert {tool["id"] for tool in before} == ids
    same = [old["hash"] == new["hash"] for old, new in zip(before, after, strict=True)]
    assert same == [True, False]
