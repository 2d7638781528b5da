import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { REFRESH_MILLISECONDS } from "@/api/hooks/useOperatorHooks";
import { backend } from "@/testing/backend";
import { renderApp, USER_ID } from "@/testing/render";
import OperatorPage from "./OperatorPage";

const USAGE = { input_tokens: 900, output_tokens: 100, total_tokens: 1000 };
const SERVER = {
  started_at: "2026-11-26T08:00:00+00:00",
  live_runs: 2,
  executors: 3,
  executor_hits: 9,
  executor_misses: 1,
  executor_evictions: 0,
  database_connections: 8,
  database_connections_available: 5,
  database_requests_waiting: 4,
  slowest_tools: [{ agent_name: "assistant", tool_name: "list_tasks", calls: 7, mean_ms: 1530 }],
  jobs: [
    {
      name: "expire_approvals",
      ran_at: "2026-11-26T09:00:00+00:00",
      outcome: "failed",
      rows: 0,
      duration_ms: 12.5,
      failures: 3,
    },
  ],
};
const OVERVIEW = {
  running: 5,
  waiting: 1,
  turns_last_day: { completed: 6, failed: 1, interrupted: 1 },
  error_rate: 0.25,
  errors: [{ code: "model_failed", turns: 1 }],
  days: 30,
  agents: [
    { agent_name: "assistant", turns: 2, usage: USAGE, cost_usd: 3.5 },
    { agent_name: null, turns: 9, usage: { ...USAGE, total_tokens: 5000 }, cost_usd: 0.25 },
  ],
  users: [{ user_id: "ada", email: "ada@example.com", turns: 11, usage: USAGE, cost_usd: 3.75 }],
  server: SERVER,
};
const NOTHING = {
  ...OVERVIEW,
  running: 0,
  turns_last_day: {},
  error_rate: 0,
  errors: [],
  agents: [],
  users: [],
  server: { ...SERVER, executor_hits: 0, executor_misses: 0, slowest_tools: [], jobs: [] },
};

let asked: string[] = [];
let answer: () => Response = () => HttpResponse.json(OVERVIEW);

