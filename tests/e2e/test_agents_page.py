"""An agent of one's own, from its name to its first answer with a tool that was chosen from a table."""

import pytest
from playwright.async_api import Page, expect

from .conftest import OpenPage
from .steps import message_field, sign_in_as_demo, sign_up, tool_cards
from .test_web_app import barriers

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
SIZES = pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])


async def open_agents(page: Page) -> None:
    await page.goto("/agents")
    await expect(page.get_by_role("heading", name="Agents", level=1)).to_be_visible()


async def make_agent(page: Page, title: str) -> None:
    await page.get_by_role("button", name="New agent").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Title").fill(title)
    await dialog.get_by_label("What it is for").fill("Looks after what is to be done.")
    await dialog.get_by_role("button", name="Make agent").click()
    await expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


@SIZES
async def test_an_agent_of_ones_own_gets_a_tool_that_is_tried_and_answers(
    open_page: OpenPage, axe: str, options: dict[str, object]
) -> None:
    page = await open_page(**options)
    await sign_up(page)
    await open_agents(page)
    await expect(page.get_by_role("link", name="Assistant", exact=True)).to_be_visible()
    assert await barriers(page, axe) == []

    await page.get_by_role("button", name="New agent").click()
    assert await barriers(page, axe) == []
    await page.get_by_role("button", name="Cancel").click()
    await make_agent(page, "Task keeper")
    await expect(page.get_by_text("No tools yet")).to_be_visible()
    assert await barriers(page, axe) == []

    await page.get_by_role("link", name="Add a tool").click()
    await page.get_by_label("Table", exact=True).select_option("tasks")
    await page.get_by_label("What it does").select_option("create")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("create_tasks")
    await expect(page.get_by_label("Config")).to_have_value(
        '{\n  "table_name": "tasks",\n  "method": "create"\n}'
    )
    writes = page.get_by_role("group", name="The model may write")
    await writes.get_by_role("button").click()
    await page.get_by_role("button", name="Save tool").click()
    await expect(writes).to_contain_text("Tick at least one column to write.")
    assert await barriers(page, axe) == []
    await writes.get_by_label("title").check()
    await writes.get_by_label("status").check()

    trial = page.get_by_role("region", name="Try it")
    await trial.get_by_label("title").fill("Water the plants")
    await trial.get_by_role("button", name="Save and try").click()
    await expect(trial).to_contain_text("It worked")
    await expect(trial.get_by_role("cell", name="Water the plants")).to_be_visible()
    await expect(trial).to_contain_text("insert into", ignore_case=True)
    assert page.url.endswith("/agents/task-keeper/tools/create_tasks")
    assert await barriers(page, axe) == []

    await page.get_by_role("link", name="Talk to it: Task keeper").click()
    await expect(message_field(page)).to_be_visible()
    await message_field(page).fill("Add a task: read a book")
    await message_field(page).press("Enter")
    await expect(page.get_by_role("article", name="Task keeper")).to_have_count(1)
    await expect(tool_cards(page).locator("summary")).to_contain_text("created")


async def test_what_was_changed_is_put_back(open_page: OpenPage, axe: str) -> None:
    page = await open_page()
    await sign_up(page)
    await open_agents(page)
    await make_agent(page, "Reader")

    await page.get_by_label("Prompt").fill("You read.")
    await page.get_by_role("button", name="Save changes").click()
    change = page.get_by_role("region", name="History").get_by_role("listitem").first
    await expect(change).to_contain_text("changed")
    await change.locator("summary").click()
    await expect(change).to_contain_text("You read.")
    assert await barriers(page, axe) == []
    await change.get_by_role("button", name="Put back as before").click()
    await expect(page.get_by_label("Prompt")).to_have_value("")


async def test_a_shared_agent_is_shown_without_what_it_is_told(open_page: OpenPage, axe: str) -> None:
    page = await open_page(color_scheme="dark")
    await sign_in_as_demo(page)
    await open_agents(page)
    await page.get_by_role("link", name="Assistant", exact=True).click()
    await expect(page.get_by_text("is for those who may change it")).to_be_visible()
    await expect(page.get_by_label("Prompt")).to_have_count(0)
    assert await barriers(page, axe) == []
