import { describe, expect, test } from "vitest";
import { addDays } from "./days";
import { groupOf, groupTasks, isListed, NO_FILTER, subtasksByParent, type Task } from "./tasks";

const TODAY = "2026-11-26";

function task(given: Partial<Task> & { id: string }): Task {
  return {
    parent_task_id: null,
    title: given.id,
    description: null,
    notes: null,
    status: "pending",
    priority: 0,
    due_date: null,
    category: null,
    position: 0,
    motivation: null,
    completion_note: null,
    completed_at: null,
    created_at: "2026-11-01T08:00:00+00:00",
    updated_at: "2026-11-01T08:00:00+00:00",
    ...given,
  };
}

const ids = (tasks: readonly Task[]) => tasks.map(({ id }) => id).join(" ");

describe("the group of a task", () => {
  test.each([
    [-1, "overdue"],
    [0, "today"],
    [1, "week"],
    [6, "week"],
    [7, "later"],
  ])("that is due in %i days is %s", (days, group) => {
    expect(groupOf(task({ id: "a", due_date: addDays(TODAY, days) }), TODAY)).toBe(group);
    expect(groupOf(task({ id: "a", due_date: addDays(TODAY, days), status: "in_progress" }), TODAY)).toBe(
      group,
    );
  });

  test("without a date is a group of its own", () => {
    expect(groupOf(task({ id: "a" }), TODAY)).toBe("none");
  });

  test("is by its state when it is not open, whenever it was due", () => {
    expect(groupOf(task({ id: "a", due_date: TODAY, status: "completed" }), TODAY)).toBe("done");
    expect(groupOf(task({ id: "a", due_date: TODAY, status: "skipped" }), TODAY)).toBe("done");
    expect(groupOf(task({ id: "a", due_date: TODAY, status: "deferred" }), TODAY)).toBe("deferred");
  });
});

describe("the order in a group", () => {
  test("is the user's own, then by day, then by priority, then by age", () => {
    const week = groupTasks(
      [
        task({ id: "old", due_date: "2026-11-28" }),
        task({ id: "new", due_date: "2026-11-28", created_at: "2026-11-02T08:00:00+00:00" }),
        task({ id: "high", due_date: "2026-11-28", priority: 3 }),
        task({ id: "sooner", due_date: "2026-11-27" }),
        task({ id: "last", due_date: "2026-11-27", position: 1024 }),
        task({ id: "first", due_date: "2026-11-30", position: -1024 }),
      ],
      NO_FILTER,
      TODAY,
    ).week;
    expect(ids(week)).toBe("first sooner high old new last");
  });

  test("of what is done is the latest first", () => {
    const { done } = groupTasks(
      [
        task({ id: "a", status: "completed", updated_at: "2026-11-02T08:00:00.5+00:00" }),
        task({ id: "b", status: "completed", updated_at: "2026-11-02T08:00:00.51+00:00" }),
      ],
      NO_FILTER,
      TODAY,
    );
    expect(ids(done)).toBe("b a");
  });

  test("has each task once, in its latest version", () => {
    const { none, today } = groupTasks(
      [task({ id: "a" }), task({ id: "a", due_date: TODAY, updated_at: "2026-11-03T08:00:00+00:00" })],
      NO_FILTER,
      TODAY,
    );
    expect([ids(none), ids(today)]).toEqual(["", "a"]);
  });
});

describe("subtasks", () => {
  const parent = task({ id: "parent" });
  const undated = task({ id: "undated", parent_task_id: "parent", position: 2 });
  const dated = task({ id: "dated", parent_task_id: "parent", due_date: TODAY, position: 1 });

  test("are listed by themselves only when they have a date", () => {
    const grouped = groupTasks([parent, undated, dated], NO_FILTER, TODAY);
    expect([ids(grouped.none), ids(grouped.today)]).toEqual(["parent", "dated"]);
  });

  test("are found by a search in any case", () => {
    expect(isListed(undated, { ...NO_FILTER, search: "UNDA" })).toBe(true);
  });

  test("belong to their parent, in their order", () => {
    expect(ids(subtasksByParent([parent, undated, dated]).get("parent") ?? [])).toBe("dated undated");
  });
});

describe("a filter", () => {
  const plants = task({
    id: "a",
    title: "Water the plants",
    category: "home",
    priority: 2,
    notes: "50% of 1 litre",
  });

  test.each([
    [{ search: "PLANTS" }, true],
    [{ search: "50% of" }, true],
    [{ search: "50_ of" }, false],
    [{ category: "home", priority: 2 }, true],
    [{ category: "home", priority: 1 }, false],
    [{ status: "pending" as const }, true],
    [{ status: "completed" as const }, false],
  ])("%o leaves it: %s", (filter, isLeft) => {
    expect(isListed(plants, { ...NO_FILTER, ...filter })).toBe(isLeft);
  });
});