beforeEach(() => {
  asked = [];
  answer = () => HttpResponse.json(OVERVIEW);
  backend.setApi((request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/api/operator/overview") return HttpResponse.json({ pending: 0 });
    asked.push(searchParams.get("days") ?? "");
    return answer();
  });
  backend.rows("admins").push({ user_id: USER_ID });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const open = (path = "/operator") => renderApp(<OperatorPage />, path);
const row = (table: string, name: RegExp) =>
  within(screen.getByRole("table", { name: table })).getByRole("row", { name });
const firstNames = (table: string) =>
  within(screen.getByRole("table", { name: table }))
    .getAllByRole("rowheader")
    .map((cell) => cell.textContent);

describe("the operator's page", () => {
  test("shows what runs, fails and costs, each chart as a table as well", async () => {
    open();
    expect(await screen.findByText("2 of 8 turns in the last 24 hours")).toBeInTheDocument();
    expect(screen.getByText("25%", { selector: "dl dd" })).toHaveClass("text-danger");
    expect(screen.getByText("$3.75", { selector: "dl dd" })).toBeInTheDocument();
    expect(screen.getByRole("img", { name: "Running turns: now 5, at most 5" })).toBeInTheDocument();
    expect(row("By agent", /assistant/)).toHaveTextContent("assistant21,000$3.50");
    expect(row("By user", /ada@example.com/)).toHaveTextContent("$3.75");
    expect(row("Turns of the last 24 hours", /broken off/)).toHaveTextContent("13%");
    expect(row("Errors", /model_failed/)).toHaveTextContent("1");
    expect(row("Slowest tools", /list_tasks of assistant/)).toHaveTextContent("1.5 s7");
    expect(row("Jobs", /Expire approvals/)).toHaveTextContent("failed");
    expect(screen.getByText("90%")).toBeInTheDocument();
    expect(screen.getByText("3 of 8")).toHaveClass("text-danger");
    expect(screen.getByRole("link", { name: "Operator" })).toBeInTheDocument();
  });

  test("puts first what the bars stand for", async () => {
    open();
    await screen.findByRole("table", { name: "By agent" });
    expect(firstNames("By agent")[0]).toBe("assistant");
    await userEvent.selectOptions(screen.getByLabelText("Bars show"), "tokens");
    expect(firstNames("By agent")[0]).toBe("Agents that users keep to themselves");
  });

  test("is of the time that the address names, and keeps what it shows while it reads another", async () => {
    open("/operator?days=7");
    await screen.findByRole("table", { name: "By agent" });
    expect(asked).toEqual(["7"]);
    await userEvent.selectOptions(screen.getByLabelText("Usage of"), "the last 90 days");
    expect(screen.getByRole("table", { name: "By agent" })).toBeInTheDocument();
    await waitFor(() => expect(asked).toEqual(["7", "90"]));
  });

  test("reads again when it is told to, and says when that fails without losing what it has", async () => {
    open();
    await screen.findByRole("table", { name: "By agent" });
    answer = () => HttpResponse.json({}, { status: 502 });
    await userEvent.click(screen.getByRole("button", { name: "Refresh now" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("could not be brought up to date");
    expect(screen.getByRole("table", { name: "By agent" })).toBeInTheDocument();
    answer = () => HttpResponse.json({ ...OVERVIEW, running: 6 });
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("img", { name: "Running turns: now 6, at most 6" })).toBeInTheDocument();
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  test("renews itself while it is seen, until it is told not to", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"], shouldAdvanceTime: true });
    const visibility = vi.spyOn(document, "visibilityState", "get");
    open();
    await screen.findByRole("table", { name: "By agent" });
    const before = asked.length;
    visibility.mockReturnValue("hidden");
    act(() => void vi.advanceTimersByTime(REFRESH_MILLISECONDS));
    expect(asked).toHaveLength(before);
    visibility.mockReturnValue("visible");
    act(() => void vi.advanceTimersByTime(REFRESH_MILLISECONDS));
    await waitFor(() => expect(asked).toHaveLength(before + 1));
    await userEvent.click(screen.getByRole("button", { name: "Pause refreshing" }));
    act(() => void vi.advanceTimersByTime(3 * REFRESH_MILLISECONDS));
    await userEvent.click(screen.getByRole("button", { name: "Refresh now" }));
    await waitFor(() => expect(asked).toHaveLength(before + 2));
    expect(screen.getByRole("button", { name: "Refresh by itself" })).toBeInTheDocument();
  });

  test("teaches where nothing has happened yet", async () => {
    answer = () => HttpResponse.json(NOTHING);
    open();
    expect(await screen.findByText("No turns in the last 24 hours.")).toBeInTheDocument();
    expect(screen.getAllByText("Nobody has talked to an agent in this time.")).toHaveLength(2);
    expect(screen.getByText("No tool has been used since the server started.")).toBeInTheDocument();
    expect(screen.getByText(/No job has run yet/)).toBeInTheDocument();
  });

  test("is refused to whoever is no admin, and the server is not even asked", async () => {
    backend.rows("admins").length = 0;
    open();
    expect(await screen.findByRole("heading", { name: "This page is for admins" })).toBeInTheDocument();
    expect(screen.getByText("clarity user admin ada@example.com")).toBeInTheDocument();
    expect(screen.queryByRole("link", { name: "Operator" })).not.toBeInTheDocument();
    expect(asked).toEqual([]);
    backend.rows("admins").push({ user_id: USER_ID });
    await userEvent.click(screen.getByRole("button", { name: "I am one now" }));
    expect(await screen.findByRole("table", { name: "By agent" })).toBeInTheDocument();
  });

  test("says what is wrong while neither the database nor the server answers, and comes back", async () => {
    const away = {
      code: "database_unavailable",
      title: "Away",
      detail: "It is away.",
      message: "It is away.",
    };
    answer = () => HttpResponse.json(away, { status: 503 });
    backend.intercept(() => HttpResponse.json(away, { status: 503 }));
    open();
    const note = () => within(screen.getByRole("main")).getByRole("alert");
    await waitFor(() => expect(note()).toHaveTextContent("It is away."));
    // For good: whoever else asks who is an admin does not begin it all again.
    await expect(waitFor(() => expect(note).toThrow(), { timeout: 300 })).rejects.toThrow();
    answer = () => HttpResponse.json(OVERVIEW);
    await userEvent.click(within(note()).getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("table", { name: "By agent" })).toBeInTheDocument();
  });

  test("says so to whoever is an admin no longer", async () => {
    const refusal = { code: "not_permitted", title: "Not permitted", detail: "Only an admin may see this." };
    answer = () => HttpResponse.json(refusal, { status: 403 });
    open();
    expect(await screen.findByRole("heading", { name: "This page is for admins" })).toBeInTheDocument();
  });
});
