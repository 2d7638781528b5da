import { describe, expect, test } from "vitest";
import { foreignChanges, type Look, markOf } from "./changeMarks";

interface Row {
  id: string;
  created_at: string;
  updated_at: string;
  title: string;
  position: number;
}

const row = (id: string, updated_at: string, change: Partial<Row> = {}): Row => ({
  id,
  created_at: "01",
  updated_at,
  title: "Plants",
  position: 0,
  ...change,
});

function marked(rows: Row[], known: Row[], look: Partial<Look<Row>> = {}) {
  const found = foreignChanges(rows, {
    since: "05",
    known: (id) => known.find((one) => one.id === id),
    columns: ["title"],
    isOwn: () => false,
    ...look,
  });
  return found.map(({ id }) => id);
}

describe("a row that was read anew", () => {
  test("is worth a mark when something that people see is another than before", () => {
    expect(marked([row("a", "06", { title: "Herbs" })], [row("a", "04")])).toEqual(["a"]);
  });

  test("is not when only its place is", () => {
    expect(marked([row("a", "06", { position: 5 })], [row("a", "04")])).toEqual([]);
  });

  test("is not when it was seen before, or is this tab's own work", () => {
    expect(marked([row("a", "05", { title: "Herbs" })], [row("a", "04")])).toEqual([]);
    const own = { isOwn: ({ id }: Row) => id === "a" };
    expect(marked([row("a", "06", { title: "Herbs" })], [row("a", "04")], own)).toEqual([]);
  });

  test("is when the page does not know how it was before", () => {
    expect(marked([row("a", "06")], [])).toEqual(["a"]);
    expect(marked([row("a", "06")], [row("a", "06")])).toEqual(["a"]);
  });
});

describe("a mark", () => {
  const runs = [
    { agent_name: "helper", started_at: "08", finished_at: null },
    { agent_name: "assistant", started_at: "05", finished_at: "07" },
  ];

  test("names the agent whose run it happened in", () => {
    expect(markOf(row("a", "06"), { since: "05", knew: false }, runs)).toEqual({
      kind: "changed",
      agentName: "assistant",
    });
    expect(markOf(row("a", "09"), { since: "05", knew: false }, runs)).toEqual({
      kind: "changed",
      agentName: "helper",
    });
  });

  test("names nobody when no agent was at work", () => {
    expect(markOf(row("a", "07.5"), { since: "05", knew: false }, runs)).toEqual({
      kind: "changed",
      agentName: null,
    });
  });

  test("says whether the row is new", () => {
    expect(markOf(row("a", "06", { created_at: "06" }), { since: "05", knew: false }, runs).kind).toBe(
      "added",
    );
    expect(markOf(row("a", "06", { created_at: "06" }), { since: "05", knew: true }, runs).kind).toBe(
      "changed",
    );
  });
});
