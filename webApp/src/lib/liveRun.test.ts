import { describe, expect, test } from "vitest";
import { said, type WireEvent } from "@/testing/runStream";
import type { RunEvent } from "./agUi";
import { afterEvents, newLiveRun, withLiveRun } from "./liveRun";
import type { Entry } from "./messages";

const told = (...events: WireEvent[]) => afterEvents(newLiveRun("run"), events as unknown as RunEvent[]);

describe("a run as it happens", () => {
  test("is its texts and calls, under the ids that they are stored with", () => {
    const run = told(
      said.started("run"),
      ...said.text("m", "Let me ", "see."),
      ...said.call("c1", "list_tasks", { status: "open" }, "m"),
      ...said.call("c2", "list_notes", {}, "m"),
      said.result("c2", "none", "error"),
    );
    expect(run.entries).toMatchObject([
      { kind: "agent", id: "m", text: "Let me see." },
      { kind: "tool", id: "m.0", name: "list_tasks", arguments: { status: "open" }, status: "running" },
      { kind: "tool", id: "m.1", name: "list_notes", status: "error", result: "none", durationMs: 12 },
    ]);
  });

  test("is the same when its events come a second time, from wherever on", () => {
    const events = [
      said.started("run"),
      ...said.text("m", "Let me see."),
      ...said.call("c1", "list_tasks", {}, "m"),
      said.result("c1", { rows: [] }),
      ...said.text("n", "Nothing."),
    ];
    const once = told(...events);
    expect(told(...events, ...events)).toEqual(once);
    expect(told(...events, ...events.slice(-2))).toEqual(once);
    expect(told(...events.slice(0, 5), ...events)).toEqual(once);
  });

  test("says what it does now", () => {
    const doing = (...events: WireEvent[]) => told(...events).doing;
    const model = { type: "STEP_STARTED", stepName: "model" };
    expect(doing(model)).toBe("thinking");
    expect(doing(model, ...said.text("m", "Hi"))).toBe("writing");
    expect(doing(model, { type: "STEP_STARTED", stepName: "tools" })).toBe("calling");
  });

  test("names the agent that a call asks, and keeps that one's words out of the chat", () => {
    const run = told(
      ...said.call("c1", "ask_librarian", {}, "m"),
      { type: "SUBAGENT_STARTED", subagentRunId: "c1", name: "librarian", parentToolCallId: "c1" },
      ...said.text("x", "Psst").map((event) => ({ ...event, subagentRunId: "c1" })),
    );
    expect(run.entries).toMatchObject([{ asked: "librarian", status: "running" }]);
  });

  test("leaves no call running when it is over", () => {
    const run = told(
      ...said.call("c1", "add_task", {}, "m"),
      said.finished({ type: "interrupt", interrupts: [] }),
    );
    expect(run.entries).toMatchObject([{ status: "open" }]);
    expect(run.end?.type).toBe("RUN_FINISHED");
  });
});

describe("what a thread shows", () => {
  const question: Entry = { kind: "user", id: "q", text: "Hi", at: "" };
  const open: Entry = {
    kind: "tool",
    id: "m.0",
    callId: "c1",
    name: "add_task",
    arguments: {},
    result: null,
    status: "open",
    durationMs: null,
  };

  test("is what is stored, then what is not stored yet, each once", () => {
    const run = told(...said.text("m", "Stored by now"), ...said.text("n", "Not yet"));
    const stored: Entry[] = [question, { kind: "agent", id: "m", text: "Stored", at: "then" }];
    expect(withLiveRun(stored, run).map((entry) => "text" in entry && entry.text)).toEqual([
      "Hi",
      "Stored",
      "Not yet",
    ]);
  });

  test("has the result of a call of the run before as soon as it is there", () => {
    const run = told(said.result("c1", { created: {} }));
    expect(withLiveRun([question, open], run)[1]).toMatchObject({ status: "success", id: "m.0" });
  });

  test("is the very same as what is stored when nothing happens", () => {
    const stored = [question];
    expect(withLiveRun(stored, null)).toBe(stored);
  });
});
