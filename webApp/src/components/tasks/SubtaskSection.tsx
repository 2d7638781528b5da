import clsx from "clsx";
import { Link, useLocation } from "react-router";
import { useSubtasks, useToggleTask } from "@/api/hooks/useTaskHooks";
import type { Day } from "@/lib/days";
import { isDone, type Task } from "@/lib/tasks";
import { texts } from "@/lib/texts";
import { tasksTexts } from "@/lib/texts/tasks";
import { ProblemNote } from "../ProblemNote";
import { Button } from "../ui/Button";
import { dueText } from "./dueText";
import { QuickAdd } from "./QuickAdd";
import { Tick } from "./TaskRow";

interface SubtaskSectionProps {
  taskId: string;
  today: Day;
}

/** The steps of a task, and the field for the next one. */
export function SubtaskSection({ taskId, today }: SubtaskSectionProps) {
  const { subtasks, error, refetch } = useSubtasks(taskId);
  // Behind the last one, wherever that was moved to.
  const position = Math.max(0, subtasks.at(-1)?.position ?? 0);
  return (
    <section aria-label={tasksTexts.detail.subtasks} className="space-y-2">
      <h2 className="flex items-baseline gap-2 font-medium text-sm">
        {tasksTexts.detail.subtasks}
        {subtasks.length > 0 && (
          <span className="font-normal text-faint text-xs tabular-nums">
            {tasksTexts.list.subtasks(subtasks.filter(isDone).length, subtasks.length)}
          </span>
        )}
      </h2>
      {error ? (
        <ProblemNote problem={error} title={tasksTexts.list.problem}>
          <Button onClick={() => void refetch()}>{texts.tryAgain}</Button>
        </ProblemNote>
      ) : subtasks.length === 0 ? (
        <p className="text-faint text-sm">{tasksTexts.detail.noSubtasks}</p>
      ) : (
        <ul className="-mx-2">
          {subtasks.map((task) => (
            <Subtask key={task.id} task={task} today={today} />
          ))}
        </ul>
      )}
      <QuickAdd today={today} parentId={taskId} position={position} />
    </section>
  );
}

function Subtask({ task, today }: { task: Task; today: Day }) {
  const { search } = useLocation();
  const toggle = useToggleTask();
  return (
    <li className="flex items-center rounded-lg hover:bg-hover">
      <Tick task={task} onToggle={() => toggle(task)} />
      <Link
        to={{ pathname: `/tasks/${task.id}`, search }}
        className={clsx(
          "min-w-0 flex-1 break-words rounded-lg py-2 pr-2 pl-1 text-sm",
          isDone(task) && "text-faint line-through",
        )}
      >
        {task.title}
      </Link>
      {task.due_date && <span className="px-2 text-faint text-xs">{dueText(task.due_date, today)}</span>}
    </li>
  );
}
