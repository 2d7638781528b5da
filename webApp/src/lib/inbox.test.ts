import { describe, expect, test } from "vitest";
import { type Asked, afterReading, byTurn, EMPTY_INBOX, withFresh } from "./inbox";

function asked(id: string, minute: number, facts: Partial<Asked> = {}): Asked {
  return {
    id,
    run_id: `run of ${id}`,
    created_at: `2026-11-26T10:${String(minute).padStart(2, "0")}:00+00:00`,
    status: "pending",
    ...facts,
  } as Asked;
}

const [old, young, newest] = [asked("old", 1), asked("young", 2), asked("newest", 3)];
const ids = (list: readonly Asked[]) => list.map(({ id }) => id);

describe("the inbox on the page", () => {
  test("begins with what waits, and goes on with what is older", () => {
    const first = afterReading(EMPTY_INBOX, [newest, young]);
    expect(ids(first.shown)).toEqual(["newest", "young"]);
    expect(ids(afterReading(first, [newest, young, old]).shown)).toEqual(["newest", "young", "old"]);
  });

  test("moves nothing that one may be about to press: what is new waits to be asked for", () => {
    const inbox = afterReading(afterReading(EMPTY_INBOX, [young, old]), [newest, young, old]);
    expect(ids(inbox.shown)).toEqual(["young", "old"]);
    expect(ids(inbox.fresh)).toEqual(["newest"]);
    expect(ids(withFresh(inbox).shown)).toEqual(["newest", "young", "old"]);
    expect(withFresh(inbox).fresh).toEqual([]);
  });

  test("shows what is new at once when nothing else is to be decided", () => {
    const decided = afterReading(afterReading(EMPTY_INBOX, [young]), []);
    expect(ids(decided.shown)).toEqual(["young"]);
    expect(ids(afterReading(decided, [newest]).shown)).toEqual(["newest", "young"]);
  });

  test("forgets what was new and is decided before it was shown", () => {
    const inbox = afterReading(afterReading(EMPTY_INBOX, [young]), [newest, young]);
    expect(afterReading(inbox, [young]).fresh).toEqual([]);
  });

  test("shows what is known last of a call, and keeps calls of a turn together", () => {
    const first = afterReading(EMPTY_INBOX, [
      asked("b", 2, { run_id: "one" }),
      asked("a", 2, { run_id: "one" }),
    ]);
    const titled = afterReading(first, [asked("b", 2, { run_id: "one", chat_title: "Plants" })]);
    expect(titled.shown[0]?.chat_title).toBe("Plants");
    expect(byTurn([...titled.shown, old]).map(ids)).toEqual([["b", "a"], ["old"]]);
  });
});
