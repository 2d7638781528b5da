"""Traces of turns over HTTP: whose trace they join, which request they belong to, and where they are sent."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import SecretStr

from chatServer.main import create_app
from fixtures.people import Person
from fixtures.scripted_model import ScriptedChatModel
from fixtures.servers import JWT_SECRET, RunningServer, Serve, make_settings, serving
from fixtures.spans import Spans, said
from fixtures.web_server import WebReply, WebServer

pytestmark = pytest.mark.usefixtures("helper")

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
PARENT_ID = "b7ad6b7169203331"


@pytest.fixture
def ada(make_user: Callable[..., Person]) -> Person:
    return make_user("ada@example.com")


def traced(server: RunningServer) -> Spans:
    """The spans of a server that runs already, from now on."""
    spans = Spans.kept()
    inside = server.app.state.server
    server.app.state.server = replace(inside, services=replace(inside.services, tracer=spans.tracer))
    return spans


async def say(server: RunningServer, person: Person, **headers: str) -> None:
    answer = await server.client.post(
        "/api/chat",
        json={"agent_name": "helper", "message": "Hello"},
        headers={"Authorization": f"Bearer {person.jwt(JWT_SECRET)}", **headers},
    )
    assert answer.status_code == 200


async def test_a_turn_joins_the_trace_of_its_caller(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    spans = traced(server)
    scripted_model.reply("Hello", "Hello")

    await say(server, ada, traceparent=f"00-{TRACE_ID}-{PARENT_ID}-01")
    await say(server, ada)

    joined, alone = spans.named("invoke_agent")
    assert joined.context
    assert joined.parent
    assert (f"{joined.context.trace_id:032x}", f"{joined.parent.span_id:016x}") == (TRACE_ID, PARENT_ID)
    assert alone.parent is None
    assert alone.context
    assert alone.context.trace_id != joined.context.trace_id


@pytest.mark.parametrize("sent", ["", "nonsense", f"00-{'0' * 32}-{PARENT_ID}-01"])
async def test_a_trace_that_cannot_be_is_none(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, sent: str
) -> None:
    spans = traced(server)
    scripted_model.reply("Hello")

    await say(server, ada, traceparent=sent)

    [turn] = spans.named("invoke_agent")
    assert turn.parent is None


async def test_a_turn_whose_caller_is_not_sampled_is_not_kept(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    spans = traced(server)
    scripted_model.reply("Hello")

    await say(server, ada, traceparent=f"00-{TRACE_ID}-{PARENT_ID}-00")

    assert spans.all == []


async def test_a_turn_tells_the_request_that_it_began_in(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    spans = traced(server)
    scripted_model.reply("Hello")

    await say(server, ada, **{"X-Request-ID": "my-own-id"})

    [turn] = spans.named("invoke_agent")
    assert said(turn)["clarity.request.id"] == "my-own-id"


async def test_spans_are_sent_to_the_collector_before_a_server_is_gone(
    server: RunningServer, scripted_model: ScriptedChatModel, ada: Person, web: WebServer
) -> None:
    web.answer(WebReply(content_type="application/x-protobuf"))
    scripted_model.reply("Hello")
    settings = make_settings(
        otlp_endpoint=f"{web.origin}/",
        otlp_headers=SecretStr("X-Scope-OrgID=ours, X-Key=a=b"),
        service_name="here",
    )
    app = create_app(settings, services=server.services)

    async with serving(app) as client:
        await say(replace(server, app=app, client=client), ada)

    [sent] = web.requests
    assert (sent.method, sent.target) == ("POST", "/v1/traces")
    assert (sent.headers["x-scope-orgid"], sent.headers["x-key"]) == ("ours", "a=b")
    [resource] = ExportTraceServiceRequest.FromString(sent.body).resource_spans
    facts = {fact.key: fact.value.string_value for fact in resource.resource.attributes}
    assert facts["service.name"] == "here"
    names = [one.name for scope in resource.scope_spans for one in scope.spans]
    assert "invoke_agent helper" in names
    assert "select private.close_turn" in names
    assert b"Hello" not in sent.body


async def test_a_collector_that_is_away_costs_a_turn_nothing(
    serve: Serve, scripted_model: ScriptedChatModel, ada: Person
) -> None:
    server = await serve(otlp_endpoint="http://127.0.0.1:1")
    scripted_model.reply("Hello")

    await say(server, ada)


async def test_without_a_collector_nothing_is_traced(server: RunningServer) -> None:
    assert server.app.state.server.services.tracer is None
