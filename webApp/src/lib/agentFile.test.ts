import { expect, test } from "vitest";
import { type AgentCopy, readAgentFile, writeAgentFile } from "./agentFile";

const COPY: AgentCopy = {
  agent: {
    agent_name: "reader",
    display_name: "Reader",
    description: null,
    system_prompt: "You read.\n\nAloud: yes.\n",
    llm_config: { model: "offline:rules", temperature: 0.5 },
    is_active: true,
  },
  tools: [
    {
      name: "find",
      type: "CRUDTool",
      description: "",
      approval: "ask",
      is_active: true,
      order: 0,
      config: {
        table_name: "books",
        method: "fetch",
        fixed: { due: "2026-12-01", word: "yes", code: "1_000" },
      },
    },
    {
      name: "pay",
      type: "RPCTool",
      description: "Pays.",
      approval: "auto",
      is_active: false,
      order: 7,
      config: {},
    },
  ],
};

test("what is written is read as the same agent", async () => {
  const file = await readAgentFile(await writeAgentFile(COPY, "ada@example.com"));
  expect(file).toMatchObject({ copy: COPY });
});

test("what has its default is left out, and texts that others would take for more are quoted", async () => {
  const text = await writeAgentFile(COPY, null);
  expect(text).toMatch(/^agent: reader\ndisplay_name: Reader\n/);
  expect(text).not.toMatch(/description: ""|order: 0|owner/);
  expect(text).toContain('word: "yes"');
  expect(text).toContain('code: "1_000"');
});

test("JSON of the same shape is read as well", async () => {
  const file = await readAgentFile(
    '{"agent": "reader", "tools": [{"name": "find", "config": {"limit": 3}}]}',
  );
  expect(file).toMatchObject({ copy: { tools: [{ type: "CRUDTool", order: 0, config: { limit: 3 } }] } });
});

test("everything that is wrong is said at its line", async () => {
  const text = [
    "agent: Reader",
    "colour: red",
    "is_active: perhaps",
    "tools:",
    "  - name: find",
    "    approval: never",
    "  - type: RPCTool",
    "  - name: find it",
  ].join("\n");
  const file = await readAgentFile(text);
  const lines = "problems" in file ? file.problems.map(({ line, message }) => `${line} ${message}`) : [];
  expect(lines).toEqual([
    expect.stringMatching(/^1 The agent’s name/),
    "2 There is no key colour.",
    "3 is_active must be true or false.",
    "6 approval must be one of auto, ask, ask_after_untrusted.",
    "7 The key name is missing.",
    expect.stringMatching(/^8 A tool’s name/),
  ]);
});

test.each([
  ["agent: reader\ntools: [\n", "no YAML"],
  ["agent: a\nagent: b\n", "no YAML"],
  ["- agent\n", "not an agent"],
  ["", "not an agent"],
  ["agent: a\ntools:\n  - name: find\n  - name: find\n", "Two tools have the name find"],
])("%j is refused", async (text, words) => {
  const file = await readAgentFile(text);
  expect("problems" in file && file.problems[0]?.message).toContain(words);
});

test("a place that is missing is told by what is around it", async () => {
  const file = await readAgentFile("agent: a\ntools:\n  - name: find\n    config:\n      method: fetch\n");
  if (!("lineOf" in file)) throw new Error("It was refused");
  expect(file.lineOf(["tools", 0, "config"])).toBe(4);
  expect(file.lineOf(["tools", 0, "config", "table_name"])).toBe(4);
  expect(file.lineOf(["tools", 0, "name"])).toBe(3);
  expect(file.lineOf(["tools", 0])).toBe(3);
});
