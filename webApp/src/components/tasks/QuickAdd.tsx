import { CalendarDays, Flag, Plus, Tag, X } from "lucide-react";
import { type FormEvent, type ReactNode, type RefObject, useId, useState } from "react";
import { useTaskWriteMutation } from "@/api/hooks/useTaskHooks";
import type { NewTask } from "@/api/tasks";
import type { Day } from "@/lib/days";
import { asProblem } from "@/lib/problem";
import { parseQuickAdd, type QuickPart } from "@/lib/quickAdd";
import { MAX_TITLE } from "@/lib/taskForm";
import { tasksTexts } from "@/lib/texts/tasks";
import { Button } from "../ui/Button";
import { dueText } from "./dueText";

interface QuickAddProps {
  today: Day;
  fieldRef?: RefObject<HTMLInputElement | null>;
  /** The task that this becomes a subtask of. */
  parentId?: string;
  /** Where it stands; else among those that were never moved. */
  position?: number;
}

const texts = tasksTexts.add;
const NOTHING: ReadonlySet<QuickPart> = new Set();

/** A task in one line. What is understood is shown while one types, and can be made text again. */
export function QuickAdd({ today, fieldRef, parentId, position }: QuickAddProps) {
  const id = useId();
  const [text, setText] = useState("");
  const [ignored, setIgnored] = useState(NOTHING);
  const [problem, setProblem] = useState<string | null>(null);
  const [added, setAdded] = useState("");
  const { mutateAsync } = useTaskWriteMutation();
  const parsed = parseQuickAdd(text, today, ignored);
  const label = parentId ? texts.subtaskLabel : texts.label;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const refusal = refusalOf(parsed.title);
    setProblem(refusal);
    if (refusal) return;
    const task: NewTask = {
      id: crypto.randomUUID(),
      title: parsed.title,
      due_date: parsed.due,
      category: parsed.category,
      ...(parsed.priority !== null && { priority: parsed.priority }),
      ...(parentId && { parent_task_id: parentId }),
      ...(position !== undefined && { position }),
    };
    setText("");
    setIgnored(NOTHING);
    setAdded(texts.added(parsed.title));
    mutateAsync({ kind: "add", task }).catch((error) => {
      setAdded("");
      // Unless the next one is being typed already.
      setText((typed) => typed || text);
      setProblem(texts.failed(text.trim(), asProblem(error).message));
    });
  };
  return (
    <form onSubmit={submit} className="space-y-1">
      <div className="flex items-center gap-1 rounded-xl border border-edge bg-card p-1 pl-3 focus-within:border-accent focus-within:outline-1 focus-within:outline-accent">
        <Plus aria-hidden="true" className="size-4 shrink-0 text-faint" />
        <input
          ref={fieldRef}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(null);
          }}
          aria-label={label}
          aria-invalid={problem ? true : undefined}
          aria-describedby={`${id}-note`}
          placeholder={parentId ? texts.subtaskPlaceholder : texts.placeholder}
          autoComplete="off"
          enterKeyHint="done"
          className="h-9 min-w-0 flex-1 bg-transparent px-1 text-base text-ellipsis outline-none placeholder:text-faint"
        />
        <Button type="submit" shape="link" disabled={text.trim() === ""}>
          {texts.submit}
        </Button>
      </div>
      {/* As high with words as with what is understood: nothing below it jumps. */}
      <div id={`${id}-note`} className="flex min-h-7 flex-wrap items-center gap-1.5 px-1 text-xs">
        {problem ? (
          <span role="alert" className="text-danger">
            {problem}
          </span>
        ) : (
          <Understood
            parsed={parsed}
            today={today}
            hint={parentId ? "" : texts.hint}
            onIgnore={(part) => setIgnored(new Set([...ignored, part]))}
          />
        )}
      </div>
      <p role="status" className="sr-only">
        {added}
      </p>
    </form>
  );
}

function refusalOf(title: string): string | null {
  if (title === "") return texts.titleMissing;
  return title.length > MAX_TITLE ? texts.titleLong : null;
}

interface UnderstoodProps {
  parsed: ReturnType<typeof parseQuickAdd>;
  today: Day;
  /** Shown as long as nothing is. */
  hint: string;
  onIgnore: (part: QuickPart) => void;
}

function Understood({ parsed, today, hint, onIgnore }: UnderstoodProps) {
  const { due, priority, category } = parsed;
  if (due === null && priority === null && category === null)
    return <span className="text-faint">{hint}</span>;
  return (
    <>
      <span className="sr-only">{texts.understood}</span>
      {due !== null && (
        <Part
          icon={<CalendarDays className="size-3.5" />}
          text={dueText(due, today)}
          onIgnore={() => onIgnore("due")}
        />
      )}
      {priority !== null && (
        <Part
          icon={<Flag className="size-3.5" />}
          text={tasksTexts.priority(priority)}
          onIgnore={() => onIgnore("priority")}
        />
      )}
      {category !== null && (
        <Part icon={<Tag className="size-3.5" />} text={category} onIgnore={() => onIgnore("category")} />
      )}
    </>
  );
}

function Part({ icon, text, onIgnore }: { icon: ReactNode; text: string; onIgnore: () => void }) {
  return (
    <button
      type="button"
      onClick={onIgnore}
      aria-label={texts.keepAsText(text)}
      title={texts.keepAsText(text)}
      className="inline-flex min-h-6 items-center gap-1 rounded-full bg-tint py-0.5 pr-1.5 pl-2 font-medium text-accent hover:bg-hover"
    >
      {icon}
      {text}
      <X aria-hidden="true" className="size-3 opacity-70" />
    </button>
  );
}
