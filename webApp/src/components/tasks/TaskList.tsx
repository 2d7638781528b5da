import { CircleCheckBig, ListTodo, SearchX } from "lucide-react";
import { type ReactNode, type RefObject, useCallback, useMemo, useRef, useState } from "react";
import { useLocation } from "react-router";
import {
  useDeleteTask,
  type useTaskList,
  useTaskWriteMutation,
  useToggleTask,
} from "@/api/hooks/useTaskHooks";
import type { Day } from "@/lib/days";
import { positionsAfterMove } from "@/lib/taskOrder";
import { GROUPS, isFiltered, type Task, type TaskFilter, type TaskGroup } from "@/lib/tasks";
import { texts } from "@/lib/texts";
import { tasksTexts } from "@/lib/texts/tasks";
import { useChangeMarksStore } from "@/stores/useChangeMarksStore";
import { ProblemNote } from "../ProblemNote";
import { Button } from "../ui/Button";
import { Skeleton } from "../ui/Skeleton";
import { useMarks } from "../useMarks";
import { TaskGroupSection } from "./TaskGroupSection";
import type { TaskRowsContext } from "./TaskRows";
import type { TaskActions } from "./taskMenu";
import { useRowFocus } from "./useRowFocus";
import { useTaskKeys } from "./useTaskKeys";

interface TaskListProps {
  list: ReturnType<typeof useTaskList>;
  filter: TaskFilter;
  today: Day;
  openId: string | null;
  onAdd: () => void;
  onSearch: () => void;
  pageRef: RefObject<HTMLDivElement | null>;
  /** Above the groups. */
  children: ReactNode;
}

// What one is through with waits at the end, out of the way.
const FOLDED: ReadonlySet<TaskGroup> = new Set(["deferred", "done"]);

/** All tasks by group, with everything that one does from the list. */
export function TaskList({ list, filter, today, openId, onAdd, onSearch, pageRef, children }: TaskListProps) {
  const { search } = useLocation();
  const [folds, setFolds] = useState<Partial<Record<TaskGroup, boolean>>>({});
  const [said, setSaid] = useState("");
  const focus = useRowFocus(pageRef);
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const marks = useMarks();
  const actions = useTaskActions({ list, onLeave: focus.leave, onSay: setSaid, setExpanded });
  const isFolded = (group: TaskGroup) => folds[group] ?? (FOLDED.has(group) && !isFiltered(filter));
  const firstRow = firstRowOf(list.groups.find(({ group, tasks }) => !isFolded(group) && tasks.length > 0));
  const onKeyDown = useTaskKeys(pageRef, {
    toggle: (id) => withTask(list.byId, id, actions.toggle),
    remove: (id) => withTask(list.byId, id, actions.remove),
    step: (id, name, step) => {
      const at = tasksOf(list, name).findIndex((task) => task.id === id);
      withTask(list.byId, id, (task) => actions.move(task, name, at + step));
    },
    expand: (rowId, id, wanted) => {
      if (list.subtasks.has(id) && expanded.has(rowId) !== wanted) actions.expand(rowId);
    },
    add: onAdd,
    search: onSearch,
  });
  const context: TaskRowsContext = {
    today,
    currentRow: focus.currentRow ?? firstRow,
    openId,
    search,
    byId: list.byId,
    subtasks: list.subtasks,
    expanded,
    marks,
    actions,
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys for the rows in it, each of which is a link
    <div
      ref={pageRef}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onFocus={focus.onFocus}
      onPointerDown={focus.onPointerDown}
      className="min-h-full outline-none"
    >
      <div className="mx-auto w-full max-w-3xl px-2 pt-4 pb-28 sm:px-6">
        <div className="space-y-3 px-1.5 pb-3">{children}</div>
        {list.problem ? (
          <div className="px-1.5">
            <ProblemNote problem={list.problem} title={tasksTexts.list.problem}>
              <Button onClick={list.retry}>{texts.tryAgain}</Button>
            </ProblemNote>
          </div>
        ) : list.isPending ? (
          <TaskListSkeleton />
        ) : (
          <>
            <Nothing list={list} isFiltered={isFiltered(filter)} />
            {list.groups.map((listed) => (
              <TaskGroupSection
                key={listed.group}
                listed={listed}
                isFolded={isFolded(listed.group)}
                onFold={(folded) => setFolds({ ...folds, [listed.group]: folded })}
                context={context}
              />
            ))}
          </>
        )}
        <p role="status" className="sr-only">
          {said}
        </p>
      </div>
    </div>
  );
}

