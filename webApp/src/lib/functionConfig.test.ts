import { expect, test } from "vitest";
import type { DatabaseFunction } from "@/api/agents";
import {
  allOf,
  buildFunctionConfig,
  functionFields,
  missingArgument,
  readFunctionChoices,
} from "./functionConfig";

const argument = (name: string, type: string, is_required: boolean) => ({
  name,
  type,
  is_required,
  comment: null,
  enum_values: null,
});
const LEND: DatabaseFunction = {
  name: "lend",
  comment: null,
  arguments: [argument("book", "text", true), argument("days", "integer", false)],
  returns: "record",
  returns_set: true,
  columns: ["title", "due"],
};

test("everything of a function is said by its name alone", () => {
  expect(buildFunctionConfig(LEND, allOf(LEND))).toEqual({ function_name: "lend" });
  expect(readFunctionChoices(LEND, { function_name: "lend" })).toEqual(allOf(LEND));
});

test.each([
  { passed: ["book"], fixed: {}, columns: ["title", "due"] },
  { passed: ["book"], fixed: { days: "7" }, columns: ["title"] },
  { passed: [], fixed: { book: "Emma" }, columns: ["due"] },
])("the choices %j are read as they are written", (choices) => {
  expect(readFunctionChoices(LEND, buildFunctionConfig(LEND, choices))).toEqual(choices);
});

test("a constant has its argument's type", () => {
  const config = buildFunctionConfig(LEND, {
    passed: ["book"],
    fixed: { days: "7" },
    columns: ["title", "due"],
  });
  expect(config).toEqual({ function_name: "lend", fixed: { days: 7 } });
});

test("a constant list is typed with commas", () => {
  const tag: DatabaseFunction = { ...LEND, arguments: [argument("tags", "text[]", true)] };
  const config = buildFunctionConfig(tag, { ...allOf(tag), passed: [], fixed: { tags: "a, b" } });
  expect(config).toEqual({ function_name: "lend", fixed: { tags: ["a", "b"] } });
  expect(readFunctionChoices(tag, config)?.fixed).toEqual({ tags: "a, b" });
});

test("what was said of an argument, and keys that no form knows, are kept until another function is chosen", () => {
  const before = {
    function_name: "lend",
    runtime_args_schema: { book: { description: "Its title" } },
    limit: 5,
  };
  const choices = { passed: ["book"], fixed: {}, columns: ["title"] };
  expect(buildFunctionConfig(LEND, choices, before)).toEqual({ ...before, columns: ["title"] });
  const { limit: _, ...other } = buildFunctionConfig({ ...LEND, name: "give" }, choices, before);
  expect(other).toEqual({ function_name: "give", runtime_args_schema: { book: {} }, columns: ["title"] });
});

test.each([
  { function_name: "lend", field_map: { title: "book" } },
  { function_name: "lend", runtime_args_schema: { pages: {} } },
  { function_name: "lend", fixed: { pages: 3 } },
  { function_name: "lend", columns: ["shelf"] },
])("no choices stand for %j", (config) => {
  expect(readFunctionChoices(LEND, config)).toBeNull();
});

test("an argument without a default must come from somewhere", () => {
  expect(missingArgument(LEND, { passed: ["days"], fixed: {}, columns: [] })?.name).toBe("book");
  expect(missingArgument(LEND, { passed: [], fixed: { book: "Emma" }, columns: [] })).toBeNull();
  expect(functionFields(LEND, allOf(LEND)).map(({ column }) => column.name)).toEqual(["book", "days"]);
});
