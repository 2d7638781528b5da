import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse } from "msw";
import { Route, Routes } from "react-router";
import { beforeEach, describe, expect, test } from "vitest";
import { backend } from "@/testing/backend";
import { renderApp, USER_ID } from "@/testing/render";
import AgentsPage from "./AgentsPage";

const ENTRY = {
  agent_name: "reader",
  display_name: "Reader",
  description: "Reads.",
  is_private: true,
  may_manage: true,
  tool_count: 1,
  problem: null,
  refused_tools: { find: "The table is gone." },
};
const TOOL = {
  id: "tool",
  name: "find",
  type: "CRUDTool",
  description: "",
  config: { table_name: "books", method: "fetch" },
  approval: "ask",
  is_active: true,
  order: 0,
};
const DETAIL = {
  ...ENTRY,
  id: "agent",
  is_active: true,
  config_version: 1,
  llm_config: {},
  system_prompt: "You read.",
  tools: [TOOL],
};
const TITLE = {
  name: "title",
  type: "text",
  comment: null,
  is_required: true,
  is_generated: false,
  enum_values: null,
};
const BOOKS = { name: "books", comment: null, columns: [TITLE], writes: ["insert"] };

const ARGUMENT = { comment: null, enum_values: null };
const LEND = {
  name: "lend_book",
  comment: "Lends a book.",
  arguments: [
    { ...ARGUMENT, name: "book", type: "text", is_required: true },
    { ...ARGUMENT, name: "days", type: "integer", is_required: false },
  ],
  returns: "record",
  returns_set: true,
  columns: ["title", "due"],
};
const TYPES = [
  {
    name: "CRUDTool",
    config_schema: {
      additionalProperties: false,
      properties: {
        table_name: { type: "string", description: "The table." },
        method: { type: "string", enum: ["fetch", "count"] },
        columns: { type: "array", items: { type: "string" } },
      },
      required: ["table_name", "method"],
      type: "object",
    },
  },
  { name: "RPCTool", config_schema: { type: "object" } },
  { name: "HTTPTool", config_schema: { type: "object", required: ["url"] } },
];

let tried: unknown = null;
let tools: unknown[] = [];
let version = 1;

function show(path: string) {
  renderApp(
    <Routes>
      <Route path="/agents/*" element={<AgentsPage />} />
    </Routes>,
    path,
  );
}

beforeEach(() => {
  tried = null;
  tools = [TOOL];
  version = 1;
  backend.setApi(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/agents") return HttpResponse.json({ agents: [ENTRY] });
    if (pathname === "/api/agents/reader")
      return HttpResponse.json({ ...DETAIL, tools, config_version: version });
    if (pathname === "/api/agents/reader/tables") return HttpResponse.json({ tables: [BOOKS] });
    if (pathname === "/api/agents/reader/functions") return HttpResponse.json({ functions: [LEND] });
    if (pathname === "/api/tool-types") return HttpResponse.json({ types: TYPES });
    if (pathname === "/api/agents/reader/tools/find/test") {
      tried = await request.json();
      const result = JSON.stringify({ rows: [{ title: "Emma" }] });
      return HttpResponse.json({
        status: "success",
        result,
        sql: ["select title from books"],
        explanation: ["“Own books” may have hidden rows."],
      });
    }
    return HttpResponse.json({ code: "not_found", title: "Not found", detail: "No." }, { status: 404 });
  });
});

