import clsx from "clsx";
import { useRef } from "react";
import type { Day } from "@/lib/days";
import type { Task } from "@/lib/tasks";
import type { MarkWords } from "../useMarks";
import { TaskRow } from "./TaskRow";
import type { TaskActions } from "./taskMenu";
import { useDragOrder } from "./useDragOrder";

/** What all rows of the page share. */
export interface TaskRowsContext {
  today: Day;
  /** The row that the Tab key leads to. */
  currentRow: string | null;
  /** The task that is open beside the list. */
  openId: string | null;
  /** Of the address: it stays with the links. */
  search: string;
  byId: ReadonlyMap<string, Task>;
  subtasks: ReadonlyMap<string, readonly Task[]>;
  expanded: ReadonlySet<string>;
  /** By the id of a task: what others did to it lately. */
  marks: Readonly<Record<string, MarkWords>>;
  actions: TaskActions;
}

// As many as may be in sight when the page opens. Those are drawn at once: a height that was only estimated would leap.
const DRAWN_AT_ONCE = 20;

interface TaskRowsProps {
  /** A group's name, or the id of the task that these are below. */
  list: string;
  tasks: readonly Task[];
  label?: string;
  /** Of the row that this list is below; rows are named by where they are. */
  within?: string;
  context: TaskRowsContext;
}

/** Tasks in their order, which can be changed by dragging; those that are expanded with their subtasks. */
export function TaskRows({ list, tasks, label, within = list, context }: TaskRowsProps) {
  const element = useRef<HTMLUListElement>(null);
  const { actions, byId, subtasks, expanded } = context;
  const { drag, start } = useDragOrder(element, (from, to) => {
    const task = tasks[from];
    if (task) actions.move(task, list, to);
  });
  return (
    <ul ref={element} aria-label={label}>
      {tasks.map((task, index) => {
        const rowId = `${within}/${task.id}`;
        const children = subtasks.get(task.id);
        const isExpanded = expanded.has(rowId);
        const isBelowParent = task.parent_task_id === list;
        return (
          <li
            key={task.id}
            className={clsx(
              index >= DRAWN_AT_ONCE && "[contain-intrinsic-size:auto_2.75rem] [content-visibility:auto]",
              drag?.from === index && "relative z-10 rounded-lg bg-card opacity-80 shadow-raised",
              drag && drag.from !== index && dropLine(drag, index),
            )}
          >
            <TaskRow
              task={task}
              rowId={rowId}
              list={list}
              index={index}
              count={tasks.length}
              today={context.today}
              isCurrent={context.currentRow === rowId}
              isOpen={context.openId === task.id}
              search={context.search}
              parentTitle={isBelowParent ? undefined : parentTitleOf(task, byId)}
              subtasks={children}
              isExpanded={isExpanded}
              mark={context.marks[task.id]}
              actions={actions}
              onDragStart={start}
            />
            {isExpanded && children && (
              <div className="pl-7">
                <TaskRows
                  list={task.id}
                  within={rowId}
                  tasks={children}
                  label={task.title}
                  context={context}
                />
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function parentTitleOf({ parent_task_id: id }: Task, byId: TaskRowsContext["byId"]): string | undefined {
  return id === null ? undefined : (byId.get(id)?.title ?? "");
}

/** Where the row would go, drawn inside of the one that is there: what is outside of a row is not painted. */
function dropLine({ from, to }: { from: number; to: number }, index: number): string | undefined {
  if (index !== to) return undefined;
  const line =
    "relative before:absolute before:inset-x-2 before:z-20 before:h-0.5 before:rounded-full before:bg-accent";
  return clsx(line, to < from ? "before:top-0" : "before:bottom-0");
}
