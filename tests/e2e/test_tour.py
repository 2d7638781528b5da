"""Every page with a life in it: no barrier, no sideways scrolling, and a picture of each for the tour."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from fixtures.databases import Database

from .conftest import OpenPage
from .lived_in import live_here, make_admin
from .steps import message_field, questions, say, shot, sign_up, tool_cards
from .test_web_app import barriers

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")

NARROW = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LOOKS: dict[str, dict[str, Any]] = {"wide": {}, "dark": {"color_scheme": "dark"}, "narrow": NARROW}


async def see(page: Page, axe: str, name: str) -> None:
    """At a page that is there as a whole."""
    await expect(page.get_by_text("Loading", exact=True)).to_have_count(0)
    await page.wait_for_load_state("networkidle")
    assert await barriers(page, axe) == [], name
    widths = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1], name
    await shot(page, name)


@pytest.mark.parametrize("look", LOOKS)
async def test_every_page_can_be_used_by_everybody(
    open_page: OpenPage, stack_database: Database, axe: str, look: str
) -> None:
    page = await open_page(**LOOKS[look])
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Welcome to Clarity")).to_be_visible()
    await see(page, axe, "sign-in")
    live_here(stack_database.owner_url, await sign_up(page, f"ada@{look}.example"))

    await page.goto("/new/assistant")
    await expect(page.get_by_role("heading", name="What can Assistant do for you?")).to_be_visible()
    await see(page, axe, "chat-new")
    await say(page, "Add a task: Book a table for Friday")
    await say(page, "Which tasks are due today?")
    await tool_cards(page).last.locator("summary").click()
    await expect(tool_cards(page).last.get_by_role("table")).to_be_visible()
    await see(page, axe, "chat")
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("option", name="Theme: Dark")).to_be_visible()
    await see(page, axe, "palette")
    await page.keyboard.press("Escape")
    await questions(page).last.get_by_role("button", name="Edit and send anew").click()
    await page.get_by_role("textbox", name="What you say instead").fill("Which tasks are due this week?")
    await see(page, axe, "chat-edit")

    await page.goto("/new/planner")
    await message_field(page).fill('Set the priority of the task "Renew the passport" to 3')
    await message_field(page).press("Enter")
    asked = page.get_by_role("region", name="Allow “Update task”?")
    await expect(asked.get_by_role("definition")).to_have_text("now: 2then: 3")
    await see(page, axe, "chat-approval")
    await page.goto("/approvals")
    await expect(page.get_by_role("region", name="Allow “Update task”?")).to_be_visible()
    await see(page, axe, "approvals")

    await page.goto("/tasks")
    await expect(
        page.get_by_role("main").locator("[data-row]").filter(has_text="Send the tax return")
    ).to_be_visible()
    await see(page, axe, "tasks")
    await page.get_by_role("main").locator("[data-row]").filter(has_text="Prepare the workshop").click()
    await expect(page.get_by_role("region", name="Subtasks")).to_contain_text("1 of 3 subtasks done")
    await see(page, axe, "task")

    await page.goto("/notes")
    await page.get_by_role("link", name="Workshop Begin").click()
    await expect(page.get_by_role("textbox", name="Text", exact=True)).not_to_be_empty()
    await see(page, axe, "notes")


@pytest.mark.parametrize("look", LOOKS)
async def test_every_page_about_agents_can_be_used_by_everybody(
    open_page: OpenPage, stack_database: Database, axe: str, look: str
) -> None:
    page = await open_page(**LOOKS[look])
    email = await sign_up(page, f"ben@{look}.example")
    live_here(stack_database.owner_url, email)
    await page.goto("/agents")
    await expect(page.get_by_role("link", name="Planner", exact=True)).to_be_visible()
    await see(page, axe, "agents")
    await page.get_by_role("link", name="Planner", exact=True).click()
    await expect(page.get_by_role("heading", name="Planner", level=1)).to_be_visible()
    await see(page, axe, "agent")
    await page.goto("/agents/planner/tools/list_tasks")
    trial = page.get_by_role("region", name="Try it")
    await trial.get_by_label("status").select_option("pending")
    await trial.get_by_role("button", name="Try it").click()
    await expect(trial.get_by_role("cell", name="Renew the passport")).to_be_visible()
    await trial.evaluate("element => element.scrollIntoView()")
    await see(page, axe, "tool")

    await page.goto("/settings/usage")
    await expect(page.get_by_role("table", name="By agent")).to_be_visible()
    await see(page, axe, "settings")

    make_admin(stack_database.owner_url, email)
    await page.goto("/operator")
    await expect(page.get_by_role("table", name="By user")).to_be_visible()
    await see(page, axe, "operator")
