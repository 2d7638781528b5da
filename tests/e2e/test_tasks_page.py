"""Tasks on their own page, and what happens to them when an agent works on them as well."""

from typing import Any

import psycopg
import pytest
from playwright.async_api import Locator, Page, expect

from fixtures.databases import Database
from fixtures.waiting import eventually

from .conftest import PATIENCE_SECONDS, OpenPage
from .steps import say, shot, sign_up
from .test_web_app import barriers

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDE = {"reduced_motion": "reduce"}
PHONE = {**WIDE, "viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SMALL = {**PHONE, "viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}
WIDE_AND_PHONE = pytest.mark.parametrize("options", [WIDE, PHONE], ids=["wide", "phone"])

# As any client would: with the user's token, one message that begins a chat.
TELL_ASSISTANT = """async (text) => {
  const stored = Object.entries(localStorage).filter(([name]) => name.startsWith("clarity.auth."));
  const { access_token } = stored.map(([, value]) => JSON.parse(value)).find((one) => one?.access_token);
  const answer = await fetch("/api/chat", {
    method: "POST",
    headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
    body: JSON.stringify({ agent_name: "assistant", message: text }),
  });
  return JSON.stringify(await answer.json());
}"""


async def tell_assistant(page: Page, text: str) -> str:
    """The answer to a message that is sent through the API, not through this page."""
    return await page.evaluate(TELL_ASSISTANT, text)


async def open_tasks(page: Page, path: str = "/tasks") -> None:
    await page.goto(path)
    await expect(page.get_by_role("heading", name="Tasks", level=1)).to_be_visible()


async def add(page: Page, *lines: str) -> None:
    field = page.get_by_role("textbox", name="Add a task", exact=True)
    for line in lines:
        await field.fill(line)
        await field.press("Enter")
        await expect(field).to_have_value("")


def group(page: Page, name: str) -> Locator:
    return page.get_by_role("main").get_by_role("list", name=name, exact=True)


def task(page: Page, title: str) -> Locator:
    return page.get_by_role("main").locator("[data-row]").filter(has_text=title)


async def order_of(page: Page, name: str) -> list[str]:
    return await group(page, name).locator("[data-row] > span:first-child").all_inner_texts()


def wait_until_stored(database: Database, email: str, *titles: str, status: str = "pending") -> None:
    """These are the tasks of that state, in the user's own order: a reload breaks off what is on its way."""
    query = """
        select tasks.title from public.tasks join auth.users on users.id = tasks.user_id
         where users.email = %(email)s and tasks.status = %(status)s
         order by tasks.position, tasks.created_at
    """
    with psycopg.connect(database.owner_url, autocommit=True) as owner:

        def are_stored() -> bool:
            rows = owner.execute(query, {"email": email, "status": status})
            return [title for (title,) in rows] == list(titles)

        eventually(are_stored, seconds=PATIENCE_SECONDS)


@WIDE_AND_PHONE
async def test_a_line_becomes_a_task_that_is_completed_and_taken_back(
    open_page: OpenPage, stack_database: Database, axe: str, options: dict[str, Any]
) -> None:
    page = await open_page(**options)
    email = await sign_up(page)
    await open_tasks(page)
    await expect(page.get_by_text("Nothing to do yet")).to_be_visible()
    assert await barriers(page, axe) == []
    await shot(page, "tasks-empty")

    await page.get_by_role("textbox", name="Add a task").fill("Call Ann tomorrow p2 #work")
    await expect(page.get_by_role("button", name="Keep as text: Tomorrow")).to_be_visible()
    assert await barriers(page, axe) == []
    await add(page, "Call Ann tomorrow p2 #work", "Water the plants today #home", "Learn to juggle")
    await expect(group(page, "This week")).to_contain_text("Medium priority")
    await page.get_by_role("checkbox", name="Complete “Water the plants”").click()
    await expect(page.get_by_role("button", name="Done, 1 task")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(group(page, "Today")).to_contain_text("Water the plants")
    await page.get_by_role("checkbox", name="Complete “Learn to juggle”").click()

    wait_until_stored(stack_database, email, "Learn to juggle", status="completed")
    await page.reload()
    await expect(group(page, "Today")).to_contain_text("Water the plants")
    await page.get_by_role("button", name="Done, 1 task").click()
    await expect(group(page, "Done")).to_contain_text("Learn to juggle")
    assert await barriers(page, axe) == []
    widths = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] == widths[1]
    await shot(page, "tasks")


async def test_the_keyboard_and_the_mouse_put_tasks_in_order(
    open_page: OpenPage, stack_database: Database
) -> None:
    page = await open_page()
    email = await sign_up(page)
    await open_tasks(page)
    await add(page, "One today", "Two today", "Three today")
    await expect(task(page, "Three")).to_be_visible()
    await task(page, "Three").focus()
    await page.keyboard.press("Alt+ArrowUp")
    await page.keyboard.press("Alt+ArrowUp")
    await expect(page.get_by_text("“Three” is now number 1 of 3.")).to_be_attached()
    await expect(task(page, "Three")).to_be_focused()
    wait_until_stored(stack_database, email, "Three", "One", "Two")
    await page.reload()
    await expect(task(page, "Three")).to_be_visible()
    assert await order_of(page, "Today") == ["Three", "One", "Two"]

    row = page.locator("[data-row-frame]").filter(has_text="Two")
    first = await page.locator("[data-row-frame]").first.bounding_box()
    await row.hover()
    await row.get_by_title("Drag to move").hover()
    await page.mouse.down()
    assert first is not None
    await page.mouse.move(first["x"] + 10, first["y"] + 5, steps=5)
    await page.mouse.up()
    await expect(group(page, "Today").locator("[data-row]").first).to_contain_text("Two")
    await page.keyboard.press("j")
    wait_until_stored(stack_database, email, "Two", "Three", "One")
    await page.reload()
    await expect(task(page, "Two")).to_be_visible()
    assert await order_of(page, "Today") == ["Two", "Three", "One"]


