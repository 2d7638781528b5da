"""The operator's page: what admins see of everybody, and what anybody else sees of it."""

import psycopg
import pytest
from playwright.async_api import Page, Route, expect

from fixtures.databases import Database

from .conftest import OpenPage
from .steps import say, shot, sign_up
from .test_web_app import PHONE, barriers

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")


def make_admin(database: Database, email: str) -> None:
    query = "insert into public.admins (user_id) select id from auth.users where email = %(email)s"
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(query, {"email": email})


def give_usage(database: Database, email: str) -> None:
    """What this user used, today and a fortnight ago."""
    query = """
        insert into public.user_usage (user_id, day, agent_name, runs, input_tokens, output_tokens, cost_usd)
        select id, (now() at time zone 'UTC')::date - ago, agent, 12, 30000, 3000, cost
          from auth.users,
               (values (0, 'assistant', 41.5), (14, 'nobody_knows', 7.25)) as used (ago, agent, cost)
         where email = %(email)s
        on conflict (user_id, day, agent_name) do update set cost_usd = excluded.cost_usd
    """
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(query, {"email": email})


def give_runs(database: Database, email: str, *, failed: int) -> None:
    """Turns of the last hours that failed."""
    query = """
        with chat as (
          insert into public.chats (user_id, agent_name, title)
          select id, 'assistant', 'Broken' from auth.users where email = %(email)s
          returning id, user_id
        )
        insert into public.chat_runs (chat_id, user_id, agent_name, status, error, started_at, finished_at)
        select chat.id, chat.user_id, 'assistant', 'failed', '{"code": "model_failed", "message": "No."}',
               now() - interval '2 hours', now()
          from chat, generate_series(1, %(failed)s)
    """
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(query, {"email": email, "failed": failed})


async def sign_up_as_admin(page: Page, database: Database) -> str:
    email = await sign_up(page)
    make_admin(database, email)
    await page.reload()
    return email


async def needs_no_sideways_scrolling(page: Page) -> bool:
    widths = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return widths[0] <= widths[1]


async def test_whoever_is_no_admin_is_told_so_and_how_to_become_one(
    open_page: OpenPage, stack_database: Database, axe: str
) -> None:
    page = await open_page()
    email = await sign_up(page)
    await expect(page.get_by_role("link", name="Settings", exact=True)).to_be_visible()
    await expect(page.get_by_role("link", name="Operator")).to_have_count(0)
    await page.goto("/operator")
    await expect(page.get_by_role("heading", name="This page is for admins")).to_be_visible()
    await expect(page.get_by_text(f"clarity user admin {email}")).to_be_visible()
    assert await barriers(page, axe) == []

    make_admin(stack_database, email)
    await page.get_by_role("button", name="I am one now").click()
    await expect(page.get_by_role("region", name="Running turns")).to_be_visible()
    await expect(page.get_by_role("link", name="Operator")).to_be_visible()


@pytest.mark.parametrize("options", [{}, PHONE, {"color_scheme": "dark"}], ids=["wide", "phone", "dark"])
async def test_an_admin_sees_turns_errors_cost_tools_and_jobs(
    open_page: OpenPage, stack_database: Database, axe: str, options: dict[str, object]
) -> None:
    page = await open_page(**options)
    email = await sign_up_as_admin(page, stack_database)
    # A tool is used, so that there is one.
    await say(page, "Add a task: water the plants")
    give_usage(stack_database, email)
    give_runs(stack_database, email, failed=2)
    await page.goto("/operator")

    users = page.get_by_role("table", name="By user")
    mine = users.get_by_role("row", name=email)
    await expect(mine).to_contain_text("$48.75")
    await expect(
        page.get_by_role("table", name="By agent").get_by_role("row", name="assistant")
    ).to_be_visible()
    day = page.get_by_role("region", name="Turns of the last 24 hours")
    await expect(day.get_by_role("row", name="model_failed")).to_be_visible()
    tools = page.get_by_role("table", name="Slowest tools")
    await expect(tools.get_by_role("row", name="create_task of assistant")).to_be_visible()
    await expect(page.get_by_text("Agents from its cache")).to_be_visible()
    jobs = page.get_by_role("region", name="Jobs")
    await expect(jobs.get_by_role("row", name="Interrupt broken runs")).to_be_visible()
    assert await barriers(page, axe) == []
    assert await needs_no_sideways_scrolling(page)
    await shot(page, "operator")

    await page.get_by_label("Usage of").select_option("the last 7 days")
    await expect(mine).to_contain_text("$41.50")
    await page.reload()
    await expect(page.get_by_label("Usage of")).to_have_value("7")
    await page.get_by_label("Bars show").select_option("turns")
    await expect(mine).to_be_visible()


async def test_figures_renew_themselves_until_they_are_told_not_to(
    open_page: OpenPage, stack_database: Database, axe: str
) -> None:
    # A browser complains about the failure that is wanted here.
    page = await open_page(is_watched=False)
    await sign_up_as_admin(page, stack_database)
    await page.goto("/operator")
    day = page.get_by_role("region", name="Turns of the last 24 hours")
    await expect(day).to_be_visible()
    await page.get_by_role("button", name="Pause refreshing").click()
    await expect(page.get_by_role("button", name="Refresh by itself")).to_be_visible()

    async def fail(route: Route) -> None:
        await route.abort()

    await page.route("**/api/operator/overview*", fail)
    await page.get_by_role("button", name="Refresh now").click()
    await expect(page.get_by_role("alert")).to_contain_text("could not be brought up to date")
    await expect(day).to_be_visible()
    assert await barriers(page, axe) == []
    await page.unroute("**/api/operator/overview*")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("alert")).to_have_count(0)
