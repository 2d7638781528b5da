import { expect, test } from "vitest";
import { lastDays, niceTop, sumBy } from "./usageChart";

test.each([
  [0, 1],
  [1, 1],
  [3, 5],
  [11, 20],
  [4800, 5000],
  [0.03, 0.05],
  [1000, 1000],
])("an axis for values up to %d ends at %d", (highest, top) => {
  expect(niceTop(highest)).toBeCloseTo(top);
});

test("days end with today in UTC and skip none over a month's end", () => {
  expect(lastDays(3, new Date("2026-03-01T23:30:00Z"))).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
});

test("usage is summed by day and by agent", () => {
  const row = { runs: 1, input_tokens: 10, output_tokens: 5, cost_usd: 0.5 };
  const rows = [
    { ...row, day: "2026-01-01", agent_name: "a" },
    { ...row, day: "2026-01-01", agent_name: "b" },
    { ...row, day: "2026-01-02", agent_name: "a" },
  ];
  expect(sumBy(rows, "day").get("2026-01-01")).toEqual({ key: "2026-01-01", runs: 2, tokens: 30, cost: 1 });
  expect(sumBy(rows, "agent_name").get("a")).toMatchObject({ runs: 2, tokens: 30 });
});
