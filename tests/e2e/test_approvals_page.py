"""The inbox of what agents want to do, on a wide page and on a phone."""

from collections.abc import Iterator

import psycopg
import pytest
from playwright.async_api import Locator, Page, expect

from fixtures.databases import Database

from .conftest import OpenPage
from .scribe import Scribe, add_task, tasks_of
from .steps import message_field, shot, sign_up
from .test_chat_live import PHONE, begin, call, card, written
from .test_web_app import barriers

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def scribe(stack_database: Database) -> Iterator[Scribe]:
    model = Scribe()
    model.start()
    model.make_agent(stack_database.owner_url)
    yield model
    model.drop_agent(stack_database.owner_url)
    model.stop()


def record(page: Page) -> Locator:
    return page.get_by_role("region", name="On record")


def name_chats(database: Database, email: str, title: str) -> None:
    query = """
        update public.chats set title = %(title)s
         where user_id = (select id from auth.users where email = %(email)s)
    """
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(query, {"email": email, "title": title})


async def look_again(page: Page) -> None:
    """What the page does for whoever comes back to it."""
    await page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")


async def ask_for_a_change(page: Page, database: Database, email: str, task: str) -> str:
    add_task(database.owner_url, email, task, priority=1)
    address = await begin(page, call("update_task", data={"priority": 3}, filters={"title": {"eq": task}}))
    await expect(card(page, "Update task")).to_be_visible()
    return address


async def test_what_waits_in_any_chat_is_decided_in_one_place(
    open_page: OpenPage, scribe: Scribe, stack_database: Database, axe: str
) -> None:
    page = await open_page()
    email = await sign_up(page)
    await page.goto("/approvals")
    await expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    await expect(page.get_by_text("Nothing has been decided yet.")).to_be_visible()
    assert await barriers(page, axe) == []
    await shot(page, "approvals-empty")

    await ask_for_a_change(page, stack_database, email, "Water the plants")
    await begin(page, call("delete_task", filters={"title": {"like": "Water%"}}))
    await expect(card(page, "Delete task")).to_be_visible()
    name_chats(stack_database, email, "A look at the garden")
    link = page.get_by_role("link", name="Approvals 2 wait for you")
    await expect(link).to_be_visible()
    await expect(page).to_have_title("(2) Clarity")
    await link.click()
    await expect(page).to_have_title("(2) Approvals · Clarity")
    change, deletion = card(page, "Update task"), card(page, "Delete task")
    await expect(change.get_by_role("definition")).to_have_text("now: 1then: 3")
    await expect(deletion).to_contain_text("This would be deleted")
    assert await barriers(page, axe) == []
    await shot(page, "approvals")

    # By keyboard alone: from the first question to the second, allowed.
    await deletion.get_by_role("checkbox").focus()
    await page.keyboard.press("j")
    await expect(change).to_be_focused()
    await page.keyboard.press("y")
    await expect(change).to_contain_text("Allowed and done")
    await expect(change).to_contain_text("1 row changed")
    await expect(change).to_be_focused()
    assert tasks_of(stack_database.owner_url, email) == [("Water the plants", 3)]
    await expect(page.get_by_role("link", name="Approvals 1 waits for you")).to_be_visible()
    await expect(record(page).get_by_role("listitem")).to_contain_text(["You allowed: Update task · done"])

    await page.keyboard.press("k")
    await expect(deletion).to_be_focused()
    await page.keyboard.press("n")
    await expect(deletion.get_by_role("textbox")).to_be_focused()
    await page.keyboard.type("Keep it")
    await page.keyboard.press("Enter")
    await expect(deletion).to_contain_text("Refused “Keep it”")
    await expect(page.get_by_role("link", name="Approvals", exact=True)).to_be_visible()
    await expect(record(page).get_by_role("listitem").first).to_contain_text("You refused: Delete task")
    assert await barriers(page, axe) == []
    assert tasks_of(stack_database.owner_url, email) == [("Water the plants", 3)]

    await deletion.get_by_role("link", name="Open the chat").click()
    await expect(written(page)).to_contain_text("They said: Keep it")


