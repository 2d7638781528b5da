import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { useToastStore } from "@/stores/useToastStore";
import { backend } from "@/testing/backend";
import { renderApp } from "@/testing/render";
import { Sidebar } from "./Sidebar";
import { Toasts } from "./Toasts";

const DAY = 86_400_000;

function chats(...titles: string[]) {
  titles.forEach((title, index) => {
    const at = new Date(Date.now() - index * DAY).toISOString();
    backend.rows("chats").push({
      id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
      agent_name: "assistant",
      title,
      is_archived: false,
      created_at: at,
      last_message_at: at,
    });
  });
}

function show() {
  useToastStore.setState({ toasts: [] });
  renderApp(
    <>
      <Sidebar currentChatId={null} agentName="assistant" onOpenPalette={() => {}} />
      <Toasts />
    </>,
  );
}

async function choose(title: string, action: string) {
  await userEvent.click(await screen.findByRole("button", { name: `Actions for “${title}”` }));
  await userEvent.click(await screen.findByRole("menuitem", { name: action }));
}

describe("the list of chats", () => {
  test("groups them by time, the latest first", async () => {
    chats("Plants", "Taxes", "Books");
    show();
    const today = await screen.findByRole("region", { name: "Today" });
    expect(within(today).getByText("Plants")).toBeInTheDocument();
    expect(within(screen.getByRole("region", { name: "Yesterday" })).getByText("Taxes")).toBeInTheDocument();
    expect(
      within(screen.getByRole("region", { name: "Last 7 days" })).getByText("Books"),
    ).toBeInTheDocument();
  });

  test("teaches what it is for while it is empty", async () => {
    show();
    expect(await screen.findByText("Your chats will be listed here.")).toBeInTheDocument();
  });

  test("finds chats by words, and takes % for a character", async () => {
    chats("Plants", "Taxes");
    show();
    await userEvent.type(screen.getByRole("searchbox"), "tax");
    await waitFor(() => expect(screen.queryByText("Plants")).not.toBeInTheDocument());
    expect(screen.getByText("Taxes")).toBeInTheDocument();
  });

  test("loads page after page while there are more", async () => {
    chats(...Array.from({ length: 95 }, (_, index) => `Chat ${index}`));
    show();
    // Nothing has a height here, so the end of the list is always near.
    await waitFor(() => expect(screen.getAllByRole("link", { name: /Chat \d/ })).toHaveLength(95));
  });

  test("renames a chat", async () => {
    chats("Plants");
    show();
    await choose("Plants", "Rename");
    const name = await screen.findByRole("textbox", { name: "Name" });
    await userEvent.clear(name);
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Write a name.")).toBeInTheDocument();
    await userEvent.type(name, "Garden{Enter}");
    expect(await screen.findByRole("link", { name: "Garden" })).toBeInTheDocument();
    await waitFor(() => expect(backend.rows("chats")[0]).toMatchObject({ title: "Garden" }));
  });

  test("gives a chat its old name back when the database refuses the new one", async () => {
    chats("Plants");
    show();
    await screen.findByText("Plants");
    // The list cannot be read again either: what it shows is what was put back.
    backend.intercept((method) =>
      method === "PATCH"
        ? Response.json({ code: "23514", message: "Too long" }, { status: 400 })
        : Response.error(),
    );
    await choose("Plants", "Rename");
    await userEvent.type(await screen.findByRole("textbox", { name: "Name" }), "!{Enter}");
    expect(await screen.findByText(/Too long/)).toBeInTheDocument();
    expect(await screen.findByRole("link", { name: "Plants" })).toBeInTheDocument();
  });

  test("puts a chat into the archive, and back with Undo", async () => {
    chats("Plants");
    show();
    await choose("Plants", "Archive");
    await waitFor(() => expect(backend.rows("chats")[0]).toMatchObject({ is_archived: true }));
    expect(screen.queryByRole("link", { name: "Plants" })).not.toBeInTheDocument();
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    expect(await screen.findByRole("link", { name: "Plants" })).toBeInTheDocument();
    expect(backend.rows("chats")[0]).toMatchObject({ is_archived: false });
  });

  test("deletes a chat only when the notice about it is gone", async () => {
    chats("Plants");
    show();
    await choose("Plants", "Delete");
    expect(screen.queryByRole("link", { name: "Plants" })).not.toBeInTheDocument();
    expect(backend.rows("chats")).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    await waitFor(() => expect(backend.rows("chats")).toHaveLength(0));
  });

  test("brings a deleted chat back with Undo", async () => {
    chats("Plants");
    show();
    await choose("Plants", "Delete");
    await userEvent.click(screen.getByRole("button", { name: "Undo" }));
    expect(await screen.findByRole("link", { name: "Plants" })).toBeInTheDocument();
    expect(backend.rows("chats")).toHaveLength(1);
  });

  test("deletes a chat for good when the page goes away before the notice does", async () => {
    chats("Plants");
    show();
    await choose("Plants", "Delete");
    window.dispatchEvent(new Event("pagehide"));
    await waitFor(() => expect(backend.rows("chats")).toHaveLength(0));
  });
});
