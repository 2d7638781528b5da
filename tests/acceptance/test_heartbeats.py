"""Streams in which nothing happens for a while, and which proxies must not take for dead."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest

from chatServer.routes import runs as routes
from core.chats import stored_runs
from fixtures.people import Person
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.servers import JWT_SECRET, RunningServer, Serve
from fixtures.sockets import serving_sockets

pytestmark = pytest.mark.usefixtures("helper")


async def lines_of(stream: httpx.Response, go_on: asyncio.Event) -> list[str]:
    """All of the stream, which ends after two signs of life."""
    lines: list[str] = []
    async for line in stream.aiter_lines():
        lines.append(line)
        if lines.count(": keep-alive") == 2:
            go_on.set()
    return lines


async def test_silence_is_told_wherever_the_run_is(
    serve: Serve,
    scripted_model: ScriptedChatModel,
    make_user: Callable[[], Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(routes, "HEARTBEAT_SECONDS", 0.01)
    monkeypatch.setattr(stored_runs, "POLL_SECONDS", 0.01)
    servers: list[RunningServer] = [await serve(), await serve()]
    run_ids = [str(uuid4()), str(uuid4())]
    headers = {"Authorization": f"Bearer {make_user().jwt(JWT_SECRET)}"}

    async with (
        serving_sockets(servers[0].app) as here,
        serving_sockets(servers[1].app) as elsewhere,
        httpx.AsyncClient(headers=headers, timeout=20) as client,
    ):
        for run_id, reader in zip(run_ids, (here, elsewhere), strict=True):
            go_on = asyncio.Event()
            scripted_model.reply(Reply(text="At last.", wait_for=go_on))
            message = {"id": str(uuid4()), "role": "user", "content": "Hi"}
            begun = client.stream(
                "POST",
                f"http://127.0.0.1:{here.port}/api/agents/helper/run",
                json={"threadId": str(uuid4()), "runId": run_id, "messages": [message]},
            )
            async with begun as stream:
                if reader is elsewhere:
                    events = f"http://127.0.0.1:{elsewhere.port}/api/runs/{run_id}/events"
                    async with client.stream("GET", events) as attached:
                        lines = await lines_of(attached, go_on)
                else:
                    lines = await lines_of(stream, go_on)

            assert lines.count(": keep-alive") >= 2
            assert any("RUN_FINISHED" in line for line in lines)
