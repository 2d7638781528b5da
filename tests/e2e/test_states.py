"""Each page while it waits, once it is there, and when it cannot be loaded: no barrier, no leap, a way on."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from playwright.async_api import Page, Route, expect

from fixtures.databases import Database

from .conftest import OpenPage
from .lived_in import live_here, make_admin
from .steps import shot, sign_up
from .test_web_app import PHONE, barriers

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")

# Each with words that are there only when what it shows has been loaded.
PAGES = {
    "/agents": "Plans the week and asks before it changes anything.",
    "/agents/planner": "Every change, the latest first.",
    "/agents/planner/tools/list_tasks": "A real call, as you",
    "/tasks": "Send the tax return",
    "/tasks/{task}": "subtasks done",
    "/notes": "Summer house",
    "/notes/{note}": "Saved",
    "/settings/profile": "Time zone",
    "/settings/instructions": "Answer briefly.",
    "/settings/memory": "The summer house is in Malmö.",
    "/settings/permissions": "Lists the user's tasks, those due first on top.",
    "/settings/usage": "By agent",
    "/operator": "Slowest tools",
}
DARK_PHONE = {**PHONE, "color_scheme": "dark", "reduced_motion": "reduce"}
# Those that have another shape where there is room.
WIDE_PAGES = ("/agents", "/agents/planner/tools/list_tasks", "/notes", "/settings/memory", "/operator")

# A tenth of what browsers call good, for the whole of a page.
MOST_SHIFT = 0.01
WATCH_SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput)
        window.shifts.push([value, sources.map(({ node }) => node?.outerHTML?.slice(0, 90))]);
  }).observe({ type: "layout-shift" });
}"""

MOVES = "document.getAnimations().some(({ playState }) => playState === 'running')"

AWAY = {"code": "database_unavailable", "title": "Away", "detail": "It is away.", "message": "It is away."}


class Servers:
    """What a page asks of its servers, once it was signed in: answered, held up, or refused."""

    def __init__(self) -> None:
        self.is_away = False
        self._open = asyncio.Event()
        self._open.set()

    @asynccontextmanager
    async def held(self) -> AsyncGenerator[None]:
        self._open.clear()
        yield
        self._open.set()

    async def answer(self, route: Route) -> None:
        await self._open.wait()
        if self.is_away:
            await route.fulfill(status=503, json=AWAY)
        else:
            await route.fallback()


@pytest.mark.parametrize(
    ("options", "paths"), [({}, WIDE_PAGES), (DARK_PHONE, tuple(PAGES))], ids=["wide", "dark phone"]
)
async def test_every_page_waits_fails_and_comes_without_a_leap(
    open_page: OpenPage,
    stack_database: Database,
    axe: str,
    options: dict[str, Any],
    paths: tuple[str, ...],
) -> None:
    page = await open_page(is_watched=False, **options)
    email = await sign_up(page)
    live_here(stack_database.owner_url, email)
    make_admin(stack_database.owner_url, email)
    ids = ids_of(stack_database, email)
    servers = Servers()
    for requests in ("**/rest/v1/**", "**/api/**"):
        await page.route(requests, servers.answer)
    main = page.get_by_role("main")
    for path in paths:
        words = PAGES[path]
        name = re.sub(r"\W+", "-", path).strip("-")
        url = path.format(**ids)
        # Not from one page of the app to the next: that keeps what is loaded.
        await page.goto("about:blank")
        async with servers.held():
            await page.goto(url)
            await expect(main.get_by_role("status").first).to_be_attached()
            assert await barriers(page, axe) == [], path
            # What pulses says that it waits; whoever wants no motion is told in words.
            assert await page.evaluate(MOVES) == ("reduced_motion" not in options), path
            await shot(page, f"{name}-waits")
            await page.evaluate(WATCH_SHIFTS)
        await expect(main.get_by_text(words).filter(visible=True).first).to_be_visible()
        await page.wait_for_load_state("networkidle")
        shifts = await page.evaluate("window.shifts")
        assert sum(value for value, _ in shifts) <= MOST_SHIFT, (path, shifts)
        await shot(page, f"{name}-there")

        servers.is_away = True
        await page.reload()
        again = main.get_by_role("button", name="Try again")
        await expect(again.first).to_be_visible()
        assert await barriers(page, axe) == [], path
        assert await needs_no_sideways_scrolling(page), path
        await shot(page, f"{name}-failed")
        servers.is_away = False
        # Not a fixed number: what is asked for a second time fails a moment after the rest.
        while left := await again.count():
            await again.first.click()
            await expect(again).not_to_have_count(left)
        await expect(main.get_by_text(words).filter(visible=True).first).to_be_visible()


def ids_of(database: Database, email: str) -> dict[str, str]:
    """What is opened of those who live here: a task with subtasks, and a note."""
    query = """
        select tasks.id, notes.id
          from auth.users
          join public.tasks on tasks.user_id = users.id and tasks.title = 'Prepare the workshop'
          join public.notes on notes.user_id = users.id and notes.title = 'Lisbon'
         where users.email = %(email)s
    """
    with psycopg.connect(database.owner_url) as owner:
        [(task, note)] = owner.execute(query, {"email": email})
    return {"task": task, "note": note}


async def needs_no_sideways_scrolling(page: Page) -> bool:
    widths = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return widths[0] <= widths[1]
