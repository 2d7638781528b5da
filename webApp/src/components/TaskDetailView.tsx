import { ArrowLeft, Check, Trash2, Undo2, X } from "lucide-react";
import {
  type KeyboardEvent,
  lazy,
  type ReactNode,
  Suspense,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { Link, useLocation, useNavigate } from "react-router";
import type { EditableForm } from "@/api/hooks/useEditableEntity";
import { useTaskForm } from "@/api/hooks/useTaskForm";
import { useDeleteTask, useSubtasks, useTask, useToggleTask } from "@/api/hooks/useTaskHooks";
import type { Day } from "@/lib/days";
import { asProblem, type Problem } from "@/lib/problem";
import type { TaskValues } from "@/lib/taskForm";
import { isDone, PRIORITIES, STATUSES, type Task, type TaskStatus } from "@/lib/tasks";
import { texts } from "@/lib/texts";
import { editingTexts } from "@/lib/texts/editing";
import { tasksTexts } from "@/lib/texts/tasks";
import { momentText } from "@/lib/time";
import { useChangeMarksStore } from "@/stores/useChangeMarksStore";
import { ConflictNote } from "./ConflictNote";
import { ProblemNote } from "./ProblemNote";
import { SubtaskSection } from "./tasks/SubtaskSection";
import { Button } from "./ui/Button";
import { Field } from "./ui/Field";
import { Select } from "./ui/Select";
import { Skeleton } from "./ui/Skeleton";
import { TextArea } from "./ui/TextArea";
import { useLeaveGuard } from "./useLeaveGuard";
import { useShortcut } from "./useShortcut";

const LeaveDialog = lazy(() => import("./LeaveDialog"));

type Form = EditableForm<Task, TaskValues>;

interface TaskDetailViewProps {
  taskId: string;
  today: Day;
  categories: readonly string[];
  onClose: () => void;
}

const words = tasksTexts.detail;

/** One task with everything that belongs to it, beside the list or instead of it. Give it the task's id as key. */
export function TaskDetailView({ taskId, today, categories, onClose }: TaskDetailViewProps) {
  const { status, form, loadProblem, reload, saveAgain } = useTaskForm(taskId);
  const panel = useRef<HTMLElement>(null);
  const guard = useLeaveGuard(form?.isDirty ?? false);
  const close = () => guard.attempt(onClose);
  const typed = useRef(form?.values);
  typed.current = form?.values;
  const save = async () => {
    const sent = form?.values;
    const isSaved = (await form?.save()) ?? false;
    // Once what is wrong is shown, and not away from where one types on.
    if (!isSaved) {
      requestAnimationFrame(() => {
        const wrong = panel.current?.querySelector<HTMLElement>("[aria-invalid=true]");
        if (typed.current === sent) wrong?.focus();
      });
    }
    return isSaved;
  };
  useShortcut("Mod+S", form ? () => void save() : null);
  useEffect(() => {
    panel.current?.focus({ preventScroll: true });
    // Who opens it has seen what changed.
    useChangeMarksStore.getState().unmark(taskId);
  }, [taskId]);
  const onKeyDown = (event: KeyboardEvent) => {
    const isElsewhere = (event.target as Element).closest("[role=dialog], [role=menu]") !== null;
    if (event.key === "Escape" && !event.defaultPrevented && !isElsewhere) close();
  };

  let content: ReactNode;
  if (status === "gone") {
    content = <Gone form={form} onSaveAgain={saveAgain} onClose={onClose} />;
  } else if (status === "failed" && loadProblem) {
    content = (
      <ProblemNote problem={loadProblem} title={words.problem}>
        <Button onClick={reload}>{texts.tryAgain}</Button>
      </ProblemNote>
    );
  } else if (!form) {
    content = <DetailSkeleton />;
  } else {
    content = (
      <>
        <ConflictNote
          conflicts={form.conflicts}
          labelOf={labelOf}
          textOf={valueText}
          onSettle={form.settle}
        />
        {form.problem && <ProblemNote problem={form.problem} title={words.notSaved} />}
        {form.row.parent_task_id && <ParentLink id={form.row.parent_task_id} />}
        <TaskFields form={form} categories={categories}>
          <SubtaskSection taskId={taskId} today={today} />
        </TaskFields>
        <History task={form.row} />
      </>
    );
  }
  const isThere = status === "ready" && form !== null;
  return (
    <section
      ref={panel}
      tabIndex={-1}
      aria-label={words.label}
      onKeyDown={onKeyDown}
      className="flex h-full min-w-0 flex-col bg-card outline-none"
    >
      <DetailHeader task={isThere ? form.row : null} onBack={close} onDeleted={onClose} />
      <div className="min-h-0 flex-1 space-y-5 overflow-y-auto px-4 pt-2 pb-6 sm:px-5">{content}</div>
      {isThere && <SaveBar form={form} onSave={() => void save()} />}
      {guard.isAsking && form && (
        <Suspense fallback={null}>
          <LeaveDialog guard={guard} save={save} />
        </Suspense>
      )}
    </section>
  );
}

interface DetailHeaderProps {
  /** Null while there is none. */
  task: Task | null;
  onBack: () => void;
  onDeleted: () => void;
}

function DetailHeader({ task, onBack, onDeleted }: DetailHeaderProps) {
  const toggle = useToggleTask();
  const remove = useDeleteTask();
  const { subtasks } = useSubtasks(task?.id ?? null);
  const done = task !== null && isDone(task);
  return (
    <header className="flex h-12 shrink-0 items-center gap-1 px-2 sm:px-3">
      <Button shape="icon" className="lg:hidden" aria-label={words.back} title={words.back} onClick={onBack}>
        <ArrowLeft className="size-4" />
      </Button>
      {task && (
        <Button shape="quiet" onClick={() => toggle(task)}>
          {done ? <Undo2 className="size-4" /> : <Check className="size-4" />}
          {done ? tasksTexts.menu.reopen : tasksTexts.menu.complete}
        </Button>
      )}
      <span className="flex-1" />
      {task && (
        <Button
          shape="icon"
          aria-label={words.delete}
          title={words.delete}
          onClick={() => {
            remove(task, subtasks.length);
            onDeleted();
          }}
        >
          <Trash2 className="size-4" />
        </Button>
      )}
      <Button
        shape="icon"
        className="max-lg:hidden"
        aria-label={words.close}
        title={words.close}
        onClick={onBack}
      >
        <X className="size-4" />
      </Button>
    </header>
  );
}

function ParentLink({ id }: { id: string }) {
  const { search } = useLocation();
  const { data: parent } = useTask(id);
  if (!parent) return null;
  return (
    <p className="text-faint text-sm">
      {words.parent}{" "}
      <Link to={{ pathname: `/tasks/${id}`, search }} className="text-accent underline underline-offset-3">
        {parent.title}
      </Link>
    </p>
  );
}

interface TaskFieldsProps {
  form: Form;
  categories: readonly string[];
  /** Between what a task is and what else there is to say of it. */
  children: ReactNode;
}

function TaskFields({ form, categories, children }: TaskFieldsProps) {
  const listId = useId();
  const { values, problems, set } = form;
  /** What the text fields have in common. */
  const field = (name: "title" | "due_date" | "category" | LongField, placeholder?: string) => ({
    label: words[LABELS[name]],
    value: values[name],
    placeholder,
    hint: form.changedMeanwhile.includes(name) ? editingTexts.changedMeanwhile : undefined,
    problem: problems[name],
    onChange: (event: { target: { value: string } }) => set(name, event.target.value),
  });
  const showsCompletion = values.status === "completed" || values.completion_note !== "";
  return (
    <div className="space-y-4">
      <TextArea {...field("title")} rows={1} onKeyDown={withoutLines} style={{ minHeight: 0 }} />
      <div className="grid grid-cols-2 items-start gap-x-3 gap-y-4 max-[22.5rem]:grid-cols-1">
        <Choice
          form={form}
          name="status"
          choices={STATUSES.map((status) => ({ value: status, label: tasksTexts.statuses[status] }))}
          onChoose={(value) => set("status", value as TaskStatus)}
        />
        <Choice
          form={form}
          name="priority"
          choices={PRIORITIES.map((priority) => ({
            value: String(priority),
            label: tasksTexts.priorities[priority],
          }))}
          onChoose={(value) => set("priority", Number(value))}
        />
        <Field {...field("due_date")} type="date" />
        <Field {...field("category")} list={listId} autoComplete="off" />
        <datalist id={listId}>
          {categories.map((category) => (
            <option key={category} value={category} />
          ))}
        </datalist>
      </div>
      <TextArea {...field("description", words.descriptionHint)} />
      {children}
      <TextArea {...field("motivation", words.motivationHint)} />
      <TextArea {...field("notes", words.notesHint)} />
      {showsCompletion && <TextArea {...field("completion_note")} />}
    </div>
  );
}

type LongField = "description" | "motivation" | "notes" | "completion_note";

const LABELS = {
  title: "title",
  status: "status",
  priority: "priority",
  due_date: "due",
  category: "category",
  description: "description",
  motivation: "motivation",
  notes: "notes",
  completion_note: "completionNote",
} as const satisfies Record<keyof TaskValues, keyof typeof words>;

function labelOf(field: keyof TaskValues): string {
  return words[LABELS[field]];
}

function valueText(field: keyof TaskValues, value: unknown): string {
  if (field === "status") return tasksTexts.statuses[value as TaskStatus];
  if (field === "priority") return tasksTexts.priorities[Number(value)] ?? "";
  return String(value);
}

/** A title has one line. */
function withoutLines(event: KeyboardEvent): void {
  if (event.key === "Enter" && !event.nativeEvent.isComposing) event.preventDefault();
}

interface ChoiceProps {
  form: Form;
  name: "status" | "priority";
  choices: readonly { value: string; label: string }[];
  onChoose: (value: string) => void;
}

function Choice({ form, name, choices, onChoose }: ChoiceProps) {
  const id = useId();
  const problem = form.problems[name];
  const note = problem ?? (form.changedMeanwhile.includes(name) ? editingTexts.changedMeanwhile : undefined);
  return (
    <div className="min-w-0 space-y-1.5">
      <label htmlFor={id} className="block font-medium text-sm">
        {labelOf(name)}
      </label>
      <Select
        id={id}
        value={String(form.values[name])}
        aria-invalid={problem ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        onChange={(event) => onChoose(event.target.value)}
        className="h-11 w-full"
      >
        {choices.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
      {note && (
        <p id={`${id}-note`} className={problem ? "text-danger text-sm" : "text-faint text-sm"}>
          {note}
        </p>
      )}
    </div>
  );
}

function History({ task }: { task: Task }) {
  return (
    <div className="space-y-0.5 border-line border-t pt-4 text-faint text-xs">
      <p>{words.created(momentText(task.created_at))}</p>
      {task.updated_at !== task.created_at && <p>{words.changed(momentText(task.updated_at))}</p>}
      {task.completed_at && <p>{words.completed(momentText(task.completed_at))}</p>}
    </div>
  );
}

/** Always there, so that nothing moves when the first letter is typed. */
function SaveBar({ form, onSave }: { form: Form; onSave: () => void }) {
  const { isDirty, isSaving, conflicts } = form;
  const state = isSaving ? words.saving : isDirty ? words.unsaved : words.saved;
  return (
    <footer className="flex shrink-0 items-center gap-2 border-line border-t px-4 py-2.5 pb-[max(0.625rem,env(safe-area-inset-bottom))] sm:px-5">
      <p role="status" className="min-w-0 flex-1 truncate text-faint text-sm">
        {state}
      </p>
      <Button disabled={!isDirty || isSaving} onClick={form.cancel}>
        {words.cancel}
      </Button>
      <Button shape="primary" disabled={!isDirty || isSaving || conflicts.length > 0} onClick={onSave}>
        {words.save}
      </Button>
    </footer>
  );
}

interface GoneProps {
  form: Form | null;
  onSaveAgain: (values: TaskValues) => Promise<string>;
  onClose: () => void;
}

/** It was deleted; what was typed is not lost. */
function Gone({ form, onSaveAgain, onClose }: GoneProps) {
  const navigate = useNavigate();
  const [problem, setProblem] = useState<Problem | null>(null);
  const saveAgain = async (values: TaskValues) => {
    try {
      const id = await onSaveAgain(values);
      form?.cancel();
      navigate(`/tasks/${id}`, { replace: true });
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <div className="space-y-3 py-4">
      <h2 className="font-semibold text-lg">{words.gone}</h2>
      <p className="text-soft text-sm">{words.goneHint}</p>
      {form?.isDirty && <p className="text-soft text-sm">{words.goneMine}</p>}
      {problem && <ProblemNote problem={problem} title={words.notSaved} />}
      <div className="flex flex-wrap gap-2">
        {form?.isDirty && (
          <Button shape="primary" onClick={() => void saveAgain(form.values)}>
            {words.saveAgain}
          </Button>
        )}
        <Button
          onClick={() => {
            form?.cancel();
            onClose();
          }}
        >
          {words.back}
        </Button>
      </div>
    </div>
  );
}

function DetailSkeleton() {
  return (
    <div role="status" className="space-y-4">
      <p className="sr-only">{texts.loading}</p>
      <Skeleton className="h-11" />
      <div className="grid grid-cols-2 gap-3 max-[22.5rem]:grid-cols-1">
        {["status", "priority", "due", "category"].map((name) => (
          <Skeleton key={name} className="h-11" />
        ))}
      </div>
      <Skeleton className="h-20" />
      <Skeleton className="h-20" />
    </div>
  );
}
