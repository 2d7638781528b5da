import { useQueryClient } from "@tanstack/react-query";
import { queryKeys } from "@/api/queryKeys";
import { taskCache } from "@/api/taskCache";
import { addTask, changeTaskVersion, findTask } from "@/api/tasks";
import { useServices } from "@/lib/services";
import { changeOf, refusalOfTask, type TaskValues, taskSchema, valuesOfTask } from "@/lib/taskForm";
import type { Task } from "@/lib/tasks";
import { useChangeMarksStore } from "@/stores/useChangeMarksStore";
import { useEditableEntity } from "./useEditableEntity";
import { whenAdded } from "./useTaskHooks";

/** One task in a form. `saveAgain` writes what was typed as another task, for one that was deleted meanwhile. */
export function useTaskForm(taskId: string) {
  const { supabase } = useServices();
  const queryClient = useQueryClient();
  const { writing } = useChangeMarksStore.getState();
  const entity = useEditableEntity<Task, TaskValues>({
    queryKey: queryKeys.row("tasks", taskId),
    load: async () => {
      await whenAdded(queryClient, taskId);
      const task = await findTask(supabase, taskId);
      if (task) taskCache.put(queryClient, task);
      return task;
    },
    save: async (changes, base) => {
      const task = await writing([base.id], () => changeTaskVersion(supabase, base, changeOf(changes)));
      if (task) taskCache.put(queryClient, task);
      return task;
    },
    valuesOf: valuesOfTask,
    schema: taskSchema,
    refusalOf: refusalOfTask,
    known: () => taskCache.known(queryClient, taskId),
  });
  const saveAgain = async (values: TaskValues) => {
    const { title, ...others } = changeOf(values);
    const task = { id: crypto.randomUUID(), title: title ?? "", ...others };
    taskCache.put(queryClient, await writing([task.id], () => addTask(supabase, task)));
    return task.id;
  };
  return { ...entity, saveAgain };
}
