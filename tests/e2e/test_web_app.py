import asyncio
import re
from typing import Any

import psycopg
import pytest
from playwright.async_api import Page, Route, expect

from cli.signin import DEMO_EMAIL
from fixtures.databases import Database

from .conftest import OpenPage
from .steps import (
    PASSWORD,
    answers,
    choose,
    fill_in,
    listed,
    message_field,
    questions,
    say,
    shot,
    sign_in_as_demo,
    sign_up,
    tool_cards,
)

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
CHAT_CHANGES = re.compile(r"/rest/v1/chats\?id=")


def tasks_of(database: Database, email: str) -> list[str]:
    query = """
        select tasks.title from public.tasks join auth.users on users.id = tasks.user_id
        where users.email = %(email)s order by tasks.created_at
    """
    with psycopg.connect(database.owner_url) as connection:
        return [row[0] for row in connection.execute(query, {"email": email})]


# What is fading in has a colour that nobody is meant to read. What never ends is not waited for.
IS_STILL = """() => document.getAnimations().every(
  ({ playState, effect }) => playState !== "running" || effect.getComputedTiming().endTime === Infinity
)"""


async def barriers(page: Page, axe: str) -> list[str]:
    """What axe-core finds once nothing moves any more, a line for each rule that is broken."""
    # Evaluated, not injected: the page's security policy lets no foreign script in.
    await page.evaluate(axe)
    # What began to fade in while it looked is not what anybody reads: what is wrong is so a second time.
    return await broken_rules(page) and await broken_rules(page)


async def broken_rules(page: Page) -> list[str]:
    await page.wait_for_function(IS_STILL)
    result = await page.evaluate("axe.run()")
    return [
        f"{violation['id']}: {[node['html'] for node in violation['nodes']]}"
        for violation in result["violations"]
    ]


async def test_one_click_and_one_sentence_make_a_task(open_page: OpenPage, stack_database: Database) -> None:
    page = await open_page()
    await sign_in_as_demo(page)
    await page.get_by_role("button", name="Add a task: water the plants", exact=True).click()
    await expect(answers(page)).to_have_count(1)

    card = tool_cards(page)
    await expect(card.locator("summary")).to_contain_text("created")
    await card.locator("summary").click()
    await expect(card).to_contain_text("water the plants")
    assert "water the plants" in tasks_of(stack_database, DEMO_EMAIL)

    address = page.url
    await page.reload()
    await expect(questions(page)).to_have_text("Add a task: water the plants")
    await expect(answers(page)).to_have_count(1)
    await expect(tool_cards(page)).to_have_count(1)
    assert page.url == address


async def test_every_sentence_that_a_new_chat_suggests_is_understood(open_page: OpenPage) -> None:
    page = await open_page()
    await sign_up(page)
    starters = await page.get_by_role("main").get_by_role("listitem").get_by_role("button").all_inner_texts()

    assert starters
    for starter in starters:
        await say(page, starter)
        await expect(answers(page).last).not_to_contain_text("did not understand")
    await expect(tool_cards(page)).to_have_count(len(starters) - 1)


async def test_an_account_is_made_left_and_entered_again(open_page: OpenPage) -> None:
    page = await open_page()
    email = await sign_up(page)
    await page.get_by_role("button", name="Account").click()
    await page.get_by_role("menuitem", name="Sign out", exact=True).click()
    await expect(page.get_by_role("heading", name="Welcome to Clarity")).to_be_visible()
    await page.reload()
    await fill_in(page, email)
    await page.get_by_role("button", name="Sign in", exact=True).click()

    await expect(page.get_by_role("button", name="Account")).to_contain_text(email)


async def test_a_link_that_has_expired_says_so_and_one_signs_in_otherwise(open_page: OpenPage) -> None:
    page = await open_page()
    await page.goto("/tasks?error=access_denied&error_code=otp_expired&error_description=Link+is+invalid#a=b")
    await expect(page.get_by_role("alert")).to_contain_text("That link has expired")
    await expect(page).to_have_url(re.compile("/tasks$"))
    await page.get_by_role("button", name="Look around as the demo user").click()
    await expect(page.get_by_role("heading", name="Tasks", level=1)).to_be_visible()