async def test_what_an_agent_does_in_another_tab_is_seen_at_once_and_marked(
    open_page: OpenPage, stack_database: Database, axe: str
) -> None:
    page = await open_page(**WIDE)
    email = await sign_up(page)
    await open_tasks(page)
    await add(page, "Learn to juggle")
    await expect(task(page, "Learn to juggle")).to_be_visible()
    wait_until_stored(stack_database, email, "Learn to juggle")
    chat = await page.context.new_page()
    await chat.goto("/")
    await say(chat, 'Set the priority of the task "Learn to juggle" to 3')
    await say(chat, "Add a task: buy milk")

    await expect(task(page, "Learn to juggle")).to_contain_text("High priority")
    await expect(task(page, "Learn to juggle")).to_contain_text("Changed by Assistant")
    await expect(task(page, "buy milk")).to_contain_text("Added by Assistant")
    assert await barriers(page, axe) == []
    await shot(page, "tasks-agent")
    await task(page, "buy milk").click()
    await expect(task(page, "buy milk")).not_to_contain_text("Added")


@WIDE_AND_PHONE
async def test_nobody_s_change_is_lost_when_an_agent_changes_the_task_that_is_edited(
    open_page: OpenPage, axe: str, options: dict[str, Any]
) -> None:
    page = await open_page(**options)
    await sign_up(page)
    await open_tasks(page)
    await add(page, "Learn to juggle")
    await task(page, "Learn to juggle").click()
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("Learn to juggle")
    assert await barriers(page, axe) == []
    await shot(page, "task")
    await page.get_by_label("Priority", exact=True).select_option("Low")
    await page.get_by_label("Description").fill("With three balls")
    answer = await tell_assistant(page, 'Set the priority of the task "Learn to juggle" to 3')
    assert "Updated" in answer
    answer = await tell_assistant(page, 'Change the task "Learn to juggle": category=fun')
    assert "Updated" in answer

    await page.get_by_role("button", name="Save").click()
    note = page.get_by_role("alert")
    await expect(note).to_contain_text("Somebody changed this meanwhile")
    await expect(note.get_by_role("region", name="Priority")).to_contain_text("High")
    await expect(page.get_by_role("combobox", name="Category")).to_have_value("fun")
    assert await barriers(page, axe) == []
    await shot(page, "task-conflict")
    await note.get_by_role("button", name="Keep mine: Priority").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Priority", exact=True)).to_have_value("1")
    await expect(page.get_by_label("Description")).to_have_value("With three balls")
    await expect(page.get_by_role("combobox", name="Category")).to_have_value("fun")


async def test_edits_are_not_left_behind_without_a_question(open_page: OpenPage, axe: str) -> None:
    page = await open_page(**WIDE)
    await sign_up(page)
    await open_tasks(page)
    await add(page, "One", "Two")
    await task(page, "Two").click()
    await page.get_by_role("textbox", name="Title").fill("Two and a half")
    address = page.url

    await page.go_back()
    dialog = page.get_by_role("dialog", name="Leave without saving?")
    await expect(dialog).to_be_visible()
    assert await barriers(page, axe) == []
    await dialog.get_by_role("button", name="Keep editing").click()
    await expect(page).to_have_url(address)
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("Two and a half")
    await page.get_by_role("link", name="Notes", exact=True).click()
    await dialog.get_by_role("button", name="Save and leave").click()
    await expect(page.get_by_role("heading", name="Notes", level=1)).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("Two and a half")
    await page.get_by_role("textbox", name="Title").fill("Three")
    await page.go_back()
    await dialog.get_by_role("button", name="Leave without saving").click()
    await expect(page.get_by_role("textbox", name="Title")).to_have_count(0)
    await expect(task(page, "Two and a half")).to_be_visible()


async def test_a_small_dark_phone_has_room_for_a_long_list(open_page: OpenPage, axe: str) -> None:
    page = await open_page(**SMALL)
    await sign_up(page)
    await open_tasks(page)
    await add(
        page,
        "Send the tax return 2026-01-02 p3 #money",
        "Call Ann back about the summer house and ask whether the roof was mended today p1",
        "Prepare the workshop in 3 days p2 #work",
        "a-very-long-word-" + "that-goes-on-" * 6,
    )
    await task(page, "Prepare the workshop").click()
    await page.get_by_role("textbox", name="Add a subtask").fill("Book a room")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Subtasks")).to_contain_text("0 of 1 subtasks done")
    assert await barriers(page, axe) == []
    await shot(page, "task")
    await page.get_by_role("button", name="Back to the list").click()
    await page.get_by_role("button", name="Subtasks of “Prepare the workshop”").click()
    await expect(group(page, "Prepare the workshop")).to_contain_text("Book a room")
    assert await barriers(page, axe) == []
    widths = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths == [320, 320]
    await shot(page, "tasks")
