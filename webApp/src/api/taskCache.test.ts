import { expect, test } from "vitest";
import { afterWrites, type TaskWrite } from "@/api/taskCache";
import { compareBy, orderOf } from "@/lib/tasks";

test("tasks that are on their way stand in the order in which they were added", () => {
  const writes = ["c", "a", "b"].map((id): TaskWrite => ({ kind: "add", task: { id, title: `Task ${id}` } }));

  const tasks = afterWrites([], writes, new Date("2026-11-26T08:00:00Z"));

  expect(tasks.sort(compareBy(orderOf("none"))).map(({ id }) => id)).toEqual(["c", "a", "b"]);
});
