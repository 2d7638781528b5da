"""HTTPTool against a server that misbehaves: what the model reads, and what never leaves or comes in."""

import asyncio
import gzip
import json
import logging
import ssl
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.config import CoreConfig
from core.db import Pool
from core.errors import AgentMisconfigured, ToolFailed, ToolInputError
from core.tools.base import ClarityTool, RunContext
from core.tools.definition import ToolDefinition
from core.tools.hosts import HostRules
from core.tools.http_client import GuardedTransport, Limits, OutgoingRequest, send
from core.tools.outbound import Outbound
from core.tools.registry import build_tool
from core.tools.services import ToolServices
from core.types import User
from fixtures.web_server import FakeDNS, WebReply, WebServer

USER_ID = UUID(int=7)
SECRET = "s3cret/value+42"
TOKEN = "header.payload.signature"
METADATA = "169.254.169.254"


USER = User(id=USER_ID, claims={"sub": str(USER_ID)}, access_token=TOKEN)


def context(user: User = USER, on_query: Callable[[str], None] | None = None) -> RunContext:
    """A run that has no database: nothing here may ask for one."""
    return RunContext(
        pool=cast("Pool", None), user=user, agent_name="a", tool_timeout_seconds=5, on_query=on_query
    )


def build(outbound: Outbound, *, is_private: bool = False, **config: Any) -> ClarityTool:
    definition = ToolDefinition(
        id=UUID(int=1),
        name="weather",
        type="HTTPTool",
        description="",
        config=config,
        approval="auto",
        table=None,
        is_private=is_private,
    )
    return build_tool(definition, ToolServices(config=CoreConfig(), outbound=outbound))


def allowing(*entries: str, **values: Any) -> Outbound:
    return Outbound(hosts=HostRules.of(entries), secrets={"KEY": SECRET}, **values)


@pytest.fixture
def outbound(web: WebServer) -> Outbound:
    return allowing(web.origin, jwt_hosts=HostRules.of([web.origin]))


async def call(
    outbound: Outbound, url: str, /, *, arguments: dict[str, Any] | None = None, **config: Any
) -> Any:
    tool = build(outbound, url=url, **config)
    return json.loads(await tool.invoke_as(context(), arguments or {}))


# What a row can do


async def test_a_row_becomes_a_request_and_its_answer_what_the_model_reads(
    web: WebServer, outbound: Outbound
) -> None:
    web.answer(WebReply.json({"temperature": 21}))

    answer = await call(
        outbound,
        f"{web.origin}/v1/{{city}}/now",
        runtime_args_schema={"city": {"type": "str"}, "unit": {"type": "str", "optional": True}},
        headers={"X-Key": {"secret": "KEY"}},
        arguments={"city": "Bad Ems", "unit": "c"},
    )

    assert answer == {"status": 200, "body": {"temperature": 21}}
    (request,) = web.requests
    assert (request.method, request.target) == ("GET", "/v1/Bad%20Ems/now?unit=c")
    assert request.headers["x-key"] == SECRET
    assert request.headers["host"] == f"127.0.0.1:{web.port}"


@pytest.mark.parametrize(
    ("placement", "header", "value"),
    [
        ("bearer", "authorization", f"Bearer {SECRET}"),
        ("basic", "authorization", "Basic czNjcmV0L3ZhbHVlKzQy"),
        ("header:X-Api-Key", "x-api-key", SECRET),
    ],
)
async def test_a_secret_is_sent_where_the_row_says(
    placement: str, header: str, value: str, web: WebServer, outbound: Outbound
) -> None:
    web.answer(WebReply.json(1))

    await call(outbound, f"{web.origin}/", credentials={"secret": "KEY", "as": placement})

    assert web.requests[0].headers[header] == value


async def test_a_secret_in_the_query_is_encoded(web: WebServer, outbound: Outbound) -> None:
    web.answer(WebReply.json(1))

    await call(outbound, f"{web.origin}/x", query={"a": 1}, credentials={"secret": "KEY", "as": "query:key"})

    assert web.requests[0].target == "/x?a=1&key=s3cret%2Fvalue%2B42"


