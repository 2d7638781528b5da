import { describe, expect, test } from "vitest";
import { cellText, columnsOf, readToolResult } from "./toolResult";

describe("a tool's result", () => {
  test.each([
    ['{"rows":[{"a":1},{"a":2}],"more":true}', { verb: "rows", count: 2, hasMore: true }],
    ['{"rows":[]}', { verb: "rows", count: 0, rows: [] }],
    ['{"created":{"id":"x"}}', { verb: "created", count: 1, rows: [{ id: "x" }] }],
    ['{"updated":30,"rows":[{"id":"x"}],"left_out":29}', { verb: "updated", count: 30, hasMore: true }],
    ['{"deleted":1,"rows":[{"id":"x"}]}', { verb: "deleted", count: 1 }],
    ['{"count":7}', { verb: "count", count: 7 }],
    ['[{"a":1}]', { verb: "rows", count: 1 }],
    ['{"answer":42}', { verb: null, rows: [{ answer: 42 }] }],
    ["no JSON at all", { verb: null, text: "no JSON at all" }],
    ["[1,2]", { verb: null, text: "[1,2]" }],
    ["null", { verb: null, text: "null" }],
  ])("%s is read for what it is", (result, expected) => {
    expect(readToolResult(result)).toMatchObject(expected);
  });

  test("has its columns in their order, ids last", () => {
    expect(
      columnsOf([
        { id: 1, title: "a" },
        { parent_task_id: 2, due: "b" },
      ]),
    ).toEqual(["title", "due", "id", "parent_task_id"]);
  });

  test("shows lists with commas, objects as JSON and nothing for null", () => {
    expect([["a", "b"], { a: 1 }, null, false].map(cellText)).toEqual(["a, b", '{"a":1}', "", "false"]);
  });
});
