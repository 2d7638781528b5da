import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { beforeEach, describe, expect, test } from "vitest";
import ChatPage from "@/pages/ChatPage";
import { useThemeStore } from "@/stores/useThemeStore";
import { backend, streaming } from "@/testing/backend";
import { addAgents, addChat } from "@/testing/chats";
import { renderApp } from "@/testing/render";

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

beforeEach(() => {
  addAgents("assistant", "librarian");
  ["Water the plants", "Taxes", "Books to read"].forEach((title, index) => {
    const at = new Date(Date.now() - index * 1000).toISOString();
    addChat(id(index), { title, created_at: at, last_message_at: at });
  });
});

function Where() {
  return <output aria-label="Address">{useLocation().pathname}</output>;
}

async function open(path = `/chat/${id(0)}`) {
  renderApp(
    <>
      <ChatPage />
      <Where />
    </>,
    path,
  );
  await screen.findByRole("textbox", { name: "Message" });
  await screen.findByRole("link", { name: "Taxes" });
  await userEvent.keyboard("{Control>}k{/Control}");
  return screen.findByRole("combobox", { name: "Go to or do" });
}

const address = () => screen.getByRole("status", { name: "Address", hidden: true }).textContent;
const options = () => screen.getAllByRole("option").map((option) => option.textContent);
const chosen = () => screen.getByRole("option", { selected: true }).textContent;

describe("the command palette", () => {
  test("goes to a chat by a few letters of its name", async () => {
    const field = await open();
    expect(field).toHaveFocus();
    await userEvent.type(field, "btr");
    await waitFor(() => expect(chosen()).toBe("Books to read"));
    await userEvent.keyboard("{Enter}");
    expect(address()).toBe(`/chat/${id(2)}`);
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  test("is walked through with the arrows, around its ends", async () => {
    const field = await open();
    await waitFor(() => expect(options()).toContain("Taxes"));
    const [first, second] = options();
    expect(chosen()).toBe(first);
    await userEvent.keyboard("{ArrowDown}");
    expect(chosen()).toBe(second);
    expect(field).toHaveAttribute("aria-activedescendant", screen.getByRole("option", { selected: true }).id);
    await userEvent.keyboard("{ArrowUp}{ArrowUp}");
    expect(chosen()).toBe(options().at(-1));
  });

  test("begins a chat with an agent, and opens pages", async () => {
    const field = await open();
    await userEvent.type(field, "librarian");
    await waitFor(() => expect(chosen()).toBe("LIBRARIAN"));
    await userEvent.keyboard("{Enter}");
    expect(address()).toBe("/new/librarian");
  });

  test("renames the chat that is open", async () => {
    const field = await open();
    await userEvent.type(field, "rename");
    await waitFor(() => expect(chosen()).toBe("Rename"));
    await userEvent.keyboard("{Enter}");
    const name = await screen.findByRole("textbox", { name: "Name" });
    await userEvent.clear(name);
    await userEvent.type(name, "Garden{Enter}");
    await waitFor(() => expect(backend.rows("chats")[0]).toMatchObject({ title: "Garden" }));
  });

  test("changes the theme", async () => {
    const field = await open();
    await userEvent.type(field, "dark");
    await waitFor(() => expect(chosen()).toBe("Theme: Dark"));
    await userEvent.keyboard("{Enter}");
    expect(useThemeStore.getState().theme).toBe("dark");
    useThemeStore.getState().setTheme("system");
  });

  test("does what was typed, not what is still shown, for whoever is quick", async () => {
    const field = await open();
    act(() => {
      fireEvent.change(field, { target: { value: "dark" } });
      fireEvent.keyDown(field, { key: "Enter" });
    });
    expect(useThemeStore.getState().theme).toBe("dark");
    useThemeStore.getState().setTheme("system");
  });

  test("stops an answer, and offers that only while there is one", async () => {
    const agent = streaming();
    backend.setAgent(agent.agent);
    renderApp(<ChatPage />, `/chat/${id(0)}`);
    await userEvent.type(await screen.findByRole("textbox", { name: "Message" }), "Hello{Enter}");
    await waitFor(() => expect(agent.streams).toHaveLength(1));
    await userEvent.keyboard("{Control>}k{/Control}");
    await userEvent.type(await screen.findByRole("combobox"), "stop{Enter}");
    await waitFor(() => expect(backend.cancelled()).toEqual([backend.turns()[0]?.run_id]));
  });

  test("says when there is nothing of that name", async () => {
    await userEvent.type(await open(), "xyzzy");
    expect(await screen.findByText("Nothing has “xyzzy” in its name.")).toBeInTheDocument();
  });

  test("is opened by a button as well", async () => {
    renderApp(<ChatPage />, `/chat/${id(0)}`);
    await userEvent.click(await screen.findByRole("button", { name: "Go to or do" }));
    expect(await screen.findByRole("combobox")).toHaveFocus();
  });

  test("is closed by Escape", async () => {
    await open();
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });
});

describe("the sheet of shortcuts", () => {
  test("is opened by ?, except where that is typed", async () => {
    await open();
    await userEvent.keyboard("{Escape}");
    const field = screen.getByRole("textbox", { name: "Message" });
    await userEvent.type(field, "Why?");
    expect(field).toHaveValue("Why?");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    field.blur();
    await userEvent.keyboard("?");
    const sheet = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
    expect(within(sheet).getByText("Stop the answer")).toBeInTheDocument();
    // Also those of places where one is not.
    expect(within(sheet).getByText("Previous or next chat")).toBeInTheDocument();
    expect(within(sheet).getByText("Move the task up or down")).toBeInTheDocument();
  });
});
