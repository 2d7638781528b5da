import { expect, test } from "vitest";
import type { AgentChange, AgentDetail } from "@/api/agents";
import { changedFields, changedName, changesTo, earlierRow, versionOf } from "./agentHistory";

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

const FIND = {
  name: "find",
  type: "CRUDTool",
  description: "",
  config: { limit: 9 },
  approval: "auto" as const,
};
const NOW: AgentDetail = {
  id: "agent",
  agent_name: "reader",
  display_name: "Reader",
  description: null,
  is_private: true,
  may_manage: true,
  tool_count: 1,
  is_active: true,
  config_version: 5,
  llm_config: {},
  system_prompt: "You read aloud.",
  tools: [{ ...FIND, id: "1", is_active: true, order: 0 }],
};
const LATER = { ...change, after: null, before: null, config_version: 0, tool_id: null };
const CHANGES: AgentChange[] = [
  {
    ...LATER,
    table_name: "agent_configurations",
    config_version: 5,
    before: { agent_name: "reader", system_prompt: "You read." },
    after: {},
  },
  {
    ...LATER,
    tool_id: "2",
    action: "delete",
    config_version: 4,
    before: { ...FIND, agent_id: "agent", id: "2", name: "count", is_active: true, order: 1 },
  },
  {
    ...LATER,
    tool_id: "1",
    config_version: 3,
    before: { ...FIND, agent_id: "agent", id: "1", config: { limit: 5 }, is_active: true, order: 0 },
    after: {},
  },
  { ...LATER, tool_id: "1", action: "insert", config_version: 2, after: {} },
];

test("an agent as it was is what it is now without what came later", () => {
  const third = versionOf(NOW, CHANGES, 3);
  expect(third.agent).toMatchObject({ system_prompt: "You read.", display_name: "Reader", is_active: true });
  expect(third.tools.map(({ id, name, config }) => [id, name, config])).toEqual([
    ["1", "find", { limit: 9 }],
    [null, "count", { limit: 9 }],
  ]);
  expect(versionOf(NOW, CHANGES, 2).tools[0]?.config).toEqual({ limit: 5 });
  expect(versionOf(NOW, CHANGES, 1).tools.map(({ name }) => name)).toEqual(["count"]);
  expect(changesTo(NOW, versionOf(NOW, CHANGES, 5))).toEqual([]);
});

test("what going back would change is told part by part", () => {
  const parts = changesTo(NOW, versionOf(NOW, CHANGES, 1));
  expect(parts.map(({ tool, action }) => [tool, action])).toEqual([
    [null, "update"],
    ["count", "insert"],
    ["find", "delete"],
  ]);
  expect(parts[0]?.fields).toEqual([
    { name: "system_prompt", before: "You read aloud.", after: "You read." },
  ]);
});
