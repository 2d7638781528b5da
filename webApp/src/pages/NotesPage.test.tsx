import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { beforeEach, describe, expect, test } from "vitest";
import { Toasts } from "@/components/Toasts";
import { useChangeMarksStore } from "@/stores/useChangeMarksStore";
import { useHiddenRowsStore } from "@/stores/useHiddenRowsStore";
import { useSeenStore } from "@/stores/useSeenStore";
import { useToastStore } from "@/stores/useToastStore";
import { useUnsavedStore } from "@/stores/useUnsavedStore";
import { backend } from "@/testing/backend";
import { changeRow } from "@/testing/postgrest";
import { renderApp } from "@/testing/render";
import NotesPage from "./NotesPage";

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** Notes, the latest first. */
function notes(...rows: ({ title: string } & Record<string, unknown>)[]) {
  rows.forEach((row, index) => {
    const at = new Date(Date.now() - (index + 1) * 60_000).toISOString().replace("Z", "+00:00");
    backend.rows("notes").push({
      id: id(index),
      content: "",
      tags: [],
      is_pinned: false,
      created_at: at,
      updated_at: at,
      ...row,
    });
  });
}

function show(path: Parameters<typeof renderApp>[1] = "/notes") {
  return renderApp(
    <>
      <Routes>
        <Route path="/notes/*" element={<NotesPage />} />
      </Routes>
      <Toasts />
    </>,
    path,
  );
}

beforeEach(() => {
  useToastStore.setState({ toasts: [] });
  useHiddenRowsStore.setState({ ids: [] });
  useSeenStore.setState({ seen: {} });
  useUnsavedStore.setState({ edits: {} });
  useChangeMarksStore.setState(useChangeMarksStore.getInitialState(), true);
});

const item = (title: string) => screen.findByRole("link", { name: new RegExp(`^${title}`) });
const stored = (title: string) => backend.rows("notes").find((note) => note["title"] === title);
const text = () => screen.findByRole("textbox", { name: "Text" });
const titles = () =>
  screen.getAllByRole("link", { name: /^Note / }).map((link) => link.textContent?.slice(0, 6));

