"""The list of chats: found by what was said, kept in order, and quick with thousands of them."""

import sys
import time
from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from playwright.async_api import Locator, Page, Request, expect

from fixtures.databases import Database

from .conftest import OpenPage
from .scribe import Scribe, fill_chat
from .steps import answers, listed, message_field, questions, say, shot, sign_up
from .test_chat_live import ask, begin, stop_button, written
from .test_web_app import barriers

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDE: dict[str, Any] = {"reduced_motion": "reduce"}
PHONE = {**WIDE, "viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SMALL = {**PHONE, "viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}
SIZES = pytest.mark.parametrize("options", [WIDE, PHONE, SMALL], ids=["wide", "phone", "small dark"])

CHATS = 5000
# A chat every three hours, each with a question and an answer: nearly two years of them.
FILL_LIST = """
    with owner as (select id from auth.users where email = %(email)s),
         chat as (
           insert into public.chats (user_id, agent_name, title, created_at, last_message_at, tags)
           select owner.id, 'assistant', 'Chat number ' || place, moment, moment,
                  case when place %% 100 = 50 then array['garden', 'every hundredth'] else '{}' end
             from owner, generate_series(1, %(chats)s) as place,
                  lateral (select now() - place * interval '3 hours' as moment) as at
           returning id, user_id, title, created_at
         )
    insert into public.chat_message_history (session_id, user_id, message, created_at)
    select chat.id, chat.user_id,
           jsonb_build_object('type', kind, 'data', jsonb_build_object('content', said)), chat.created_at
      from chat, lateral (values ('human', 'What about number ' || substr(title, 13) || '?'),
                                 ('ai', 'Water the fern by the window.')) as message (kind, said)
     order by chat.created_at
"""

ROWS = "document.querySelectorAll('nav [data-row]').length"
NODES = "document.querySelectorAll('*').length"


@pytest.fixture(scope="module")
def scribe(stack_database: Database) -> Iterator[Scribe]:
    model = Scribe()
    model.start()
    model.make_agent(stack_database.owner_url)
    yield model
    model.drop_agent(stack_database.owner_url)
    model.stop()


def fill_list(database: Database, email: str, chats: int) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(FILL_LIST, {"email": email, "chats": chats})


async def open_list(page: Page) -> Locator:
    """The list, which a narrow page has in a drawer."""
    await page.locator("#message").wait_for()
    opener = page.get_by_role("button", name="Open the list of chats")
    if await opener.is_visible():
        await opener.click()
    chats = page.get_by_role("navigation", name="Chats")
    await expect(chats.get_by_role("searchbox")).to_be_visible()
    return chats


async def act(page: Page, title: str, action: str) -> None:
    """Chooses an action from the menu of a chat in the list."""
    chats = page.get_by_role("navigation", name="Chats")
    row = chats.get_by_role("listitem").filter(has=page.get_by_role("link", name=title, exact=True))
    await row.hover()
    await row.get_by_role("button").click()
    await page.get_by_role("menuitem", name=action).click()


