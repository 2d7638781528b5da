import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse

from chatServer.main import create_app
from chatServer.schemas import ChatRequest
from fixtures.servers import client_of, make_settings

LIMIT = 2048
ORIGIN = "https://app.example"


@pytest.fixture
def app() -> FastAPI:
    app = create_app(make_settings(max_body_bytes=LIMIT, cors_origins=(ORIGIN,)))

    @app.post("/read")
    async def read(body: ChatRequest) -> str:  # pyright: ignore[reportUnusedFunction]
        return str(len(body.message))

    @app.get("/own-policy")
    async def own_policy() -> PlainTextResponse:  # pyright: ignore[reportUnusedFunction]
        return PlainTextResponse("", headers={"Content-Security-Policy": "default-src 'self'"})

    @app.get("/fail")
    async def fail() -> None:  # pyright: ignore[reportUnusedFunction]
        raise ZeroDivisionError

    @app.get("/break-off")
    async def break_off() -> StreamingResponse:  # pyright: ignore[reportUnusedFunction]
        async def pieces() -> AsyncIterator[str]:
            yield "begun"
            raise ZeroDivisionError

        return StreamingResponse(pieces())

    return app


def request_line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (record,) = [record for record in caplog.records if record.message == "request"]
    return vars(record)


async def chunks(total: int) -> AsyncIterator[bytes]:
    yield b'{"agent_name": "assistant", "message": "'
    for _ in range(total // 512):
        yield b"x" * 512
    yield b'"}'


@pytest.mark.parametrize("given", ["b1946ac92492d234", "trace:1.2_3-4", "x" * 128])
async def test_a_sane_request_id_is_kept(app: FastAPI, given: str) -> None:
    async with client_of(app) as client:
        answer = await client.get("/health", headers={"X-Request-ID": given})

    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, 'a"b', "a b", "a\tb", "é"])
async def test_any_other_request_id_is_replaced(app: FastAPI, given: str) -> None:
    async with client_of(app) as client:
        answer = await client.get("/health", headers=[(b"X-Request-ID", given.encode())])

    assert len(answer.headers["X-Request-ID"]) == 36


async def test_every_request_has_one_line_with_neither_text_nor_token(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with client_of(app) as client:
        answer = await client.post(
            "/read?key=MY-SECRET",
            json={"agent_name": "assistant", "message": "MY-SECRET"},
            headers={"Authorization": "Bearer MY-SECRET", "Cookie": "MY-SECRET"},
        )

    line = request_line(caplog)
    assert (line["method"], line["path"], line["status"]) == ("POST", "/read", 200)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["duration_ms"] >= 0
    assert "MY-SECRET" not in str(line)


@pytest.mark.parametrize("path", ["/fail", "/break-off"])
async def test_a_request_that_fails_has_its_line_too(
    app: FastAPI, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level(logging.INFO)
    async with client_of(app) as client:
        if path == "/fail":
            assert (await client.get(path)).status_code == 500
        else:
            with pytest.raises(ZeroDivisionError):
                await client.get(path)

    assert request_line(caplog)["status"] == (500 if path == "/fail" else 200)


@pytest.mark.parametrize("path", ["/health", "/nowhere", "/fail"])
async def test_every_answer_has_the_security_headers(app: FastAPI, path: str) -> None:
    async with client_of(app) as client:
        headers = (await client.get(path)).headers

    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


async def test_a_page_may_have_a_policy_of_its_own(app: FastAPI) -> None:
    async with client_of(app) as client:
        answer = await client.get("/own-policy")

    assert answer.headers["Content-Security-Policy"] == "default-src 'self'"


@pytest.mark.parametrize("path", ["/api/agents/%00", "/api/agents/a%00/run", "/v1/models/%00", "/%00"])
async def test_there_is_nothing_at_an_address_with_a_character_that_no_name_has(
    app: FastAPI, path: str
) -> None:
    async with client_of(app) as client:
        answer = await client.get(path)

    assert answer.status_code == 404
    assert answer.headers["X-Request-ID"]


async def test_a_body_of_exactly_the_limit_is_read(app: FastAPI) -> None:
    frame = b'{"agent_name":"assistant","message":""}'
    body = frame.replace(b'""', b'"' + b"x" * (LIMIT - len(frame)) + b'"')
    async with client_of(app) as client:
        answer = await client.post("/read", content=body, headers={"Content-Type": "application/json"})

    assert len(body) == LIMIT
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/read", "/nowhere"])
async def test_a_body_that_announces_too_much_is_refused_unread(app: FastAPI, path: str) -> None:
    async with client_of(app) as client:
        answer = await client.post(path, content=b"x" * (LIMIT + 1))

    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "body_too_large"
    assert answer.json()["detail"] == "The request's body is larger than 2048 bytes."


async def test_a_body_that_turns_out_too_large_is_refused_while_it_arrives(app: FastAPI) -> None:
    async with client_of(app) as client:
        small = await client.post("/read", content=chunks(1024), headers={"Content-Type": "application/json"})
        large = await client.post("/read", content=chunks(4096), headers={"Content-Type": "application/json"})

    assert "Content-Length" not in large.request.headers
    assert (small.status_code, small.json()) == (200, "1024")
    assert large.status_code == 413
    assert large.json()["code"] == "body_too_large"


@pytest.mark.parametrize("path", ["/health", "/nowhere", "/fail"])
async def test_a_web_app_of_an_allowed_origin_can_read_every_answer(app: FastAPI, path: str) -> None:
    async with client_of(app) as client:
        ours = await client.get(path, headers={"Origin": ORIGIN})
        other = await client.get(path, headers={"Origin": "https://evil.example"})

    assert ours.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "X-Request-ID" in ours.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Origin" not in other.headers
    assert "Access-Control-Allow-Credentials" not in ours.headers


async def test_a_browser_s_preflight_is_answered(app: FastAPI) -> None:
    async with client_of(app) as client:
        answer = await client.options(
            "/api/chat",
            headers={
                "Origin": ORIGIN,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization, content-type, x-request-id",
            },
        )

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
