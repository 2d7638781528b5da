import { expect, test } from "vitest";
import { reordered } from "./reorder";

const rows = [
  { id: "a", priority: 3 },
  { id: "b", priority: 2 },
  { id: "c", priority: 1 },
];

test("a row that moves up changes places with the one above and touches no other", () => {
  expect(reordered(rows, 2, -1)).toEqual([
    { id: "c", priority: 2 },
    { id: "b", priority: 1 },
  ]);
});

test("rows of one priority are told apart once one of them moves", () => {
  const alike = rows.map((row) => ({ ...row, priority: 0 }));
  expect(reordered(alike, 0, 1).map(({ id }) => id)).toEqual(["b", "a", "c"]);
});
