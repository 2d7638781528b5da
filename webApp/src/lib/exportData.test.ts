import { expect, test } from "vitest";
import { backend } from "@/testing/backend";
import { services, USER_ID } from "@/testing/render";
import { readAgentFile } from "./agentFile";
import { exportData, ROWS_PER_PAGE } from "./exportData";

const OWNER = { id: USER_ID, email: "ada@example.com" };
const KEEPER = {
  id: "agent",
  agent_name: "keeper",
  display_name: "Keeper",
  description: null,
  is_private: true,
  may_manage: true,
  tool_count: 1,
  is_active: true,
  config_version: 3,
  llm_config: { model: "offline:rules" },
  system_prompt: "Keep it short.",
  tools: [
    {
      id: "tool",
      name: "find",
      type: "CRUDTool",
      description: "Finds tasks.",
      config: { table_name: "tasks", method: "fetch" },
      approval: "ask",
      is_active: true,
      order: 0,
    },
  ],
};

test("one's own agents are in an export as files that can be imported, and others are not", async () => {
  backend
    .rows("agent_configurations")
    .push(
      { id: "agent", agent_name: "keeper", owner_id: USER_ID },
      { id: "shared", agent_name: "assistant", owner_id: null },
    );
  backend.setApi(({ url }) =>
    new URL(url).pathname === "/api/agents/keeper"
      ? Response.json(KEEPER)
      : Response.json({ code: "agent_not_found" }, { status: 404 }),
  );
  const { agents } = await exportData(services, OWNER, () => undefined);
  expect(agents).toHaveLength(1);
  const file = await readAgentFile(JSON.stringify(agents[0]));
  const { id: _, ...tool } = KEEPER.tools[0] ?? {};
  expect(file).toMatchObject({
    copy: { agent: { agent_name: "keeper", system_prompt: "Keep it short." }, tools: [tool] },
  });
});

test("an agent that cannot be read breaks an export off as anything else does", async () => {
  backend.rows("agent_configurations").push({ id: "agent", agent_name: "keeper", owner_id: USER_ID });
  await expect(exportData(services, OWNER, () => undefined)).rejects.toThrow("not_found");
});

test("an export has every row once, of more pages than one", async () => {
  const count = 2 * ROWS_PER_PAGE;
  for (let id = 0; id < count; id += 1) backend.rows("tasks").push({ id: String(id).padStart(5, "0") });
  const seen: number[] = [];
  const data = await exportData(services, OWNER, (rows) => seen.push(rows));
  expect(new Set(data.tasks.map((row) => (row as { id: string }).id)).size).toBe(count);
  expect(data.tasks).toHaveLength(count);
  expect(seen.at(-1)).toBe(count);
});

test("an export that breaks off gives nothing rather than a part", async () => {
  backend.intercept((_method, table) =>
    table === "chats" ? Response.json({ message: "down" }, { status: 503 }) : undefined,
  );
  await expect(exportData(services, OWNER, () => undefined)).rejects.toThrow("down");
});
