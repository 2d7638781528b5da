"""What an observer hears of requests to models: each try is one."""

import asyncio
from collections.abc import Sequence

import httpx2
import openai
import pytest
from langchain_core.exceptions import ModelConnectionError
from langchain_core.messages import HumanMessage

from core.agents.model_calls import ModelChain
from core.agents.model_retries import described
from core.config import CoreConfig
from core.errors import ModelFailed
from core.observer import ModelReport
from core.types import Usage
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.watching import Watching

BUSY = ModelConnectionError("scripted")


async def ask(*models: ScriptedChatModel, timeout_seconds: float = 5) -> Sequence[ModelReport]:
    async def at_once(seconds: float) -> None:
        pass

    watching = Watching()
    values = CoreConfig(model_timeout_seconds=timeout_seconds, model_retries=1)
    chain = ModelChain.of(models, [], values, is_private=True, sleep=at_once, random=lambda: 1.0)
    await chain.ask([HumanMessage("Hello?")], lambda _: None, watching)
    return watching.models


async def test_an_answer_tells_its_model_its_time_and_its_usage() -> None:
    [report] = await ask(ScriptedChatModel(name="scripted:model").reply("Good morning"))

    assert (report.model_name, report.is_private, report.outcome) == ("scripted:model", True, "answered")
    assert report.usage == Usage(input_tokens=10, output_tokens=5)
    assert report.first_token_seconds is not None
    assert 0 < report.first_token_seconds <= report.seconds


async def test_each_try_is_told_by_the_model_that_made_it() -> None:
    first = ScriptedChatModel(name="scripted:first").reply(BUSY, Reply(error=BUSY))
    second = ScriptedChatModel(name="scripted:second").reply("At last")

    reports = await ask(first, second)

    assert [(report.model_name, report.outcome) for report in reports] == [
        ("scripted:first", "failed"),
        ("scripted:first", "failed"),
        ("scripted:second", "answered"),
    ]
    assert reports[0].first_token_seconds is None
    assert reports[0].usage == Usage()


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(tool_calls=[("add_book", '{"title": ')]), "unreadable"),
        (Reply(text="Too late", wait_for=asyncio.Event()), "timeout"),
    ],
)
async def test_a_failure_is_told_by_its_kind(reply: Reply, outcome: str) -> None:
    model = ScriptedChatModel(name="scripted:model").reply(reply, "Better")

    reports = await ask(model, timeout_seconds=0.05)

    assert [report.outcome for report in reports] == [outcome, "answered"]


async def test_a_request_that_somebody_stopped_is_told_as_such() -> None:
    model = ScriptedChatModel(name="scripted:model").reply(Reply(text="x", wait_for=asyncio.Event()))
    watching = Watching()
    chain = ModelChain.of([model], [], CoreConfig())
    asking = asyncio.create_task(chain.ask([HumanMessage("Hello?")], lambda _: None, watching))
    await model.started.wait()

    asking.cancel()
    await asyncio.wait({asking})

    assert [report.outcome for report in watching.models] == ["cancelled"]


def test_a_log_is_told_status_and_codes_of_a_failure_and_none_of_its_sentences() -> None:
    response = httpx2.Response(400, request=httpx2.Request("POST", "http://model.test"))
    body = {
        "error": {"type": "invalid_request_error", "code": "He said: Dear diary", "message": "Dear diary"}
    }
    failure = ModelFailed()
    failure.__cause__ = openai.BadRequestError("Dear diary", response=response, body=body)

    assert described(failure) == "BadRequestError, 400, invalid_request_error"
    assert described(ModelFailed()) == "ModelFailed"
