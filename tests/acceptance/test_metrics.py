"""GET /metrics after real turns: what a Prometheus would see."""

import asyncio
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from chatServer.maintenance import create_scheduler
from fixtures.people import Person
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.servers import NO_DATABASE, RunningServer, Serve

pytestmark = pytest.mark.usefixtures("helper")

PAGE = Path(__file__).resolve().parents[2] / "memory-bank" / "observability.md"
HERE = {"Host": "localhost:8000"}
TOKEN = "0123456789abcdef0123456789abcdef"


async def read(server: RunningServer, **headers: str) -> Mapping[tuple[str, tuple[str, ...]], float]:
    """Each value by the metric's name and the values of its labels, these in alphabetical order."""
    answer = await server.client.get("/metrics", headers=headers or HERE)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_turns_models_and_tools_are_counted(
    server: RunningServer, scripted_model: ScriptedChatModel, make_user: Callable[[], Person]
) -> None:
    ada = make_user()
    scripted_model.reply(
        Reply(tool_calls=[("add_task", {"data": {"title": "Water"}}), ("add_task", {"data": {}})]),
        "Done.",
        RuntimeError("The model's own trouble"),
    )

    await server.say(ada, "Add a task")
    await server.say(ada, "Fail")
    await server.say(ada, "Hello", agent_name="nobody")

    seen = await read(server)
    assert seen["clarity_turns_total", ("helper", "completed")] == 1
    assert seen["clarity_turns_total", ("helper", "failed")] == 1
    assert seen["clarity_turn_errors_total", ("model_failed",)] == 1
    assert seen["clarity_turns_refused_total", ("agent_not_found",)] == 1
    assert seen["clarity_model_calls_total", ("turn", "scripted:model", "answered")] == 2
    assert seen["clarity_model_calls_total", ("turn", "scripted:model", "failed")] == 1
    assert seen["clarity_model_tokens_total", ("input", "turn", "scripted:model")] == 20
    # Arguments that do not fit are told to the model; the tool is not called.
    assert seen["clarity_tool_calls_total", ("success", "CRUDTool")] == 1
    assert seen["clarity_tool_seconds_count", ("helper", "add_task")] == 1
    for phase in ("open", "executor", "model", "close"):
        assert seen["clarity_turn_phase_seconds_count", (phase,)] == 2
    assert seen["clarity_turn_phase_seconds_count", ("tools",)] == 1
    assert seen["clarity_turn_first_token_seconds_count", ()] == 1
    assert seen["clarity_turn_seconds_sum", ()] > seen["clarity_turn_phase_seconds_sum", ("open",)] > 0


async def test_what_a_model_is_asked_after_a_turn_is_counted_apart(
    serve: Serve, scripted_model: ScriptedChatModel, make_user: Callable[[], Person]
) -> None:
    server = await serve(improve_titles=True)
    ada = make_user()
    scripted_model.reply("Hello", "Greetings", "Hello again", RuntimeError("The model's own trouble"))

    for message in ("Hi", "Hi again"):
        await server.say(ada, message)
        await server.services.aftermath.settle()

    seen = await read(server)
    for kind, outcomes in (("turn", {"answered": 2}), ("title", {"answered": 1, "failed": 1})):
        for outcome, count in outcomes.items():
            assert seen["clarity_model_calls_total", (kind, "scripted:model", outcome)] == count
    assert seen["clarity_model_tokens_total", ("output", "title", "scripted:model")] == 5
    assert seen["clarity_model_call_seconds_count", ("scripted:model",)] == 2


