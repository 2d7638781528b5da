"""A browser in front of the whole stack: Postgres, gateway, chat server and built web app, once a worker."""

import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from cli.blueprints import load_blueprint
from cli.chat_server import ChatServer
from cli.demo import make_demo_user
from cli.project import Project
from cli.state import Stack
from cli.web_app import web_app_build
from embedded.gateway import Gateway
from embedded.npm import install
from embedded.ports import free_port
from embedded.postgres import EmbeddedPostgres
from embedded.secret_file import Secrets
from fixtures.cluster import ROOT
from fixtures.databases import Database, Logins, fresh_database

from .chromium import FLAGS, find_chromium

WIDE = {"width": 1280, "height": 800}
# A machine that does other things as well is slow, not wrong.
PATIENCE_SECONDS = 40

# What the browser itself says of each request while a test has taken its network away.
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"

# open_page(**options of the browser context) gives the page of a new visitor.
OpenPage: TypeAlias = Callable[..., Coroutine[Any, Any, Page]]


@pytest.fixture(scope="session")
def web_root(run_folder: Path) -> Path:
    """The built web app, shared with `clarity up` because it is named by its content."""
    return web_app_build(ROOT / "webApp").build(ROOT / ".clarity" / "web")


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which looks for what keeps people from using a page."""
    assert install(ROOT / "webApp") == 0
    return (ROOT / "webApp" / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="session")
def stack_database(cluster: EmbeddedPostgres, template: str, logins: Logins) -> Iterator[Database]:
    yield from fresh_database(cluster, logins, template)


@pytest.fixture(scope="session")
def web_url(
    stack_database: Database,
    gateway_bundle: Path,
    run_secrets: Secrets,
    web_root: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Where the web app is, with everything behind it running as `clarity up` runs it."""
    folder = tmp_path_factory.mktemp("stack")
    load_blueprint(stack_database.owner_url, ROOT / "supabase" / "blueprints" / "assistant")
    gateway = Gateway(
        gateway_bundle,
        database_url=stack_database.gateway_url,
        jwt_secret=run_secrets.jwt_secret,
        port=None,
        log_file=folder / "gateway.log",
    )
    gateway.start()
    stack = Stack(
        mode="embedded",
        supabase_url=gateway.url,
        publishable_key=gateway.publishable_key,
        owner_url=stack_database.owner_url,
        server_url=stack_database.server_url,
        jwt_secret=run_secrets.jwt_secret,
    )
    make_demo_user(stack, stack_database.owner_url, today=datetime.now(UTC).date())
    # No model key of this machine: the agents run on offline:rules.
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    project = Project(root=ROOT, home=folder, environment=environment)
    server = ChatServer(project, stack, port=free_port(), web_root=web_root)
    server.start()
    yield server.url
    server.stop()
    gateway.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = find_chromium()
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    async with async_playwright() as playwright:
        # The flags say headless themselves: the old kind, which is playwright's, is another browser.
        browser = await playwright.chromium.launch(
            executable_path=program, args=FLAGS, ignore_default_args=["--headless"]
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, web_url: str) -> AsyncIterator[OpenPage]:
    """Every page of a test must be free of errors, warnings and violations of the security policy.

    With `is_watched=False` a page may complain, as one does without a network.
    """
    complaints: list[str] = []

    def complain(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complain(message) if OFFLINE not in message.text else None)

    async def open_page(*, is_watched: bool = True, **options: Any) -> Page:
        settings: dict[str, Any] = {"viewport": WIDE, **options}
        context = await browser.new_context(base_url=web_url, **settings)
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        if is_watched:
            context.on("page", watch)
        return await context.new_page()

    yield open_page
    for context in browser.contexts:
        await context.close()
    assert complaints == []
