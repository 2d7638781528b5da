import clsx from "clsx";
import { CalendarDays, Check, ChevronRight, Ellipsis, Flag, GripVertical, Tag } from "lucide-react";
import { memo, type PointerEvent, type ReactNode } from "react";
import { Link } from "react-router";
import type { Day } from "@/lib/days";
import { groupOf, isDone, type Task } from "@/lib/tasks";
import { tasksTexts } from "@/lib/texts/tasks";
import { ChangeMarkLabel } from "../ChangeMarkLabel";
import { Button } from "../ui/Button";
import { Menu } from "../ui/Menu";
import type { MarkWords } from "../useMarks";
import { dueText } from "./dueText";
import { type TaskActions, taskMenuEntries } from "./taskMenu";

const texts = tasksTexts.list;

export interface TaskRowProps {
  task: Task;
  /** Names the row: a subtask may be listed twice, by its date and below its parent. */
  rowId: string;
  /** Only one row of the page is a stop of the Tab key; arrows lead to the others. */
  isCurrent: boolean;
  isOpen: boolean;
  today: Day;
  /** What is shown of a subtask that is not below its parent. */
  parentTitle?: string | undefined;
  subtasks?: readonly Task[] | undefined;
  isExpanded?: boolean;
  /** What others did to it lately. */
  mark?: MarkWords | undefined;
  search: string;
  list: string;
  index: number;
  count: number;
  actions: TaskActions;
  onDragStart: (event: PointerEvent<HTMLElement>, index: number) => void;
}

export const TaskRow = memo(function TaskRow(props: TaskRowProps) {
  const { task, rowId, isCurrent, isOpen, search, index, actions, onDragStart, mark } = props;
  const tabIndex = isCurrent ? 0 : -1;
  const done = isDone(task);
  return (
    <div
      data-row-frame
      className={clsx(
        "group/task relative flex items-start rounded-lg pr-1 hover:bg-hover has-[a:focus-visible]:bg-hover",
        isOpen && "bg-hover",
        mark && "bg-tint",
      )}
    >
      {/* Only for pointers: the keyboard has its own way, and the menu has both directions. */}
      <span
        aria-hidden="true"
        title={texts.drag(task.title)}
        onPointerDown={(event) => onDragStart(event, index)}
        className="message-actions flex h-11 w-5 shrink-0 cursor-grab touch-none items-center justify-center text-faint active:cursor-grabbing group-hover/task:opacity-100"
      >
        <GripVertical className="size-4" />
      </span>
      <Tick task={task} tabIndex={tabIndex} onToggle={() => actions.toggle(task)} />
      <Link
        to={{ pathname: `/tasks/${task.id}`, search }}
        data-row={rowId}
        data-task={task.id}
        data-list={props.list}
        tabIndex={tabIndex}
        aria-current={isOpen ? "true" : undefined}
        className="min-w-0 flex-1 rounded-lg pt-2.5 pr-2 pb-1.5 pl-1 text-sm leading-6"
      >
        <span className={clsx("block break-words", done && "text-faint line-through")}>{task.title}</span>
        <Facts {...props} />
      </Link>
      {props.subtasks && props.subtasks.length > 0 && (
        <SubtaskToggle
          subtasks={props.subtasks}
          title={task.title}
          isExpanded={props.isExpanded ?? false}
          tabIndex={tabIndex}
          onToggle={() => actions.expand(rowId)}
        />
      )}
      <Menu
        trigger={
          <Button
            shape="icon"
            tabIndex={tabIndex}
            aria-label={texts.menu(task.title)}
            className="message-actions mt-1 focus-visible:opacity-100 group-focus-within/task:opacity-100 group-hover/task:opacity-100 data-[state=open]:opacity-100"
          >
            <Ellipsis className="size-4" />
          </Button>
        }
        entries={taskMenuEntries(task, props.today, actions, props)}
      />
    </div>
  );
});

