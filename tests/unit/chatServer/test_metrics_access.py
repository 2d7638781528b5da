"""Who may read the metrics: the server's own machine, or whoever has the token."""

from typing import Any

import pytest
from fastapi import Request
from pydantic import SecretStr

from chatServer.errors import TokenRefused
from chatServer.metrics_access import check_metrics_reader
from core.errors import NotPermitted

TOKEN = SecretStr("0123456789abcdef0123456789abcdef")


def request(*, client: str | None = "127.0.0.1", host: str = "localhost:8000", **headers: str) -> Request:
    named = {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/metrics",
        "query_string": b"",
        "server": ("127.0.0.1", 8000),
        "client": (client, 1234) if client else None,
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    return Request(scope)


@pytest.mark.parametrize(
    ("client", "host"),
    [("127.0.0.1", "localhost:8000"), ("127.0.0.9", "127.0.0.1"), ("::1", "[::1]:8000")],
)
def test_without_a_token_the_machine_itself_may(client: str, host: str) -> None:
    check_metrics_reader(request(client=client, host=host), None)


@pytest.mark.parametrize(
    "refused",
    [
        request(client="10.0.0.7"),
        request(client="2001:db8::1"),
        request(client=None),
        # A proxy on this machine that passes on what the world asks.
        request(host="clarity.example.com"),
        request(x_forwarded_for="203.0.113.9"),
        request(forwarded="for=203.0.113.9"),
        request(via="1.1 proxy"),
    ],
)
def test_without_a_token_nobody_else_may(refused: Request) -> None:
    with pytest.raises(NotPermitted):
        check_metrics_reader(refused, None)


def test_with_a_token_whoever_sends_it_may_from_anywhere() -> None:
    sent = f"Bearer {TOKEN.get_secret_value()}"

    check_metrics_reader(
        request(client="10.0.0.7", host="pod:8000", x_forwarded_for="x", authorization=sent), TOKEN
    )


@pytest.mark.parametrize(
    "sent", [None, "", "Bearer ", "Bearer wrong", f"Basic {TOKEN.get_secret_value()}", "é"]
)
def test_with_a_token_nobody_may_without_it_not_even_the_machine_itself(sent: str | None) -> None:
    headers = {} if sent is None else {"authorization": sent}
    with pytest.raises(TokenRefused):
        check_metrics_reader(request(**headers), TOKEN)
