import { GitMerge } from "lucide-react";
import { useEffect, useRef } from "react";
import type { EntityConflict } from "@/api/hooks/useEditableEntity";
import { editingTexts } from "@/lib/texts/editing";
import { Button } from "./ui/Button";

interface ConflictNoteProps<Values extends object> {
  conflicts: readonly EntityConflict<Values>[];
  labelOf: (field: keyof Values & string) => string;
  /** A value in words. */
  textOf: (field: keyof Values & string, value: unknown) => string;
  onSettle: (field: keyof Values & string, choice: "mine" | "theirs") => void;
}

const words = editingTexts.conflict;

/** What both sides wrote, side by side, and the choice between the two. */
export function ConflictNote<Values extends object>(props: ConflictNoteProps<Values>) {
  const { conflicts, labelOf, textOf, onSettle } = props;
  const note = useRef<HTMLDivElement>(null);
  const isNeeded = conflicts.length > 0;
  // It is above what is edited, and whoever has pressed Save may be far below.
  useEffect(() => {
    if (isNeeded) note.current?.scrollIntoView({ block: "nearest" });
  }, [isNeeded]);
  if (!isNeeded) return null;
  return (
    <div
      ref={note}
      role="alert"
      className="animate-appear space-y-3 rounded-xl border border-edge bg-card p-4 text-sm"
    >
      <div className="flex gap-3">
        <GitMerge aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-accent" />
        <div className="space-y-1">
          <p className="font-medium">{words.title}</p>
          <p className="text-soft">{words.lead}</p>
        </div>
      </div>
      {conflicts.map(({ field, mine, theirs }) => (
        <section key={field} aria-label={labelOf(field)} className="space-y-2 border-line border-t pt-3">
          <p className="font-medium">{labelOf(field)}</p>
          <dl className="grid gap-2 sm:grid-cols-2">
            <Version name={words.mine} text={textOf(field, mine)} />
            <Version name={words.theirs} text={textOf(field, theirs)} />
          </dl>
          <div className="flex flex-wrap gap-2">
            <Button aria-label={words.keepMineOf(labelOf(field))} onClick={() => onSettle(field, "mine")}>
              {words.keepMine}
            </Button>
            <Button aria-label={words.takeTheirsOf(labelOf(field))} onClick={() => onSettle(field, "theirs")}>
              {words.takeTheirs}
            </Button>
          </div>
        </section>
      ))}
    </div>
  );
}

function Version({ name, text }: { name: string; text: string }) {
  return (
    <div className="min-w-0 rounded-lg bg-sunken px-3 py-2">
      <dt className="text-faint text-xs">{name}</dt>
      <dd className="max-h-40 overflow-y-auto whitespace-pre-wrap break-words">{text || words.empty}</dd>
    </div>
  );
}