async def test_what_another_tab_decided_is_said_and_nothing_is_done_twice(
    open_page: OpenPage, scribe: Scribe, stack_database: Database, axe: str
) -> None:
    # A browser complains about the refusal that is wanted here.
    page = await open_page(is_watched=False, color_scheme="dark")
    email = await sign_up(page)
    address = await ask_for_a_change(page, stack_database, email, "Call Ann")
    await page.goto("/approvals")
    asked = card(page, "Update task")
    await expect(asked).to_be_visible()
    # This page hears of nothing: it still shows the buttons when the other one has decided.
    await page.route("**/api/approvals*", lambda route: route.abort())
    other = await page.context.new_page()
    await other.goto(address)
    await card(other, "Update task").get_by_role("button", name="Allow", exact=True).click()
    await expect(written(other)).to_contain_text("That is how it went")

    await asked.get_by_role("button", name="Refuse").click()
    await asked.get_by_role("button", name="Refuse it").click()
    await expect(asked.get_by_role("alert")).to_contain_text("decided elsewhere meanwhile")
    await expect(page.get_by_text("The list may be out of date")).to_be_visible()
    assert await barriers(page, axe) == []
    await page.unroute("**/api/approvals*")
    await look_again(page)
    await expect(asked).to_contain_text("Allowed and done")
    await expect(asked).to_contain_text("This was decided elsewhere meanwhile.")
    await expect(asked.get_by_role("button")).to_have_count(0)
    assert await barriers(page, axe) == []
    assert tasks_of(stack_database.owner_url, email) == [("Call Ann", 3)]


async def test_on_a_phone_a_call_is_changed_and_always_allowed_and_that_is_taken_back(
    open_page: OpenPage, scribe: Scribe, stack_database: Database, axe: str
) -> None:
    page = await open_page(**PHONE)
    email = await sign_up(page)
    await begin(page, call("add_task", data={"title": "Water", "priority": 1}))
    await expect(card(page, "Add task")).to_be_visible()
    name_chats(stack_database, email, "A look at the garden")
    await page.get_by_role("button", name="Open the list of chats, 1 waits for you").click()
    await page.get_by_role("link", name="Approvals 1 waits for you").click()
    asked = card(page, "Add task")
    await expect(asked).to_be_visible()
    assert await barriers(page, axe) == []
    await shot(page, "approvals")
    widths = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]

    await asked.get_by_label("Always allow this tool").check()
    await asked.get_by_role("button", name="Change it first").click()
    await asked.get_by_label("title").fill("Water the cactus")
    await asked.get_by_role("button", name="Allow it like this").click()
    await expect(asked).to_contain_text("created")
    assert tasks_of(stack_database.owner_url, email) == [("Water the cactus", 1)]
    entries = record(page).get_by_role("listitem")
    await expect(entries).to_have_count(2)
    await expect(entries.filter(has_text="You allowed")).to_contain_text(
        "You changed what it was called with."
    )
    await expect(entries.filter(has_text="You always allow")).to_contain_text("Add task")
    assert await barriers(page, axe) == []

    await page.get_by_role("link", name="Always allowed").click()
    # It is shown before it is stored, and going elsewhere breaks off what is on its way.
    async with page.expect_response("**/rest/v1/tool_consents?tool_id=*"):
        await page.get_by_role("button", name="Let add_task ask again").click()
    await expect(page.get_by_role("main").get_by_text("add_task")).to_have_count(0)
    await page.goto("/new/scribe")
    await message_field(page).fill(call("add_task", data={"title": "Second"}))
    await message_field(page).press("Enter")
    await expect(card(page, "Add task")).to_be_visible()


async def test_what_nobody_decided_in_time_is_said_to_have_lapsed(
    open_page: OpenPage, scribe: Scribe, stack_database: Database
) -> None:
    page = await open_page()
    email = await sign_up(page)
    await ask_for_a_change(page, stack_database, email, "Too late")
    await page.goto("/approvals")
    asked = card(page, "Update task")
    await expect(asked).to_contain_text("Lapses in 24 hours")
    with psycopg.connect(stack_database.owner_url, autocommit=True) as owner:
        owner.execute(
            """
            update public.pending_actions set expires_at = now() - interval '1 second'
             where user_id = (select id from auth.users where email = %(email)s)
            """,
            {"email": email},
        )
    await look_again(page)
    await expect(asked).to_contain_text("Lapsed: nobody decided in time")
    await expect(page.get_by_role("link", name="Approvals", exact=True)).to_be_visible()
