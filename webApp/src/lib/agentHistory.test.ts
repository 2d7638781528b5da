import { expect, test } from "vitest";
import { changedFields, changedName, earlierRow } from "./agentHistory";

const before = { id: "1", name: "find", config: { limit: 5 }, is_active: true, updated_at: "1" };
const after = { ...before, config: { limit: 9 }, updated_at: "2" };
const change = {
  id: 1,
  tool_id: "1",
  table_name: "agent_tools" as const,
  action: "update" as const,
  changed_at: "",
  config_version: 2,
  before,
  after,
};

test("a change shows the fields that it changed, and not the clock", () => {
  const fields = changedFields(change);
  expect(fields.map((field) => field.name)).toEqual(["config"]);
  expect(fields[0]?.before).toContain("5");
  expect(fields[0]?.after).toContain("9");
});

test("a new row shows all that was written, a deleted one all that there was", () => {
  expect(changedFields({ before: null, after }).map(({ name }) => name)).toContain("is_active");
  expect(changedFields({ before, after: null })[0]).toEqual({ name: "name", before: "find", after: "" });
});

test("what changed is called as it was called then", () => {
  expect(changedName({ ...change, after: null })).toBe("find");
  expect(earlierRow({ before: null })).toBeNull();
});
