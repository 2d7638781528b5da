import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import type { ToolEntry } from "@/lib/messages";
import { ToolCallCard } from "./ToolCallCard";

const call: ToolEntry = {
  kind: "tool",
  id: "1",
  callId: "call",
  name: "list_tasks",
  arguments: { filters: { status: "open" }, limit: 5 },
  result: "{}",
  status: "success",
  durationMs: 12,
};
const rows = (count: number) =>
  JSON.stringify({
    rows: Array.from({ length: count }, (_, index) => ({ id: index, title: `Task ${index}` })),
  });

describe("a tool call", () => {
  test("says in a line what was done, to how much, and how long it took", () => {
    render(<ToolCallCard call={{ ...call, result: rows(3) }} />);
    expect(screen.getByText("List tasks")).toBeInTheDocument();
    expect(screen.getByText("3 rows")).toBeInTheDocument();
    expect(screen.getByText("12 ms")).toBeInTheDocument();
  });

  test("shows its arguments out of their groups", () => {
    render(<ToolCallCard call={call} />);
    expect(screen.getAllByRole("term").map((term) => term.textContent)).toEqual(["status", "limit"]);
  });

  test("shows its rows as a table, the first of many at first", async () => {
    render(<ToolCallCard call={{ ...call, result: rows(20) }} />);
    expect(screen.getAllByRole("row", { hidden: true })).toHaveLength(9);
    await userEvent.click(screen.getByRole("button", { name: "Show all 20 rows", hidden: true }));
    expect(screen.getAllByRole("row", { hidden: true })).toHaveLength(21);
  });

  test("says why it did not work", () => {
    render(<ToolCallCard call={{ ...call, status: "error", result: "filters: give at least one." }} />);
    expect(screen.getByText("did not work")).toBeInTheDocument();
    expect(screen.getByText("filters: give at least one.")).toBeInTheDocument();
  });
});