@pytest.mark.parametrize("options", [{}, {**PHONE, "color_scheme": "dark"}], ids=["wide", "dark phone"])
async def test_whoever_has_forgotten_their_password_chooses_a_new_one(
    open_page: OpenPage, axe: str, options: dict[str, Any]
) -> None:
    page = await open_page(**options)
    email = await sign_up(page)
    address = page.url
    config = await (await page.request.get("/config.json")).json()
    auth, headers = f"{config['supabase_url']}/auth/v1", {"apikey": config["publishable_key"]}
    await page.evaluate("localStorage.clear()")

    # The gateway sends no mail: what a project does that can is done here, with a sign-in that is real.
    async def tell_that_it_can(route: Route) -> None:
        settings = {"external": {"email": True, "github": True}, "mailer_autoconfirm": False}
        await route.fulfill(json=settings, headers={"access-control-allow-origin": "*"})

    async def send(route: Route) -> None:
        await route.fulfill(json={}, headers={"access-control-allow-origin": "*"})

    async def take_code(route: Route) -> None:
        credentials = {"email": email, "password": PASSWORD}
        url = f"{auth}/token?grant_type=password"
        answer = await page.request.post(url, data=credentials, headers=headers)
        await route.fulfill(json=await answer.json(), headers={"access-control-allow-origin": "*"})

    await page.route(f"{auth}/settings", tell_that_it_can)
    await page.route(f"{auth}/recover**", send)
    await page.route(f"{auth}/token?grant_type=pkce", take_code)
    await page.goto(address)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_role("button", name="Forgotten your password?").click()
    await expect(page.get_by_text("a link to choose a new password is on its way")).to_be_visible()
    assert await barriers(page, axe) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    await page.goto(f"{address}?code=from-the-mail")
    await expect(page.get_by_role("heading", name="Choose a new password")).to_be_visible()
    assert await barriers(page, axe) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await shot(page, "new-password")
    await page.get_by_label("New password").fill("another long password")
    await page.get_by_role("button", name="Save and go on").click()
    await expect(message_field(page)).to_be_visible()

    await page.evaluate("localStorage.clear()")
    await page.goto("/")
    await fill_in(page, email, "another long password")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(message_field(page)).to_be_visible()


async def test_two_tabs_show_each_other_s_turns(open_page: OpenPage) -> None:
    first = await open_page()
    await sign_up(first)
    await say(first, "Add a task: buy milk")
    second = await first.context.new_page()
    await second.goto(first.url)
    await expect(answers(second)).to_have_count(1)

    await say(second, "What is on my list?")
    await expect(answers(first)).to_have_count(2)
    await expect(answers(first).last).to_contain_text("buy milk")
    await say(first, "Add a task: buy bread")
    await expect(questions(second).last).to_have_text("Add a task: buy bread")
    await expect(answers(second)).to_have_count(3)