describe("the agents page", () => {
  test("says what keeps an agent's tools from the model", async () => {
    show("/agents");
    expect(await screen.findByRole("link", { name: "Reader" })).toHaveAttribute("href", "/agents/reader");
    expect(screen.getByText("1 tool is not offered as it stands")).toBeInTheDocument();
  });

  test("says in words what each tool does, and when it asks", async () => {
    show("/agents/reader");
    const tools = await screen.findByRole("region", { name: "Tools" });
    expect(within(tools).getByText("Finds rows of books")).toBeInTheDocument();
    expect(within(tools).getByText("Asks you first")).toBeInTheDocument();
    expect(within(tools).getByText(/The table is gone/)).toBeInTheDocument();
    expect(screen.getByLabelText("Prompt")).toHaveValue("You read.");
  });

  describe("of an agent that is not one's own to change", () => {
    const SHARED = { ...DETAIL, is_private: false, may_manage: false, tools: null, refused_tools: null };
    const ABILITIES = [
      { name: "find_books", description: "Finds books.", annotations: { readOnlyHint: true } },
      { name: "give_away", description: "Gives books away.", annotations: { destructiveHint: true } },
    ];
    const answerWith = (mcp: () => Response) =>
      backend.setApi(({ url }) =>
        new URL(url).pathname === "/mcp/reader" ? mcp() : HttpResponse.json(SHARED),
      );
    const told = (message: object) =>
      new HttpResponse(`event: message\ndata: ${JSON.stringify({ jsonrpc: "2.0", id: 1, ...message })}\n\n`);

    test("says in words what each of its tools does", async () => {
      answerWith(() => told({ result: { tools: ABILITIES } }));
      show("/agents/reader");
      const section = await screen.findByRole("region", { name: "Tools" });
      const [find, give] = await within(section).findAllByRole("listitem");
      expect(find).toHaveTextContent(/Find books.*Only reads.*Finds books\./);
      expect(give).toHaveTextContent(/Give away.*May overwrite or delete.*Gives books away\./);
      expect(screen.queryByRole("link", { name: "Add a tool" })).not.toBeInTheDocument();
    });

    test("says that it only talks where it has none", async () => {
      answerWith(() => told({ result: { tools: [] } }));
      show("/agents/reader");
      expect(await screen.findByText("It has no tools: it can only talk.")).toBeInTheDocument();
    });

    test("says that they could not be read, and reads them when asked again", async () => {
      answerWith(() => new HttpResponse("<html>"));
      show("/agents/reader");
      expect(await screen.findByText("Its tools could not be loaded.")).toBeInTheDocument();
      answerWith(() => HttpResponse.json({ result: { tools: ABILITIES } }));
      await userEvent.click(screen.getByRole("button", { name: "Try again" }));
      expect(await screen.findByText("Find books")).toBeInTheDocument();
    });
  });

  test("says that there is no such agent", async () => {
    show("/agents/nobody");
    expect(await screen.findByText("There is no such agent")).toBeInTheDocument();
  });
});

/** Has what is written to a table wait; gives what lets it go on. */
function holding(wanted: string) {
  let go: (() => void) | null = null;
  backend.intercept((method, table) => {
    if (table !== wanted || method === "GET") return undefined;
    backend.intercept(null);
    return new Promise((resolve) => {
      go = () => resolve(undefined);
    });
  });
  return async () => {
    await waitFor(() => expect(go).not.toBeNull());
    await act(async () => go?.());
  };
}

test("the agent's form keeps what is typed while it is saved, as still to be saved", async () => {
  backend
    .rows("agent_configurations")
    .push({ id: "agent", agent_name: "reader", system_prompt: "You read." });
  const answer = holding("agent_configurations");
  show("/agents/reader");
  const prompt = await screen.findByLabelText("Prompt");
  await userEvent.type(prompt, " Aloud");
  await userEvent.click(screen.getByRole("button", { name: "Save changes" }));
  await userEvent.type(prompt, ", slowly.");
  await answer();
  const save = screen.getByRole("button", { name: "Save changes" });
  await waitFor(() => expect(save).toBeEnabled());
  expect(prompt).toHaveValue("You read. Aloud, slowly.");
});

