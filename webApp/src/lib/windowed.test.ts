import { expect, test } from "vitest";
import { inSight, layOut } from "./windowed";

// Headings of 2, gaps of 1, rows of 10, except "tall", which is 20.
const laid = layOut(
  [
    { key: "first", rows: ["a", "tall", "b"] },
    { key: "second", rows: ["c", "d"] },
  ],
  { heading: 2, gap: 1, of: (row) => (row === "tall" ? 20 : 10) },
);

const seen = (from: number, to: number, kept = "") =>
  inSight(laid, from, to, (row) => row === kept).map(({ key, rows }) => [key, rows.map(({ row }) => row)]);

test("every row is below the one before it", () => {
  expect(laid.sections.map(({ top, height }) => [top, height])).toEqual([
    [0, 42],
    [43, 22],
  ]);
  expect(laid.sections[0]?.rows.map(({ top }) => top)).toEqual([2, 12, 32]);
  expect(laid.height).toBe(66);
});

test("what is at least partly in sight is on the page, under its heading", () => {
  expect(seen(0, 12)).toEqual([["first", ["a"]]]);
  expect(seen(11, 13)).toEqual([["first", ["a", "tall"]]]);
  expect(seen(41, 46)).toEqual([
    ["first", ["b"]],
    ["second", ["c"]],
  ]);
});

test("a row that is kept is on the page wherever one looks, in its place and with its number", () => {
  expect(seen(0, 5, "d")).toEqual([
    ["first", ["a"]],
    ["second", ["d"]],
  ]);
  const [, second] = inSight(laid, 0, 5, (row) => row === "d");
  expect(second?.rows[0]).toMatchObject({ place: 1, top: 12 });
});
