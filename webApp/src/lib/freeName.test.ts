import { expect, test } from "vitest";
import { freeName } from "./freeName";

test.each([
  ["reader", [], "reader-copy"],
  ["reader", ["reader-copy"], "reader-copy-2"],
  ["reader-copy-2", ["reader-copy", "reader-copy-2"], "reader-copy-3"],
  ["a".repeat(63), [], `${"a".repeat(58)}-copy`],
])("a copy of %s beside %j is called %s", (name, taken, expected) => {
  expect(freeName(name, taken)).toBe(expected);
});
