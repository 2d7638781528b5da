"""Saying something else where one has said something: a chat of its own goes on from there."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from .conftest import OpenPage
from .steps import answers, message_field, questions, say, shot, sign_up
from .test_web_app import barriers

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
SIZES = pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="What you say instead")


async def edit(page: Page, place: int) -> None:
    """Opens the question at that place, from the first on."""
    await questions(page).nth(place).get_by_role("button", name="Edit and send anew").click()
    await expect(field(page)).to_be_focused()


@SIZES
async def test_a_question_is_changed_and_the_chat_stays_as_it_is(
    open_page: OpenPage, axe: str, options: dict[str, Any]
) -> None:
    page = await open_page(**options)
    await sign_up(page)
    for text in ("Hello", "What is on my list?", "What can you do?"):
        await say(page, text)
    old_address = page.url

    await edit(page, 1)
    await field(page).fill("Add a task: water the plants")
    assert await barriers(page, axe) == []
    await shot(page, "edit")
    # It is kept where it was typed.
    await page.reload()
    await expect(field(page)).to_have_value("Add a task: water the plants")
    await field(page).press("Enter")

    await expect(page.get_by_role("heading", level=1, name="Hello (2)")).to_be_visible()
    await expect(questions(page)).to_have_text(["Hello", "Add a task: water the plants"])
    await expect(answers(page)).to_have_count(2)
    await expect(answers(page).last.get_by_role("button", name="Good answer")).to_be_visible()
    await expect(questions(page).last.get_by_role("button", name="Edit and send anew")).to_be_enabled()
    assert page.url != old_address
    assert await barriers(page, axe) == []
    await shot(page, "fork")

    await page.get_by_role("main").get_by_role("link", name="Hello", exact=True).click()
    await expect(questions(page)).to_have_text(["Hello", "What is on my list?", "What can you do?"])
    await expect(page.locator("[data-block]:focus").get_by_role("article", name="You")).to_have_text(
        "What is on my list?"
    )
    assert page.url.startswith(f"{old_address}?message=")

    await page.go_back()
    await page.reload()
    await expect(questions(page)).to_have_text(["Hello", "Add a task: water the plants"])


async def test_the_first_question_is_changed_and_what_fails_is_kept(open_page: OpenPage, axe: str) -> None:
    page = await open_page(is_watched=False)
    await sign_up(page)
    await say(page, "Hello")
    await edit(page, 0)
    await field(page).fill("Hi there")
    await page.route("**/fork", lambda route: route.abort())
    await field(page).press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("The new chat could not be made.")
    await expect(field(page)).to_have_value("Hi there")
    assert await barriers(page, axe) == []

    await page.unroute("**/fork")
    await page.get_by_role("article", name="You").get_by_role("button", name="Send").click()
    await expect(questions(page)).to_have_text(["Hi there"])
    await expect(answers(page)).to_have_count(1)
    await expect(page.get_by_role("heading", level=1, name="Hi there")).to_be_visible()
    await expect(message_field(page)).to_be_focused()
    await expect(page.get_by_role("main").get_by_role("link", name="Hello", exact=True)).to_be_visible()
