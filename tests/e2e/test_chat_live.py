"""Answers as they are written: seen growing, stopped, come back to, and asked about, in a browser."""

import json
from collections.abc import Iterator

import psycopg
import pytest
from playwright.async_api import Locator, Page, Route, expect

from fixtures.databases import Database
from fixtures.waiting import eventually

from .conftest import PATIENCE_SECONDS, OpenPage
from .scribe import Scribe, add_task, tasks_of
from .steps import message_field, questions, shot, sign_up
from .test_web_app import barriers

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
SIZES = pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])


@pytest.fixture(scope="module")
def model(stack_database: Database) -> Iterator[Scribe]:
    model = Scribe()
    model.start()
    model.make_agent(stack_database.owner_url)
    yield model
    model.drop_agent(stack_database.owner_url)
    model.stop()


@pytest.fixture
def scribe(model: Scribe) -> Scribe:
    """The model, which holds what it is told to hold."""
    model.hold()
    return model


async def ask(page: Page, text: str) -> None:
    await message_field(page).fill(text)
    await message_field(page).press("Enter")


async def begin(page: Page, text: str) -> str:
    """A new chat with the scribe that begins with this message: its address."""
    await page.goto("/new/scribe")
    await ask(page, text)
    await page.wait_for_url("**/chat/*")
    return page.url


def written(page: Page) -> Locator:
    return page.get_by_role("article", name="Scribe")


def stop_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Stop", exact=True)


def send_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Send", exact=True)


def card(page: Page, tool: str) -> Locator:
    return page.get_by_role("region", name=f"Allow “{tool}”?")


def is_answered(database: Database, chat_id: str) -> bool:
    query = "select bool_and(status = 'completed') from public.chat_runs where chat_id = %(chat_id)s"
    with psycopg.connect(database.owner_url) as owner:
        row = owner.execute(query, {"chat_id": chat_id}).fetchone()
    return row is not None and row[0] is True


def title_of(database: Database, chat_id: str) -> str | None:
    query = "select title from public.chats where id = %(chat_id)s"
    with psycopg.connect(database.owner_url) as owner:
        row = owner.execute(query, {"chat_id": chat_id}).fetchone()
    return row[0] if row else None


def call(tool: str, **arguments: object) -> str:
    return f"call {tool} {json.dumps(arguments)}"


async def test_an_answer_is_seen_as_it_grows(open_page: OpenPage, scribe: Scribe, axe: str) -> None:
    page = await open_page()
    await sign_up(page)
    await begin(page, "hold One **two** three")
    await expect(written(page)).to_have_text("One two")
    await expect(stop_button(page)).to_be_visible()
    assert await barriers(page, axe) == []

    scribe.release()
    await expect(written(page)).to_contain_text("One two three")
    await expect(send_button(page)).to_be_visible()
    await expect(written(page)).to_have_count(1)
    await expect(questions(page)).to_have_count(1)


async def test_one_stays_at_the_end_while_long_answers_come_and_leaves_it_by_going_up(
    open_page: OpenPage, scribe: Scribe
) -> None:
    page = await open_page(viewport={"width": 390, "height": 700})
    await sign_up(page)
    await begin(page, "say " + "A long answer. " * 300)
    jump = page.get_by_role("button", name="Jump to the latest message")
    for count in (2, 3):
        await expect(send_button(page)).to_be_visible()
        await ask(page, "say " + f"Another one, the {count}th. " * 100)
        await expect(written(page)).to_have_count(count)
        await expect(send_button(page)).to_be_visible()
        await expect(written(page).last.get_by_role("button", name="Good answer")).to_be_in_viewport()
        await expect(jump).to_have_count(0)
    await ask(page, "hold And one more " + "word " * 200 + "end")
    await expect(written(page)).to_have_count(4)
    await page.get_by_role("region", name="Conversation").hover()
    await page.mouse.wheel(0, -900)
    await expect(jump).not_to_contain_text("New messages")
    scribe.release()
    await expect(written(page).last).to_contain_text("end")
    await expect(jump).to_contain_text("New messages")
    await expect(written(page).last.get_by_role("button", name="Good answer")).not_to_be_in_viewport()
    await jump.click()
    await expect(jump).to_have_count(0)
    await expect(written(page).last.get_by_role("button", name="Good answer")).to_be_in_viewport()


@SIZES
async def test_one_comes_back_to_where_one_has_not_read_yet(
    open_page: OpenPage, scribe: Scribe, stack_database: Database, axe: str, options: dict[str, object]
) -> None:
    page = await open_page(**options)
    await sign_up(page)
    address = await begin(page, "say This is read")
    await expect(send_button(page)).to_be_visible()
    await page.wait_for_function("(localStorage.getItem('clarity.read') ?? '').includes('chats')")
    await ask(page, "hold This is new " + "word " * 600 + "end")
    await expect(written(page)).to_have_count(2)
    line = page.get_by_role("heading", name="New messages")
    await expect(line).to_have_count(0)

    await page.goto("/tasks")
    await expect(page.get_by_role("heading", name="Tasks", level=1)).to_be_visible()
    scribe.release()
    chat_id = address.rpartition("/")[2]
    eventually(lambda: is_answered(stack_database, chat_id), seconds=PATIENCE_SECONDS)
    await page.goto(address)
    await expect(written(page).last).to_contain_text("end")
    await expect(line).to_be_in_viewport()
    await expect(written(page).last).to_be_in_viewport()
    assert await barriers(page, axe) == []
    await shot(page, "chat-unread")
    await page.reload()
    await expect(written(page)).to_have_count(2)
    await expect(line).to_have_count(0)