@SIZES
async def test_chats_are_pinned_tagged_filtered_and_put_away(
    open_page: OpenPage, stack_database: Database, axe: str, options: dict[str, Any]
) -> None:
    page = await open_page(**options)
    email = await sign_up(page)
    chats = await open_list(page)
    await expect(chats.get_by_text("Your chats will be listed here.")).to_be_visible()
    assert await barriers(page, axe) == []
    await shot(page, "chats-empty")
    fill_list(stack_database, email, 30)
    await page.reload()
    chats = await open_list(page)
    await expect(listed(page, "Chat number 3")).to_be_visible()

    await act(page, "Chat number 3", "Pin to the top")
    pinned = chats.get_by_role("region", name="Pinned")
    await expect(pinned.get_by_role("link", name="Chat number 3")).to_be_visible()
    await act(page, "Chat number 2", "Tags…")
    await page.get_by_role("combobox", name="Add a tag").fill("garden")
    await page.keyboard.press("Enter")
    assert await barriers(page, axe) == []
    await page.get_by_role("button", name="Save").click()
    await expect(chats.get_by_role("link", name="Chat number 2 , garden")).to_be_visible()
    assert await barriers(page, axe) == []
    await shot(page, "chats")

    await chats.get_by_role("button", name="Filter by tag").click()
    await page.get_by_role("menuitemradio", name="garden").click()
    await expect(chats.get_by_role("listitem")).to_have_count(1)
    assert await barriers(page, axe) == []
    await shot(page, "chats-tag")
    await chats.get_by_role("button", name="Show chats without the tag garden too").click()

    await act(page, "Chat number 1", "Archive")
    await expect(listed(page, "Chat number 1")).to_have_count(0)
    await chats.get_by_role("button", name="Archived chats").click()
    await expect(listed(page, "Chat number 1")).to_be_visible()
    assert await barriers(page, axe) == []
    await act(page, "Chat number 1", "Move back to chats")
    await chats.get_by_role("button", name="Back to current chats").click()
    await expect(listed(page, "Chat number 1")).to_be_visible()

    # It is all stored.
    await page.reload()
    chats = await open_list(page)
    await expect(pinned.get_by_role("link", name="Chat number 3")).to_be_visible()
    await expect(chats.get_by_role("link", name="Chat number 2 , garden")).to_be_visible()


@SIZES
async def test_what_was_said_is_found_and_led_to(
    open_page: OpenPage, stack_database: Database, axe: str, options: dict[str, Any]
) -> None:
    page = await open_page(**options)
    await sign_up(page)
    await say(page, "What is on my list?")
    texts = [f"Question {place}" if place % 2 == 0 else f"Answer {place}" for place in range(160)]
    texts[20] = "Where did we put the <b>marmalade</b> recipe?"
    fill_chat(stack_database.owner_url, UUID(page.url.rsplit("/", 1)[1]), texts)
    await page.goto("/new/assistant")
    chats = await open_list(page)

    await chats.get_by_role("searchbox").fill("marmal")
    passage = chats.get_by_role("region", name="In messages").get_by_role("link")
    await expect(passage).to_have_count(1)
    await expect(passage.locator("mark")).to_have_text("marmalade")
    await expect(passage).to_contain_text("<b>marmalade</b>")
    assert await barriers(page, axe) == []
    await shot(page, "chats-search")
    await passage.click()
    found = questions(page).filter(has_text="marmalade")
    await expect(found).to_be_in_viewport()
    # Nothing between it and the end is missing.
    await expect(questions(page).filter(has_text="Question 100")).to_have_count(1)
    assert await barriers(page, axe) == []
    await shot(page, "chats-found")

    chats = await open_list(page)
    await chats.get_by_role("searchbox").fill("zeppelin")
    await expect(chats.get_by_text("Nothing was found for “zeppelin”.")).to_be_visible()
    assert await barriers(page, axe) == []


