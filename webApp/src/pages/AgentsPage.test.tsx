import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse } from "msw";
import { Route, Routes } from "react-router";
import { beforeEach, describe, expect, test } from "vitest";
import { backend } from "@/testing/backend";
import { renderApp } from "@/testing/render";
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

let tried: unknown = null;

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
  backend.setApi(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/agents") return HttpResponse.json({ agents: [ENTRY] });
    if (pathname === "/api/agents/reader") return HttpResponse.json(DETAIL);
    if (pathname === "/api/agents/reader/tables") return HttpResponse.json({ tables: [BOOKS] });
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
  backend.intercept((_method, table) =>
    (table as string) === "agent_config_history" ? HttpResponse.json([]) : undefined,
  );
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

  test("says that there is no such agent", async () => {
    show("/agents/nobody");
    expect(await screen.findByText("There is no such agent")).toBeInTheDocument();
  });
});

describe("the tool editor", () => {
  test("shows the database's refusal at its field, and keeps what was chosen", async () => {
    backend.intercept((_method, table) =>
      (table as string) === "agent_tools"
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
