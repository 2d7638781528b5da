// The list of tasks, read group by group and page by page, and what is done with it.
import {
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useMutationState,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useMemo } from "react";
import { queryKeys } from "@/api/queryKeys";
import { afterWrites, type TaskWrite, taskCache } from "@/api/taskCache";
import {
  addTask,
  changeTask,
  deleteTask,
  findTask,
  readCategories,
  readSubtasks,
  readTaskPage,
  readTasksSince,
  TASKS_PER_PAGE,
} from "@/api/tasks";
import type { Day } from "@/lib/days";
import { sendKeepalive } from "@/lib/keepalive";
import { asProblem } from "@/lib/problem";
import { useServices } from "@/lib/services";
import type { Supabase } from "@/lib/supabase";
import {
  GROUPS,
  groupTasks,
  isDone,
  subtasksByParent,
  type Task,
  type TaskFilter,
  type TaskGroup,
} from "@/lib/tasks";
import { tasksTexts } from "@/lib/texts/tasks";
import { useAuthStore } from "@/stores/useAuthStore";
import { useChangeMarksStore } from "@/stores/useChangeMarksStore";
import { useHiddenRowsStore } from "@/stores/useHiddenRowsStore";
import { useToastStore } from "@/stores/useToastStore";
import type { Feed } from "./useChangeFeed";

const WRITES = ["writeTask"];

export type TaskGroupQuery = ReturnType<typeof useTaskGroup>;

export interface ListedGroup {
  group: TaskGroup;
  tasks: readonly Task[];
  /** Of all, also of those that are not read yet. */
  count: number;
  query: TaskGroupQuery;
}

/** The tasks that fit the filter, by group; each group reads on by itself. */
export function useTaskList(filter: TaskFilter, today: Day) {
  const queries: Record<TaskGroup, TaskGroupQuery> = {
    overdue: useTaskGroup("overdue", filter, today),
    today: useTaskGroup("today", filter, today),
    week: useTaskGroup("week", filter, today),
    later: useTaskGroup("later", filter, today),
    none: useTaskGroup("none", filter, today),
    deferred: useTaskGroup("deferred", filter, today),
    done: useTaskGroup("done", filter, today),
  };
  const all = Object.values(queries);
  const pages = all.map(({ data }) => data);
  const read = useMemo(
    () => pages.flatMap((data) => data?.pages ?? []).flatMap((page) => [...page.tasks, ...page.subtasks]),
    // biome-ignore lint/correctness/useExhaustiveDependencies: the pages are what changes; their list is another each time
    pages,
  );
  const tasks = useCurrentTasks(read);
  const grouped = useMemo(() => groupTasks(tasks, filter, today), [tasks, filter, today]);
  const subtasks = useMemo(() => subtasksByParent(tasks), [tasks]);
  const byId = useMemo(() => new Map(tasks.map((task) => [task.id, task])), [tasks]);
  const groups: ListedGroup[] = GROUPS.map((group) => ({
    group,
    tasks: grouped[group],
    count: countOf(grouped[group], queries[group]),
    query: queries[group],
  }));
  return {
    groups,
    subtasks,
    byId,
    isPending: all.some(({ isPending }) => isPending),
    // What was read before stays good when reading it again fails.
    problem: all.find(({ isLoadingError }) => isLoadingError)?.error ?? null,
    retry: () => void Promise.all(all.filter(({ isError }) => isError).map(({ refetch }) => refetch())),
  };
}

function useTaskGroup(group: TaskGroup, filter: TaskFilter, today: Day) {
  const { supabase } = useServices();
  return useInfiniteQuery({
    queryKey: queryKeys.taskGroup(group, filter, today),
    queryFn: ({ pageParam }) => readTaskPage(supabase, { group, filter, today }, pageParam),
    initialPageParam: null as Task | null,
    getNextPageParam: ({ tasks }) => (tasks.length < TASKS_PER_PAGE ? undefined : tasks.at(-1)),
    placeholderData: (before) => before,
  });
}

/** The total is from when the first page was read; what is known since may be more. */
function countOf(tasks: readonly Task[], { data, hasNextPage }: TaskGroupQuery): number {
  return hasNextPage ? Math.max(data?.pages[0]?.total ?? 0, tasks.length) : tasks.length;
}

/** These tasks in their latest version, those that were added since, and what is being written; none that is hidden. */
function useCurrentTasks(read: readonly Task[]): Task[] {
  const { data: latest } = useQuery<Task[]>({
    queryKey: queryKeys.latestRows("tasks"),
    queryFn: () => [],
    initialData: [],
    staleTime: Number.POSITIVE_INFINITY,
  });
  const writes = useMutationState({
    filters: { mutationKey: WRITES, status: "pending" },
    select: ({ state }) => state.variables as TaskWrite,
  });
  const hiddenIds = useHiddenRowsStore((state) => state.ids);
  return useMemo(
    () =>
      afterWrites([...read, ...latest], writes, new Date()).filter(
        ({ id, parent_task_id: parent }) =>
          !hiddenIds.includes(id) && (parent === null || !hiddenIds.includes(parent)),
      ),
    [read, latest, writes, hiddenIds],
  );
}

/** Of one task, in their order; of null there are none. */
export function useSubtasks(taskId: string | null) {
  const { supabase } = useServices();
  const query = useQuery({
    queryKey: queryKeys.subtasks(taskId ?? ""),
    queryFn: () => readSubtasks(supabase, taskId === null ? [] : [taskId]),
    enabled: taskId !== null,
  });
  const tasks = useCurrentTasks(query.data ?? NO_TASKS);
  const subtasks = useMemo(() => subtasksByParent(tasks).get(taskId ?? "") ?? [], [tasks, taskId]);
  return { ...query, subtasks };
}

