"""A chat of 2,000 messages: read upwards without jumps, and as smooth to type and watch in as a short one."""

import asyncio
from collections.abc import Iterator
from statistics import mean
from typing import cast
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, Route, expect

from fixtures.databases import Database

from .conftest import OpenPage
from .scribe import Scribe, fill_chat
from .steps import message_field, sign_up

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")

MESSAGES = 2000
PARAGRAPH = (
    "Water the **ferns** twice a week, the `cactus` hardly ever, and [read](https://example.com) more. "
)
TABLE = "| a | b |\n|---|---|\n| 1 | 2 |"
ANSWER = f"## Plants\n\n{PARAGRAPH * 3}\n\n- one\n- two\n\n{TABLE}\n\n```sql\nselect 1;\n```"

# A screen shows 60 frames a second: 17 ms were measured on two busy cores, and where each frame lays out
# 2,000 messages 45 ms. A machine that does other things as well drops some, in a short chat too.
MEAN_MILLISECONDS = 34

# Watched from within the page: a look from outside, by roles, would cost more than what is measured.
WATCH = """() => {
  window.frames_ = [];
  let last = performance.now();
  const tick = (now) => {
    window.frames_.push(now - last);
    last = now;
    window.watch_ = requestAnimationFrame(tick);
  };
  window.watch_ = requestAnimationFrame(tick);
}"""
FRAMES = "() => { cancelAnimationFrame(window.watch_); return window.frames_.slice(2); }"
IS_WRITTEN = """(end) => {
  const last = [...document.querySelectorAll('article')].at(-1);
  return last?.ariaLabel === 'Scribe' && last.ariaBusy === 'false' && last.textContent.includes(end);
}"""
BLOCKS = "document.querySelectorAll('[data-block]').length"
# The place of the block in the middle of the window, and after the page above it has come.
PLACE = """() => {
  window.seen_ = document.elementFromPoint(700, 400).closest('[data-block]');
  return window.seen_.getBoundingClientRect().top;
}"""
PLACE_NOW = "() => window.seen_.getBoundingClientRect().top"


@pytest.fixture(scope="module")
def scribe(stack_database: Database) -> Iterator[Scribe]:
    model = Scribe()
    model.start()
    model.make_agent(stack_database.owner_url)
    yield model
    model.drop_agent(stack_database.owner_url)
    model.stop()


async def open_long_chat(page: Page, database: Database) -> Locator:
    """A chat of 2,000 messages, of which the last ones are loaded: what scrolls in it."""
    await page.goto("/new/scribe")
    await message_field(page).fill("say Hello")
    await message_field(page).press("Enter")
    await expect(page.get_by_role("article", name="Scribe")).to_contain_text("Hello")
    await page.wait_for_url("**/chat/*")
    texts = [f"Question {place}" if place % 2 == 0 else ANSWER for place in range(MESSAGES - 2)]
    fill_chat(database.owner_url, UUID(page.url.rsplit("/", 1)[1]), texts)
    await page.reload()
    await expect(page.get_by_text(f"Question {MESSAGES - 4}", exact=True)).to_be_visible()
    return page.locator("section[aria-label='Conversation'] > div").first


async def load_all(page: Page, scroller: Locator) -> None:
    blocks = 0
    while blocks < MESSAGES:
        await scroller.evaluate("element => { element.scrollTop = 0 }")
        await page.wait_for_function(f"before => {BLOCKS} > before", arg=blocks)
        blocks = cast(int, await page.evaluate(BLOCKS))


async def paint(page: Page) -> None:
    """Waits until the browser has painted what there is, and what it then finds to be in sight."""
    await page.evaluate(
        """async () => {
          for (let frame = 0; frame < 6; frame += 1) await new Promise(requestAnimationFrame);
        }"""
    )


@pytest.mark.parametrize("top", [900, 0], ids=["near the top", "at the top"])
async def test_a_page_that_comes_above_moves_nothing_that_is_read(
    open_page: OpenPage, scribe: Scribe, stack_database: Database, top: int
) -> None:
    page = await open_page()
    await sign_up(page)
    scroller = await open_long_chat(page, stack_database)
    may_come = asyncio.Event()

    async def hold(route: Route) -> None:
        await may_come.wait()
        await route.continue_()

    await page.route("**/rest/v1/chat_message_history*", hold)
    async with page.expect_request("**/rest/v1/chat_message_history*"):
        await scroller.evaluate("(element, top) => { element.scrollTop = top }", top)
    await paint(page)
    blocks = await page.evaluate(BLOCKS)
    before = cast(float, await page.evaluate(PLACE))
    may_come.set()
    await page.wait_for_function(f"before => {BLOCKS} > before", arg=blocks)
    await paint(page)

    assert abs(cast(float, await page.evaluate(PLACE_NOW)) - before) <= 2


async def test_typing_and_an_answer_that_grows_are_as_smooth_as_in_a_short_chat(
    open_page: OpenPage, scribe: Scribe, stack_database: Database
) -> None:
    page = await open_page()
    await sign_up(page)
    await page.goto("/new/scribe")
    in_short_chat = await frames(page)
    scroller = await open_long_chat(page, stack_database)
    await load_all(page, scroller)
    await page.get_by_role("button", name="Jump to the latest").click()

    in_long_chat = await frames(page)

    # What a machine is too busy for in a short chat, it is too busy for here.
    typing, streaming = (max(MEAN_MILLISECONDS, 2 * milliseconds) for milliseconds in in_short_chat)
    assert in_long_chat[0] < typing
    assert in_long_chat[1] < streaming


async def frames(page: Page) -> tuple[float, float]:
    """The milliseconds that a frame takes in the open chat: while one types, and while an answer grows."""
    field = page.locator("#message")
    await page.evaluate(WATCH)
    await field.press_sequentially("what is typed here ", delay=16)
    typing = cast(list[float], await page.evaluate(FRAMES))
    await field.fill(f"pace {PARAGRAPH * 20} The end")
    await page.evaluate(WATCH)
    await field.press("Enter")
    await page.wait_for_function(IS_WRITTEN, arg="The end", polling=250)
    streaming = cast(list[float], await page.evaluate(FRAMES))
    assert min(len(typing), len(streaming)) > 10, "too quick to tell"
    return mean(typing), mean(streaming)