async def test_the_keyboard_is_enough_to_find_open_and_put_away_chats(
    open_page: OpenPage, stack_database: Database
) -> None:
    page = await open_page(**WIDE)
    email = await sign_up(page)
    fill_list(stack_database, email, 20)
    await page.reload()
    await expect(listed(page, "Chat number 1")).to_be_visible()
    await page.get_by_role("searchbox").focus()
    await page.keyboard.press("ArrowDown")
    await expect(listed(page, "Chat number 1")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Shift+F10")
    await page.get_by_role("menuitem", name="Archive").press("Enter")
    await expect(listed(page, "Chat number 2")).to_have_count(0)
    await expect(listed(page, "Chat number 3")).to_be_focused()
    await page.keyboard.press("End")
    await expect(listed(page, "Chat number 20")).to_be_focused()
    await expect(listed(page, "Chat number 20")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_text("Chat number 20")
    await expect(answers(page)).to_contain_text("Water the fern")


async def test_five_thousand_chats_are_as_good_as_fifty(
    open_page: OpenPage, stack_database: Database, record_property: Any
) -> None:
    page = await open_page(**WIDE)
    email = await sign_up(page)
    fill_list(stack_database, email, CHATS)
    with psycopg.connect(stack_database.owner_url, autocommit=True) as owner:
        owner.execute("analyze public.chats, public.chat_message_history")
    await page.reload()
    await expect(listed(page, "Chat number 1")).to_be_visible()
    nodes = cast(int, await page.evaluate(NODES))

    # To the very end, by keyboard and by wheel.
    took = Stopwatch()
    last = listed(page, f"Chat number {CHATS}")
    await page.get_by_role("searchbox").focus()
    await page.keyboard.press("ArrowDown")
    while await last.count() == 0:
        await page.keyboard.press("End")
        await page.mouse.move(100, 600)
        await page.mouse.wheel(0, 20_000)
        assert cast(int, await page.evaluate(ROWS)) < 120
    await page.keyboard.press("End")
    await expect(last).to_be_focused()
    await expect(last).to_be_in_viewport()
    took.note("to the end of the list")
    assert cast(int, await page.evaluate(NODES)) < nodes + 1500

    # A turn reads the beginning of the list, not all that was scrolled through.
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.method == "GET" and "/rest/v1/chats?" in request.url:
            asked.append(request.url)

    page.on("request", note)
    await say(page, "What is on my list?")
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    took.note("a turn")
    assert len(asked) < 25, asked
    # And one still is where one was.
    await expect(last).to_be_in_viewport()

    took.restart()
    await message_field(page).press_sequentially("twenty keystrokes !!")
    took.note("a keystroke in a message", of=20)
    search = page.get_by_role("searchbox")
    await search.press_sequentially("4711?")
    took.note("a keystroke in the search", of=5)
    passage = page.get_by_role("region", name="In messages").get_by_role("link")
    await expect(passage).to_have_count(1)
    took.note("from the last one to what was found")
    await passage.click()
    await expect(questions(page)).to_contain_text("What about number 4711?")
    took.note("opening the chat")
    await search.fill("fern")
    await expect(passage).to_have_count(20)
    took.note("a word in every chat")
    await search.fill("number 49")
    named = page.get_by_role("region", name="By name")
    await named.get_by_role("button", name="Show all with this name").click()
    await expect(listed(page, "Chat number 49")).to_be_visible()
    assert cast(int, await page.evaluate(ROWS)) < 120
    for line in took.lines:
        record_property("took", line)
    sys.stdout.write("\n".join(took.lines) + "\n")


class Stopwatch:
    """What took how long, for whoever reads the test's output: times of a busy machine prove nothing."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.restart()

    def restart(self) -> None:
        self._began = time.perf_counter()

    def note(self, what: str, of: int = 1) -> None:
        milliseconds = (time.perf_counter() - self._began) * 1000 / of
        self.lines.append(f"{what}: {milliseconds:.0f} ms")
        self.restart()


@pytest.mark.parametrize("options", [WIDE, PHONE], ids=["wide", "phone"])
async def test_what_is_sent_while_the_agent_answers_waits_for_its_turn(
    open_page: OpenPage, scribe: Scribe, axe: str, options: dict[str, Any]
) -> None:
    page = await open_page(**options)
    await sign_up(page)
    scribe.hold()
    await begin(page, "hold The first answer")
    await expect(stop_button(page)).to_be_visible()
    await ask(page, "say The second one")
    await ask(page, "say The third one")
    waiting = page.get_by_role("list", name="Waiting to be sent").get_by_role("listitem")
    await expect(waiting).to_have_count(2)
    assert await barriers(page, axe) == []
    await shot(page, "chat-queue")
    await waiting.last.get_by_role("button", name="Do not send it").click()
    await expect(waiting).to_have_count(1)
    scribe.release()
    await expect(written(page)).to_have_text(["The first answer", "The second one"])
    await expect(waiting).to_have_count(0)
    await expect(questions(page)).to_have_count(2)