async def test_the_caller_s_own_token_is_passed_on_where_the_operator_allows_it(
    web: WebServer, outbound: Outbound
) -> None:
    web.answer(WebReply.json(1))

    await call(outbound, f"{web.origin}/", credentials="caller_jwt")

    assert web.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_a_run_without_a_token_has_none_to_pass_on(web: WebServer, outbound: Outbound) -> None:
    tool = build(outbound, url=web.origin, credentials="caller_jwt")
    user = User(id=USER_ID, claims={})

    with pytest.raises(ToolFailed, match="access token is not there"):
        await tool.invoke_as(context(user=user), {})
    assert web.requests == []


async def test_only_the_part_at_the_path_is_shown(web: WebServer, outbound: Outbound) -> None:
    document = {"items": [{"name": "a", "x": 1}, {"name": "b"}], "next": None}
    web.answer(*[WebReply.json(document)] * 3)

    assert (await call(outbound, web.origin, result_path="$.items[*].name"))["body"] == ["a", "b"]
    assert (await call(outbound, web.origin, result_path="$.items[?@.x == 1]"))["body"] == [
        {"name": "a", "x": 1}
    ]
    with pytest.raises(ToolFailed, match=r"nothing at \$\.total"):
        await call(outbound, web.origin, result_path="$.total")


@pytest.mark.parametrize(
    "path", ["$..a..b", "$[*,*][*,*]", "$[?search(@.a, '(a+)+$')]", "$[?@.a == $.b]", "$["]
)
async def test_a_path_that_could_keep_the_server_busy_is_refused(
    path: str, web: WebServer, outbound: Outbound
) -> None:
    with pytest.raises(AgentMisconfigured, match="Tool weather: result_path"):
        build(outbound, url=web.origin, result_path=path)


async def test_text_is_shown_as_it_is_and_other_content_is_only_named(
    web: WebServer, outbound: Outbound
) -> None:
    web.answer(
        WebReply(body="Grüße\0".encode("latin-1"), content_type="text/plain; charset=ISO-8859-1"),
        WebReply(body=b"plain", content_type="text/plain; charset=bz2"),
        WebReply(body=b"\x89PNG", content_type="image/png"),
        WebReply(status=204, content_type=""),
    )

    assert (await call(outbound, web.origin))["body"] == "Grüße\ufffd"
    assert (await call(outbound, web.origin))["body"] == "plain"
    picture = await call(outbound, web.origin)
    assert picture["content_type"] == "image/png"
    assert "body" not in picture
    assert (await call(outbound, web.origin)) == {"status": 204, "note": "The answer is empty."}


async def test_what_says_it_is_json_must_be(web: WebServer, outbound: Outbound) -> None:
    web.answer(WebReply(body=b"<html>"), WebReply(body=b"[" * 100_000))

    for _ in range(2):
        with pytest.raises(ToolFailed, match="is JSON, but is not"):
            await call(outbound, web.origin)


async def test_a_long_answer_is_cut_to_json_that_says_so(web: WebServer, outbound: Outbound) -> None:
    rows = [{"id": n, "text": "x" * 300} for n in range(1_000)]
    web.answer(WebReply.json({"rows": rows, "total": 1_000}))

    text = await build(outbound, url=web.origin).invoke_as(context(), {})
    answer = json.loads(text)

    assert len(text) <= 24_000
    assert answer["body"]["total"] == 1_000
    assert answer["body"]["rows"][0]["id"] == 0
    assert answer["body"]["rows"][-1].endswith("more left out)")
    assert "cut to" in answer["note"]


async def test_a_long_answer_of_any_shape_is_cut_to_the_budget(web: WebServer, outbound: Outbound) -> None:
    deep: Any = "x" * 100
    for _ in range(80):
        deep = [deep, {"k": "v" * 40}]
    shapes = [
        "y" * 500_000,
        {f"k{n}": "v" * 50 for n in range(10_000)},
        [[["z" * 99] * 90] * 90],
        [deep] * 200,
    ]
    for shape in shapes:
        web.answer(WebReply.json(shape))
        text = await build(outbound, url=web.origin).invoke_as(context(), {})
        assert len(text) <= 24_000
        assert json.loads(text)["note"]


