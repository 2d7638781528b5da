"""An agent of one's own, from its name to its first answer with a tool; as a file, as a copy, as it was."""

import re
from pathlib import Path

import psycopg
import pytest
from playwright.async_api import Page, expect

from cli.agent_file import AgentFile, ToolFile
from fixtures.databases import Database

from .conftest import OpenPage
from .steps import message_field, shot, sign_up, tool_cards
from .test_web_app import barriers

# One browser and one stack for all of them.
pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
SIZES = pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])


LEND_BOOK = """
create or replace function public.lend_book(book text, days integer default 14)
  returns table (title text, due date) language sql stable set search_path = ''
  begin atomic select book, current_date + days; end;
comment on function public.lend_book(text, integer) is E'Lends a book.\\nbook: Its title.';
"""
READER = AgentFile(
    agent="reader",
    display_name="Reader",
    system_prompt="You read: aloud.\n\nWhat is off is not on.\n",
    llm_config={"model": "offline:rules"},
    tools=[
        ToolFile(name="find_tasks", approval="ask", config={"table_name": "tasks", "method": "fetch"}),
        ToolFile(
            name="count_late",
            order=7,
            description="yes",
            config={"table_name": "tasks", "method": "count", "fixed": {"due_date": "2026-12-01"}},
        ),
    ],
)
BROKEN_TOOL = ToolFile(name="broken", config={"table_name": "no_such_table", "method": "fetch"})


async def import_text(page: Page, text: str) -> None:
    await page.get_by_role("button", name="Import").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Or paste it here").fill(text)
    await dialog.get_by_role("button", name="Import agent").click()


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


async def test_a_function_of_the_database_becomes_a_tool(
    open_page: OpenPage, stack_database: Database, axe: str
) -> None:
    with psycopg.connect(stack_database.owner_url) as connection:
        connection.execute(LEND_BOOK)
    page = await open_page(**PHONE)
    await sign_up(page)
    await open_agents(page)
    await make_agent(page, "Librarian")
    await page.get_by_role("link", name="Add a tool").click()
    await page.get_by_label("What it works with").select_option("RPCTool")
    await page.get_by_label("Function", exact=True).select_option("lend_book")
    form = page.get_by_role("group", name="The model passes")
    await expect(form).to_contain_text("Its title.")
    await form.get_by_role("checkbox", name="book").uncheck()
    await page.get_by_role("button", name="Save tool").click()
    await expect(form.get_by_role("alert")).to_contain_text("book must come from the model")
    assert await barriers(page, axe) == []
    await form.get_by_role("checkbox", name="book").check()
    await form.get_by_role("checkbox", name="days").uncheck()
    await form.get_by_label("days is always").fill("3")
    assert await barriers(page, axe) == []
    await shot(page, "function-tool")

    trial = page.get_by_role("region", name="Try it")
    await trial.get_by_label("book").fill("Emma")
    await trial.get_by_role("button", name="Save and try").click()
    await expect(trial.get_by_role("cell", name="Emma")).to_be_visible()
    await expect(page.get_by_label("Config")).to_have_value(
        '{\n  "function_name": "lend_book",\n  "fixed": {\n    "days": 3\n  }\n}'
    )
    assert await barriers(page, axe) == []


async def test_a_config_is_written_with_what_fits_at_hand(open_page: OpenPage, axe: str) -> None:
    page = await open_page()
    await sign_up(page)
    await open_agents(page)
    await make_agent(page, "Writer")
    await page.get_by_role("link", name="Add a tool").click()
    await page.get_by_label("Table", exact=True).select_option("tasks")
    config = page.get_by_label("Config")
    await config.fill('{\n  "table_name": "tasks",\n  "method": "fetch",\n  "colums": ["title"]\n}')
    await expect(page.get_by_text("There is no key colums. Do you mean columns?")).to_be_visible()
    assert await barriers(page, axe) == []

    await config.fill('{\n  "table_name": "tasks",\n  "method": "fetch",\n  ')
    await config.press_sequentially('"col')
    await expect(page.get_by_role("listbox").get_by_role("option", name="columns")).to_be_visible()
    assert await barriers(page, axe) == []
    await config.press("Enter")
    await expect(config).to_have_value(re.compile('"columns"'))
    await config.press_sequentially('"titl')
    await expect(page.get_by_role("listbox").get_by_role("option", name="title")).to_be_visible()
    await config.press("Enter")
    await config.press("End")
    await config.press_sequentially("\n}")
    await expect(config).to_have_value(
        '{\n  "table_name": "tasks",\n  "method": "fetch",\n  "columns": ["title"]\n}'
    )
    await expect(page.get_by_role("group", name="The model sees")).to_contain_text("1 of")


