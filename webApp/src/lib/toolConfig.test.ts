import { describe, expect, test } from "vitest";
import type { Column, Table } from "@/api/agents";
import {
  allChoices,
  argumentFields,
  buildArguments,
  buildConfig,
  choosable,
  methodsOf,
  readChoices,
  suggestName,
} from "./toolConfig";

function column(name: string, facts: Partial<Column> = {}): Column {
  return {
    name,
    type: "text",
    comment: null,
    is_required: false,
    is_generated: false,
    enum_values: null,
    ...facts,
  };
}

const books: Table = {
  name: "books",
  comment: null,
  columns: [
    column("id", { type: "uuid" }),
    column("user_id", { type: "uuid", is_generated: true }),
    column("title", { is_required: true }),
    column("pages", { type: "integer" }),
    column("is_read", { type: "boolean" }),
  ],
  writes: ["insert", "update", "delete"],
};

describe("a config built from choices", () => {
  test("says no more than it has to when everything is chosen", () => {
    expect(buildConfig(books, allChoices(books, "fetch"))).toEqual({ table_name: "books", method: "fetch" });
  });

  test("lists what is ticked, in the table's order", () => {
    const choices = { ...allChoices(books, "fetch"), columns: ["pages", "title"], filters: ["title"] };
    expect(buildConfig(books, choices)).toEqual({
      table_name: "books",
      method: "fetch",
      columns: ["title", "pages"],
      filters: ["title"],
    });
  });

  test("declares what may be written, and keeps what was said of an argument", () => {
    const before = {
      table_name: "books",
      method: "create",
      runtime_args_schema: { data: { type: "dict", properties: { title: { description: "Its title" } } } },
    };
    const choices = { ...allChoices(books, "create"), writes: ["title", "pages"] };
    expect(buildConfig(books, choices, before)["runtime_args_schema"]).toEqual({
      data: { type: "dict", properties: { title: { description: "Its title" }, pages: {} } },
    });
  });

  test("keeps the operators of filters, and every key that the form does not know", () => {
    const before = {
      table_name: "books",
      method: "fetch",
      limit: 5,
      filters: { title: ["ilike"], pages: ["gt"] },
    };
    const choices = { ...allChoices(books, "fetch"), filters: ["title"] };
    expect(buildConfig(books, choices, before)).toEqual({
      table_name: "books",
      method: "fetch",
      limit: 5,
      filters: { title: ["ilike"] },
    });
  });

  test("drops the keys of another method", () => {
    const before = { table_name: "books", method: "fetch", order_by: "title" };
    expect(buildConfig(books, allChoices(books, "create"), before)).not.toHaveProperty("order_by");
  });

  test.each(["fetch", "count", "create", "update", "delete"] as const)("is read back: %s", (method) => {
    const all = choosable(books, method);
    const part = {
      columns: all.columns.slice(1),
      filters: all.filters.slice(1),
      writes: all.writes.slice(1),
    };
    const choices = { table: "books", method, ...part };
    expect(readChoices(books, buildConfig(books, choices))).toEqual(choices);
  });
});

describe("what can be chosen", () => {
  test("never is the user's own id, where a model would say it", () => {
    expect(choosable(books, "update").filters).not.toContain("user_id");
    expect(choosable(books, "create").writes).not.toContain("user_id");
    expect(choosable(books, "fetch").columns).toContain("user_id");
  });

  test("of a view without writes is reading", () => {
    expect(methodsOf({ ...books, writes: [] })).toEqual(["fetch", "count", "aggregate"]);
    expect(methodsOf({ ...books, writes: ["insert"] })).toContain("create");
    expect(methodsOf({ ...books, writes: ["insert"] })).not.toContain("upsert");
  });
});

describe("a config that says more than the form", () => {
  test.each([
    { columns: ["title", "author(name)"] },
    { field_map: { name: "title" } },
    { method: "explode" },
    { method: "create", runtime_args_schema: { type: "object", properties: {} } },
  ])("is left to the JSON: %o", (more) => {
    expect(readChoices(books, { table_name: "books", method: "fetch", ...more })).toBeNull();
  });
});

describe("arguments to try a tool with", () => {
  test("have the column's type, and leave out what is empty", () => {
    const fields = argumentFields(books, allChoices(books, "update"));
    const values = {
      "data.title": " Emma ",
      "data.pages": "12",
      "data.is_read": "true",
      "filters.id": "1",
      "filters.title": "",
    };
    expect(buildArguments(fields, values)).toEqual({
      data: { title: "Emma", pages: 12, is_read: true },
      filters: { id: "1" },
    });
  });

  test("keep a number that is none for the server to refuse", () => {
    const fields = argumentFields(books, allChoices(books, "fetch"));
    expect(buildArguments(fields, { "filters.pages": "many" })).toEqual({ filters: { pages: "many" } });
  });
});

test("a tool is called after what it does", () => {
  expect(suggestName({ table: "books", method: "fetch" })).toBe("find_books");
  expect(suggestName({ table: "books", method: "delete" })).toBe("delete_books");
});
