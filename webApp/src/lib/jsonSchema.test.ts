import { expect, test } from "vitest";
import { keysAt, problemsWith, type Schema, valuesAt } from "./jsonSchema";

// As the server makes it of a CRUDTool's config.
const SCHEMA: Schema = {
  $defs: {
    OrderBy: {
      additionalProperties: false,
      properties: { default: { type: "string" }, choices: { type: "array", items: { type: "string" } } },
      type: "object",
    },
  },
  additionalProperties: false,
  properties: {
    table_name: { type: "string", description: "The table." },
    method: { enum: ["fetch", "count"], type: "string" },
    columns: { anyOf: [{ items: { type: "string" }, minItems: 1, type: "array" }, { type: "null" }] },
    order_by: { anyOf: [{ type: "string" }, { $ref: "#/$defs/OrderBy" }] },
    max_limit: { type: "integer", minimum: 1, maximum: 1000 },
    fixed: { type: "object", additionalProperties: true },
    untrusted: { type: "boolean" },
    prefix: { type: "string", pattern: "^[a-z]+$" },
  },
  required: ["table_name", "method"],
  type: "object",
};
const GOOD = { table_name: "books", method: "fetch" };

test.each([
  [GOOD],
  [{ ...GOOD, columns: ["id"], order_by: "title", fixed: { anything: [1] }, max_limit: 5 }],
  [{ ...GOOD, order_by: { choices: ["title"] }, untrusted: true }],
])("%j fits", (config) => {
  expect(problemsWith(SCHEMA, config)).toEqual([]);
});

test.each([
  [{ method: "fetch" }, [], "table_name is missing"],
  [{ ...GOOD, method: "guess" }, ["method"], "one of fetch, count"],
  [{ ...GOOD, colums: ["id"] }, ["colums"], "Do you mean columns?"],
  [{ ...GOOD, xyz: 1 }, ["xyz"], "There is no key xyz."],
  [{ ...GOOD, columns: ["id", 3] }, ["columns", 1], "a text"],
  [{ ...GOOD, columns: [] }, ["columns"], "must not be empty"],
  [{ ...GOOD, order_by: { choice: [] } }, ["order_by", "choice"], "Do you mean choices?"],
  [{ ...GOOD, max_limit: 5000 }, ["max_limit"], "from 1 to 1000"],
  [{ ...GOOD, max_limit: 1.5 }, ["max_limit"], "a whole number"],
  [{ ...GOOD, prefix: "A" }, ["prefix"], "not written"],
])("%j does not", (config, path, words) => {
  const problems = problemsWith(SCHEMA, config);
  expect(problems).toEqual([{ path, message: expect.stringContaining(words) }]);
});

test("what could be at a place is known, behind references and alternatives too", () => {
  expect(keysAt(SCHEMA, []).map(({ name }) => name)).toContain("order_by");
  expect(keysAt(SCHEMA, ["order_by"]).map(({ name }) => name)).toEqual(["default", "choices"]);
  expect(keysAt(SCHEMA, ["nothing", "here"])).toEqual([]);
  expect(valuesAt(SCHEMA, ["method"])).toEqual(["fetch", "count"]);
  expect(valuesAt(SCHEMA, ["untrusted"])).toEqual([true, false]);
});