describe("the tool editor", () => {
  test("shows the database's refusal at its field, and keeps what was chosen", async () => {
    backend.intercept((_method, table) =>
      table === "agent_tools"
        ? HttpResponse.json(
            {
              code: "23514",
              message: "Tool find_books names the table books, which does not exist.",
              hint: "Tables: none.",
            },
            { status: 400 },
          )
        : undefined,
    );
    show("/agents/reader/tools");
    await userEvent.selectOptions(await screen.findByLabelText("Table"), "books");
    expect(screen.getByLabelText("Name")).toHaveValue("find_books");
    await userEvent.click(screen.getByRole("button", { name: "Save tool" }));
    expect(await screen.findByText(/does not exist. Tables: none./)).toBeInTheDocument();
    expect(screen.getByLabelText("Table")).toHaveAccessibleDescription(/does not exist/);
    expect(screen.getByLabelText("Table")).toHaveValue("books");
    expect(screen.getByLabelText("Table")).toHaveFocus();
  });

  test("follows the config as it is written by hand", async () => {
    show("/agents/reader/tools/find");
    const config = await screen.findByLabelText("Config");
    expect(screen.getByLabelText("Table")).toHaveValue("books");
    await userEvent.clear(config);
    expect(config).toHaveAccessibleDescription("This is no JSON object.");
    expect(screen.getByRole("button", { name: "Save tool" })).toBeDisabled();
    await userEvent.type(config, '{{"table_name": "books", "method": "count"}');
    expect(screen.getByLabelText("What it does")).toHaveValue("count");
  });

  test("keeps what is typed while the tool is saved, as still to be saved", async () => {
    backend.rows("agent_tools").push({ ...TOOL, agent_id: "agent" });
    const answer = holding("agent_tools");
    show("/agents/reader/tools/find");
    const description = await screen.findByLabelText("When to use it");
    await userEvent.type(description, " Finds");
    await userEvent.click(screen.getByRole("button", { name: "Save tool" }));
    await userEvent.type(description, " books.");
    await answer();
    await waitFor(() => expect(backend.rows("agent_tools")[0]).toMatchObject({ description: "Finds" }));
    expect(await screen.findByRole("button", { name: "Save and try" })).toBeInTheDocument();
    await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
    expect(description).toHaveValue(" Finds books.");
    await userEvent.click(screen.getByRole("button", { name: "Save tool" }));
    await waitFor(() =>
      expect(backend.rows("agent_tools")[0]).toMatchObject({ description: "Finds books." }),
    );
    expect(await screen.findByRole("button", { name: "Try it" })).toBeInTheDocument();
    expect(description).toHaveValue("Finds books.");
  });

  test("tries a stored tool as it is, and shows rows, statements and policies", async () => {
    show("/agents/reader/tools/find");
    const trial = await screen.findByRole("region", { name: "Try it" });
    await userEvent.type(within(trial).getByLabelText("title"), "Emma");
    await userEvent.click(within(trial).getByRole("button", { name: "Try it" }));
    expect(await within(trial).findByRole("cell", { name: "Emma" })).toBeInTheDocument();
    expect(tried).toEqual({ arguments: { filters: { title: "Emma" } } });
    expect(within(trial).getByText("select title from books")).toBeInTheDocument();
    expect(within(trial).getByText(/may have hidden rows/)).toBeInTheDocument();
  });
});

describe("the form of a function", () => {
  test("says who gives each argument, and makes the config of it", async () => {
    show("/agents/reader/tools");
    await userEvent.selectOptions(await screen.findByLabelText("What it works with"), "RPCTool");
    await userEvent.selectOptions(screen.getByLabelText("Function"), "lend_book");
    expect(screen.getByLabelText("Function")).toHaveAccessibleDescription(
      /Lends a book. Gives rows: title, due./,
    );
    expect(screen.getByLabelText("Name")).toHaveValue("lend_book");
    expect(screen.getByRole("region", { name: "Try it" })).toHaveTextContent("Arguments");

    await userEvent.click(screen.getByRole("checkbox", { name: "days" }));
    await userEvent.type(screen.getByLabelText("days is always"), "7");
    await userEvent.click(screen.getByRole("checkbox", { name: "due" }));
    await userEvent.click(screen.getByRole("button", { name: "Save tool" }));
    await waitFor(() => expect(backend.rows("agent_tools")).toHaveLength(1));
    expect(backend.rows("agent_tools")[0]).toMatchObject({
      type: "RPCTool",
      config: { function_name: "lend_book", fixed: { days: 7 }, columns: ["title"] },
    });
  });

  test("keeps a number as it is typed", async () => {
    show("/agents/reader/tools");
    await userEvent.selectOptions(await screen.findByLabelText("What it works with"), "RPCTool");
    await userEvent.selectOptions(screen.getByLabelText("Function"), "lend_book");
    await userEvent.click(screen.getByRole("checkbox", { name: "days" }));
    await userEvent.type(screen.getByLabelText("days is always"), "0.5");
    expect(screen.getByLabelText("days is always")).toHaveValue("0.5");
  });

  test("asks for an argument that nobody would give", async () => {
    show("/agents/reader/tools");
    await userEvent.selectOptions(await screen.findByLabelText("What it works with"), "RPCTool");
    await userEvent.selectOptions(screen.getByLabelText("Function"), "lend_book");
    await userEvent.click(screen.getByRole("checkbox", { name: "book" }));
    await userEvent.click(screen.getByRole("button", { name: "Save tool" }));
    const group = screen.getByRole("group", { name: "The model passes" });
    expect(within(group).getByRole("alert")).toHaveTextContent("book must come from the model");
    expect(group).toHaveFocus();
    expect(backend.rows("agent_tools")).toEqual([]);
  });
});