# Errors of the service


@pytest.mark.parametrize(
    ("status", "kind"), [(400, ToolInputError), (404, ToolInputError), (401, ToolFailed), (500, ToolFailed)]
)
async def test_an_error_status_is_told_with_the_service_s_words(
    status: int, kind: type[Exception], web: WebServer, outbound: Outbound
) -> None:
    web.answer(WebReply.json({"error": "no such city"}, status=status))

    with pytest.raises(kind, match=rf"answered {status} .*no such city"):
        await call(outbound, web.origin)


async def test_a_busy_service_is_asked_again_by_a_get_only(web: WebServer, outbound: Outbound) -> None:
    web.answer(WebReply(status=503), WebReply(status=503), WebReply.json("there"), WebReply(status=503))

    assert (await call(outbound, web.origin, retries=2))["body"] == "there"
    with pytest.raises(ToolFailed, match="503"):
        await call(outbound, web.origin, method="POST")
    assert [request.method for request in web.requests] == ["GET", "GET", "GET", "POST"]


async def test_a_request_that_changes_something_is_sent_once_whatever_the_limits_say(
    web: WebServer, outbound: Outbound
) -> None:
    web.answer(WebReply(status=503))

    request = OutgoingRequest(method="POST", url=web.origin)
    reply = await send(outbound, request, Limits(timeout_seconds=5, retries=3, max_bytes=1_000))

    assert reply.status == 503
    assert len(web.requests) == 1


async def test_a_service_that_wants_a_long_pause_is_not_waited_for(
    web: WebServer, outbound: Outbound
) -> None:
    web.answer(WebReply(status=429, headers={"Retry-After": "3600"}))

    with pytest.raises(ToolFailed, match="429"):
        await call(outbound, web.origin, retries=5)
    assert len(web.requests) == 1


async def test_a_hanging_server_is_given_up_in_time(web: WebServer, outbound: Outbound) -> None:
    web.answer(WebReply(hangs=True), WebReply(hangs=True))

    with pytest.raises(ToolFailed, match=r"did not answer within 0\.1 seconds"):
        await call(outbound, web.origin, timeout_seconds=0.1, retries=1)


async def test_a_server_that_is_not_there_is_told_without_its_address(outbound: Outbound) -> None:
    with pytest.raises(ToolFailed, match="could not be reached") as refused:
        await call(allowing("http://127.0.0.1:1"), "http://127.0.0.1:1/path")

    assert "127.0.0.1" not in refused.value.message


# Size


async def test_an_endless_answer_is_stopped_early(web: WebServer, outbound: Outbound) -> None:
    web.answer(WebReply(content_type="text/plain", endless=True))

    with pytest.raises(ToolInputError, match="larger than 100,000 bytes"):
        await call(outbound, web.origin, max_bytes=100_000)
    # What fits into the sockets' buffers may have been sent before the connection was closed.
    assert web.sent_bytes < 20_000_000


async def test_an_answer_that_announces_its_size_is_not_even_begun(
    web: WebServer, outbound: Outbound
) -> None:
    web.answer(WebReply(body=b"x" * 2_000_000, content_type="text/plain"))

    with pytest.raises(ToolInputError, match="larger than 1,000,000 bytes"):
        await call(outbound, web.origin)


