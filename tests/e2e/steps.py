"""What people do in the web app, in the words that they read there."""

import base64
import os
import uuid
from pathlib import Path
from typing import cast

from playwright.async_api import Locator, Page, expect

PASSWORD = "a long password"


async def sign_in_as_demo(page: Page) -> None:
    await page.goto("/")
    await page.get_by_role("button", name="Look around as the demo user").click()
    await expect(message_field(page)).to_be_visible()


async def sign_up(page: Page, email: str | None = None) -> str:
    """The e-mail address of the new user, who is signed in: one of their own, or a given one."""
    email = email or f"{uuid.uuid4().hex[:12]}@example.com"
    await page.goto("/")
    await page.get_by_role("button", name="Create an account").click()
    await fill_in(page, email)
    await page.get_by_role("button", name="Create account").click()
    await expect(message_field(page)).to_be_visible()
    return email


async def fill_in(page: Page, email: str, password: str = PASSWORD) -> None:
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)


async def say(page: Page, text: str) -> None:
    """Sends a message and waits until its answer is there."""
    before = await answers(page).count()
    await message_field(page).fill(text)
    # An answer is shown as soon as it is stored, a moment before its turn is over and the next one may begin.
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    await message_field(page).press("Enter")
    await expect(answers(page)).to_have_count(before + 1)


async def choose(page: Page, title: str, action: str) -> None:
    """Chooses an action from the menu of the chat that is open."""
    await page.get_by_role("main").get_by_role("button", name=f"Actions for “{title}”").click()
    await page.get_by_role("menuitem", name=action).click()


def message_field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def questions(page: Page) -> Locator:
    return page.get_by_role("article", name="You")


def answers(page: Page) -> Locator:
    return page.get_by_role("article", name="Assistant")


def tool_cards(page: Page) -> Locator:
    return page.get_by_role("main").locator("details")


def listed(page: Page, title: str) -> Locator:
    return page.get_by_role("navigation", name="Chats").get_by_role("link", name=title, exact=True)


async def shot(page: Page, name: str) -> None:
    """Takes a picture where CLARITY_SCREENSHOTS names a folder: `name-1280.webp`, `name-1280-dark.webp`."""
    folder = os.environ.get("CLARITY_SCREENSHOTS")
    if not folder or not page.viewport_size:
        return
    is_dark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    look = f"{page.viewport_size['width']}{'-dark' if is_dark else ''}"
    # Playwright itself has no WebP, which is a third of the size.
    chromium = await page.context.new_cdp_session(page)
    settings = {"format": "webp", "quality": 85}
    picture = await chromium.send("Page.captureScreenshot", settings)  # pyright: ignore
    keep(Path(folder) / f"{name}-{look}.webp", cast(str, picture["data"]))


def keep(path: Path, picture: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(picture))
