import { expect, test } from "vitest";
import { chatAsMarkdown } from "./exportChat";
import type { Entry, ToolEntry } from "./messages";

const call: ToolEntry = {
  kind: "tool",
  id: "c",
  callId: "c",
  name: "list_tasks",
  arguments: { status: "open" },
  result: '{"rows": []}',
  status: "success",
  durationMs: 12,
};

test("a chat as Markdown says who said what, and what was done in between, in order", () => {
  const entries: Entry[] = [
    { kind: "user", id: "q", text: "What is left?", at: "" },
    call,
    { ...call, id: "d", result: null, status: "open" },
    { kind: "agent", id: "a", text: "Nothing.", at: "" },
  ];
  expect(chatAsMarkdown({ title: "Plants", agent_name: "gardener" }, entries).split("\n")).toEqual([
    "# Plants",
    "",
    "**You:** What is left?",
    "",
    "```",
    'list_tasks({"status":"open"})',
    '{"rows": []}',
    "```",
    "",
    "```",
    'list_tasks({"status":"open"})',
    "No result",
    "```",
    "",
    "**gardener:** Nothing.",
    "",
  ]);
});

test("a chat without a name has a heading all the same", () => {
  expect(chatAsMarkdown({ title: null, agent_name: "gardener" }, [])).toBe("# New chat\n");
});
