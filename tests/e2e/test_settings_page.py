"""The settings, on a wide page and on a small phone."""

import json
import re
from typing import Any

import psycopg
import pytest
from playwright.async_api import Page, expect

from fixtures.databases import Database
from fixtures.waiting import eventually

from .conftest import PATIENCE_SECONDS, OpenPage
from .steps import shot, sign_up
from .test_web_app import PHONE, barriers

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDE_AND_PHONE = pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
FORGETTING = re.compile(r"/rest/v1/agent_long_term_memory\?id=")
SECTIONS = ("Profile", "Instructions", "Memory", "Tool permissions", "Appearance", "Usage", "Your data")


async def open_section(page: Page, name: str) -> None:
    await (
        page.get_by_role("navigation", name="Sections of the settings").get_by_role("link", name=name).click()
    )
    await expect(page.get_by_role("main").get_by_role("heading", level=2).first).to_be_visible()
    await expect(page.get_by_text("Loading", exact=True)).to_have_count(0)


def give_a_past(database: Database, email: str) -> None:
    """A memory that may be somebody else's words, and usage of some days."""
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(
            """
            with person as (select id from auth.users where email = %(email)s),
            memory as (
              insert into public.agent_long_term_memory (user_id, agent_name, content, is_untrusted)
              select id, 'assistant', 'Likes tea without milk.', true from person
            )
            insert into public.user_usage
              (user_id, day, agent_name, runs, input_tokens, output_tokens, cost_usd)
            select id, (now() at time zone 'UTC')::date - days, 'assistant', 2, 900 * (days + 1), 300, 0.02
            from person, generate_series(0, 12, 3) as days
            """,
            {"email": email},
        )


async def test_a_profile_is_kept_and_bad_input_stays_where_it_was_typed(open_page: OpenPage) -> None:
    page = await open_page()
    await sign_up(page)
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_label("Display name").fill("Ada")
    await page.get_by_label("Time zone").fill("Middle/Earth")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Choose a time zone from the list.")).to_be_visible()
    await expect(page.get_by_label("Display name")).to_have_value("Ada")
    await page.get_by_label("Time zone").fill("Europe/Berlin")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("main").get_by_text("Saved", exact=True)).to_be_visible()
    await page.reload()

    await expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")


def instructions_of(database: Database, email: str) -> list[tuple[str, bool]]:
    """In their order, and whether each is followed."""
    query = """
        select content, is_active from public.user_agent_prompt_customizations as instructions
          join auth.users on users.id = instructions.user_id
         where users.email = %(email)s order by priority desc
    """
    with psycopg.connect(database.owner_url) as connection:
        return connection.execute(query, {"email": email}).fetchall()


@WIDE_AND_PHONE
async def test_instructions_are_written_put_in_order_and_a_slip_is_undone(
    open_page: OpenPage, stack_database: Database, options: dict[str, Any]
) -> None:
    page = await open_page(**options)
    email = await sign_up(page)
    await page.goto("/settings/instructions")
    for text in ("Answer briefly.", "Speak German."):
        await page.get_by_label("New instruction").fill(text)
        await page.get_by_role("button", name="Add", exact=True).click()
        await expect(page.get_by_label(f"Follow: {text}")).to_be_visible()
    await page.get_by_role("button", name="Move up: Speak German.").click()
    # Not uncheck(), which looks at once: the tick follows a moment later.
    await page.get_by_label("Follow: Answer briefly.").click()
    await expect(page.get_by_label("Follow: Answer briefly.")).not_to_be_checked()
    items = page.get_by_role("main").locator("ol > li")
    await expect(items.first).to_contain_text("Speak German.")
    await page.get_by_role("button", name="Delete: Speak German.").click()
    await expect(items).to_have_count(1)
    await page.get_by_role("button", name="Undo").click()
    await expect(items).to_have_count(2)
    # All of it is shown before it is stored, and a reload breaks off what is on its way.
    stored = [("Speak German.", True), ("Answer briefly.", False)]
    eventually(lambda: instructions_of(stack_database, email) == stored, seconds=PATIENCE_SECONDS)
    await page.reload()

    await expect(items.first).to_contain_text("Speak German.")
    await expect(page.get_by_label("Follow: Answer briefly.")).not_to_be_checked()