async def test_a_packed_answer_is_unpacked(web: WebServer, outbound: Outbound) -> None:
    web.answer(WebReply(body=gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"}))

    assert (await call(outbound, web.origin))["body"] == {"a": 1}


async def test_a_decompression_bomb_is_not_unpacked(web: WebServer, outbound: Outbound) -> None:
    bomb = gzip.compress(b"0" * 200_000_000)
    web.answer(WebReply(body=bomb, headers={"Content-Encoding": "gzip"}))

    tracemalloc.start()
    with pytest.raises(ToolInputError, match="larger than 1,000,000 bytes"):
        await call(outbound, web.origin)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # It is small enough to be let in, and one chunk of it would already unpack to tens of megabytes.
    assert len(bomb) < 1_000_000
    assert peak_bytes < 10_000_000


async def test_a_packing_that_was_not_asked_for_is_refused(web: WebServer, outbound: Outbound) -> None:
    web.answer(
        WebReply(body=b"x", headers={"Content-Encoding": "br"}),
        WebReply(body=b"no gzip at all", headers={"Content-Encoding": "gzip"}),
        WebReply(body=gzip.compress(b"12345")[:-9], headers={"Content-Encoding": "gzip"}),
    )

    with pytest.raises(ToolFailed, match="was not asked for"):
        await call(outbound, web.origin)
    for _ in range(2):
        with pytest.raises(ToolFailed, match="damaged"):
            await call(outbound, web.origin)


# Where a request may go


async def test_a_host_that_the_operator_does_not_allow_is_refused_when_the_tool_is_built() -> None:
    with pytest.raises(
        AgentMisconfigured, match=r"not allowed .* https://evil.example \(CLARITY_HTTP_ALLOWED_HOSTS\)"
    ):
        build(allowing("api.example.com"), url="https://evil.example/")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        METADATA,
        "0.0.0.0",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "fe80::1%eth0",
    ],
)
async def test_a_name_that_resolves_to_a_private_address_is_not_called(address: str, web: WebServer) -> None:
    dns = FakeDNS(names={"api.example.com": [["93.184.215.14", address]]})

    with pytest.raises(ToolFailed, match="not on the public internet"):
        await call(allowing("api.example.com", resolve=dns), "https://api.example.com/")
    assert web.requests == []


async def test_not_even_a_vouched_origin_may_be_the_metadata_service() -> None:
    dns = FakeDNS(names={"intranet.example": [[METADATA]]})
    for origin in ("http://intranet.example", f"http://{METADATA}"):
        with pytest.raises(ToolFailed, match="not on the public internet"):
            await call(allowing(origin, resolve=dns), f"{origin}/latest")


async def test_a_name_is_resolved_once_and_the_checked_address_is_used(web: WebServer) -> None:
    """DNS rebinding: a second answer, for the connection itself, would be another one."""
    origin = f"http://rebind.example:{web.port}"
    dns = FakeDNS(names={"rebind.example": [["127.0.0.1"], [METADATA]]})
    web.answer(WebReply.json("first"))

    assert (await call(allowing(origin, resolve=dns), origin))["body"] == "first"
    assert dns.asked == ["rebind.example"]
    assert web.requests[0].headers["host"] == f"rebind.example:{web.port}"


async def test_a_name_that_changes_between_two_tries_is_checked_again(web: WebServer) -> None:
    origin = f"http://rebind.example:{web.port}"
    dns = FakeDNS(names={"rebind.example": [["127.0.0.1"], [METADATA]]})
    web.answer(WebReply(status=503))

    with pytest.raises(ToolFailed, match="not on the public internet"):
        await call(allowing(origin, resolve=dns), origin, retries=1)


async def test_a_name_that_nobody_knows_is_told(web: WebServer) -> None:
    with pytest.raises(ToolFailed, match=r"nowhere\.example cannot be found"):
        await call(allowing("nowhere.example", resolve=FakeDNS(names={})), "https://nowhere.example/")


async def test_the_next_address_is_tried_when_one_does_not_answer(web: WebServer) -> None:
    origin = f"http://two.example:{web.port}"
    dns = FakeDNS(names={"two.example": [["::1", "127.0.0.1"]]})
    web.answer(WebReply.json("there"))

    assert (await call(allowing(origin, resolve=dns), origin))["body"] == "there"


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        (f"http://{METADATA}/latest/meta-data", "has not allowed"),
        ("http://127.0.0.1:1/", "has not allowed"),
        ("http://2130706433/", "no host name"),
        ("http://[::1]/", "has not allowed"),
        ("//evil.example/", "has not allowed"),
        ("http://user:pass@127.0.0.1/", "login in it"),
        ("file:///etc/passwd", "must begin with"),
        ("gopher://127.0.0.1/", "must begin with"),
        ("http://\x7f/", "no address"),
    ],
)
async def test_a_redirect_is_checked_like_a_request(
    location: str, reason: str, web: WebServer, outbound: Outbound
) -> None:
    web.answer(WebReply(status=302, headers={"Location": location}))

    with pytest.raises(ToolFailed, match=reason):
        await call(outbound, web.origin)
    assert len(web.requests) == 1