async def test_what_is_written_in_markdown_with_code_and_formulas_is_set(
    open_page: OpenPage, scribe: Scribe, axe: str
) -> None:
    page = await open_page(color_scheme="dark")
    await sign_up(page)
    code = "```python\ndef litres(days: int = 7) -> float:\n    return 0.5 * days  # a fern\n```"
    await begin(
        page, f"say ## Water\n\n{code}\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\nSo $w = l \\cdot d$, from $5 up."
    )
    await expect(written(page).locator(".hljs-keyword").first).to_have_text("def")
    await expect(written(page).locator("math")).to_be_visible()
    await expect(written(page)).to_contain_text("from $5 up")
    await expect(send_button(page)).to_be_visible()
    await shot(page, "chat-markdown")
    assert await barriers(page, axe) == []


@SIZES
async def test_an_answer_is_stopped_and_kept_as_far_as_it_came(
    open_page: OpenPage, scribe: Scribe, axe: str, options: dict[str, object]
) -> None:
    page = await open_page(**options)
    await sign_up(page)
    await begin(page, "hold A long answer that nobody wants")
    await expect(written(page)).to_contain_text("that nobody")
    if options:
        await stop_button(page).click()
    else:
        await page.keyboard.press("Escape")

    await expect(page.get_by_text("Stopped. What was done by then is kept.").first).to_be_visible()
    await expect(written(page)).to_contain_text("A long answer that nobody")
    assert await barriers(page, axe) == []
    await page.reload()
    await expect(written(page)).to_contain_text("A long answer that nobody")
    await ask(page, "say Something else")
    await expect(written(page).last).to_contain_text("Something else")


async def test_a_reload_comes_back_to_an_answer_and_another_tab_sees_it_too(
    open_page: OpenPage, scribe: Scribe
) -> None:
    page = await open_page()
    await sign_up(page)
    address = await begin(page, "hold Still being written")
    await expect(written(page)).to_contain_text("Still being")
    other = await page.context.new_page()
    await other.goto(address)
    await expect(written(other)).to_contain_text("Still being")
    await page.reload()
    await expect(written(page)).to_contain_text("Still being")
    await expect(stop_button(page)).to_be_enabled()

    scribe.release()
    for tab in (page, other):
        await expect(written(tab)).to_contain_text("Still being written")
        await expect(send_button(tab)).to_be_visible()
        await expect(written(tab)).to_have_count(1)
        await expect(tab.get_by_role("alert")).to_have_count(0)

    # And the other way round, as it grows.
    scribe.hold()
    await ask(other, "hold Written over there")
    await expect(written(page).last).to_contain_text("Written over")
    scribe.release()
    await expect(written(page).last).to_contain_text("Written over there")


async def test_an_answer_goes_on_where_the_network_left_it(open_page: OpenPage, scribe: Scribe) -> None:
    page = await open_page(is_watched=False)
    await sign_up(page)
    # The first stream is cut in its middle, as by a network that goes away; until that is back, coming back
    # fails.
    is_away = True

    async def cut(route: Route) -> None:
        answer = await route.fetch()
        text = await answer.text()
        await route.fulfill(response=answer, body=text[: text.index(" network")])

    async def come_back(route: Route) -> None:
        await (route.abort() if is_away else route.continue_())

    await page.route("**/api/agents/*/run", cut)
    await page.route("**/api/runs/*/events", come_back)
    await begin(page, "say Across a network that was gone for a while")
    await expect(written(page)).to_contain_text("Across a")
    await expect(page.get_by_text("Connection lost.").first).to_be_visible()
    is_away = False

    await expect(written(page)).to_contain_text("Across a network that was gone for a while")
    await expect(send_button(page)).to_be_visible()
    await expect(written(page)).to_have_count(1)


@SIZES
async def test_a_change_is_shown_before_it_is_made_and_made_when_it_is_allowed(
    open_page: OpenPage, scribe: Scribe, stack_database: Database, axe: str, options: dict[str, object]
) -> None:
    page = await open_page(**options)
    email = await sign_up(page)
    add_task(stack_database.owner_url, email, "Water the plants", priority=1)
    await begin(
        page, call("update_task", data={"priority": 3}, filters={"title": {"eq": "Water the plants"}})
    )
    asked = card(page, "Update task")
    await expect(asked).to_contain_text("Water the plants")
    await expect(asked.get_by_role("definition")).to_have_text("now: 1then: 3")
    assert await barriers(page, axe) == []
    await page.reload()
    await expect(asked).to_be_visible()
    await shot(page, "chat-approval")
    assert tasks_of(stack_database.owner_url, email) == [("Water the plants", 1)]

    await asked.get_by_role("button", name="Allow", exact=True).click()
    await expect(written(page)).to_contain_text("That is how it went")
    await expect(asked).to_have_count(0)
    await expect(page.get_by_text("1 row changed")).to_be_visible()
    assert tasks_of(stack_database.owner_url, email) == [("Water the plants", 3)]


