import re

import pytest

from chatServer.main import create_app
from fixtures.servers import client_of, make_settings


async def test_the_welcome_page_leads_to_what_runs_here() -> None:
    async with client_of(create_app(make_settings())) as client:
        page = await client.get("/")
        links = re.findall(r'<a [^>]*href="([^"]+)"', page.text)
        answers = {link: (await client.get(link)).status_code for link in links if link != "/ready"}

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert set(links) == {"/docs", "/ready", "/openapi.json"}
    assert set(answers.values()) == {200}
    assert "clarity chat" in page.text
    assert "/api/chat" in page.text


async def test_the_welcome_page_loads_nothing_from_elsewhere_and_runs_nothing() -> None:
    async with client_of(create_app(make_settings())) as client:
        page = await client.get("/")

    assert "<script" not in page.text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("kind", ["script", "link"])
async def test_the_documentation_may_load_what_it_names(kind: str) -> None:
    async with client_of(create_app(make_settings())) as client:
        page = await client.get("/docs")

    policy = page.headers["Content-Security-Policy"]
    for address in re.findall(rf'<{kind}[^>]+(?:src|href)="(https://[^/"]+)', page.text):
        assert address in policy
    assert "/openapi.json" in page.text


async def test_health_asks_nobody() -> None:
    # No lifespan: there is no pool, no key and no client that it could ask.
    async with client_of(create_app(make_settings())) as client:
        answer = await client.get("/health")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert re.fullmatch(r"\d+\.\d+\.\d+", answer.json()["version"])