async def test_a_chat_is_renamed_archived_and_deleted_and_a_slip_is_undone(open_page: OpenPage) -> None:
    page = await open_page()
    await sign_up(page)
    await say(page, "What is on my list?")
    address = page.url
    await choose(page, "What is on my list?", "Rename")
    await page.get_by_role("textbox", name="Name").fill("Garden")
    # What is shown before it is stored is not stored when the page is left too soon.
    async with page.expect_response(CHAT_CHANGES):
        await page.get_by_role("button", name="Save").click()
    await expect(listed(page, "Garden")).to_be_visible()

    await choose(page, "Garden", "Archive")
    await expect(listed(page, "Garden")).to_have_count(0)
    async with page.expect_response(CHAT_CHANGES):
        await page.get_by_role("button", name="Undo").click()
    await expect(listed(page, "Garden")).to_be_visible()
    await page.goto(address)
    await choose(page, "Garden", "Delete")
    await expect(listed(page, "Garden")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(listed(page, "Garden")).to_be_visible()

    await page.goto(address)
    await choose(page, "Garden", "Delete")
    async with page.expect_response(CHAT_CHANGES):
        await page.get_by_role("button", name="Close").click()
    await expect(page.get_by_text("Your chats will be listed here.")).to_be_visible()
    await page.goto(address)
    await expect(page.get_by_text("That chat is no longer there.")).to_be_visible()


async def test_another_user_sees_nothing_of_it(open_page: OpenPage) -> None:
    owner = await open_page()
    await sign_up(owner)
    await say(owner, "Add a task: a secret present")
    other = await open_page()
    await sign_up(other)

    await expect(other.get_by_text("Your chats will be listed here.")).to_be_visible()
    await other.goto(owner.url)
    await expect(other.get_by_text("That chat is no longer there.")).to_be_visible()
    await say(other, "What is on my list?")
    await expect(other.get_by_text("secret present")).to_have_count(0)

    await owner.goto("/tasks")
    await owner.get_by_role("main").locator("[data-row]").click()
    await expect(owner.get_by_role("textbox", name="Title")).to_have_value("a secret present")
    await other.goto(owner.url)
    await expect(other.get_by_text("This task is no longer there")).to_be_visible()
    await expect(other.get_by_text("secret present")).to_have_count(0)


async def test_a_small_phone_has_room_for_everything(open_page: OpenPage, axe: str) -> None:
    page = await open_page(**PHONE)
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Welcome to Clarity")).to_be_visible()
    assert await barriers(page, axe) == []
    await sign_up(page)
    assert await barriers(page, axe) == []
    await say(page, "Add a task: buy a very-long-word-" + "that-goes-on-" * 8 + "without-a-space")
    await tool_cards(page).locator("summary").click()
    widths = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths == [320, 320]
    assert await barriers(page, axe) == []

    await page.get_by_role("button", name="Open the list of chats").click()
    drawer = page.get_by_role("dialog", name="Chats")
    await expect(drawer).to_be_visible()
    assert await barriers(page, axe) == []
    await drawer.get_by_role("button", name="Go to or do").click()
    await expect(page.get_by_role("dialog", name="Go to or do").get_by_role("combobox")).to_be_focused()
    await expect(drawer).to_have_count(0)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Open the list of chats").click()
    await drawer.get_by_role("link", name="New chat").click()
    await expect(drawer).to_have_count(0)
    await expect(page.get_by_role("heading", name="What can Assistant do for you?")).to_be_visible()


async def test_a_list_of_keys_can_be_read_to_its_end_in_a_window_that_is_not_high(
    open_page: OpenPage, axe: str
) -> None:
    page = await open_page(viewport={"width": 640, "height": 320})
    await sign_in_as_demo(page)
    # It takes the focus a moment after it is seen.
    await expect(message_field(page)).to_be_focused()
    await message_field(page).blur()
    await page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(sheet.get_by_role("button", name="Close")).to_be_focused()
    assert await barriers(page, axe) == []
    last = sheet.get_by_text("Close the open task")
    await last.scroll_into_view_if_needed()
    await expect(last).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(sheet).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_keeps_anybody_from_using_a_page(open_page: OpenPage, axe: str, scheme: str) -> None:
    page = await open_page(color_scheme=scheme, reduced_motion="reduce")
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Welcome to Clarity")).to_be_visible()
    assert await barriers(page, axe) == []
    await sign_up(page)
    assert await barriers(page, axe) == []
    await say(page, "Add a task: water the plants")
    await say(page, "What is on my list?")
    for card in await tool_cards(page).all():
        await card.locator("summary").click()
    assert await barriers(page, axe) == []
    await choose(page, "Add a task: water the plants", "Rename")
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await barriers(page, axe) == []


async def test_settings_are_asked_for_once_and_not_only_when_the_script_is_there(open_page: OpenPage) -> None:
    page = await open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[1]))
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Welcome to Clarity")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    assert asked.count("config.json") == 1
    (entry,) = await page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/config.json'))"
        ".map((one) => one.toJSON())"
    )
    assert entry["initiatorType"] == "link"


@pytest.mark.parametrize("is_signed_in", [False, True])
async def test_a_page_is_loaded_beside_the_settings_and_not_behind_them(
    open_page: OpenPage, is_signed_in: bool
) -> None:
    page = await open_page()
    if is_signed_in:
        await sign_up(page)
    settings_asked_for = asyncio.Event()
    page_loaded = asyncio.Event()

    async def hold(route: Route) -> None:
        settings_asked_for.set()
        await page_loaded.wait()
        await route.continue_()

    await page.route("**/config.json", hold)
    name = "ChatPage" if is_signed_in else "SignInPage"
    async with page.expect_request_finished(lambda request: f"/{name}-" in request.url):
        loading = asyncio.ensure_future(page.goto("/"))
    assert settings_asked_for.is_set()
    page_loaded.set()
    await loading
    heading = page.get_by_role("heading", name="Welcome to Clarity")
    await expect(message_field(page) if is_signed_in else heading).to_be_visible()


async def test_the_documentation_comes_from_this_server_alone(open_page: OpenPage, web_url: str) -> None:
    page = await open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto("/docs")

    await expect(page.get_by_role("button", name="POST /api/chat Say something to an agent")).to_be_visible()
    assert [url for url in asked if not url.startswith((f"{web_url}/", "data:"))] == []


async def test_the_keyboard_is_enough(open_page: OpenPage) -> None:
    page = await open_page()
    await sign_up(page)
    await expect(message_field(page)).to_be_focused()
    await page.keyboard.type("Add a task: call Ann")
    await page.keyboard.press("Enter")
    await expect(answers(page)).to_have_count(1)
    await page.get_by_role("main").get_by_role("button", name="Actions for “Add a task: call Ann”").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("menuitem", name="Rename").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