interface TickProps {
  task: Task;
  tabIndex?: number;
  onToggle: () => void;
}

/** Its colour is the priority, which is also said in words. */
export function Tick({ task, tabIndex, onToggle }: TickProps) {
  const done = isDone(task);
  return (
    // biome-ignore lint/a11y/useSemanticElements: an input cannot hold a mark that is drawn
    <button
      type="button"
      role="checkbox"
      aria-checked={done}
      aria-label={texts.complete(task.title)}
      tabIndex={tabIndex}
      onClick={onToggle}
      className="group/tick flex size-11 shrink-0 items-center justify-center rounded-lg"
    >
      <span
        className={clsx(
          "flex size-5 items-center justify-center rounded-full border-2 transition-colors",
          done ? "border-accent bg-accent text-on-accent" : TICK_COLOURS[task.priority],
          task.status === "in_progress" && "border-dashed",
        )}
      >
        <Check
          className={clsx(
            "size-3.5",
            !done && "opacity-0 group-hover/tick:opacity-60 group-focus-visible/tick:opacity-60",
          )}
        />
      </span>
    </button>
  );
}

const TICK_COLOURS = ["border-edge", "border-edge", "border-accent", "border-danger"];

/** What there is to say of it besides its title; nothing for most. */
function Facts({ task, today, parentTitle, mark }: TaskRowProps) {
  const group = groupOf(task, today);
  const isLate = group === "overdue";
  // The heading says it already.
  const showsDue = task.due_date !== null && group !== "today";
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-0.5 text-faint text-xs leading-5 empty:hidden">
      {showsDue && task.due_date && (
        <Fact icon={<CalendarDays className="size-3.5" />} className={isLate ? "text-danger" : ""}>
          <span className="sr-only">{isLate ? texts.overdue("") : texts.due("")}</span>
          {dueText(task.due_date, today)}
        </Fact>
      )}
      {task.status !== "pending" && task.status !== "completed" && task.status !== "deferred" && (
        <Fact>{tasksTexts.statuses[task.status]}</Fact>
      )}
      {task.priority > 0 && (
        <Fact
          icon={<Flag className="size-3.5" />}
          className={task.priority === 3 ? "text-danger" : task.priority === 2 ? "text-accent" : ""}
        >
          {tasksTexts.priority(task.priority)}
        </Fact>
      )}
      {task.category && <Fact icon={<Tag className="size-3.5" />}>{task.category}</Fact>}
      {parentTitle !== undefined && <Fact className="max-w-60">{texts.of(parentTitle)}</Fact>}
      {mark && <ChangeMarkLabel {...mark} />}
    </span>
  );
}

interface FactProps {
  icon?: ReactNode;
  className?: string;
  children: ReactNode;
}

function Fact({ icon, className, children }: FactProps) {
  return (
    <span className={clsx("inline-flex min-w-0 items-center gap-1", className)}>
      {icon}
      <span className="truncate">{children}</span>
    </span>
  );
}

interface SubtaskToggleProps {
  subtasks: readonly Task[];
  title: string;
  isExpanded: boolean;
  tabIndex: number;
  onToggle: () => void;
}

function SubtaskToggle({ subtasks, title, isExpanded, tabIndex, onToggle }: SubtaskToggleProps) {
  const done = subtasks.filter(isDone).length;
  return (
    <button
      type="button"
      aria-expanded={isExpanded}
      tabIndex={tabIndex}
      onClick={onToggle}
      className="mt-1.5 inline-flex h-8 shrink-0 items-center gap-0.5 rounded-lg px-1.5 text-faint text-xs tabular-nums hover:bg-sunken hover:text-ink"
    >
      <span className="sr-only">{`${texts.showSubtasks(title)}: ${texts.subtasks(done, subtasks.length)}`}</span>
      <span aria-hidden="true">
        {done}/{subtasks.length}
      </span>
      <ChevronRight className={clsx("size-4 transition-transform", isExpanded && "rotate-90")} />
    </button>
  );
}