@WIDE_AND_PHONE
async def test_a_memory_from_outside_is_found_put_in_own_words_and_forgotten(
    open_page: OpenPage, stack_database: Database, options: dict[str, Any]
) -> None:
    page = await open_page(**options)
    give_a_past(stack_database, await sign_up(page))
    await page.goto("/settings/memory")
    await page.get_by_label("Search memories").fill("TEA")
    await expect(page.get_by_role("listitem").get_by_text("From outside")).to_be_visible()
    await page.get_by_role("button", name="Edit: Likes tea without milk.").click()
    await page.get_by_label("Memory", exact=True).fill("Likes tea with milk.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("From outside")).to_have_count(0)
    await page.get_by_role("button", name="Forget: Likes tea with milk.").click()
    async with page.expect_response(FORGETTING):
        await page.get_by_role("button", name="Close").click()
    await page.reload()

    await expect(page.get_by_text("Nothing is remembered yet.")).to_be_visible()


def give_a_tool(database: Database, email: str) -> None:
    """An agent of the user's own with a tool that they always allowed."""
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(
            """
            with agent as (
              insert into public.agent_configurations (agent_name, owner_id)
              select 'keeper', id from auth.users where email = %(email)s returning id, owner_id
            ), tool as (
              insert into public.agent_tools (agent_id, name, approval, config)
              select id, 'add_task', 'ask', '{"table_name": "tasks", "method": "create"}' from agent
              returning id
            )
            insert into public.tool_consents (user_id, tool_id, tool_name, agent_name, tool_hash)
            select agent.owner_id, tool.id, 'add_task', 'keeper', 'hash' from agent, tool
            """,
            {"email": email},
        )


@WIDE_AND_PHONE
async def test_a_tool_asks_again_or_acts_at_once_as_one_says(
    open_page: OpenPage, stack_database: Database, options: dict[str, Any]
) -> None:
    page = await open_page(**options)
    give_a_tool(stack_database, await sign_up(page))
    await page.goto("/settings/permissions")
    # Both are shown before they are stored, and a reload breaks off what is on its way.
    for choice in ("ask", "auto"):
        async with page.expect_response("**/rest/v1/user_tool_preferences?on_conflict=*"):
            await page.get_by_label("Permission for add_task").select_option(choice)
    async with page.expect_response("**/rest/v1/tool_consents*"):
        await page.get_by_role("button", name="Let add_task ask again").click()
    await expect(page.get_by_text("You have allowed nothing for good.")).to_be_visible()
    await page.reload()

    await expect(page.get_by_label("Permission for add_task")).to_have_value("auto")
    await expect(page.get_by_text("You have allowed nothing for good.")).to_be_visible()


async def test_a_theme_is_kept_and_there_before_the_first_paint(open_page: OpenPage) -> None:
    page = await open_page()
    await sign_up(page)
    await page.goto("/settings/appearance")
    await page.get_by_label("Dark").check()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.reload(wait_until="commit")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.get_by_label("Dark")).to_be_checked()


@pytest.mark.parametrize("options", [{}, PHONE, {"color_scheme": "dark"}], ids=["wide", "phone", "dark"])
async def test_every_section_has_no_barrier_and_needs_no_sideways_scrolling(
    options: dict[str, object], open_page: OpenPage, stack_database: Database, axe: str
) -> None:
    page = await open_page(**options)
    give_a_past(stack_database, await sign_up(page))
    await page.goto("/settings")
    for name in SECTIONS:
        await open_section(page, name)
        assert await barriers(page, axe) == [], name
        widths = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1], name
        await shot(page, f"settings-{name.lower().replace(' ', '-')}")


async def test_usage_is_summed_by_day_and_agent(open_page: OpenPage, stack_database: Database) -> None:
    page = await open_page()
    give_a_past(stack_database, await sign_up(page))
    await page.goto("/settings/usage")
    by_agent = page.get_by_role("table", name="By agent")
    await expect(by_agent.get_by_role("row", name="assistant 10 33,000 $0.10")).to_be_visible()
    await page.get_by_label("What to show").select_option("cost")

    await expect(page.get_by_role("img", name="Cost a day, the last 30 days")).to_be_visible()


async def test_everything_of_mine_comes_in_one_file_and_then_i_leave_for_good(
    open_page: OpenPage, stack_database: Database
) -> None:
    page = await open_page()
    email = await sign_up(page)
    give_a_tool(stack_database, email)
    # Signing out tells a server that does not know the account any more: its refusal would be in the console.
    await page.route("**/auth/v1/logout*", lambda route: route.fulfill(status=204))
    await page.goto("/settings/data")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download my data").click()
    data = json.loads((await (await download.value).path()).read_text())
    assert len(data["profiles"]) == 1
    assert [(agent["agent"], [tool["name"] for tool in agent["tools"]]) for agent in data["agents"]] == [
        ("keeper", ["add_task"])
    ]

    await page.get_by_role("button", name="Delete my account …").click()
    await page.get_by_label("to confirm").fill("somebody@example.com")
    await page.get_by_role("button", name="Delete for good").click()
    await expect(page.get_by_text("That is not your e-mail address.")).to_be_visible()
    await page.get_by_label("to confirm").fill(email)
    await page.get_by_role("button", name="Delete for good").click()
    await expect(page.get_by_role("heading", name="Welcome to Clarity")).to_be_visible()
    with psycopg.connect(stack_database.owner_url) as connection:
        left = connection.execute("select from auth.users where email = %(email)s", {"email": email})
        assert left.fetchall() == []
