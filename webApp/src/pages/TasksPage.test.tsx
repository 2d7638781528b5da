import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { beforeEach, describe, expect, test } from "vitest";
import { Toasts } from "@/components/Toasts";
import { addDays, dayOf } from "@/lib/days";
import { useChangeMarksStore } from "@/stores/useChangeMarksStore";
import { useHiddenRowsStore } from "@/stores/useHiddenRowsStore";
import { useSeenStore } from "@/stores/useSeenStore";
import { useToastStore } from "@/stores/useToastStore";
import { backend } from "@/testing/backend";
import { changeRow } from "@/testing/postgrest";
import { renderApp, USER_ID } from "@/testing/render";
import TasksPage from "./TasksPage";

const TODAY = dayOf(new Date());
const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** Tasks in the order they were written down. */
function tasks(...rows: ({ title: string } & Record<string, unknown>)[]) {
  const known = backend.rows("tasks").length;
  rows.forEach((row, index) => {
    const at = new Date(Date.now() - 3_600_000 + (known + index) * 1000).toISOString().replace("Z", "+00:00");
    backend.rows("tasks").push({
      id: id(known + index),
      parent_task_id: null,
      description: null,
      notes: null,
      status: "pending",
      priority: 0,
      due_date: null,
      category: null,
      position: 0,
      motivation: null,
      completion_note: null,
      completed_at: null,
      created_at: at,
      updated_at: at,
      ...row,
    });
  });
}

function show(path = "/tasks") {
  renderApp(
    <>
      <Routes>
        <Route path="/tasks/*" element={<TasksPage />} />
        <Route path="*" element={<p>Another page</p>} />
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
  useChangeMarksStore.setState(useChangeMarksStore.getInitialState(), true);
});

const row = (title: string) => screen.findByRole("link", { name: new RegExp(`^${title}`) });
const titles = (group: string) =>
  within(screen.getByRole("list", { name: group }))
    .getAllByRole("link")
    .map((link) => link.firstElementChild?.textContent);
const stored = (title: string) => backend.rows("tasks").find((task) => task["title"] === title);

describe("the list of tasks", () => {
  test("teaches what it is for while it is empty", async () => {
    show();
    expect(await screen.findByText("Nothing to do yet")).toBeInTheDocument();
  });

  test("groups by state and day, and folds what is done", async () => {
    tasks(
      { title: "Late", due_date: addDays(TODAY, -1) },
      { title: "Now", due_date: TODAY },
      { title: "Soon", due_date: addDays(TODAY, 3) },
      { title: "Some day" },
      { title: "Over", status: "completed" },
    );
    show();
    await row("Late");
    expect([titles("Overdue"), titles("Today"), titles("This week"), titles("No date")]).toEqual([
      ["Late"],
      ["Now"],
      ["Soon"],
      ["Some day"],
    ]);
    expect(screen.queryByText("Over")).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Done, 1 task" }));
    expect(await row("Over")).toBeInTheDocument();
  });

  test("says that it could not be loaded, and loads when asked again", async () => {
    tasks({ title: "Now", due_date: TODAY });
    backend.intercept((_method, table) => (table === "tasks" ? Response.error() : undefined));
    show();
    expect(await screen.findByText("The tasks could not be loaded.")).toBeInTheDocument();
    backend.intercept(null);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await row("Now")).toBeInTheDocument();
  });

  test("reads on page by page, each task once", async () => {
    tasks(
      ...Array.from({ length: 130 }, (_, index) => ({ title: `Task ${String(index).padStart(3, "0")}` })),
    );
    show();
    await row("Task 000");
    expect(screen.getByRole("button", { name: "No date, 130 tasks" })).toBeInTheDocument();
    expect(screen.queryByText("Task 070")).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(await row("Task 070")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    await waitFor(() => expect(new Set(titles("No date"))).toHaveProperty("size", 130));
  });

  test("is searched, and filtered by category; the address keeps it", async () => {
    tasks(
      { title: "Water the plants", category: "home" },
      { title: "Call Ann", notes: "about the plants", category: "work" },
      { title: "Pay" },
    );
    show("/tasks?q=plants");
    await row("Water");
    await row("Call Ann");
    expect(screen.queryByText("Pay")).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Category" }));
    await userEvent.click(await screen.findByRole("menuitemradio", { name: "work" }));
    await waitFor(() => expect(screen.queryByText("Water the plants")).not.toBeInTheDocument());
    expect(await row("Call Ann")).toHaveAttribute("href", expect.stringContaining("?q=plants&category=work"));
    await userEvent.click(screen.getByRole("button", { name: "Clear filters" }));
    expect(await row("Pay")).toBeInTheDocument();
  });
});

