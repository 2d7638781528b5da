import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { describe, expect, test, vi } from "vitest";
import { useHiddenChatsStore } from "@/stores/useHiddenChatsStore";
import { useReadStore } from "@/stores/useReadStore";
import { useToastStore } from "@/stores/useToastStore";
import { backend } from "@/testing/backend";
import { renderApp, USER_ID } from "@/testing/render";
import { Sidebar } from "./Sidebar";
import { Toasts } from "./Toasts";

const DAY = 86_400_000;
// What a window is high; nothing is laid out here.
const HEIGHT = 800;

const idOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

/** A day lies between each and the next. */
function chats(...titles: (string | { title: string; [column: string]: unknown })[]) {
  titles.forEach((facts, index) => {
    const at = new Date(Date.now() - index * DAY).toISOString();
    backend.rows("chats").push({
      id: idOf(index),
      agent_name: "assistant",
      created_at: at,
      last_message_at: at,
      ...(typeof facts === "string" ? { title: facts } : facts),
    });
  });
}

/** A passage as the database's search gives it. */
function passage(index: number, facts: object = {}) {
  return {
    message_id: 100 - index,
    message_uuid: `00000000-0000-4000-9000-${String(index).padStart(12, "0")}`,
    chat_id: idOf(0),
    title: "Plants",
    agent_name: "assistant",
    type: "human",
    snippet: "when does a \u0002fern\u0003 need water",
    created_at: new Date().toISOString(),
    ...facts,
  };
}

function Where() {
  const { pathname, search } = useLocation();
  return <output aria-label="Address">{pathname + search}</output>;
}

function show({ currentChatId = null as string | null, height = HEIGHT } = {}) {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(height);
  useToastStore.setState({ toasts: [] });
  useHiddenChatsStore.setState({ ids: [] });
  renderApp(
    <>
      <Sidebar currentChatId={currentChatId} agentName="assistant" onOpenPalette={() => {}} />
      <Toasts />
      <Where />
    </>,
  );
}