@SIZES
async def test_an_agent_leaves_as_a_file_and_comes_back_as_one(
    open_page: OpenPage, axe: str, tmp_path: Path, options: dict[str, object]
) -> None:
    # The browser itself complains of what the database refuses.
    page = await open_page(is_watched=False, **options)
    email = await sign_up(page)
    await open_agents(page)
    await import_text(page, READER.model_copy(update={"agent": "Reader"}).to_yaml())
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("alert")).to_contain_text("The agent’s name must begin with a letter")
    broken = READER.model_copy(update={"tools": [*READER.tools, BROKEN_TOOL]})
    await dialog.get_by_label("Or paste it here").fill(broken.to_yaml())
    await dialog.get_by_role("button", name="Import agent").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("names the table no_such_table")
    line = broken.to_yaml().split("\n").index("      table_name: no_such_table") + 1
    await expect(dialog.get_by_role("button", name=f"Line {line}", exact=True)).to_be_visible()
    assert await barriers(page, axe) == []
    await shot(page, "import-agent")
    file = tmp_path / "reader.yaml"
    file.write_text(READER.to_yaml(), encoding="utf-8")
    await dialog.get_by_label("From a file").set_input_files(file)
    await expect(dialog.get_by_label("Or paste it here")).to_have_value(READER.to_yaml())
    await dialog.get_by_role("button", name="Import agent").click()
    await expect(page.get_by_role("heading", name="Reader", level=1)).to_be_visible()
    await expect(page.get_by_role("region", name="Tools").get_by_role("listitem")).to_have_count(2)

    await page.get_by_role("button", name="More for this agent").click()
    async with page.expect_download() as download:
        await page.get_by_role("menuitem", name="Export as a file").click()
    exported = await download.value
    assert exported.suggested_filename == "reader.yaml"
    text = (await exported.path()).read_text(encoding="utf-8")
    assert AgentFile.from_yaml(text, source="the export") == READER.model_copy(update={"owner": email})

    await page.get_by_role("button", name="More for this agent").click()
    await page.get_by_role("menuitem", name="Duplicate").click()
    await expect(page.get_by_role("heading", name="Reader (copy)", level=1)).to_be_visible()
    await expect(page.get_by_role("region", name="Tools").get_by_role("listitem")).to_have_count(2)
    assert page.url.endswith("/agents/reader-copy")
    assert await barriers(page, axe) == []


