"""What a model is told of a call whose outcome is not certain."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

import httpx2
import psycopg
import pytest
from langchain_core.messages import ToolCall
from pydantic import BaseModel, Field

from core.agents.tool_calls import call_tool
from core.config import CoreConfig
from core.db import Pool
from core.errors import DatabaseUnavailable, ToolFailed, ToolInputError
from core.tools.base import ClarityTool, RunContext
from core.tools.definition import ToolDefinition
from core.tools.hosts import HostRules
from core.tools.http_client import BrokenOff, Unreachable
from core.tools.outbound import Outbound
from core.tools.registry import build_tool
from core.tools.services import ToolServices
from core.types import User
from fixtures.web_server import WebReply, WebServer

NOT_KNOWN = " Whether this was carried out is not known. Look before calling it again."
CALL = ToolCall(id="call_1", name="send", args={}, type="tool_call")
DEFINITION = ToolDefinition(
    id=UUID(int=1), name="send", type="SendTool", description="", config={}, approval="auto", table=None
)
# Nothing is noted outside of a run, and nothing is asked of the database.
CONTEXT = RunContext(
    pool=cast("Pool", None),
    user=User(id=UUID(int=7), claims={}),
    agent_name="helper",
    tool_timeout_seconds=5,
)


class NoArguments(BaseModel):
    """Takes nothing."""


class SendTool(ClarityTool):
    """Fails as it is told to."""

    error: Exception = Field(exclude=True)
    reads: bool = False

    @property
    def is_read_only(self) -> bool:
        return self.reads

    async def call(self, context: RunContext, arguments: Mapping[str, Any]) -> str:
        raise self.error


def failing(error: Exception, cause: Exception | None = None, *, reads: bool = False) -> SendTool:
    error.__cause__ = cause
    return SendTool(
        name="send", description="", args_schema=NoArguments, definition=DEFINITION, error=error, reads=reads
    )


async def told(tool: ClarityTool) -> str:
    message = await call_tool(tool, CONTEXT, CALL, {})
    assert message.status == "error"
    return message.text


@pytest.mark.parametrize(
    "cause",
    [
        TimeoutError(),
        BrokenOff("ReadError"),
        httpx2.ReadError("ReadError"),
        psycopg.OperationalError("server closed the connection"),
    ],
    ids=lambda cause: type(cause).__name__,
)
async def test_a_change_whose_answer_was_lost_may_have_been_made(cause: Exception) -> None:
    assert await told(failing(ToolFailed("It broke."), cause)) == f"It broke.{NOT_KNOWN}"
    assert await told(failing(ToolFailed("It broke."), cause, reads=True)) == "It broke."


@pytest.mark.parametrize(
    "cause",
    [None, Unreachable("ConnectError"), httpx2.ConnectError("ConnectError"), ValueError()],
    ids=lambda cause: type(cause).__name__,
)
async def test_a_change_that_was_refused_or_never_sent_was_not_made(cause: Exception | None) -> None:
    assert await told(failing(ToolFailed("No."), cause)) == "No."
    assert await told(failing(ToolInputError("Not so."), cause)) == "Not so."


async def test_a_call_that_could_not_be_noted_was_not_made() -> None:
    text = await told(failing(DatabaseUnavailable()))

    assert text == f"{DatabaseUnavailable().message} It was not carried out."


async def test_a_post_that_hangs_or_breaks_off_may_have_been_heard(web: WebServer) -> None:
    web.answer(WebReply(hangs=True), WebReply(body=b"{", headers={"Transfer-Encoding": "chunked"}))
    outbound = Outbound(hosts=HostRules.of([web.origin]), secrets={})
    definition = ToolDefinition(
        id=UUID(int=1),
        name="send",
        type="HTTPTool",
        description="",
        config={"url": web.origin, "method": "POST", "timeout_seconds": 0.2},
        approval="auto",
        table=None,
    )
    tool = build_tool(definition, ToolServices(config=CoreConfig(), outbound=outbound))

    hung, broke = await told(tool), await told(tool)

    assert hung == f"The service did not answer within 0.2 seconds.{NOT_KNOWN}"
    assert broke == f"The service broke off in the middle.{NOT_KNOWN}"