describe("adding a task", () => {
  test("shows what is understood of the line, and stores it", async () => {
    show();
    const field = await screen.findByRole("textbox", { name: "Add a task" });
    await userEvent.type(field, "Call Ann tomorrow p2 #work");
    expect(screen.getByRole("button", { name: "Keep as text: Tomorrow" })).toBeInTheDocument();
    await userEvent.type(field, "{Enter}");
    expect(field).toHaveValue("");
    await row("Call Ann");
    await waitFor(() =>
      expect(stored("Call Ann")).toMatchObject({
        due_date: addDays(TODAY, 1),
        priority: 2,
        category: "work",
      }),
    );
  });

  test("keeps a word as text when it was misunderstood", async () => {
    show();
    await userEvent.type(await screen.findByRole("textbox", { name: "Add a task" }), "Read USA today");
    await userEvent.click(screen.getByRole("button", { name: "Keep as text: Today" }));
    await userEvent.click(screen.getByRole("button", { name: "Add" }));
    await waitFor(() => expect(stored("Read USA today")).toMatchObject({ due_date: null }));
  });

  test("shows the task before it is stored, and gives the line back when it is refused", async () => {
    tasks({ title: "Now", due_date: TODAY });
    show();
    await row("Now");
    let refuse = () => {};
    backend.intercept((method) => {
      if (method !== "POST") return undefined;
      return new Promise((resolve) => {
        refuse = () => resolve(Response.json({ code: "23514", message: "Too long" }, { status: 400 }));
      });
    });
    const field = screen.getByRole("textbox", { name: "Add a task" });
    await userEvent.type(field, "Call Ann today{Enter}");
    expect(await row("Call Ann")).toBeInTheDocument();
    await waitFor(() => {
      refuse();
      expect(screen.queryByRole("link", { name: /Call Ann/ })).not.toBeInTheDocument();
    });
    expect(field).toHaveValue("Call Ann today");
    expect(screen.getByRole("alert")).toHaveTextContent("“Call Ann today” was not added. Too long");
  });

  test("wants a title", async () => {
    show();
    await userEvent.type(await screen.findByRole("textbox", { name: "Add a task" }), "tomorrow p1{Enter}");
    expect(screen.getByRole("alert")).toHaveTextContent("Write what there is to do.");
    expect(backend.rows("tasks")).toEqual([]);
  });
});

describe("what is done in quick succession", () => {
  /** Holds the first such write back; the others pass it by, if they may. */
  function holdFirst(method: string) {
    let release = () => {};
    let seen = 0;
    backend.intercept((asked, table) => {
      if (asked !== method || table !== "tasks") return undefined;
      seen += 1;
      if (seen > 1) return undefined;
      return new Promise((resolve) => {
        release = () => resolve(undefined);
      });
    });
    return { release: () => release(), seen: () => seen };
  }

  test("is stored in that order: the last word counts", async () => {
    tasks({ title: "Now", due_date: TODAY });
    show();
    const writes = holdFirst("PATCH");
    await userEvent.click(await screen.findByRole("checkbox", { name: "Complete “Now”" }));
    await waitFor(() => expect(writes.seen()).toBe(1));
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    expect(titles("Today")).toEqual(["Now"]);
    await act(async () => writes.release());
    await waitFor(() => expect(writes.seen()).toBe(2));
    await waitFor(() => expect(stored("Now")).toMatchObject({ status: "pending" }));
  });

  test("becomes tasks as they were typed, one below the other", async () => {
    show();
    const writes = holdFirst("POST");
    const field = await screen.findByRole("textbox", { name: "Add a task" });
    await userEvent.type(field, "One{Enter}Two{Enter}");
    await waitFor(() => expect(titles("No date")).toEqual(["One", "Two"]));
    await act(async () => writes.release());
    await waitFor(() => expect(backend.rows("tasks").map(({ title }) => title)).toEqual(["One", "Two"]));
  });
});

