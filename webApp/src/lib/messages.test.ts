import { describe, expect, test } from "vitest";
import type { StoredMessage } from "./database";
import { entriesOf } from "./messages";

let id = 0;
function stored(type: string, data: object): StoredMessage {
  id += 1;
  return {
    id,
    message: { type, data } as StoredMessage["message"],
    message_uuid: `uuid-${id}`,
    run_id: null,
    created_at: "2026-01-01T10:00:00Z",
  };
}
const call = (callId: string, name: string, args = {}) => ({ id: callId, name, args, type: "tool_call" });

describe("stored messages", () => {
  test("become a question, a tool call with its result, and an answer", () => {
    const entries = entriesOf([
      stored("human", { content: "What is open?" }),
      stored("ai", { content: "", tool_calls: [call("c1", "list_tasks", { status: "open" })] }),
      stored("tool", {
        content: '{"rows":[]}',
        tool_call_id: "c1",
        status: "success",
        response_metadata: { duration_ms: 12 },
      }),
      stored("ai", { content: "Nothing." }),
    ]);
    expect(entries.map(({ kind }) => kind)).toEqual(["user", "tool", "agent"]);
    expect(entries[1]).toMatchObject({
      name: "list_tasks",
      arguments: { status: "open" },
      result: '{"rows":[]}',
      status: "success",
      durationMs: 12,
    });
  });

  test("give each of several calls its own result, in whatever order they came", () => {
    const entries = entriesOf([
      stored("ai", { content: "Let me see.", tool_calls: [call("a", "first"), call("b", "second")] }),
      stored("tool", { content: "of b", tool_call_id: "b", status: "error" }),
      stored("tool", { content: "of a", tool_call_id: "a" }),
    ]);
    expect(entries).toMatchObject([
      { kind: "agent", text: "Let me see." },
      { name: "first", result: "of a", status: "success" },
      { name: "second", result: "of b", status: "error" },
    ]);
  });

  test("show a call without a result as open, and a result without its call by its own name", () => {
    const entries = entriesOf([
      stored("tool", { content: "from the page above", tool_call_id: "x", name: "earlier" }),
      stored("ai", { content: "", tool_calls: [call("c1", "later")] }),
    ]);
    expect(entries).toMatchObject([
      { name: "earlier", result: "from the page above", status: "success" },
      { name: "later", result: null, status: "open" },
    ]);
  });

  test("join the text of content that comes in blocks", () => {
    const content = [
      { type: "text", text: "Hello " },
      { type: "reasoning", reasoning: "hm" },
      { type: "text", text: "you" },
    ];
    expect(entriesOf([stored("ai", { content })])).toMatchObject([{ kind: "agent", text: "Hello you" }]);
  });

  test("that cannot be read are left out, and the others are not", () => {
    const broken = { ...stored("ai", {}), message: { anything: 1 } };
    expect(entriesOf([broken, stored("human", { content: "Still here" })])).toMatchObject([
      { text: "Still here" },
    ]);
  });
});