const NO_TASKS: readonly Task[] = [];

/** Null when there is none. */
export function useTask(id: string) {
  const { supabase } = useServices();
  const queryClient = useQueryClient();
  return useQuery({
    queryKey: queryKeys.row("tasks", id),
    queryFn: () => findTask(supabase, id),
    initialData: () => taskCache.known(queryClient, id),
    initialDataUpdatedAt: 0,
  });
}

export function useTaskCategories() {
  const { supabase } = useServices();
  const query = useQuery({
    queryKey: queryKeys.taskCategories,
    queryFn: () => readCategories(supabase),
    staleTime: 60_000,
  });
  return query.data ?? [];
}

/** How the page hears of what others do to the tasks. */
export function useTaskFeed(): Feed<Task> {
  const queryClient = useQueryClient();
  return {
    table: "tasks",
    readSince: readTasksSince,
    known: (id) => taskCache.known(queryClient, id),
    columns: SEEN_COLUMNS,
    put: (task) => taskCache.put(queryClient, task),
    reload: () => taskCache.forget(queryClient),
  };
}

// Not the place in the list, nor what the database keeps by itself.
const SEEN_COLUMNS = [
  "title",
  "description",
  "notes",
  "status",
  "priority",
  "due_date",
  "category",
  "motivation",
  "completion_note",
  "parent_task_id",
] as const satisfies readonly (keyof Task)[];

/** Adds, changes or moves tasks: seen at once, and no longer seen if the database refuses; the refusal is told. */
export function useTaskWriteMutation() {
  const { supabase } = useServices();
  const queryClient = useQueryClient();
  return useMutation({
    mutationKey: WRITES,
    // One after the other: two that overtake each other would leave what was meant to be over.
    scope: { id: "tasks" },
    // Offline it should fail, visibly, and not wait for the network in silence.
    networkMode: "always",
    mutationFn: (write: TaskWrite) => {
      const { writing } = useChangeMarksStore.getState();
      return writing(idsOf(write), () => writeTask(supabase, write));
    },
    onSuccess: (tasks) => {
      for (const task of tasks) taskCache.put(queryClient, task);
    },
    onError: (error, write) => {
      const { code, title, message } = asProblem(error);
      // A new one is given back to the field that it was written in.
      if (write.kind !== "add") useToastStore.getState().show({ text: `${title}. ${message}` });
      if (code === "gone" || write.kind === "move") taskCache.forget(queryClient);
    },
  });
}

/** Once a task that is being added is there, or is not going to be. */
export function whenAdded(queryClient: QueryClient, id: string): Promise<void> {
  const mutations = queryClient.getMutationCache();
  const isBeingAdded = () =>
    mutations.findAll({ mutationKey: WRITES, status: "pending" }).some(({ state }) => {
      const write = state.variables as TaskWrite;
      return write.kind === "add" && write.task.id === id;
    });
  return new Promise((resolve) => {
    if (!isBeingAdded()) return resolve();
    const unsubscribe = mutations.subscribe(() => {
      if (isBeingAdded()) return;
      unsubscribe();
      resolve();
    });
  });
}

function idsOf(write: TaskWrite): string[] {
  if (write.kind === "move") return write.places.map(({ id }) => id);
  return [write.kind === "add" ? write.task.id : write.id];
}

async function writeTask(supabase: Supabase, write: TaskWrite): Promise<Task[]> {
  if (write.kind === "add") return [await addTask(supabase, write.task)];
  if (write.kind === "change") return [await changeTask(supabase, write.id, write.change)];
  return Promise.all(write.places.map(({ id, position }) => changeTask(supabase, id, { position })));
}

/** Completes an open task and opens one that is done; the notice about it can undo it. */
export function useToggleTask() {
  const { mutate } = useTaskWriteMutation();
  return (task: Task) => {
    const wasDone = isDone(task);
    mutate({ kind: "change", id: task.id, change: { status: wasDone ? "pending" : "completed" } });
    useToastStore.getState().show({
      text: wasDone ? tasksTexts.list.reopened : tasksTexts.list.completed,
      undo: () => mutate({ kind: "change", id: task.id, change: { status: task.status } }),
    });
  };
}

/** Takes a task out of sight at once; the database deletes it, with its subtasks, when the notice has gone without an undo. */
export function useDeleteTask() {
  const services = useServices();
  const { hide, reveal } = useHiddenRowsStore.getState();
  const deletion = useMutation({
    networkMode: "always",
    mutationFn: (id: string) => deleteTask(services.supabase, id),
    onError: (error, id) => {
      reveal(id);
      const { title, message } = asProblem(error);
      useToastStore.getState().show({ text: `${title}. ${message}` });
    },
  });
  return ({ id }: Task, subtaskCount = 0) => {
    hide(id);
    const { deleted, deletedWith } = tasksTexts.list;
    useToastStore.getState().show({
      text: subtaskCount > 0 ? deletedWith(subtaskCount) : deleted,
      undo: () => reveal(id),
      commit: (isPageLeaving) => {
        const accessToken = useAuthStore.getState().session?.access_token;
        if (!isPageLeaving) deletion.mutate(id);
        else if (accessToken) sendKeepalive(services, { method: "DELETE", table: "tasks", id, accessToken });
      },
    });
  };
}