describe("a task in the list", () => {
  test("is completed at once, and open again with Undo", async () => {
    tasks({ title: "Now", due_date: TODAY }, { title: "Then", due_date: TODAY });
    show();
    await userEvent.click(await screen.findByRole("checkbox", { name: "Complete “Now”" }));
    await waitFor(() => expect(titles("Today")).toEqual(["Then"]));
    await waitFor(() => expect(stored("Now")).toMatchObject({ status: "completed" }));
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(titles("Today")).toEqual(["Now", "Then"]));
    await waitFor(() => expect(stored("Now")).toMatchObject({ status: "pending" }));
  });

  test("is open again when the database refuses, and that is told", async () => {
    tasks({ title: "Now", due_date: TODAY });
    show();
    await row("Now");
    backend.intercept((method) =>
      method === "PATCH"
        ? Response.json({ code: "P0001", message: "Not today" }, { status: 400 })
        : undefined,
    );
    await userEvent.click(screen.getByRole("checkbox", { name: "Complete “Now”" }));
    expect(await screen.findByText(/Not today/)).toBeInTheDocument();
    expect(titles("Today")).toEqual(["Now"]);
  });

  test("is deleted only when the notice about it is gone", async () => {
    tasks({ title: "Now", due_date: TODAY });
    show();
    await userEvent.click(await screen.findByRole("button", { name: "Actions for “Now”" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Delete" }));
    expect(screen.queryByRole("link", { name: /Now/ })).not.toBeInTheDocument();
    expect(backend.rows("tasks")).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    await waitFor(() => expect(backend.rows("tasks")).toHaveLength(0));
    expect(screen.queryByRole("link", { name: /Now/ })).not.toBeInTheDocument();
  });

  test("shows its subtasks, and those with a date by themselves as well", async () => {
    tasks(
      { title: "Workshop" },
      { title: "Book a room", parent_task_id: id(0), status: "completed" },
      { title: "Outline", parent_task_id: id(0), due_date: TODAY },
    );
    show();
    await row("Workshop");
    expect(titles("Today")).toEqual(["Outline"]);
    expect(await row("Outline")).toHaveTextContent("of Workshop");
    await userEvent.click(screen.getByRole("button", { name: /1 of 2 subtasks done/ }));
    expect(titles("Workshop")).toEqual(["Book a room", "Outline"]);
  });
});

describe("the keyboard in the list", () => {
  async function beAtTheLastOfThree() {
    tasks(
      { title: "One", due_date: TODAY },
      { title: "Two", due_date: TODAY },
      { title: "Three", due_date: TODAY },
    );
    show();
    (await row("Three")).focus();
  }

  test("goes from task to task across groups, and completes where it is", async () => {
    tasks({ title: "One", due_date: TODAY }, { title: "Two", due_date: TODAY }, { title: "Three" });
    show();
    const one = await row("One");
    await userEvent.keyboard("j");
    expect(one).toHaveFocus();
    await userEvent.keyboard("j{ArrowDown}k");
    expect(await row("Two")).toHaveFocus();
    await userEvent.keyboard("x");
    expect(await row("Three")).toHaveFocus();
    await waitFor(() => expect(stored("Two")).toMatchObject({ status: "completed" }));
  });

  test("moves a task, keeps its focus, and says where it is now", async () => {
    await beAtTheLastOfThree();
    await userEvent.keyboard("{Alt>}{ArrowUp}{/Alt}");
    expect(titles("Today")).toEqual(["One", "Three", "Two"]);
    expect(await row("Three")).toHaveFocus();
    expect(screen.getByText("“Three” is now number 2 of 3.")).toBeInTheDocument();
    await waitFor(() => expect(Number(stored("Three")?.["position"])).toBeLessThan(0));
    expect(stored("Two")).toMatchObject({ position: 0 });
    expect(Number(stored("One")?.["position"])).toBeLessThan(Number(stored("Three")?.["position"]));
  });

  test("moves a task twice for two keys that come at once", async () => {
    await beAtTheLastOfThree();
    await userEvent.setup({ delay: null }).keyboard("{Alt>}{ArrowUp}{ArrowUp}{/Alt}");
    expect(await screen.findByText("“Three” is now number 1 of 3.")).toBeInTheDocument();
    expect(titles("Today")).toEqual(["Three", "One", "Two"]);
    await waitFor(() =>
      expect(Number(stored("Three")?.["position"])).toBeLessThan(Number(stored("One")?.["position"])),
    );
  });

  test("deletes, adds and searches", async () => {
    tasks({ title: "One", due_date: TODAY }, { title: "Two", due_date: TODAY });
    show();
    (await row("One")).focus();
    await userEvent.keyboard("{Delete}");
    expect(await row("Two")).toHaveFocus();
    expect(screen.queryByRole("link", { name: /^One/ })).not.toBeInTheDocument();
    await userEvent.keyboard("n");
    expect(screen.getByRole("textbox", { name: "Add a task" })).toHaveFocus();
    await userEvent.keyboard("x/j");
    expect(screen.getByRole("textbox", { name: "Add a task" })).toHaveValue("x/j");
    (await row("Two")).focus();
    await userEvent.keyboard("/");
    expect(screen.getByRole("searchbox", { name: "Search tasks" })).toHaveFocus();
    expect(stored("Two")).toMatchObject({ status: "pending" });
  });

  test("opens a task, and comes back to it", async () => {
    tasks({ title: "One", due_date: TODAY });
    show();
    (await row("One")).focus();
    await userEvent.keyboard("e");
    expect(await screen.findByRole("textbox", { name: "Title" })).toHaveValue("One");
    await userEvent.keyboard("{Escape}");
    await waitFor(async () => expect(await row("One")).toHaveFocus());
    expect(screen.queryByRole("textbox", { name: "Title" })).not.toBeInTheDocument();
  });

  test("comes back to it at once: whoever has gone on by then is not sent back", async () => {
    tasks({ title: "One", due_date: TODAY });
    show(`/tasks/${id(0)}`);
    const one = await row("One");
    fireEvent.keyDown(await screen.findByRole("textbox", { name: "Title" }), { key: "Escape" });
    expect(one).toHaveFocus();
    fireEvent.keyDown(one, { key: "n" });
    await act(() => new Promise(requestAnimationFrame));
    expect(screen.getByRole("textbox", { name: "Add a task" })).toHaveFocus();
  });
});

describe("the detail of a task", () => {
  test("saves what was changed, and the list shows it", async () => {
    tasks({ title: "One", due_date: TODAY });
    show(`/tasks/${id(0)}`);
    const title = await screen.findByRole("textbox", { name: "Title" });
    await userEvent.clear(title);
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Write what there is to do.")).toBeInTheDocument();
    await waitFor(() => expect(title).toHaveFocus());
    await userEvent.type(title, "Uno");
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Priority" }), "High");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(stored("Uno")).toMatchObject({ priority: 3, due_date: TODAY }));
    expect(await row("Uno")).toBeInTheDocument();
    expect(screen.getByText("Saved")).toBeInTheDocument();
  });

  test("that is opened before it is stored is not taken for gone", async () => {
    let store = () => {};
    backend.intercept((method, table) =>
      method === "POST" && table === "tasks"
        ? new Promise((resolve) => {
            store = () => resolve(undefined);
          })
        : undefined,
    );
    show();
    await userEvent.type(await screen.findByRole("textbox", { name: "Add a task" }), "One{Enter}");
    await userEvent.click(await row("One"));
    await screen.findByRole("region", { name: "Task" });
    await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
    expect(screen.queryByText("This task is no longer there")).not.toBeInTheDocument();
    await act(async () => store());
    expect(await screen.findByRole("textbox", { name: "Title" })).toHaveValue("One");
  });

  test("shows what the database refuses at its field", async () => {
    tasks({ title: "One" });
    show(`/tasks/${id(0)}`);
    await userEvent.type(await screen.findByRole("textbox", { name: "Title" }), "!");
    backend.intercept((method) =>
      method === "PATCH"
        ? Response.json({ code: "SUP", message: 'violates check constraint "title_length"' }, { status: 500 })
        : undefined,
    );
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Use at most 500 characters.")).toBeInTheDocument();
    expect(screen.getByRole("textbox", { name: "Title" })).toBeInvalid();
    expect(screen.getByRole("textbox", { name: "Title" })).toHaveValue("One!");
  });

  test("leaves whoever types on where they are when the database refuses", async () => {
    tasks({ title: "One" });
    show(`/tasks/${id(0)}`);
    await userEvent.type(await screen.findByRole("textbox", { name: "Title" }), "!");
    let refuse = () => {};
    backend.intercept((method) => {
      if (method !== "PATCH") return undefined;
      const problem = { code: "SUP", message: 'violates check constraint "title_length"' };
      return new Promise((resolve) => {
        refuse = () => resolve(Response.json(problem, { status: 500 }));
      });
    });
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    const description = screen.getByRole("textbox", { name: "Description" });
    await userEvent.type(description, "With ");
    refuse();
    expect(await screen.findByText("Use at most 500 characters.")).toBeInTheDocument();
    await act(() => new Promise(requestAnimationFrame));
    await userEvent.keyboard("three balls");
    expect(description).toHaveValue("With three balls");
  });

  test("asks before edits are left behind, by a link or by closing it", async () => {
    tasks({ title: "One" }, { title: "Two" });
    show(`/tasks/${id(0)}`);
    await userEvent.type(await screen.findByRole("textbox", { name: "Title" }), "!");
    await userEvent.click(await row("Two"));
    await userEvent.click(await screen.findByRole("button", { name: "Keep editing" }));
    expect(screen.getByRole("textbox", { name: "Title" })).toHaveValue("One!");
    await userEvent.click(screen.getByRole("button", { name: "Close the task" }));
    await userEvent.click(await screen.findByRole("button", { name: "Leave without saving" }));
    await waitFor(() => expect(screen.queryByRole("textbox", { name: "Title" })).not.toBeInTheDocument());
    expect(stored("One")).toBeDefined();
    await userEvent.click(await row("Two"));
    await userEvent.type(await screen.findByRole("textbox", { name: "Title" }), "!");
    await userEvent.click(await row("One"));
    await userEvent.click(await screen.findByRole("button", { name: "Save and leave" }));
    await waitFor(() => expect(stored("Two!")).toBeDefined());
    await waitFor(() => expect(screen.getByRole("textbox", { name: "Title" })).toHaveValue("One"));
  });

  test("says that a task is gone, and keeps what was typed", async () => {
    tasks({ title: "One" });
    show(`/tasks/${id(0)}`);
    await userEvent.type(await screen.findByRole("textbox", { name: "Title" }), "!");
    backend.rows("tasks").length = 0;
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await userEvent.click(await screen.findByRole("button", { name: "Save as a new task" }));
    await waitFor(() => expect(stored("One!")).toBeDefined());
  });

  test("has a field for the next subtask", async () => {
    tasks({ title: "Workshop" });
    show(`/tasks/${id(0)}`);
    await userEvent.type(await screen.findByRole("textbox", { name: "Add a subtask" }), "Outline p1{Enter}");
    await waitFor(() => expect(stored("Outline")).toMatchObject({ parent_task_id: id(0), priority: 1 }));
    const section = screen.getByRole("region", { name: "Subtasks" });
    expect(await within(section).findByRole("link", { name: "Outline" })).toBeInTheDocument();
  });
});

describe("what others change", () => {
  const look = () => act(async () => void window.dispatchEvent(new Event("focus")));

  /** The page knows what there is; whatever changes from now on is news. */
  const ready = () =>
    waitFor(() => expect(useSeenStore.getState().seen).toHaveProperty([`${USER_ID}:tasks`]));

  /** A run of an agent that is under way now. */
  function agentRuns() {
    backend.rows("agent_configurations").push({
      id: "agent",
      agent_name: "assistant",
      display_name: "Assistant",
      is_active: true,
      owner_id: null,
    });
    backend.rows("chat_runs").push({
      id: "run",
      agent_name: "assistant",
      started_at: new Date(Date.now() - 60_000).toISOString().replace("Z", "+00:00"),
      finished_at: null,
    });
  }

  test("is shown, and marked as the agent's doing", async () => {
    tasks({ title: "One", due_date: TODAY }, { title: "Two", due_date: TODAY });
    agentRuns();
    show();
    await row("One");
    await ready();
    changeRow(backend.rows("tasks"), id(0), { title: "Uno", priority: 3 });
    await look();
    await waitFor(async () => expect(await row("Uno")).toHaveTextContent("Changed by Assistant"));
    expect(screen.getByText("1 entry was changed by Assistant.")).toBeInTheDocument();
    expect(await row("Two")).not.toHaveTextContent("Changed");
    await userEvent.click(await row("Uno"));
    await waitFor(async () => expect(await row("Uno")).not.toHaveTextContent("Changed"));
  });

  test("is marked when it is added, and gone when it is deleted", async () => {
    tasks({ title: "One", due_date: TODAY });
    show();
    await row("One");
    await ready();
    const now = new Date(Date.now() + 1000).toISOString().replace("Z", "+00:00");
    tasks({ title: "Fresh", due_date: TODAY, created_at: now, updated_at: now });
    await look();
    await waitFor(async () => expect(await row("Fresh")).toHaveTextContent("Added elsewhere"));
    backend.rows("tasks").shift();
    await look();
    await waitFor(() => expect(titles("Today")).toEqual(["Fresh"]));
  });

  test("is the first task of an empty list as well", async () => {
    agentRuns();
    show();
    await screen.findByText("Nothing to do yet");
    await ready();
    const now = new Date().toISOString().replace("Z", "+00:00");
    tasks({ title: "Fresh", due_date: TODAY, created_at: now, updated_at: now });
    await look();
    await waitFor(async () => expect(await row("Fresh")).toHaveTextContent("Added by Assistant"));
  });

  test("is told from what this tab does itself", async () => {
    tasks({ title: "One", due_date: TODAY }, { title: "Two", due_date: TODAY });
    agentRuns();
    show();
    await ready();
    await userEvent.click(await screen.findByRole("checkbox", { name: "Complete “One”" }));
    await waitFor(() => expect(stored("One")).toMatchObject({ status: "completed" }));
    changeRow(backend.rows("tasks"), id(1), { priority: 1 });
    await look();
    await waitFor(async () => expect(await row("Two")).toHaveTextContent("Changed by Assistant"));
    await userEvent.click(screen.getByRole("button", { name: "Done, 1 task" }));
    expect(await row("One")).not.toHaveTextContent("Changed");
  });

  test("since the last visit is marked when it was an agent, and only then", async () => {
    tasks({ title: "One", due_date: TODAY }, { title: "Two", due_date: TODAY });
    agentRuns();
    useSeenStore.setState({ seen: { [`${USER_ID}:tasks`]: String(stored("Two")?.["updated_at"]) } });
    changeRow(backend.rows("tasks"), id(0), { priority: 3 });
    Object.assign(backend.rows("chat_runs")[0] ?? {}, { finished_at: stored("One")?.["updated_at"] });
    changeRow(backend.rows("tasks"), id(1), { priority: 3 });
    show();
    await waitFor(async () => expect(await row("One")).toHaveTextContent("Changed by Assistant"));
    expect(await row("Two")).not.toHaveTextContent("Changed");
  });

  test("is a conflict where the open task was edited too", async () => {
    tasks({ title: "One", due_date: TODAY });
    show(`/tasks/${id(0)}`);
    await userEvent.type(await screen.findByRole("textbox", { name: "Title" }), "!");
    changeRow(backend.rows("tasks"), id(0), { title: "Uno", priority: 3 });
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Somebody changed this meanwhile")).toBeInTheDocument();
    expect(screen.getByRole("combobox", { name: "Priority" })).toHaveValue("3");
    expect(stored("Uno")).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Keep mine: Title" }));
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(stored("One!")).toMatchObject({ priority: 3 }));
  });
});