async def test_a_redirect_to_a_private_address_behind_an_allowed_name_is_not_followed(web: WebServer) -> None:
    dns = FakeDNS(names={"api.example.com": [["10.0.0.1"]]})
    web.answer(WebReply(status=307, headers={"Location": "https://api.example.com/"}))

    with pytest.raises(ToolFailed, match="not on the public internet"):
        await call(allowing(web.origin, "api.example.com", resolve=dns), web.origin)


async def test_secrets_stay_behind_when_a_redirect_leads_to_another_origin(web: WebServer) -> None:
    other = WebServer()
    await other.start()
    try:
        web.answer(
            WebReply(status=302, headers={"Location": "/here"}),
            WebReply(status=302, headers={"Location": f"{other.origin}/there"}),
        )
        other.answer(WebReply.json("done"))
        answer = await call(
            allowing(web.origin, other.origin),
            web.origin,
            credentials={"secret": "KEY"},
            headers={"X-Key": {"secret": "KEY"}, "X-Version": "2"},
        )
    finally:
        await other.stop()

    assert answer["body"] == "done"
    assert [("authorization" in r.headers, "x-key" in r.headers) for r in web.requests] == [(True, True)] * 2
    assert SECRET not in str(other.requests[0])
    assert other.requests[0].headers["x-version"] == "2"


async def test_redirects_end_somewhere_and_a_post_follows_none(web: WebServer, outbound: Outbound) -> None:
    web.answer(*[WebReply(status=302, headers={"Location": "/again"})] * 5)

    with pytest.raises(ToolFailed, match="again and again"):
        await call(outbound, web.origin)
    assert len(web.requests) == 4
    with pytest.raises(ToolFailed, match="redirect, which is not followed"):
        await call(outbound, web.origin, method="POST")


async def test_no_connection_is_used_twice(web: WebServer, outbound: Outbound) -> None:
    web.answer(*[WebReply(body=b"1", keeps_open=True)] * 3)

    async with GuardedTransport(outbound) as transport:
        for _ in range(3):
            response = await transport.handle_async_request(httpx.Request("GET", web.origin))
            await response.aread()
            await response.aclose()

    assert len(web.requests) == web.connections == 3


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate for a host, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return file


async def test_tls_proves_the_name_although_the_address_is_pinned(tmp_path: Path) -> None:
    file = certificate(tmp_path, "api.example.com")
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(file)
    server = WebServer()
    await server.start(serving)
    dns = FakeDNS(names={"api.example.com": [["127.0.0.1"]], "other.example.com": [["127.0.0.1"]]})
    origins = [f"https://{name}.example.com:{server.port}" for name in ("api", "other")]
    trusting = httpx.create_ssl_context(verify=ssl.create_default_context(cafile=str(file)))
    outbound = allowing(*origins, resolve=dns, ssl_context=trusting)
    try:
        server.answer(WebReply.json("proved"))
        assert (await call(outbound, origins[0]))["body"] == "proved"
        with pytest.raises(ToolFailed, match="could not be reached"):
            await call(outbound, origins[1])
        with pytest.raises(ToolFailed, match="could not be reached"):
            await call(replace(outbound, ssl_context=httpx.create_ssl_context()), origins[0])
    finally:
        await server.stop()
    assert len(server.requests) == 1


# Whose credentials, and who sees them


@pytest.mark.parametrize(
    "config",
    [{"credentials": {"secret": "KEY"}}, {"headers": {"X-Key": {"secret": "KEY"}}}],
)
async def test_a_user_s_own_agent_cannot_use_the_operator_s_secrets(
    config: dict[str, Any], web: WebServer
) -> None:
    outbound = allowing(web.origin, is_private=True)

    with pytest.raises(AgentMisconfigured, match="may not use the operator's secrets"):
        build(outbound, is_private=True, url=web.origin, **config)


async def test_a_user_s_own_agent_is_not_built_with_what_shared_agents_may_do(
    outbound: Outbound, web: WebServer
) -> None:
    with pytest.raises(AgentMisconfigured, match="only shared agents may have"):
        build(outbound, is_private=True, url=web.origin)


