"""The web app as the chat server gives it out, with a build of four files."""

import gzip
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from chatServer.main import create_app
from fixtures.servers import client_of, make_settings

SUPABASE = "https://example.supabase.co"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self' https://example.supabase.co; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SCRIPT = "export const answer = 42;" * 100


def make_app(root: Path | None, **settings: Any) -> FastAPI:
    return create_app(
        make_settings(
            web_root=root, **{"supabase_url": SUPABASE, "publishable_key": "publishable", **settings}
        )
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / ".vite").mkdir()
    (root / "index.html").write_text("<title>The app</title>")
    (root / "docs.html").write_text("<title>The docs</title>")
    (root / "theme.js").write_text("document.title;")
    (root / "assets" / "index-a1b2.js").write_text(SCRIPT)
    (root / "assets" / "index-a1b2.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (root / ".vite" / "manifest.json").write_text("{}")
    (tmp_path / "secret.js").write_text("secret")
    return root


async def get(app: FastAPI, path: str, **headers: str) -> httpx.Response:
    async with client_of(app) as client:
        return await client.get(path, headers={"accept-encoding": "identity", **headers})


@pytest.mark.parametrize("path", ["/", "/chat/00000000-0000-4000-8000-00000000000a", "/new/assistant", "/x/"])
async def test_an_address_of_the_app_is_the_app(root: Path, path: str) -> None:
    page = await get(make_app(root), path)

    assert page.status_code == 200
    assert "The app" in page.text
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Security-Policy"] == POLICY
    assert page.headers["Cache-Control"] == "no-cache"


async def test_a_page_that_has_not_changed_is_not_sent_again_and_keeps_its_policy(root: Path) -> None:
    app = make_app(root)
    first = await get(app, "/")
    again = await get(app, "/", **{"if-none-match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    # A browser takes over the headers of a 304.
    assert again.headers["Content-Security-Policy"] == POLICY


async def test_files_named_by_their_content_are_kept_for_good(root: Path) -> None:
    script = await get(make_app(root), "/assets/index-a1b2.js")

    assert script.text == SCRIPT
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_what_the_build_has_compressed_is_sent_compressed_to_whoever_reads_it(root: Path) -> None:
    script = await get(make_app(root), "/assets/index-a1b2.js", **{"accept-encoding": "br, gzip"})

    assert script.headers["Content-Encoding"] == "gzip"
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert int(script.headers["Content-Length"]) < len(SCRIPT)
    assert script.text == SCRIPT


async def test_other_files_are_asked_for_again(root: Path) -> None:
    script = await get(make_app(root), "/theme.js")

    assert (script.status_code, script.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path",
    [
        "/api/nowhere",
        "/api/chat/x",
        "/docs/x",
        "/health/x",
        "/mcp",
        "/ready/x",
        "/assets/none.js",
        "/assets/none",
        "/favicon.ico",
        "/.vite/manifest.json",
        "/.env",
        "/../secret.js",
        "/%2e%2e/secret.js",
        "/assets/..%2f..%2f..%2fsecret.js",
        "/a%00b.js",
    ],
)
async def test_what_is_not_there_is_no_page(root: Path, path: str) -> None:
    answer = await get(make_app(root), path)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_the_api_stays_where_it_is(root: Path) -> None:
    app = make_app(root)

    assert (await get(app, "/api/chat")).status_code == 405
    assert (await get(app, "/health")).json()["status"] == "ok"
    assert (await get(app, "/openapi.json")).json()["info"]["title"] == "Clarity"
    assert "The docs" in (await get(app, "/docs")).text


async def test_the_app_takes_nothing_but_questions(root: Path) -> None:
    async with client_of(make_app(root)) as client:
        assert (await client.post("/new")).status_code == 405
        assert (await client.head("/new")).status_code == 200


async def test_the_app_is_told_where_supabase_is(root: Path) -> None:
    config = await get(make_app(root), "/config.json")

    assert config.json() == {
        "supabase_url": SUPABASE,
        "publishable_key": "publishable",
        "api_url": "",
        "demo": None,
    }
    assert config.headers["Cache-Control"] == "no-store"


async def test_the_app_is_told_of_a_demo_user_where_there_is_one(root: Path) -> None:
    whole = make_app(root, demo_email="demo@example.com", demo_password=SecretStr("demo"))
    half = make_app(root, demo_email="demo@example.com")

    assert (await get(whole, "/config.json")).json()["demo"] == {
        "email": "demo@example.com",
        "password": "demo",
    }
    assert (await get(half, "/config.json")).json()["demo"] is None


async def test_a_development_server_of_the_app_is_told_too() -> None:
    assert (await get(make_app(None), "/config.json")).json()["supabase_url"] == SUPABASE


async def test_a_server_without_a_key_for_browsers_has_nothing_to_tell() -> None:
    assert (await get(make_app(None, publishable_key=None), "/config.json")).status_code == 404