describe("the list of notes", () => {
  test("teaches what it is for while it is empty", async () => {
    show();
    expect(await screen.findByText("No notes yet")).toBeInTheDocument();
  });

  test("has pinned ones on top, and pins at once", async () => {
    notes({ title: "Note A" }, { title: "Note B" }, { title: "Note C", is_pinned: true });
    show();
    await item("Note A");
    expect(titles()).toEqual(["Note C", "Note A", "Note B"]);
    await userEvent.click(screen.getByRole("button", { name: "Actions for “Note B”" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Pin" }));
    expect(titles().slice(0, 2).toSorted()).toEqual(["Note B", "Note C"]);
    await waitFor(() => expect(stored("Note B")).toMatchObject({ is_pinned: true }));
  });

  test("takes a pin back when the database refuses it", async () => {
    notes({ title: "Note A" }, { title: "Note B" });
    show();
    await item("Note B");
    backend.intercept((method) =>
      method === "PATCH"
        ? Response.json({ code: "P0001", message: "Not today" }, { status: 400 })
        : undefined,
    );
    await userEvent.click(screen.getByRole("button", { name: "Actions for “Note B”" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Pin" }));
    expect(await screen.findByText(/Not today/)).toBeInTheDocument();
    expect(titles()).toEqual(["Note A", "Note B"]);
  });

  test("keeps the last of two pins in quick succession", async () => {
    notes({ title: "Note A" });
    show();
    await item("Note A");
    let release = () => {};
    const asked: string[] = [];
    backend.intercept((method, table) => {
      if (method !== "PATCH" || table !== "notes") return undefined;
      asked.push(method);
      if (asked.length > 1) return undefined;
      return new Promise((resolve) => {
        release = () => resolve(undefined);
      });
    });
    for (const action of ["Pin", "Unpin"]) {
      await userEvent.click(screen.getByRole("button", { name: "Actions for “Note A”" }));
      await userEvent.click(await screen.findByRole("menuitem", { name: action }));
      await waitFor(() => expect(asked.length).toBeGreaterThan(0));
    }
    await act(async () => release());
    await waitFor(() => expect(asked).toHaveLength(2));
    await waitFor(() => expect(stored("Note A")).toMatchObject({ is_pinned: false }));
  });

  test("is searched, and filtered by tag", async () => {
    notes({ title: "Note A", content: "herbs" }, { title: "Note B", tags: ["work"] }, { title: "Note C" });
    show();
    await item("Note A");
    await userEvent.type(screen.getByRole("searchbox", { name: "Search notes" }), "HERB");
    await waitFor(() => expect(titles()).toEqual(["Note A"]));
    await userEvent.clear(screen.getByRole("searchbox", { name: "Search notes" }));
    await userEvent.click(screen.getByRole("button", { name: "Tag" }));
    await userEvent.click(await screen.findByRole("menuitemradio", { name: "work" }));
    await waitFor(() => expect(titles()).toEqual(["Note B"]));
  });

  test("brings a deleted note back with Undo, and deletes it for good without", async () => {
    notes({ title: "Note A" }, { title: "Note B" });
    show(`/notes/${id(0)}`);
    await text();
    await userEvent.click(screen.getByRole("button", { name: "Delete the note" }));
    expect(screen.queryByRole("link", { name: /^Note A/ })).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Undo" }));
    await userEvent.click(await item("Note A"));
    await text();
    await userEvent.click(screen.getByRole("button", { name: "Delete the note" }));
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    await waitFor(() => expect(stored("Note A")).toBeUndefined());
    expect(stored("Note B")).toBeDefined();
  });
});

describe("a note", () => {
  test("is stored by itself, and the list shows it", async () => {
    notes({ title: "Note A" });
    show(`/notes/${id(0)}`);
    await userEvent.type(await text(), "Herbs");
    expect(screen.getByText("Not saved yet")).toBeInTheDocument();
    await waitFor(() => expect(stored("Note A")).toMatchObject({ content: "Herbs" }));
    expect(await screen.findByText("Saved")).toBeInTheDocument();
    expect(await item("Note A")).toHaveTextContent("Herbs");
  });

  test("that is new is not stored before something is written in it", async () => {
    show();
    await userEvent.click(await screen.findByRole("button", { name: "New note" }));
    expect(await screen.findByRole("textbox", { name: "Title" })).toHaveFocus();
    expect(screen.getByText("A new note")).toBeInTheDocument();
    await userEvent.keyboard("Garden");
    await waitFor(() => expect(stored("Garden")).toBeDefined());
    await userEvent.type(await text(), "Tulips");
    await waitFor(() => expect(stored("Garden")).toMatchObject({ content: "Tulips" }));
    expect(backend.rows("notes")).toHaveLength(1);
  });

  test("that is new is not taken for gone when the database is slow to say that it had none", async () => {
    let answer = () => {};
    backend.intercept((method, table) => {
      if (method !== "GET" || table !== "notes" || !isOpen()) return undefined;
      return new Promise((resolve) => {
        answer = () => resolve(Response.json([]));
      });
    });
    const isOpen = () => screen.queryByRole("textbox", { name: "Title" }) !== null;
    show();
    await userEvent.click(await screen.findByRole("button", { name: "New note" }));
    await userEvent.keyboard("Garden");
    expect(await screen.findByText("Saved")).toBeInTheDocument();
    await act(async () => answer());
    await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
    expect(screen.getByRole("textbox", { name: "Title" })).toHaveValue("Garden");
  });

  test("that was begun here is nobody else's change when the page is loaded again", async () => {
    notes({ title: "Note A", content: "Herbs" });
    show({ pathname: `/notes/${id(0)}`, state: { isNew: true } });
    await waitFor(async () => expect(await text()).toHaveValue("Herbs"));
    expect(screen.queryByText("Changed meanwhile")).not.toBeInTheDocument();
  });

  test("has tags, each once", async () => {
    notes({ title: "Note A", tags: ["home"] });
    show(`/notes/${id(0)}`);
    await userEvent.type(
      await screen.findByRole("combobox", { name: "Add a tag" }),
      "garden{Enter}home,{Enter}",
    );
    await userEvent.click(screen.getByRole("button", { name: "Remove the tag home" }));
    await waitFor(() => expect(stored("Note A")).toMatchObject({ tags: ["garden"] }));
  });

  test("keeps its text on this device while there is no network, also over a reload", async () => {
    notes({ title: "Note A" });
    const page = show(`/notes/${id(0)}`);
    const field = await text();
    backend.intercept(() => Response.error());
    await userEvent.type(field, "Herbs");
    expect(await screen.findByText("No connection: kept on this device")).toBeInTheDocument();
    page.unmount();
    show(`/notes/${id(0)}`);
    expect(await text()).toHaveValue("Herbs");
    backend.intercept(null);
    window.dispatchEvent(new Event("online"));
    await waitFor(() => expect(stored("Note A")).toMatchObject({ content: "Herbs" }));
  });

  test("is not stored without a title, and says so", async () => {
    notes({ title: "Note A" });
    show(`/notes/${id(0)}`);
    await userEvent.clear(await screen.findByRole("textbox", { name: "Title" }));
    expect(await screen.findByText("Write a title.")).toBeInTheDocument();
    expect(stored("Note A")).toBeDefined();
  });

  test("that an agent changed meanwhile is shown in both versions", async () => {
    notes({ title: "Note A" });
    show(`/notes/${id(0)}`);
    const field = await text();
    await userEvent.type(field, "Mi");
    changeRow(backend.rows("notes"), id(0), { content: "Theirs", tags: ["agent"] });
    await userEvent.type(field, "ne");
    expect(await screen.findByText("Somebody changed this meanwhile")).toBeInTheDocument();
    expect(screen.getByText("Not saved: choose what stays")).toBeInTheDocument();
    expect(stored("Note A")).toMatchObject({ content: "Theirs" });
    await userEvent.click(screen.getByRole("button", { name: "Keep mine: Text" }));
    await waitFor(() => expect(stored("Note A")).toMatchObject({ content: "Mine", tags: ["agent"] }));
  });

  test("shows what others write while nobody edits it", async () => {
    notes({ title: "Note A", content: "Before" });
    show(`/notes/${id(0)}`);
    await waitFor(async () => expect(await text()).toHaveValue("Before"));
    changeRow(backend.rows("notes"), id(0), { content: "After" });
    await act(async () => void window.dispatchEvent(new Event("focus")));
    await waitFor(async () => expect(await text()).toHaveValue("After"));
  });
});
