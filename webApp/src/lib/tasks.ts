// Tasks as the list shows them: which group a task is in, in which order, and which ones a filter leaves.
import type { Database } from "./database.gen";
import { addDays, type Day } from "./days";
import { latestVersions } from "./latestVersions";

export type Task = Omit<Database["public"]["Tables"]["tasks"]["Row"], "user_id">;
export type TaskStatus = Task["status"];

export const STATUSES: readonly TaskStatus[] = ["pending", "in_progress", "deferred", "completed", "skipped"];
export const PRIORITIES = [3, 2, 1, 0] as const;

/** By state, and those that are open by the day they are due; in the order that the page shows them in. */
export const GROUPS = ["overdue", "today", "week", "later", "none", "deferred", "done"] as const;
export type TaskGroup = (typeof GROUPS)[number];

// "This week" is today and the six days behind it, on every day of the week.
const WEEK_DAYS = 6;

export interface TaskFilter {
  /** Words in the title, description or notes; empty for all tasks. */
  search: string;
  priority: number | null;
  category: string | null;
  status: TaskStatus | null;
}

export const NO_FILTER: TaskFilter = { search: "", priority: null, category: null, status: null };

export function isFiltered({ search, priority, category, status }: TaskFilter): boolean {
  return search !== "" || priority !== null || category !== null || status !== null;
}

export function lastDayOfWeek(today: Day): Day {
  return addDays(today, WEEK_DAYS);
}

export function isDone({ status }: Pick<Task, "status">): boolean {
  return status === "completed" || status === "skipped";
}

export function groupOf(task: Pick<Task, "status" | "due_date">, today: Day): TaskGroup {
  if (isDone(task)) return "done";
  if (task.status === "deferred") return "deferred";
  if (task.due_date === null) return "none";
  if (task.due_date < today) return "overdue";
  if (task.due_date === today) return "today";
  return task.due_date <= lastDayOfWeek(today) ? "week" : "later";
}

export type SortColumn = "position" | "due_date" | "priority" | "created_at" | "updated_at" | "id";
export type Order = readonly (readonly [column: SortColumn, direction: "asc" | "desc"])[];

const OWN_ORDER: Order = [
  ["position", "asc"],
  ["priority", "desc"],
  ["created_at", "asc"],
  ["id", "asc"],
];
const DATED_ORDER: Order = [
  ["position", "asc"],
  ["due_date", "asc"],
  ["priority", "desc"],
  ["created_at", "asc"],
  ["id", "asc"],
];
const LATEST_FIRST: Order = [
  ["updated_at", "desc"],
  ["id", "desc"],
];

/** The user's own order first; among tasks that were never moved what is due first, then what matters most. */
export function orderOf(group: TaskGroup): Order {
  if (group === "done") return LATEST_FIRST;
  return group === "overdue" || group === "week" || group === "later" ? DATED_ORDER : OWN_ORDER;
}

export const SUBTASK_ORDER = OWN_ORDER;

export function compareBy(order: Order): (one: Task, other: Task) => number {
  return (one, other) => {
    for (const [column, direction] of order) {
      const [a, b] = [one[column] ?? "", other[column] ?? ""];
      if (a !== b) return a < b === (direction === "asc") ? -1 : 1;
    }
    return 0;
  };
}

/** A subtask without a date is seen below its parent only, unless it is looked for. */
export function isListed(task: Task, filter: TaskFilter): boolean {
  if (!isFiltered(filter)) return task.parent_task_id === null || task.due_date !== null;
  const { search, priority, category, status } = filter;
  const words = search.toLowerCase();
  return (
    (priority === null || task.priority === priority) &&
    (category === null || task.category === category) &&
    (status === null || task.status === status) &&
    [task.title, task.description, task.notes].some((text) => text?.toLowerCase().includes(words))
  );
}

/** The tasks of each group in their order, those that the filter leaves; each once, in its latest version. */
export function groupTasks(tasks: Iterable<Task>, filter: TaskFilter, today: Day): Record<TaskGroup, Task[]> {
  const grouped: Record<TaskGroup, Task[]> = {
    overdue: [],
    today: [],
    week: [],
    later: [],
    none: [],
    deferred: [],
    done: [],
  };
  for (const task of latestVersions(tasks).values()) {
    if (isListed(task, filter)) grouped[groupOf(task, today)].push(task);
  }
  for (const group of GROUPS) grouped[group].sort(compareBy(orderOf(group)));
  return grouped;
}

/** Subtasks in their order, by the id of their parent. */
export function subtasksByParent(tasks: Iterable<Task>): Map<string, Task[]> {
  const byParent = new Map<string, Task[]>();
  for (const task of latestVersions(tasks).values()) {
    if (task.parent_task_id === null) continue;
    const siblings = byParent.get(task.parent_task_id);
    if (siblings) siblings.push(task);
    else byParent.set(task.parent_task_id, [task]);
  }
  for (const siblings of byParent.values()) siblings.sort(compareBy(SUBTASK_ORDER));
  return byParent;
}
