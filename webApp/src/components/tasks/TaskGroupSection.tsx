import clsx from "clsx";
import { ChevronDown } from "lucide-react";
import type { ListedGroup } from "@/api/hooks/useTaskHooks";
import { tasksTexts } from "@/lib/texts/tasks";
import { ReadOn } from "../ReadOn";
import { TaskRows, type TaskRowsContext } from "./TaskRows";

interface TaskGroupSectionProps {
  listed: ListedGroup;
  isFolded: boolean;
  onFold: (isFolded: boolean) => void;
  context: TaskRowsContext;
}

/** One group under its heading, which folds it. More of it is read while one scrolls. */
export function TaskGroupSection({ listed, isFolded, onFold, context }: TaskGroupSectionProps) {
  const { group, tasks, count, query } = listed;
  if (count === 0) return null;
  const name = tasksTexts.groups[group];
  return (
    <div className="mb-5">
      <h2 className="sticky top-0 z-10 bg-page">
        <button
          type="button"
          aria-expanded={!isFolded}
          onClick={() => onFold(!isFolded)}
          className="flex h-9 w-full items-center gap-2 rounded-lg px-1.5 text-left text-sm hover:bg-hover"
        >
          <ChevronDown
            aria-hidden="true"
            className={clsx("size-4 text-faint transition-transform", isFolded && "-rotate-90")}
          />
          <span aria-hidden="true" className={clsx("font-semibold", group === "overdue" && "text-danger")}>
            {name}
          </span>
          <span aria-hidden="true" className="text-faint text-xs tabular-nums">
            {count}
          </span>
          <span className="sr-only">{tasksTexts.list.group(name, count)}</span>
        </button>
      </h2>
      {!isFolded && (
        <>
          <TaskRows list={group} tasks={tasks} label={name} context={context} />
          <ReadOn
            query={query}
            problemTitle={tasksTexts.list.problem}
            label={query.isFetching ? tasksTexts.list.loadingMore : tasksTexts.list.more}
          />
        </>
      )}
    </div>
  );
}