async def test_what_the_server_holds_is_told_as_it_is(
    server: RunningServer, scripted_model: ScriptedChatModel, make_user: Callable[[], Person]
) -> None:
    go_on = asyncio.Event()
    scripted_model.reply("Hello", Reply(text="Hello again", wait_for=go_on))
    ada = make_user()
    await server.say(ada, "Hello")
    scripted_model.started.clear()
    asking = asyncio.create_task(server.say(ada, "Hello again"))
    await scripted_model.started.wait()

    during = await read(server)
    async with asyncio.timeout(10):
        # The run begins before whoever asked for it listens.
        while not during["clarity_run_listeners", ()]:
            # Reading gives nobody else a turn.
            await asyncio.sleep(0.01)
            during = await read(server)
    go_on.set()
    await asking
    after = await read(server)

    assert (during["clarity_live_runs", ()], after["clarity_live_runs", ()]) == (1, 0)
    assert (during["clarity_run_listeners", ()], after["clarity_run_listeners", ()]) == (1, 0)
    assert after["clarity_executors", ()] == 1
    assert after["clarity_executor_hits_total", ()] == 1
    assert after["clarity_executor_misses_total", ()] == 1
    assert after["clarity_agents_compiled_total", ()] == 1
    assert 1 <= after["clarity_database_pool_available", ()] <= after["clarity_database_pool_size", ()]
    assert after["clarity_database_pool_max", ()] == 20
    assert after["clarity_database_pool_waiting", ()] == 0
    assert after["clarity_sockets", ()] == 0
    assert after["process_resident_memory_bytes", ()] > 0


async def test_users_own_agents_are_all_private(
    server: RunningServer,
    scripted_model: ScriptedChatModel,
    make_user: Callable[[], Person],
    make_agent: Callable[..., None],
) -> None:
    ada = make_user()
    make_agent("diary_of_ada", owner_id=ada.id, list_secrets={"table_name": "tasks", "method": "fetch"})
    scripted_model.reply(Reply(tool_calls=[("list_secrets", {})]), "None.")

    await server.say(ada, "Which secrets?", agent_name="diary_of_ada")

    seen = await read(server)
    assert seen["clarity_turns_total", ("private", "completed")] == 1
    assert seen["clarity_tool_seconds_count", ("private", "private")] == 1
    assert not [key for key in seen if "ada" in str(key) or "secrets" in str(key)]


async def test_jobs_tell_when_they_ran(server: RunningServer) -> None:
    scheduler: Any = create_scheduler(server.app.state.server.services)
    for job in scheduler.get_jobs():
        await job.func(*job.args)

    seen = await read(server)
    for job in scheduler.get_jobs():
        assert seen["clarity_job_runs_total", (job.id, "done")] == 1
        assert seen["clarity_job_last_run_timestamp_seconds", (job.id,)] > 0


async def test_with_a_token_only_who_sends_it_may_read(serve: Serve, make_user: Callable[[], Person]) -> None:
    server = await serve(metrics_token=SecretStr(TOKEN))

    refused = [
        await server.client.get("/metrics", headers=headers)
        for headers in (HERE, {"Authorization": "Bearer x"})
    ]
    assert [answer.status_code for answer in refused] == [401, 401]
    assert await read(server, Authorization=f"Bearer {TOKEN}")


async def test_without_a_token_only_the_machine_itself_may_read(server: RunningServer) -> None:
    answer = await server.client.get("/metrics", headers={"Host": "clarity.example.com"})

    assert answer.status_code == 403
    assert "CLARITY_METRICS_TOKEN" in answer.json()["detail"]


async def test_metrics_are_no_part_of_the_described_api(server: RunningServer) -> None:
    assert "/metrics" not in (await server.client.get("/openapi.json")).json()["paths"]


async def test_each_metric_is_explained_to_operators(server: RunningServer) -> None:
    explained = re.findall(r"`(clarity_\w+?)(?:_total|_sum|_count)?`", PAGE.read_text())

    text = (await server.client.get("/metrics", headers=HERE)).text
    families = {
        family.name
        for family in text_string_to_metric_families(text)
        if family.name.startswith("clarity_") and not family.name.endswith("_created")
    }

    assert set(explained) == families


async def test_metrics_can_be_read_while_the_database_is_away(serve: Serve) -> None:
    server = await serve(database_url=SecretStr(NO_DATABASE), database_timeout_seconds=0.05)

    assert (await read(server))["clarity_live_runs", ()] == 0
