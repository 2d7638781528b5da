import {
  ArrowDown,
  ArrowUp,
  CalendarDays,
  CalendarOff,
  Check,
  CirclePause,
  CirclePlay,
  Trash2,
  Undo2,
} from "lucide-react";
import type { TaskChange } from "@/api/tasks";
import { addDays, type Day } from "@/lib/days";
import { isDone, PRIORITIES, type Task } from "@/lib/tasks";
import { tasksTexts } from "@/lib/texts/tasks";
import type { MenuEntry } from "../ui/Menu";

export interface Place {
  list: string;
  index: number;
  count: number;
}

/** What one does with a task from a list. */
export interface TaskActions {
  toggle: (task: Task) => void;
  change: (task: Task, change: TaskChange) => void;
  /** To another place in its list: a group's name, or the id of the task that the list is below. */
  move: (task: Task, list: string, to: number) => void;
  expand: (rowId: string) => void;
  remove: (task: Task) => void;
}

const texts = tasksTexts.menu;

export function taskMenuEntries(
  task: Task,
  today: Day,
  { toggle, change, move, remove }: TaskActions,
  { list, index, count }: Place,
): MenuEntry[] {
  const done = isDone(task);
  const entries: MenuEntry[] = [
    {
      kind: "action",
      label: done ? texts.reopen : texts.complete,
      icon: done ? Undo2 : Check,
      onSelect: () => toggle(task),
    },
  ];
  if (!done && task.status !== "in_progress") {
    entries.push({
      kind: "action",
      label: texts.start,
      icon: CirclePlay,
      onSelect: () => change(task, { status: "in_progress" }),
    });
  }
  if (!done && task.status !== "deferred") {
    entries.push({
      kind: "action",
      label: texts.putOff,
      icon: CirclePause,
      onSelect: () => change(task, { status: "deferred" }),
    });
  }
  const days: [string, Day | null][] = [
    [texts.dueToday, today],
    [texts.dueTomorrow, addDays(today, 1)],
    [texts.dueNextWeek, addDays(today, 7)],
    [texts.dueNever, null],
  ];
  entries.push("line");
  for (const [label, day] of days) {
    if (day === task.due_date) continue;
    entries.push({
      kind: "action",
      label,
      icon: day ? CalendarDays : CalendarOff,
      onSelect: () => change(task, { due_date: day }),
    });
  }
  entries.push("line", {
    kind: "choice",
    label: tasksTexts.detail.priority,
    value: String(task.priority),
    choices: PRIORITIES.map((priority) => ({
      value: String(priority),
      label: tasksTexts.priorities[priority],
    })),
    onChoose: (value) => change(task, { priority: Number(value) }),
  });
  entries.push("line");
  if (index > 0) {
    entries.push({
      kind: "action",
      label: texts.moveUp,
      icon: ArrowUp,
      onSelect: () => move(task, list, index - 1),
    });
  }
  if (index < count - 1) {
    entries.push({
      kind: "action",
      label: texts.moveDown,
      icon: ArrowDown,
      onSelect: () => move(task, list, index + 1),
    });
  }
  entries.push({
    kind: "action",
    label: texts.delete,
    icon: Trash2,
    isDangerous: true,
    onSelect: () => remove(task),
  });
  return entries;
}