const address = () => screen.getByRole("status", { name: "Address" }).textContent;
const titles = () => screen.getAllByRole("listitem").map((row) => row.querySelector("a")?.textContent);
const refusing = (method: string) => (asked: string) =>
  asked === method ? Response.json({ code: "23514", message: "Too long" }, { status: 400 }) : undefined;

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

  test("reads page after page while there are more, each chat once", async () => {
    chats(...Array.from({ length: 295 }, (_, index) => `Chat ${index}`));
    // All of them are in sight, so the end of the list is always near.
    show({ height: 20_000 });
    await waitFor(() => expect(screen.getAllByRole("link", { name: /Chat \d/ })).toHaveLength(295));
  });

  test("has only those on the page that are in sight or near it", async () => {
    chats(...Array.from({ length: 1000 }, (_, index) => `Chat ${index}`));
    show();
    await screen.findByRole("link", { name: "Chat 0" });
    await userEvent.click(screen.getByRole("link", { name: "Chat 0" }));
    await waitFor(async () => {
      await userEvent.keyboard("{End}");
      // Out of sight, but where the keyboard is.
      expect(screen.getByRole("link", { name: "Chat 999" })).toHaveFocus();
    });
    expect(screen.getAllByRole("listitem").length).toBeLessThan(60);
  });

  test("has the pinned ones on top, and an unpinned one back in its place", async () => {
    chats("Plants", { title: "Taxes", is_pinned: true });
    show();
    const pinned = await screen.findByRole("region", { name: "Pinned" });
    expect(within(pinned).getByText("Taxes")).toBeInTheDocument();
    expect(titles()).toEqual(["Taxes", "Plants"]);
    await choose("Taxes", "Unpin");
    await waitFor(() => expect(titles()).toEqual(["Plants", "Taxes"]));
    await waitFor(() => expect(backend.rows("chats")[1]).toMatchObject({ is_pinned: false }));
    await choose("Plants", "Pin to the top");
    const again = await screen.findByRole("region", { name: "Pinned" });
    expect(within(again).getByText("Plants")).toBeInTheDocument();
    await waitFor(() => expect(backend.rows("chats")[0]).toMatchObject({ is_pinned: true }));
  });

  test("takes a pin back that the database refuses", async () => {
    chats("Plants");
    show();
    await screen.findByText("Plants");
    backend.intercept(refusing("PATCH"));
    await choose("Plants", "Pin to the top");
    expect(await screen.findByText(/Too long/)).toBeInTheDocument();
    expect(screen.queryByRole("region", { name: "Pinned" })).not.toBeInTheDocument();
    expect(screen.getByRole("region", { name: "Today" })).toBeInTheDocument();
  });

  test("tags chats, and shows those with a tag", async () => {
    chats("Plants", { title: "Taxes", tags: ["money"] });
    show();
    await choose("Plants", "Tags…");
    await userEvent.type(
      await screen.findByRole("combobox", { name: "Add a tag" }),
      "garden,#at home{Enter}",
    );
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("garden · at home")).toBeInTheDocument();
    await waitFor(() => expect(backend.rows("chats")[0]).toMatchObject({ tags: ["garden", "at home"] }));

    await userEvent.click(await screen.findByRole("button", { name: "Filter by tag" }));
    await userEvent.click(await screen.findByRole("menuitemradio", { name: "at home" }));
    await waitFor(() => expect(screen.queryByText("Taxes")).not.toBeInTheDocument());
    expect(screen.getByText("Plants")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Show chats without the tag at home too" }));
    expect(await screen.findByText("Taxes")).toBeInTheDocument();
  });

  test("does not save tags that the database would refuse", async () => {
    chats("Plants");
    show();
    await choose("Plants", "Tags…");
    const field = await screen.findByRole("combobox", { name: "Add a tag" });
    await userEvent.type(field, `${"x".repeat(51)}{Enter}`);
    expect(await screen.findByRole("alert")).toHaveTextContent("at most 50 characters");
    expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
  });

  test("shows the archive, and puts a chat back from there", async () => {
    chats("Plants", { title: "Taxes", is_archived: true });
    show();
    await screen.findByText("Plants");
    await userEvent.click(screen.getByRole("button", { name: "Archived chats" }));
    expect(await screen.findByText("Taxes")).toBeInTheDocument();
    expect(screen.queryByText("Plants")).not.toBeInTheDocument();
    await choose("Taxes", "Move back to chats");
    expect(await screen.findByText(/Nothing here/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Back to current chats" }));
    expect(await screen.findByText("Taxes")).toBeInTheDocument();
  });

  test("says that it cannot be read, and reads it again", async () => {
    chats("Plants");
    backend.intercept((_method, table) => (table === "chats" ? Response.error() : undefined));
    show();
    const problem = await screen.findByRole("alert");
    expect(problem).toHaveTextContent("The list could not be loaded.");
    backend.intercept(null);
    await userEvent.click(within(problem).getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Plants")).toBeInTheDocument();
  });

  test("marks chats in which something was said since, except the one that is open", async () => {
    const before = new Date(Date.now() - 10 * DAY).toISOString();
    chats("Plants", "Taxes", "Books");
    const books = String(backend.rows("chats")[2]?.["last_message_at"]);
    useReadStore.setState({ users: { [USER_ID]: { since: before, chats: { [idOf(2)]: books } } } });
    show({ currentChatId: idOf(0) });
    await screen.findByText("Plants");
    const marked = screen.getAllByRole("img", { name: "New messages" });
    expect(marked.map((mark) => mark.closest("li")?.textContent)).toEqual(["Taxes"]);
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

describe("the keyboard in the list", () => {
  test("goes from row to row, to a row's menu and back, and up to the search", async () => {
    chats("Plants", "Taxes", "Books");
    show();
    await screen.findByText("Plants");
    await userEvent.click(screen.getByRole("searchbox"));
    await userEvent.keyboard("{ArrowDown}");
    expect(screen.getByRole("link", { name: "Plants" })).toHaveFocus();
    await userEvent.keyboard("{ArrowDown}");
    expect(screen.getByRole("link", { name: "Taxes" })).toHaveFocus();
    await userEvent.keyboard("{End}");
    expect(screen.getByRole("link", { name: "Books" })).toHaveFocus();
    await userEvent.keyboard("{ArrowRight}");
    expect(screen.getByRole("button", { name: "Actions for “Books”" })).toHaveFocus();
    await userEvent.keyboard("{ArrowLeft}{Home}{ArrowUp}");
    expect(screen.getByRole("searchbox")).toHaveFocus();
  });

  test("has one stop for Tab in the whole list: the row that it was in, and its menu", async () => {
    chats("Plants", "Taxes", "Books");
    show();
    await screen.findByText("Plants");
    const stops = () =>
      screen
        .getAllByRole("listitem")
        .flatMap((row) => [...row.querySelectorAll<HTMLElement>("a, button")])
        .filter(({ tabIndex }) => tabIndex === 0)
        .map((stop) => stop.getAttribute("aria-label") ?? stop.textContent);
    expect(stops()).toEqual(["Plants", "Actions for “Plants”"]);
    await userEvent.click(screen.getByRole("searchbox"));
    await userEvent.keyboard("{ArrowDown}{ArrowDown}");
    expect(stops()).toEqual(["Taxes", "Actions for “Taxes”"]);
  });

  test("opens a row's menu, and goes on at its neighbour when the row has gone", async () => {
    chats("Plants", "Taxes", "Books");
    show();
    await screen.findByText("Plants");
    await userEvent.click(screen.getByRole("searchbox"));
    await userEvent.keyboard("{ArrowDown}{ArrowDown}{Shift>}{F10}{/Shift}");
    const archive = await screen.findByRole("menuitem", { name: "Archive" });
    archive.focus();
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(screen.queryByRole("link", { name: "Taxes" })).not.toBeInTheDocument());
    await waitFor(() => expect(screen.getByRole("link", { name: "Books" })).toHaveFocus());
  });
});

describe("the search", () => {
  test("finds chats by their names, and takes % for a character", async () => {
    chats("Plants", "Taxes");
    show();
    await userEvent.type(screen.getByRole("searchbox"), "tax");
    const named = await screen.findByRole("region", { name: "By name" });
    expect(within(named).getByText("Taxes")).toBeInTheDocument();
    expect(screen.queryByText("Plants")).not.toBeInTheDocument();
    await userEvent.type(screen.getByRole("searchbox"), "%");
    expect(await screen.findByText("Nothing was found for “tax%”.")).toBeInTheDocument();
  });

  test("finds what was said, shows the words in it, and leads to it", async () => {
    chats("Plants");
    backend.rows("agent_configurations").push({
      id: "a",
      agent_name: "assistant",
      display_name: "The gardener",
      owner_id: null,
      is_active: true,
    });
    const asked: string[] = [];
    backend.setSearch(({ p_query }) => {
      asked.push(p_query);
      return [passage(1), passage(2, { type: "ai", snippet: "<b>A</b> \u0002fern\u0003 likes shade" })];
    });
    show();
    await userEvent.type(screen.getByRole("searchbox"), "fern");
    const found = await screen.findByRole("region", { name: "In messages" });
    expect(
      within(found)
        .getAllByText("fern")
        .map(({ tagName }) => tagName),
    ).toEqual(["MARK", "MARK"]);
    // What somebody wrote is text.
    expect(within(found).getByText(/<b>A<\/b>/)).toBeInTheDocument();
    expect(await within(found).findByText("The gardener:")).toBeInTheDocument();
    expect(within(found).getByText("You:")).toBeInTheDocument();
    // Not for every letter.
    expect(asked).toEqual(["fern"]);
    await userEvent.click(within(found).getByRole("link", { name: /when does a fern need water/ }));
    expect(address()).toBe(`/chat/${idOf(0)}?message=${passage(1).message_uuid}`);
  });

  test("reads on from where the page ended", async () => {
    chats("Plants");
    const all = Array.from({ length: 25 }, (_, index) => passage(index, { snippet: `Passage ${index}.` }));
    backend.setSearch(({ p_limit, p_before = 1000 }) =>
      all.filter(({ message_id }) => message_id < p_before).slice(0, p_limit),
    );
    show();
    await userEvent.type(screen.getByRole("searchbox"), "fern");
    expect(await screen.findByText("Passage 19.")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Further back" }));
    expect(await screen.findByText("Passage 24.")).toBeInTheDocument();
    expect(screen.getAllByText(/Passage \d+\./)).toHaveLength(25);
    expect(screen.queryByRole("button", { name: "Further back" })).not.toBeInTheDocument();
  });

  test("says where a passage is in the archive, and shows only those there", async () => {
    chats("Plants", { title: "Old", is_archived: true });
    backend.setSearch(() => [passage(1), passage(2, { chat_id: idOf(1), title: "Old" })]);
    show();
    await userEvent.type(screen.getByRole("searchbox"), "fern");
    const found = await screen.findByRole("region", { name: "In messages" });
    expect(within(found).getAllByRole("listitem")).toHaveLength(2);
    expect(within(found).getByText("Archived").closest("li")).toHaveTextContent("Old");
    await userEvent.click(screen.getByRole("button", { name: "Archived chats" }));
    await waitFor(() => expect(screen.getAllByText(/need water/)).toHaveLength(1));
  });

  test("says that it failed, and tries again, while names are still found", async () => {
    chats("Fern");
    backend.setSearch(() => {
      throw Response.error();
    });
    show();
    await userEvent.type(screen.getByRole("searchbox"), "fern");
    const problem = await screen.findByRole("alert");
    expect(problem).toHaveTextContent("The messages could not be searched.");
    expect(screen.getByRole("link", { name: "Fern" })).toBeInTheDocument();
    backend.setSearch(() => [passage(1)]);
    await userEvent.click(within(problem).getByRole("button", { name: "Try again" }));
    expect(await screen.findByText(/need water/)).toBeInTheDocument();
  });

  test("is left by Escape", async () => {
    chats("Plants");
    show();
    await userEvent.type(screen.getByRole("searchbox"), "zzz");
    expect(await screen.findByText("Nothing was found for “zzz”.")).toBeInTheDocument();
    await userEvent.keyboard("{Escape}");
    expect(screen.getByRole("searchbox")).toHaveValue("");
    expect(await screen.findByText("Plants")).toBeInTheDocument();
  });
});