interface TaskActionsOptions {
  list: ReturnType<typeof useTaskList>;
  onLeave: (taskId: string) => void;
  onSay: (text: string) => void;
  setExpanded: (change: (before: ReadonlySet<string>) => ReadonlySet<string>) => void;
}

/** Always the same ones, so that a change of one task renders no other row. */
function useTaskActions(options: TaskActionsOptions): TaskActions {
  const { mutate } = useTaskWriteMutation();
  const toggle = useToggleTask();
  const remove = useDeleteTask();
  const latest = useRef({ ...options, mutate, toggle, remove });
  latest.current = { ...options, mutate, toggle, remove };
  const seen = useCallback((id: string) => useChangeMarksStore.getState().unmark(id), []);
  return useMemo(
    () => ({
      toggle: (task) => {
        // Below its parent it stays.
        if (task.parent_task_id === null || task.due_date !== null) latest.current.onLeave(task.id);
        seen(task.id);
        latest.current.toggle(task);
      },
      change: (task, change) => {
        seen(task.id);
        latest.current.mutate({ kind: "change", id: task.id, change });
      },
      move: (task, name, to) => {
        const siblings = tasksOf(latest.current.list, name);
        const from = siblings.findIndex(({ id }) => id === task.id);
        const group = latest.current.list.groups.find((listed) => listed.group === name);
        const places = positionsAfterMove(siblings, from, to, group?.query.hasNextPage);
        if (places.length === 0) return;
        latest.current.mutate({ kind: "move", places });
        latest.current.onSay(tasksTexts.list.moved(task.title, to + 1, group?.count ?? siblings.length));
      },
      expand: (rowId) =>
        latest.current.setExpanded((before) => {
          const after = new Set(before);
          if (!after.delete(rowId)) after.add(rowId);
          return after;
        }),
      remove: (task) => {
        latest.current.onLeave(task.id);
        latest.current.remove(task, latest.current.list.subtasks.get(task.id)?.length);
      },
    }),
    [seen],
  );
}

/** The tasks of a group, or the subtasks of a task. */
function tasksOf(list: ReturnType<typeof useTaskList>, name: string): readonly Task[] {
  return list.groups.find(({ group }) => group === name)?.tasks ?? list.subtasks.get(name) ?? [];
}

function withTask(byId: ReadonlyMap<string, Task>, id: string, act: (task: Task) => void): void {
  const task = byId.get(id);
  if (task) act(task);
}

function firstRowOf(listed: { group: TaskGroup; tasks: readonly Task[] } | undefined): string | null {
  return listed?.tasks[0] ? `${listed.group}/${listed.tasks[0].id}` : null;
}

const OPEN_GROUPS = GROUPS.filter((group) => !FOLDED.has(group));

function Nothing({ list, isFiltered }: { list: ReturnType<typeof useTaskList>; isFiltered: boolean }) {
  const { empty, emptyHint, allDone, allDoneHint, noMatch, noMatchHint } = tasksTexts.list;
  const isEmpty = list.groups.every(({ count }) => count === 0);
  const nothingOpen = list.groups.every(({ group, count }) => count === 0 || !OPEN_GROUPS.includes(group));
  if (isEmpty && isFiltered) return <Empty icon={<SearchX />} title={noMatch} hint={noMatchHint} />;
  if (isEmpty) return <Empty icon={<ListTodo />} title={empty} hint={emptyHint} />;
  if (nothingOpen && !isFiltered)
    return <Empty icon={<CircleCheckBig />} title={allDone} hint={allDoneHint} />;
  return null;
}

function Empty({ icon, title, hint }: { icon: ReactNode; title: string; hint: string }) {
  return (
    <div className="flex flex-col items-center px-4 py-12 text-center">
      <span aria-hidden="true" className="mb-4 text-accent [&>svg]:size-9 [&>svg]:stroke-[1.5]">
        {icon}
      </span>
      <h2 className="font-semibold text-lg">{title}</h2>
      <p className="mt-1 max-w-sm text-pretty text-soft text-sm">{hint}</p>
    </div>
  );
}

function TaskListSkeleton() {
  return (
    <div role="status" className="space-y-5 px-2 py-3">
      <p className="sr-only">{texts.loading}</p>
      {["w-2/3", "w-1/2", "w-3/4", "w-2/5", "w-3/5"].map((width) => (
        <div key={width} className="flex items-center gap-4">
          <Skeleton className="size-5 rounded-full" />
          <Skeleton className={`h-4 ${width}`} />
        </div>
      ))}
    </div>
  );
}
