// A task as its form has it: no value is missing, and what is empty is an empty text.
import * as z from "zod/mini";
import type { TaskChange } from "@/api/tasks";
import { dayFrom } from "./days";
import type { Problem } from "./problem";
import { STATUSES, type Task, type TaskStatus } from "./tasks";
import { tasksTexts } from "./texts/tasks";

export const MAX_TITLE = 500;

export interface TaskValues {
  title: string;
  status: TaskStatus;
  priority: number;
  due_date: string;
  category: string;
  description: string;
  notes: string;
  motivation: string;
  completion_note: string;
}

const words = tasksTexts.detail;
const text = z.string().check(z.trim());

export const taskSchema = z.object({
  title: z
    .string()
    .check(z.trim(), z.minLength(1, words.titleMissing), z.maxLength(MAX_TITLE, words.titleLong)),
  status: z.enum(STATUSES, words.statusWrong),
  priority: z
    .int(words.priorityWrong)
    .check(z.minimum(0, words.priorityWrong), z.maximum(3, words.priorityWrong)),
  due_date: text.check(z.refine((day) => day === "" || isDay(day), words.dateWrong)),
  category: text,
  description: text,
  notes: text,
  motivation: text,
  completion_note: text,
});

export function valuesOfTask(task: Task): TaskValues {
  return {
    title: task.title,
    status: task.status,
    priority: task.priority,
    due_date: task.due_date ?? "",
    category: task.category ?? "",
    description: task.description ?? "",
    notes: task.notes ?? "",
    motivation: task.motivation ?? "",
    completion_note: task.completion_note ?? "",
  };
}

/** As the database has it: an empty text is none. */
export function changeOf(values: Partial<TaskValues>): TaskChange {
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => [column, value === "" ? null : value]),
  );
}

// Which field a check of the database is about: both Supabase and the embedded gateway name the constraint.
const CHECKED: Record<string, { field: keyof TaskValues; text: string }> = {
  title_length: { field: "title", text: words.titleLong },
  priority_range: { field: "priority", text: words.priorityWrong },
  status_is_known: { field: "status", text: words.statusWrong },
};

export function refusalOfTask({ code, message }: Problem): { field: keyof TaskValues; text: string } | null {
  const constraint = /constraint "(\w+)"/.exec(message)?.[1] ?? "";
  if (CHECKED[constraint]) return CHECKED[constraint];
  // An impossible date: invalid_datetime_format, datetime_field_overflow.
  const isDate = code === "database_22007" || code === "database_22008";
  return isDate ? { field: "due_date", text: words.dateWrong } : null;
}

function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  return day !== undefined && dayFrom(Number(year), Number(month), Number(day)) !== null;
}
