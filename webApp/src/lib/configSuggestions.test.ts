import { expect, test } from "vitest";
import { suggestionsAt } from "./configSuggestions";
import type { Schema } from "./jsonSchema";

const SCHEMA: Schema = {
  properties: {
    table_name: { type: "string", description: "The table." },
    method: { type: "string", enum: ["fetch", "count"] },
    columns: { type: "array", items: { type: "string" } },
    untrusted: { type: "boolean" },
  },
  type: "object",
};
const words = (key: string) => (key === "columns" ? ["title", "pages"] : []);

/** The bar is the cursor. */
function suggest(marked: string) {
  const index = marked.indexOf("|");
  const text = marked.replace("|", "");
  return suggestionsAt(text, index, SCHEMA, words).map(({ label, insert, caret, start, end }) => ({
    label,
    text: `${text.slice(0, start)}${insert.slice(0, caret)}|${insert.slice(caret)}${text.slice(end)}`,
  }));
}

test("a key comes with the beginning of its value, and the cursor in it", () => {
  expect(suggest('{ "ta|" }')).toEqual([{ label: "table_name", text: '{ "table_name": "|" }' }]);
  expect(suggest('{ "un|" }')[0]?.text).toBe('{ "untrusted": | }');
});

test("a key that has a value keeps it", () => {
  expect(suggest('{ "colu|": ["id"] }')[0]?.text).toBe('{ "columns"|: ["id"] }');
});

test("keys that are there are not offered again", () => {
  expect(suggest('{ "method": "fetch", | }').map(({ label }) => label)).toEqual([
    "table_name",
    "columns",
    "untrusted",
  ]);
});

test("values are those of the schema and the words of the place, and not the one that is there", () => {
  expect(suggest('{ "method": "f|etch" }')).toEqual([]);
  expect(suggest('{ "method": "|" }').map(({ label }) => label)).toEqual(["fetch", "count"]);
  expect(suggest('{ "columns": ["pa|"] }')[0]?.text).toBe('{ "columns": ["pages"|] }');
  expect(suggest('{ "untrusted": t|')[0]?.text).toBe('{ "untrusted": true|');
});
