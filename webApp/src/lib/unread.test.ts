import { describe, expect, test } from "vitest";
import type { Entry } from "./messages";
import { firstUnread } from "./unread";

const at = (minute: number) => `2026-01-01T10:0${minute}:00.000001+00:00`;
const minute = (one: number) => new Date(at(one)).getTime();
const asked = (id: string, when: number): Entry => ({ kind: "user", id, text: id, at: at(when) });
const said = (id: string, when: number): Entry => ({ kind: "agent", id, text: id, at: at(when) });
const writing = (id: string): Entry => ({ kind: "agent", id, text: id, at: "" });
const called = (id: string): Entry => ({
  kind: "tool",
  id,
  callId: id,
  name: "list_tasks",
  arguments: {},
  result: null,
  status: "open",
  durationMs: null,
});

describe("what has not been read", () => {
  const thread = [asked("q1", 1), said("a1", 2), asked("q2", 3), called("a2.0"), said("a3", 4)];

  test("begins with what an agent did or said since then, not with one's own question", () => {
    expect(firstUnread(thread, { after: minute(2), until: null })).toBe("a2.0");
    expect(firstUnread(thread, { after: "q2", until: null })).toBe("a2.0");
    expect(firstUnread(thread, { after: minute(1), until: null })).toBe("a1");
  });

  test("is nothing when all was read, and when all is new", () => {
    expect(firstUnread(thread, { after: minute(4), until: null })).toBeNull();
    expect(firstUnread(thread, { after: "a3", until: null })).toBeNull();
    expect(firstUnread(thread, { after: minute(0), until: null })).toBeNull();
    expect(firstUnread(thread, { after: "gone", until: null })).toBeNull();
  });

  test("does not begin with the calls of a message that was read", () => {
    const withCall = [asked("q1", 1), said("a1", 2), called("a1.0"), said("a2", 3)];
    expect(firstUnread(withCall, { after: minute(2), until: null })).toBe("a2");
  });

  test("is not what came while somebody looked", () => {
    expect(firstUnread([...thread, said("a4", 5)], { after: minute(4), until: "a3" })).toBeNull();
    expect(firstUnread([...thread, said("a4", 5)], { after: minute(2), until: "a3" })).toBe("a2.0");
  });

  test("may be being written", () => {
    expect(firstUnread([...thread, writing("a4")], { after: minute(4), until: null })).toBe("a4");
  });
});
