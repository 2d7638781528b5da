"""Notes on their own page: saved by themselves, and never lost without a network."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from .conftest import OpenPage
from .steps import shot, sign_up
from .test_tasks_page import PHONE, WIDE, WIDE_AND_PHONE, tell_assistant
from .test_web_app import barriers

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def open_notes(page: Page) -> None:
    await page.goto("/notes")
    await expect(page.get_by_role("heading", name="Notes", level=1)).to_be_visible()


async def begin_note(page: Page, title: str) -> None:
    await page.get_by_role("button", name="New note").click()
    await expect(page.get_by_role("textbox", name="Title")).to_be_focused()
    await page.keyboard.type(title)


def text(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Text", exact=True)


def state(page: Page, words: str) -> Locator:
    status = page.get_by_role("region", name="Note", exact=True).get_by_role("status")
    return status.filter(has=page.get_by_text(words, exact=True))


@WIDE_AND_PHONE
async def test_a_note_is_stored_while_it_is_written_and_kept_without_a_network(
    open_page: OpenPage, axe: str, options: dict[str, Any]
) -> None:
    page = await open_page(**options)
    await sign_up(page)
    await open_notes(page)
    await expect(page.get_by_text("No notes yet")).to_be_visible()
    assert await barriers(page, axe) == []
    await shot(page, "notes-empty")
    await begin_note(page, "Garden")
    await text(page).fill("Plant the tulips before the frost.")
    await expect(state(page, "Saved")).to_be_visible()
    assert await barriers(page, axe) == []

    await page.context.set_offline(True)
    await text(page).fill("Plant the tulips before the frost. Water them.")
    await expect(state(page, "No connection: kept on this device")).to_be_visible()
    assert await barriers(page, axe) == []
    await page.context.set_offline(False)
    await expect(state(page, "Saved")).to_be_visible()
    await page.reload()
    await expect(text(page)).to_have_value("Plant the tulips before the frost. Water them.")
    await shot(page, "note")


async def test_what_was_written_without_a_network_survives_a_reload(open_page: OpenPage) -> None:
    page = await open_page()
    await sign_up(page)
    await open_notes(page)
    await begin_note(page, "Garden")
    await expect(state(page, "Saved")).to_be_visible()
    # The page itself still comes, as it would from a cache; the database does not answer.
    await page.context.route("**/rest/v1/notes**", lambda route: route.abort("internetdisconnected"))
    await text(page).fill("Tulips")
    await expect(state(page, "No connection: kept on this device")).to_be_visible()
    await page.reload()
    await expect(text(page)).to_have_value("Tulips")
    await page.context.unroute("**/rest/v1/notes**")
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(state(page, "Saved")).to_be_visible()
    await page.reload()
    await expect(text(page)).to_have_value("Tulips")


@pytest.mark.parametrize("options", [WIDE, {**PHONE, "color_scheme": "dark"}], ids=["wide", "dark phone"])
async def test_a_note_that_an_agent_changes_too_is_shown_in_both_versions(
    open_page: OpenPage, axe: str, options: dict[str, Any]
) -> None:
    page = await open_page(**options)
    await sign_up(page)
    await open_notes(page)
    await begin_note(page, "Garden")
    await expect(state(page, "Saved")).to_be_visible()
    # Offline, so that it is still to be saved when the agent writes.
    await page.context.route("**/rest/v1/notes**", lambda route: route.abort("internetdisconnected"))
    await page.get_by_role("textbox", name="Title").fill("Herbs")
    await expect(state(page, "No connection: kept on this device")).to_be_visible()
    assert "Updated" in await tell_assistant(page, 'Rename the note "Garden" to "Trees"')
    await page.context.unroute("**/rest/v1/notes**")
    await page.evaluate("window.dispatchEvent(new Event('online'))")

    note = page.get_by_role("alert")
    await expect(note.get_by_role("region", name="Title")).to_contain_text("Trees")
    assert await barriers(page, axe) == []
    await shot(page, "note-conflict")
    await note.get_by_role("button", name="Take theirs: Title").click()
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("Trees")
    await expect(state(page, "Saved")).to_be_visible()


async def test_notes_are_pinned_tagged_found_and_deleted(open_page: OpenPage, axe: str) -> None:
    page = await open_page(**WIDE)
    await sign_up(page)
    await open_notes(page)
    for title in ("Books", "Garden"):
        await begin_note(page, title)
        await expect(state(page, "Saved")).to_be_visible()
    await page.get_by_role("button", name="Pin to the top").click()
    await page.get_by_label("Add a tag").fill("home")
    await page.keyboard.press("Enter")
    await expect(state(page, "Saved")).to_be_visible()
    await expect(page.get_by_role("list", name="Pinned", exact=True)).to_contain_text("Garden")
    await page.get_by_role("button", name="Tag", exact=True).click()
    await page.get_by_role("menuitemradio", name="home").click()
    await expect(page.get_by_role("link", name="Books")).to_have_count(0)
    assert await barriers(page, axe) == []
    await page.get_by_role("button", name="Delete the note").click()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("link", name="Garden")).to_be_visible()
    await shot(page, "notes")