async def test_a_chat_beside_the_form_is_answered_by_what_was_just_saved(
    open_page: OpenPage, axe: str
) -> None:
    page = await open_page(viewport={"width": 1440, "height": 900})
    await sign_up(page)
    await open_agents(page)
    await make_agent(page, "Helper")
    await page.get_by_role("link", name="Add a tool").click()
    await page.get_by_label("Table", exact=True).select_option("tasks")
    await page.get_by_label("What it does").select_option("create")
    await page.get_by_role("button", name="Chat beside").click()
    await expect(message_field(page)).to_be_focused()
    assert await barriers(page, axe) == []
    await page.get_by_role("button", name="Save tool").click()
    await expect(page.get_by_role("button", name="Delete tool")).to_be_visible()

    beside = page.get_by_role("complementary", name="Chat with the agent")
    await message_field(page).fill("Add a task: read a book")
    await message_field(page).press("Enter")
    await expect(beside.locator("summary")).to_contain_text("created")
    await expect(beside.get_by_role("article", name="Helper")).to_have_count(1)
    await expect(page.get_by_label("Table", exact=True)).to_have_value("tasks")
    assert await barriers(page, axe) == []
    await shot(page, "tool-editor")
    await page.get_by_role("link", name="Helper", exact=True).click()
    await expect(beside.get_by_role("article", name="Helper")).to_have_count(1)
    # It came along, and took nothing from whoever went there.
    await expect(message_field(page)).not_to_be_focused()
    await beside.get_by_role("link", name="Open this chat").click()
    await expect(page.get_by_role("main").get_by_role("article", name="Helper")).to_have_count(1)


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

    await page.get_by_label("Prompt").fill("You listen.")
    await page.get_by_label("Title").fill("Listener")
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("heading", name="Listener", level=1)).to_be_visible()
    second = page.get_by_role("region", name="History").get_by_role("listitem").filter(has_text="version 2")
    # Still open from before.
    await second.get_by_role("button", name="Compare version 2 with now").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("You listen.")
    await expect(dialog).to_contain_text("You read.")
    assert await barriers(page, axe) == []
    await shot(page, "agent-version")
    await dialog.get_by_role("button", name="Go back to version 2").click()
    await expect(page.get_by_role("heading", name="Reader", level=1)).to_be_visible()
    await expect(page.get_by_label("Prompt")).to_have_value("You read.")


async def test_a_shared_agent_is_shown_without_what_it_is_told(open_page: OpenPage, axe: str) -> None:
    page = await open_page(color_scheme="dark")
    await sign_up(page)
    await open_agents(page)
    await page.get_by_role("link", name="Assistant", exact=True).click()
    await expect(page.get_by_text("only admins change it")).to_be_visible()
    tools = page.get_by_role("region", name="Tools").get_by_role("listitem")
    await expect(tools.filter(has_text="Delete task")).to_contain_text("May overwrite or delete")
    await expect(tools.filter(has_text="Count tasks")).to_contain_text("Only reads")
    await expect(page.get_by_label("Prompt")).to_have_count(0)
    await shot(page, "agent-shared")
    assert await barriers(page, axe) == []
    await page.get_by_role("button", name="Make one of my own like it").click()
    await expect(page.get_by_role("heading", name="Assistant (copy)", level=1)).to_be_visible()
    await expect(page.get_by_label("Prompt")).to_have_value("")


async def test_an_admin_sees_and_changes_what_is_shared(
    open_page: OpenPage, stack_database: Database, axe: str
) -> None:
    page = await open_page()
    email = await sign_up(page)
    with psycopg.connect(stack_database.owner_url) as connection:
        connection.execute(
            "insert into public.admins (user_id) select id from auth.users where email = %(email)s",
            {"email": email},
        )
    await page.goto("/agents/assistant")
    await expect(page.get_by_label("Prompt")).not_to_have_value("")
    await page.get_by_label("What it is for").fill("Looks after your day.")
    await page.get_by_role("button", name="Save changes").click()
    change = page.get_by_role("region", name="History").get_by_role("listitem").first
    await expect(change).to_contain_text("changed")
    await change.locator("summary").click()
    await expect(change).to_contain_text("Looks after your day.")
    assert await barriers(page, axe) == []
    # As the other tests know it.
    await change.get_by_role("button", name="Put back as before").click()
    await expect(page.get_by_label("What it is for")).not_to_have_value("Looks after your day.")


async def test_an_agent_that_is_switched_off_is_found_again(open_page: OpenPage) -> None:
    page = await open_page()
    await sign_up(page)
    await open_agents(page)
    await make_agent(page, "Sleeper")
    await page.get_by_label("Switched on").uncheck()
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("link", name="Talk to it: Sleeper")).to_have_count(0)
    await page.get_by_role("link", name="All agents").click()
    await page.get_by_role("region", name="Switched off").get_by_role("link", name="Sleeper").click()
    await expect(page.get_by_label("Switched on")).not_to_be_checked()
