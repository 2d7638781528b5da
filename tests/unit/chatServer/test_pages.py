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


@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_without_the_web_app_pages_load_nothing_from_elsewhere_and_run_nothing(path: str) -> None:
    async with client_of(create_app(make_settings())) as client:
        page = await client.get(path)

    assert "<script" not in page.text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_without_the_web_app_the_documentation_leads_to_the_description() -> None:
    async with client_of(create_app(make_settings())) as client:
        page = await client.get("/docs")
        (link,) = re.findall(r'<a [^>]*href="([^"]+)"', page.text)
        description = await client.get(link)

    assert "not built" in page.text
    assert description.json()["openapi"].startswith("3.")


async def test_health_asks_nobody() -> None:
    # No lifespan: there is no pool, no key and no client that it could ask.
    async with client_of(create_app(make_settings())) as client:
        answer = await client.get("/health")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert re.fullmatch(r"\d+\.\d+\.\d+", answer.json()["version"])
