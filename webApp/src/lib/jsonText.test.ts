import { expect, test } from "vitest";
import { caretIn, lineAt, spanOf, spansOf } from "./jsonText";

const TEXT = '{\n  "table_name": "books",\n  "filters": {\n    "title": ["eq", "in"]\n  }\n}';

test.each([
  [["table_name"], '"table_name"'],
  [["filters", "title", 1], '"in"'],
  [["filters", "pages"], '"filters"'],
  [["limit"], "{"],
])("%j stands at %s", (path, expected) => {
  const { start, end } = spanOf(spansOf(TEXT), path);
  expect(TEXT.slice(start, end)).toBe(expected);
});

test("lines are counted from 1", () => {
  expect(lineAt(TEXT, spanOf(spansOf(TEXT), ["filters", "title"]).start)).toBe(4);
});

// The bar is the caret.
test.each([
  ['{ "ta|', { expects: "key", path: [], typed: "ta", siblings: [] }],
  ['{ "table_name": "b|ooks" }', { expects: "value", path: ["table_name"], typed: "b" }],
  ['{ "a": 1, | }', { expects: "key", path: [], typed: "", siblings: ["a"] }],
  ['{ "ta| }', { expects: "key", path: [], typed: "ta", start: 2, end: 5 }],
  ['{ "a": | }', { expects: "value", path: ["a"], typed: "" }],
  ['{ "filters": { "ti|" } }', { expects: "key", path: ["filters"], typed: "ti" }],
  ['{ "columns": ["id", "|"] }', { expects: "value", path: ["columns", 1], typed: "" }],
  ['{ "untrusted": tr|', { expects: "value", path: ["untrusted"], typed: "tr" }],
  ['{ "a": {"b": 1}, "c|" }', { expects: "key", path: [], siblings: ["a"] }],
])("%s", (marked, expected) => {
  const index = marked.indexOf("|");
  expect(caretIn(marked.replace("|", ""), index)).toMatchObject(expected);
});

test("outside of everything there is nothing to say", () => {
  expect(caretIn("", 0)).toBeNull();
  expect(caretIn("{} ", 3)).toBeNull();
  expect(caretIn('{ "a"', 5)).toBeNull();
});
