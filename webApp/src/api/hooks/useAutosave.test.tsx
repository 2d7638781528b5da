import { renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { networkProblem, type Problem } from "@/lib/problem";
import { useAutosave } from "./useAutosave";
import type { EditableForm } from "./useEditableEntity";

type Row = { id: string; updated_at: string };
type Values = { text: string };
type Form = EditableForm<Row, Values>;

const save = vi.fn(async () => true);

function form(text: string, change: Partial<Form> = {}): Form {
  return {
    row: { id: "a", updated_at: "1" },
    values: { text },
    isNew: false,
    isDirty: true,
    isSaving: false,
    problems: {},
    problem: null as Problem | null,
    conflicts: [],
    changedMeanwhile: [],
    set: () => undefined,
    save,
    cancel: () => undefined,
    settle: () => undefined,
    ...change,
  };
}

function autosave(first: Form | null) {
  return renderHook((given: Form | null) => useAutosave(given), { initialProps: first });
}

beforeEach(() => {
  vi.useFakeTimers();
  save.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a form that saves itself", () => {
  test("does so when one pauses, not with every key", () => {
    const { rerender } = autosave(form("a"));
    vi.advanceTimersByTime(500);
    rerender(form("ab"));
    vi.advanceTimersByTime(500);
    expect(save).not.toHaveBeenCalled();
    vi.advanceTimersByTime(400);
    expect(save).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["nothing was changed", { isDirty: false }],
    ["it is being saved", { isSaving: true }],
    ["a value is wrong", { problems: { text: "Too long." } }],
    ["somebody else changed the same", { conflicts: [{ field: "text" as const, mine: "a", theirs: "b" }] }],
  ])("does not while %s", (_reason, change) => {
    const { unmount } = autosave(form("a", change));
    vi.advanceTimersByTime(60_000);
    window.dispatchEvent(new Event("online"));
    unmount();
    expect(save).not.toHaveBeenCalled();
  });

  test("tries again when it failed, more slowly, and at once when the network is back", () => {
    autosave(form("a", { problem: networkProblem() }));
    vi.advanceTimersByTime(5_000);
    expect(save).not.toHaveBeenCalled();
    vi.advanceTimersByTime(6_000);
    expect(save).toHaveBeenCalledTimes(1);
    window.dispatchEvent(new Event("online"));
    expect(save).toHaveBeenCalledTimes(2);
  });

  test("saves before it is left, and before the page is hidden", () => {
    const { unmount } = autosave(form("a"));
    vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    document.dispatchEvent(new Event("visibilitychange"));
    expect(save).toHaveBeenCalledTimes(1);
    unmount();
    expect(save).toHaveBeenCalledTimes(2);
  });

  test("waits for something to edit", () => {
    autosave(null).unmount();
    expect(save).not.toHaveBeenCalled();
  });
});
