"""What comes between two messages: no network, a night, a chat that is gone, a sign-out on another device."""

import json
import time
from collections.abc import Mapping
from typing import Any, cast

import jwt
import psycopg
import pytest
from playwright.async_api import Page, expect

from embedded.secret_file import Secrets
from fixtures.databases import Database
from fixtures.waiting import eventually

from .conftest import PATIENCE_SECONDS, OpenPage
from .steps import answers, fill_in, message_field, questions, say, sign_up
from .test_web_app import PHONE, barriers

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")

HOUR = 3600
SIZES = pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])

SESSION = """() => {
  const isSession = (name) => name.startsWith("clarity.auth.") && !name.includes("-");
  const name = Object.keys(localStorage).find(isSession);
  return [name, localStorage.getItem(name)];
}"""


async def stored_session(page: Page) -> tuple[str, dict[str, Any]]:
    """The name under which the browser keeps the session, and the session."""
    name, value = cast(tuple[str, str], await page.evaluate(SESSION))
    return name, json.loads(value)


async def let_token_expire(page: Page, secret: str, *, is_noticed: bool = True) -> str:
    """Makes the session's token one of yesterday; by a clock that is slow the browser does not notice."""
    name, session = await stored_session(page)
    claims: Mapping[str, Any] = jwt.decode(
        session["access_token"], secret, algorithms=["HS256"], audience="authenticated"
    )
    now = int(time.time())
    token = jwt.encode({**claims, "iat": now - 10 * HOUR, "exp": now - 9 * HOUR}, secret, algorithm="HS256")
    expiry = {"expires_at": now - 9 * HOUR} if is_noticed else {"expires_at": now + HOUR}
    await page.evaluate(
        "([name, value]) => localStorage.setItem(name, value)",
        [name, json.dumps({**session, **expiry, "access_token": token})],
    )
    return token


def wait_until_engaged_with(database: Database, email: str, *chat_ids: str) -> None:
    """These are the chats that have an active session instance."""
    query = """
        select sessions.chat_id from public.chat_sessions as sessions
          join public.chats on chats.id = sessions.chat_id join auth.users on users.id = chats.user_id
         where sessions.is_active and users.email = %(email)s
    """
    with psycopg.connect(database.owner_url, autocommit=True) as owner:

        def are_engaged() -> bool:
            rows = owner.execute(query, {"email": email})
            return [str(chat_id) for (chat_id,) in rows] == list(chat_ids)

        eventually(are_engaged, seconds=PATIENCE_SECONDS)


@SIZES
async def test_a_message_sent_without_a_network_is_kept_and_goes_out_when_it_is_back(
    open_page: OpenPage, axe: str, options: dict[str, Any]
) -> None:
    page = await open_page(**options)
    await sign_up(page)
    await say(page, "Add a task: buy milk")
    await message_field(page).press_sequentially("What is ")
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    await page.context.set_offline(True)
    await expect(page.get_by_text("You are offline. What you type is kept.")).to_be_visible()
    await message_field(page).press_sequentially("on my list?")
    await expect(message_field(page)).to_have_value("What is on my list?")
    await message_field(page).press("Enter")
    await expect(questions(page).last).to_have_text("What is on my list?")
    await expect(page.get_by_text("It goes out as soon as there is a network again.").first).to_be_visible()
    assert await barriers(page, axe) == []

    await page.context.set_offline(False)
    await expect(answers(page)).to_have_count(2)
    await expect(answers(page).last).to_contain_text("buy milk")
    await expect(questions(page)).to_have_count(2)
    await expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("is_noticed", [True, False], ids=["by its clock", "by the server's word"])
async def test_a_page_that_was_open_overnight_goes_on(
    open_page: OpenPage, run_secrets: Secrets, is_noticed: bool
) -> None:
    # A browser complains about each refusal, and where its clock is slow one is needed.
    page = await open_page(is_watched=is_noticed)
    await sign_up(page)
    await say(page, "Add a task: buy milk")
    old = await let_token_expire(page, run_secrets.jwt_secret, is_noticed=is_noticed)
    await say(page, "What is on my list?")
    await expect(answers(page).last).to_contain_text("buy milk")
    await page.get_by_role("link", name="Tasks", exact=True).click()
    await expect(page.get_by_role("main").locator("[data-row]")).to_contain_text("buy milk")
    _, session = await stored_session(page)
    assert session["access_token"] != old


