"""An agent over AG-UI, used by the protocol's own client (HttpAgent)."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from langchain_core.messages import BaseMessage

from embedded.node_build import node_environment
from embedded.wheels import node
from fixtures.cluster import ROOT
from fixtures.listening import listening
from fixtures.npm_packages import installed
from fixtures.people import Person
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.servers import JWT_SECRET, Serve

pytestmark = pytest.mark.usefixtures("helper")


@pytest.fixture(scope="module")
def client_folder() -> Path:
    return installed(ROOT / "tests" / "js" / "agui")


class Echo:
    """Says what was said, in pieces, and does something else for some texts."""

    def __init__(self) -> None:
        self._has_failed = False
        self._faster = asyncio.Event()

    def __call__(self, messages: list[BaseMessage]) -> Reply:
        said = next(message.text for message in reversed(messages) if message.type == "human")
        if messages[-1].type == "human":
            return self._answer(said, messages)
        if said == "Which tasks? Then fail":
            if self._has_failed:
                return Reply(text="Now it works.")
            self._has_failed = True
            return Reply(text="It is", error=ValueError("the provider is away"))
        if "refused" in messages[-1].text:
            return Reply(text="As you wish.")
        return Reply(text="None." if "tasks" in said else "It is on the list.")

    def _answer(self, said: str, messages: list[BaseMessage]) -> Reply:
        match said:
            case "Which tasks?" | "Which tasks? Then fail":
                return Reply(text="Let me see.", tool_calls=[("list_tasks", {"limit": 3})])
            case "How many messages?":
                return Reply(text=f"{len(messages) - 2} before")
            case "Buy milk":
                return Reply(tool_calls=[("add_task", {"data": {"title": "Buy milk"}})])
            case "Wait":
                return Reply(text="Never said.", wait_for=asyncio.Event())
            case "Slowly":
                return Reply(text="At last.", wait_for=self._faster)
            case "Faster":
                self._faster.set()
                return Reply(text="As fast as I can.")
            case _:
                return Reply(text=f"You said: {said}")


async def test_the_protocols_own_client_works_unchanged(
    serve: Serve,
    scripted_model: ScriptedChatModel,
    make_user: Callable[..., Person],
    owner: psycopg.Connection,
    client_folder: Path,
) -> None:
    server = await serve(model_retries=0)
    ada = make_user("ada@example.com")
    chat_id = uuid4()
    owner.execute(
        """
        insert into chats (id, user_id, agent_name, context)
        values (%(id)s, %(user)s, 'helper', '{"page": "tasks"}')
        """,
        {"id": chat_id, "user": ada.id},
    )
    owner.execute("update agent_tools set approval = 'ask' where name = 'add_task'")
    scripted_model.reply(*[Echo()] * 60)

    async with listening(server.app) as port:
        process = await asyncio.create_subprocess_exec(
            node(),
            "--test",
            "--test-reporter=spec",
            "client.test.mjs",
            cwd=client_folder,
            env={
                **node_environment(),
                "AGUI_URL": f"http://127.0.0.1:{port}",
                "AGUI_TOKEN": ada.jwt(JWT_SECRET),
                "AGUI_CHAT": str(chat_id),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output = (await asyncio.wait_for(process.communicate(), timeout=60))[0].decode()

    assert process.returncode == 0, output
    assert "pass 12" in output
    # However often it was sent, a message is stored once, and what was allowed is done once.
    assert not owner.execute(
        """
        select message -> 'data' ->> 'content' from chat_message_history where message ->> 'type' = 'human'
         group by session_id, 1 having count(*) > 1
        """
    ).fetchall()
    titles = owner.execute("select title, count(*) from tasks group by title order by title").fetchall()
    assert titles == [("Buy milk", 3), ("Buy oat milk", 1)]
