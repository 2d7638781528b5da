// The user's tasks, under the database's policies: whose they are is never asked for here.
import { MAX_CHANGES } from "@/api/changes";
import type { Day } from "@/lib/days";
import { behind, containing } from "@/lib/keyset";
import { isDuplicate, Problem, unwrap } from "@/lib/problem";
import type { Supabase } from "@/lib/supabase";
import {
  isFiltered,
  lastDayOfWeek,
  orderOf,
  SUBTASK_ORDER,
  type Task,
  type TaskFilter,
  type TaskGroup,
} from "@/lib/tasks";
import { tasksTexts } from "@/lib/texts/tasks";

export const TASK_COLUMNS =
  "id, parent_task_id, title, description, notes, status, priority, due_date, category, position, motivation, completion_note, completed_at, created_at, updated_at";

export const TASKS_PER_PAGE = 60;

// Of one page's tasks, or of one task; nobody plans in smaller steps.
const MAX_SUBTASKS = 500;

export interface TaskPage {
  tasks: Task[];
  /** Those of the tasks on this page, whatever group they are in themselves. */
  subtasks: Task[];
  /** How many there are in the group; known with its first page. */
  total: number | null;
}

export type TaskChange = Partial<Omit<Task, "id" | "completed_at" | "created_at" | "updated_at">>;
export type NewTask = Pick<Task, "id" | "title"> & TaskChange;

/** A page of a group, in its order, from behind the last task of the page before. */
export async function readTaskPage(
  supabase: Supabase,
  { group, filter, today }: { group: TaskGroup; filter: TaskFilter; today: Day },
  last: Task | null,
): Promise<TaskPage> {
  const order = orderOf(group);
  let query = supabase.from("tasks").select(TASK_COLUMNS, last ? {} : { count: "exact" });
  if (group === "done") query = query.in("status", ["completed", "skipped"]);
  else if (group === "deferred") query = query.eq("status", "deferred");
  else query = query.in("status", ["pending", "in_progress"]);
  if (group === "overdue") query = query.lt("due_date", today);
  if (group === "today") query = query.eq("due_date", today);
  if (group === "week") query = query.gt("due_date", today).lte("due_date", lastDayOfWeek(today));
  if (group === "later") query = query.gt("due_date", lastDayOfWeek(today));
  if (group === "none") query = query.is("due_date", null);
  if (filter.status !== null) query = query.eq("status", filter.status);
  if (filter.priority !== null) query = query.eq("priority", filter.priority);
  if (filter.category !== null) query = query.eq("category", filter.category);
  const conditions = conditionsOf(filter);
  if (last) conditions.push(behind(order, last));
  // As one: not every PostgREST takes several.
  if (conditions.length > 0) query = query.or(`and(${conditions.join(",")})`);
  for (const [column, direction] of order) query = query.order(column, { ascending: direction === "asc" });
  const answer = await query.limit(TASKS_PER_PAGE);
  const tasks = unwrap(answer);
  const subtasks = await readSubtasks(
    supabase,
    tasks.map(({ id }) => id),
  );
  return { tasks, subtasks, total: answer.count };
}

export async function readSubtasks(supabase: Supabase, parentIds: readonly string[]): Promise<Task[]> {
  if (parentIds.length === 0) return [];
  let query = supabase.from("tasks").select(TASK_COLUMNS).in("parent_task_id", parentIds);
  for (const [column, direction] of SUBTASK_ORDER) {
    query = query.order(column, { ascending: direction === "asc" });
  }
  return unwrap(await query.limit(MAX_SUBTASKS));
}

/** Null when it is gone or somebody else's: the two look the same. */
export async function findTask(supabase: Supabase, id: string): Promise<Task | null> {
  return unwrap(await supabase.from("tasks").select(TASK_COLUMNS).eq("id", id).maybeSingle());
}

/** Those that changed after that moment, the earliest first, at most MAX_CHANGES. */
export async function readTasksSince(supabase: Supabase, since: string): Promise<Task[]> {
  const query = supabase.from("tasks").select(TASK_COLUMNS).gt("updated_at", since);
  return unwrap(await query.order("updated_at").limit(MAX_CHANGES));
}

/** The categories of the tasks that changed last, by name. */
export async function readCategories(supabase: Supabase): Promise<string[]> {
  const query = supabase.from("tasks").select("category").not("category", "is", null);
  const rows = unwrap(await query.order("updated_at", { ascending: false }).limit(1000));
  const names = new Set(rows.map(({ category }) => category).filter((name) => name !== null));
  return [...names].sort((one, other) => one.localeCompare(other));
}

/** Under an id of our own, so that a repeated attempt makes no second one. */
export async function addTask(supabase: Supabase, task: NewTask): Promise<Task> {
  try {
    return unwrap(await supabase.from("tasks").insert(task).select(TASK_COLUMNS).single());
  } catch (error) {
    const stored = isDuplicate(error) ? await findTask(supabase, task.id) : null;
    if (!stored) throw error;
    return stored;
  }
}

/** Throws the Problem `gone` when there is no such task. */
export async function changeTask(supabase: Supabase, id: string, change: TaskChange): Promise<Task> {
  const query = supabase.from("tasks").update(change).eq("id", id);
  const task = unwrap(await query.select(TASK_COLUMNS).maybeSingle());
  if (!task) {
    throw new Problem({ code: "gone", title: tasksTexts.detail.gone, detail: tasksTexts.detail.goneHint });
  }
  return task;
}

/** Null, and nothing is written, when the database has another version of it, or none. */
export async function changeTaskVersion(
  supabase: Supabase,
  base: Pick<Task, "id" | "updated_at">,
  change: TaskChange,
): Promise<Task | null> {
  const query = supabase.from("tasks").update(change).eq("id", base.id).eq("updated_at", base.updated_at);
  return unwrap(await query.select(TASK_COLUMNS).maybeSingle());
}

/** With its subtasks. */
export async function deleteTask(supabase: Supabase, id: string): Promise<void> {
  unwrap(await supabase.from("tasks").delete().eq("id", id));
}

function conditionsOf(filter: TaskFilter): string[] {
  // A subtask without a date is seen below its parent: see isListed().
  if (!isFiltered(filter)) return ["or(parent_task_id.is.null,due_date.not.is.null)"];
  return filter.search ? [containing(["title", "description", "notes"], filter.search)] : [];
}