async def test_a_user_s_own_agent_has_hosts_of_its_own() -> None:
    config = CoreConfig(
        http_allowed_hosts=("a.example",), private_http_hosts=("b.example",), secrets={"KEY": "x"}
    )
    shared, private = (Outbound.of(config, is_private=is_private) for is_private in (False, True))

    build(shared, url="https://a.example/")
    build(private, is_private=True, url="https://b.example/")
    with pytest.raises(AgentMisconfigured, match="CLARITY_PRIVATE_HTTP_HOSTS"):
        build(private, is_private=True, url="https://a.example/")
    assert private.secrets == {}


async def test_an_access_token_goes_only_to_hosts_that_are_named_for_it(web: WebServer) -> None:
    with pytest.raises(AgentMisconfigured, match="CLARITY_HTTP_JWT_HOSTS"):
        build(allowing(web.origin), url=web.origin, credentials="caller_jwt")


@pytest.mark.parametrize("placement", ["bearer", "basic", "header:X-Key", "query:key"])
async def test_a_service_that_sends_our_secret_back_does_not_tell_it_to_the_model(
    placement: str, web: WebServer, outbound: Outbound
) -> None:
    echoes = [SECRET, "czNjcmV0L3ZhbHVlKzQy", "s3cret%2Fvalue%2B42"]
    web.answer(
        WebReply.json({"you": echoes, SECRET: {"deep": f"x{SECRET}y"}}),
        WebReply(body=" ".join(echoes).encode(), content_type="text/plain"),
        WebReply.json({"error": echoes}, status=400),
        WebReply.json(echoes, status=500),
    )
    tool = build(outbound, url=web.origin, credentials={"secret": "KEY", "as": placement})
    heard = [await tool.invoke_as(context(), {}) for _ in range(2)]
    for kind in (ToolInputError, ToolFailed):
        with pytest.raises(kind) as refused:
            await tool.invoke_as(context(), {})
        heard.append(refused.value.message)

    for text in heard:
        assert "[KEY]" in text
        assert not any(echo in text for echo in echoes)


async def test_a_secret_is_shown_by_its_name_in_what_was_sent_and_in_no_log(
    web: WebServer, outbound: Outbound, caplog: pytest.LogCaptureFixture
) -> None:
    shown: list[str] = []
    web.answer(*[WebReply.json(1)] * 3, WebReply(status=302, headers={"Location": "http://evil.example"}))
    with caplog.at_level(logging.DEBUG):
        for placement in ("bearer", "basic", "query:key", "header:X-Key"):
            tool = build(outbound, url=web.origin, credentials={"secret": "KEY", "as": placement})
            try:
                await tool.invoke_as(context(on_query=shown.append), {})
            except ToolFailed as exc:
                shown.append(f"{exc!r} {exc.__cause__!r}")

    everything = "\n".join([*shown, caplog.text, repr(tool), repr(outbound), repr(context())])
    assert "Authorization: Bearer [KEY]" in everything
    for form in (SECRET, "czNjcmV0L3ZhbHVlKzQy", "s3cret%2Fvalue%2B42", TOKEN):
        assert form not in everything


async def test_two_callers_never_see_each_other_s_token(web: WebServer, outbound: Outbound) -> None:
    web.answer(*[WebReply.json(n) for n in range(20)])
    tool = build(outbound, url=web.origin, credentials="caller_jwt")
    users = [User(id=UUID(int=n), claims={}, access_token=f"token-of-{n:04}") for n in range(20)]

    await asyncio.gather(*(tool.invoke_as(context(user=user), {}) for user in users))

    sent = sorted(request.headers["authorization"] for request in web.requests)
    assert sent == [f"Bearer token-of-{n:04}" for n in range(20)]


async def test_a_secret_that_cannot_stand_in_a_header_is_not_sent(web: WebServer) -> None:
    outbound = replace(allowing(web.origin), secrets={"KEY": "line\r\nX-Admin: 1"})

    with pytest.raises(ToolFailed, match="The secret KEY has a character"):
        await call(outbound, web.origin, credentials={"secret": "KEY"})
    assert web.requests == []