describe("the config as JSON", () => {
  test("says what does not fit, and goes there", async () => {
    show("/agents/reader/tools/find");
    const config = await screen.findByLabelText<HTMLTextAreaElement>("Config");
    fireEvent.change(config, { target: { value: '{\n "table_name": "books",\n "methd": "fetch"\n}' } });
    expect(screen.getByText(/There is no key methd. Do you mean method?/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Line 3" }));
    expect(config).toHaveFocus();
    expect(config.value.slice(config.selectionStart, config.selectionEnd)).toBe('"methd"');
  });

  test("offers what fits at the cursor, by the keyboard", async () => {
    show("/agents/reader/tools/find");
    const config = await screen.findByLabelText<HTMLTextAreaElement>("Config");
    fireEvent.change(config, { target: { value: '{"table_name": "books", "method": "fetch", }' } });
    const end = config.value.indexOf("}");
    await userEvent.type(config, '"col', { initialSelectionStart: end, initialSelectionEnd: end });
    const option = screen.getByRole("option", { name: /columns/ });
    expect(config).toHaveAttribute("aria-activedescendant", option.id);
    await userEvent.keyboard("{Enter}");
    expect(config).toHaveValue('{"table_name": "books", "method": "fetch", "columns": []}');
    expect(screen.queryByRole("listbox")).not.toBeInTheDocument();
  });

  test("has the cursor where the next word goes as soon as one is accepted", async () => {
    show("/agents/reader/tools/find");
    const config = await screen.findByLabelText<HTMLTextAreaElement>("Config");
    fireEvent.change(config, { target: { value: '{"table_name": "books", "method": "fetch", }' } });
    const end = config.value.indexOf("}");
    await userEvent.type(config, '"col', { initialSelectionStart: end, initialSelectionEnd: end });
    // Not a moment later: somebody who types fast is elsewhere by then.
    fireEvent.keyDown(config, { key: "Enter" });
    expect(config.value.slice(0, config.selectionStart)).toMatch(/"columns": \[$/);
  });
});

const FILE = `agent: copied
tools:
  - name: find
    config:
      table_name: boks
      method: fetch
  - name: count
    config:
      table_name: books
      method: count
`;

describe("a file of an agent", () => {
  async function paste(text: string) {
    show("/agents");
    await userEvent.click(await screen.findByRole("button", { name: "Import" }));
    fireEvent.change(await screen.findByLabelText("Or paste it here"), { target: { value: text } });
    await userEvent.click(screen.getByRole("button", { name: "Import agent" }));
  }

  test("becomes an agent of one's own with its tools, switched on when it is whole", async () => {
    await paste(FILE);
    await waitFor(() => expect(backend.rows("agent_tools")).toHaveLength(2));
    await waitFor(() => expect(backend.rows("agent_configurations")[0]).toMatchObject({ is_active: true }));
    expect(backend.rows("agent_configurations")[0]).toMatchObject({
      agent_name: "copied",
      owner_id: USER_ID,
    });
    expect(backend.rows("agent_tools").map(({ name, order }) => [name, order])).toEqual([
      ["find", 0],
      ["count", 1],
    ]);
  });

  test("that is refused leaves nothing behind, and says what is wrong at its line", async () => {
    let count = 0;
    backend.intercept((method, table) => {
      if (table !== "agent_tools" || method !== "POST") return undefined;
      count += 1;
      if (count > 1) return undefined;
      const message = "Tool find names the table boks, which does not exist.";
      return HttpResponse.json({ code: "23514", message, hint: "Tables: books." }, { status: 400 });
    });
    await paste(FILE);
    const alert = await screen.findByText("Nothing was imported: 1 thing is wrong");
    expect(alert.parentElement).toHaveTextContent("Line 5Tool find names the table boks");
    expect(count).toBe(2);
    expect(backend.rows("agent_configurations")).toEqual([]);
    expect(screen.getByLabelText("Or paste it here")).toHaveValue(FILE);
  });

  test("is read before anything is made of it", async () => {
    await paste("agent: Copied\ncolour: red\n");
    expect(await screen.findByText("Nothing was imported: 2 things are wrong")).toBeInTheDocument();
    expect(backend.rows("agent_configurations")).toEqual([]);
  });
});

test("a copy has the tools of the agent, and a name of its own", async () => {
  show("/agents/reader");
  await userEvent.click(await screen.findByRole("button", { name: "More for this agent" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Duplicate" }));
  await waitFor(() => expect(backend.rows("agent_tools")).toHaveLength(1));
  expect(backend.rows("agent_configurations")[0]).toMatchObject({
    agent_name: "reader-copy",
    display_name: "Reader (copy)",
    system_prompt: "You read.",
  });
});

describe("an agent as it was", () => {
  beforeEach(() => {
    backend.rows("agent_tools").push({ ...TOOL, agent_id: "agent" });
    backend
      .rows("agent_configurations")
      .push({ id: "agent", agent_name: "reader", system_prompt: "You read." });
    const change = {
      agent_id: "agent",
      tool_id: null,
      action: "update",
      changed_at: new Date().toISOString(),
    };
    const now = { agent_name: "reader", system_prompt: "You read." };
    backend.rows("agent_config_history").push(
      {
        ...change,
        id: 2,
        table_name: "agent_configurations",
        config_version: 3,
        before: { ...now, system_prompt: "You listen." },
        after: now,
      },
      {
        ...change,
        id: 1,
        table_name: "agent_tools",
        tool_id: "tool",
        config_version: 2,
        before: { ...TOOL, agent_id: "agent", name: "search" },
        after: { ...TOOL, agent_id: "agent" },
      },
    );
    version = 3;
  });

  async function compare() {
    show("/agents/reader");
    const history = await screen.findByRole("region", { name: "History" });
    await userEvent.click((await within(history).findAllByText("changed"))[1] as HTMLElement);
    await userEvent.click(within(history).getByRole("button", { name: "Compare version 2 with now" }));
    return screen.findByRole("dialog");
  }

  test("is shown beside what it is now, and comes back", async () => {
    const dialog = await compare();
    expect(dialog).toHaveTextContent("You read.");
    expect(dialog).toHaveTextContent("You listen.");
    await userEvent.click(within(dialog).getByRole("button", { name: "Go back to version 2" }));
    await waitFor(() =>
      expect(backend.rows("agent_configurations")[0]).toMatchObject({ system_prompt: "You listen." }),
    );
  });

  test("that is refused in the middle leaves the agent as it is", async () => {
    backend.rows("agent_tools").push({ ...TOOL, id: "later", name: "count", agent_id: "agent" });
    const made = { id: 3, agent_id: "agent", table_name: "agent_tools", tool_id: "later", action: "insert" };
    const changed_at = new Date().toISOString();
    const after = { ...TOOL, name: "count", agent_id: "agent" };
    backend
      .rows("agent_config_history")
      .unshift({ ...made, changed_at, config_version: 3, before: null, after });
    tools = [TOOL, { ...TOOL, id: "later", name: "count" }];
    backend.intercept((method, table) =>
      method === "PATCH" && table === "agent_configurations"
        ? HttpResponse.json({ code: "23514", message: "No such model." }, { status: 400 })
        : undefined,
    );
    const dialog = await compare();
    await userEvent.click(within(dialog).getByRole("button", { name: "Go back to version 2" }));
    expect(await within(dialog).findByText("No such model.")).toBeInTheDocument();
    expect(
      backend
        .rows("agent_tools")
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["count", "find"]);
  });
});