@pytest.mark.parametrize("is_noticed", [True, False], ids=["by its clock", "by the server's word"])
async def test_a_page_that_is_opened_in_the_morning_is_as_it_was_left(
    open_page: OpenPage, run_secrets: Secrets, is_noticed: bool
) -> None:
    page = await open_page(is_watched=is_noticed)
    await sign_up(page)
    await say(page, "Add a task: buy milk")
    address = page.url
    await let_token_expire(page, run_secrets.jwt_secret, is_noticed=is_noticed)
    await page.goto("/")
    await expect(answers(page)).to_have_count(1)
    assert page.url == address
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_a_chat_that_the_browser_remembers_wrongly_is_forgotten(
    open_page: OpenPage, stack_database: Database
) -> None:
    other = await open_page()
    await sign_up(other)
    await say(other, "Add a task: a secret present")
    foreign = other.url.rsplit("/", 1)[1]
    # The browser itself complains of what the database refuses of a chat that is not there.
    page = await open_page(is_watched=False)
    await sign_up(page)
    await say(page, "Add a task: buy milk")
    kept = page.url
    await page.goto("/new")
    await say(page, "What is on my list?")
    deleted = page.url.rsplit("/", 1)[1]
    with psycopg.connect(stack_database.owner_url, autocommit=True) as owner:
        owner.execute("delete from public.chats where id = %(id)s", {"id": deleted})
    remembered = json.loads(cast(str, await page.evaluate("localStorage.getItem('clarity.lastChat')")))
    assert remembered["chatId"] == deleted

    for chat_id in (deleted, foreign, "00000000-0000-4000-8000-000000000000", "no id"):
        await page.evaluate(
            "value => localStorage.setItem('clarity.lastChat', value)",
            json.dumps({**remembered, "chatId": chat_id}),
        )
        await page.goto("/")
        await expect(questions(page)).to_have_text("Add a task: buy milk")
        assert page.url == kept
    await page.evaluate("localStorage.setItem('clarity.lastChat', '{')")
    await page.goto("/")
    await expect(questions(page)).to_have_text("Add a task: buy milk")


async def test_a_tab_is_engaged_with_the_chat_that_it_shows_until_it_is_closed(
    open_page: OpenPage, stack_database: Database
) -> None:
    page = await open_page()
    email = await sign_up(page)
    await say(page, "Add a task: buy milk")
    first = page.url.rpartition("/")[2]
    wait_until_engaged_with(stack_database, email, first)
    await page.goto("/new")
    await say(page, "What is on my list?")
    second = page.url.rpartition("/")[2]
    wait_until_engaged_with(stack_database, email, second)
    # What is sent on the way out outlives the page, not the browser.
    await page.context.new_page()
    await page.close(run_before_unload=True)
    wait_until_engaged_with(stack_database, email)


async def test_signing_out_everywhere_ends_the_sign_in_of_other_devices_and_tabs(
    open_page: OpenPage, run_secrets: Secrets
) -> None:
    # A browser complains about the refusal that is wanted here.
    far = await open_page(is_watched=False)
    email = await sign_up(far)
    await say(far, "Add a task: buy milk")
    await message_field(far).fill("Half a sen")
    near = await open_page()
    await near.goto("/")
    await fill_in(near, email)
    await near.get_by_role("button", name="Sign in", exact=True).click()
    await expect(answers(near)).to_have_count(1)
    tab = await near.context.new_page()
    await tab.goto(near.url)
    await expect(answers(tab)).to_have_count(1)

    await near.get_by_role("button", name="Account").click()
    await near.get_by_role("menuitem", name="Sign out everywhere").click()
    for page in (near, tab):
        await expect(page.get_by_role("heading", name="Welcome to Clarity")).to_be_visible()
    # A token is good until it has run out; none follows it.
    await let_token_expire(far, run_secrets.jwt_secret)
    await far.reload()
    await expect(far.get_by_role("heading", name="Welcome to Clarity")).to_be_visible()
    await fill_in(far, email)
    await far.get_by_role("button", name="Sign in", exact=True).click()
    await expect(answers(far)).to_have_count(1)
    await expect(message_field(far)).to_have_value("Half a sen")