async def test_what_would_be_deleted_is_shown_and_is_kept_when_that_is_refused(
    open_page: OpenPage, scribe: Scribe, stack_database: Database, axe: str
) -> None:
    # A browser complains about the refusal that is wanted here.
    page = await open_page(is_watched=False, color_scheme="dark")
    email = await sign_up(page)
    for title in ("Call Ann", "Call Ben"):
        add_task(stack_database.owner_url, email, title)
    await begin(page, call("delete_task", filters={"title": {"like": "Call%"}}))
    asked = card(page, "Delete task")
    await expect(asked.get_by_role("row")).to_have_count(3)
    await expect(asked).to_contain_text("These 2 would be deleted")
    # What is said meanwhile is answered, and kept.
    await ask(page, "say Hello?")
    await expect(page.get_by_role("alert")).to_contain_text("Allow or refuse what the agent asks for above")

    await asked.get_by_role("button", name="Refuse").focus()
    await page.keyboard.press("n")
    await expect(asked.get_by_role("textbox")).to_be_focused()
    assert await barriers(page, axe) == []
    await page.keyboard.type("Not those")
    await page.keyboard.press("Enter")
    await expect(written(page)).to_contain_text("They said: Not those")
    assert len(tasks_of(stack_database.owner_url, email)) == 2
    await page.get_by_role("button", name="Send again").click()
    await expect(written(page).last).to_contain_text("Hello?")


async def test_a_call_is_changed_before_it_is_allowed_and_what_does_not_fit_is_said(
    open_page: OpenPage, scribe: Scribe, stack_database: Database, axe: str
) -> None:
    page = await open_page(is_watched=False)
    email = await sign_up(page)
    address = await begin(page, call("add_task", data={"title": "Water", "priority": 1}))
    other = await page.context.new_page()
    await other.goto(address)
    asked = card(page, "Add task")
    await asked.get_by_role("button", name="Change it first").click()
    await asked.get_by_label("priority").fill("2.5")
    await asked.get_by_role("button", name="Allow it like this").click()
    await expect(asked.get_by_role("alert")).to_contain_text("priority")
    assert await barriers(page, axe) == []
    assert tasks_of(stack_database.owner_url, email) == []

    await asked.get_by_label("priority").fill("2")
    await asked.get_by_label("title").fill("Water the cactus")
    await asked.get_by_role("button", name="Allow it like this").click()
    for tab in (page, other):
        await expect(written(tab)).to_contain_text("That is how it went")
        await expect(card(tab, "Add task")).to_have_count(0)
    assert tasks_of(stack_database.owner_url, email) == [("Water the cactus", 2)]


async def test_a_tool_that_is_always_allowed_asks_no_more(
    open_page: OpenPage, scribe: Scribe, stack_database: Database
) -> None:
    page = await open_page()
    email = await sign_up(page)
    await begin(page, call("add_task", data={"title": "First"}))
    asked = card(page, "Add task")
    await asked.get_by_label("Always allow this tool").check()
    await asked.get_by_role("button", name="Allow", exact=True).click()
    await expect(send_button(page)).to_be_visible()
    await expect(written(page)).to_have_count(1)
    await ask(page, call("add_task", data={"title": "Second"}))
    await expect(written(page)).to_have_count(2)
    assert [title for title, _ in tasks_of(stack_database.owner_url, email)] == ["First", "Second"]


@SIZES
async def test_everything_is_reached_by_a_few_letters(
    open_page: OpenPage, scribe: Scribe, stack_database: Database, axe: str, options: dict[str, object]
) -> None:
    page = await open_page(**options)
    await sign_up(page)
    first = await begin(page, "say The first")
    await expect(send_button(page)).to_be_visible()
    # The model names it behind its answer, which nothing on this page waits for.
    chat_id = first.rpartition("/")[2]
    eventually(lambda: title_of(stack_database, chat_id) == "A title", seconds=PATIENCE_SECONDS)
    await page.goto("/new/scribe")
    await message_field(page).focus()
    await page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Go to or do")
    await expect(palette.get_by_role("combobox")).to_be_focused()
    await expect(palette.get_by_role("option", name="Theme: Dark")).to_be_visible()
    assert await barriers(page, axe) == []
    await shot(page, "palette")
    await page.keyboard.press("Escape")
    await expect(message_field(page)).to_be_focused()

    await page.keyboard.press("Control+k")
    await expect(palette.get_by_role("combobox")).to_be_focused()
    await page.keyboard.type("a title")
    await expect(palette.get_by_role("option", selected=True)).to_contain_text("A title")
    await page.keyboard.press("Enter")
    await expect(written(page)).to_contain_text("The first")
    assert page.url == first
    await page.get_by_role("heading", level=1).click()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert await barriers(page, axe) == []
