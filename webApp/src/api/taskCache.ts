// The tasks that are known, and what is being done to them.
import { latestVersions } from "@/lib/latestVersions";
import type { Placed } from "@/lib/taskOrder";
import type { Task } from "@/lib/tasks";
import { rowCache } from "./rowCache";
import type { NewTask, TaskChange, TaskPage } from "./tasks";

export const taskCache = rowCache<Task, TaskPage>("tasks", ({ tasks, subtasks }) => [...tasks, ...subtasks]);

/** A write as it is asked for. While it is under way the page shows its outcome; nothing is to be undone if it fails. */
export type TaskWrite =
  | { kind: "add"; task: NewTask }
  | { kind: "change"; id: string; change: TaskChange }
  | { kind: "move"; places: Placed[] };

/** The tasks as they will be once what is under way has been written. */
export function afterWrites(tasks: Iterable<Task>, writes: readonly TaskWrite[], now: Date): Task[] {
  const latest = latestVersions(tasks);
  const updated_at = now.toISOString();
  const change = (id: string, values: TaskChange) => {
    const task = latest.get(id);
    if (task) latest.set(id, { ...task, ...values, updated_at });
  };
  for (const [place, write] of writes.entries()) {
    if (write.kind === "change") change(write.id, write.change);
    else if (write.kind === "move") for (const { id, position } of write.places) change(id, { position });
    else if (!latest.has(write.task.id))
      // Of several that are on their way, the later one comes below.
      latest.set(write.task.id, asTask(write.task, new Date(now.getTime() + place).toISOString()));
  }
  return [...latest.values()];
}

/** With what the database gives a new task. */
function asTask(task: NewTask, now: string): Task {
  return {
    parent_task_id: null,
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
    created_at: now,
    updated_at: now,
    ...task,
  };
}
