import clsx from "clsx";
import { ArrowLeft, Check, CloudOff, LoaderCircle, Pin, PinOff, Trash2, TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useAutosave } from "@/api/hooks/useAutosave";
import type { EditableForm } from "@/api/hooks/useEditableEntity";
import { useDeleteNote, useNoteForm } from "@/api/hooks/useNoteHooks";
import type { Note, NoteValues } from "@/lib/notes";
import { asProblem, type Problem } from "@/lib/problem";
import { texts } from "@/lib/texts";
import { editingTexts } from "@/lib/texts/editing";
import { notesTexts } from "@/lib/texts/notes";
import { useChangeMarksStore } from "@/stores/useChangeMarksStore";
import { ConflictNote } from "../ConflictNote";
import { ProblemNote } from "../ProblemNote";
import { Button } from "../ui/Button";
import { Skeleton } from "../ui/Skeleton";
import { useShortcut } from "../useShortcut";
import { TagField } from "./TagField";

type Form = EditableForm<Note, NoteValues>;

interface NoteEditorProps {
  noteId: string;
  /** What to begin with when the note is not in the database yet. */
  blank: Note | undefined;
  tags: readonly string[];
  onClose: () => void;
  onOpen: (noteId: string) => void;
}

/** One note, saved while one writes. Give it the note's id as key. */
export function NoteEditor({ noteId, blank, tags, onClose, onOpen }: NoteEditorProps) {
  const { status, form, loadProblem, reload, saveAgain } = useNoteForm(noteId, blank);
  const isThere = status === "ready" && form !== null;
  useAutosave(isThere ? form : null);
  useShortcut("Mod+S", isThere ? () => void form.save() : null);
  // Who opens it has seen what changed.
  useEffect(() => useChangeMarksStore.getState().unmark(noteId), [noteId]);
  let content: ReactNode;
  if (status === "gone") {
    content = <Gone form={form} onSaveAgain={saveAgain} onClose={onClose} onOpen={onOpen} />;
  } else if (status === "failed" && loadProblem) {
    content = (
      <ProblemNote problem={loadProblem} title={notesTexts.noteProblem}>
        <Button onClick={reload}>{texts.tryAgain}</Button>
      </ProblemNote>
    );
  } else if (!form) {
    content = <EditorSkeleton />;
  } else {
    content = <NoteFields form={form} tags={tags} isBlank={blank !== undefined && form.isNew} />;
  }
  return (
    <section aria-label={notesTexts.editor} className="flex h-full min-w-0 flex-col bg-card">
      <EditorHeader noteId={noteId} form={isThere ? form : null} onClose={onClose} />
      <div className="mx-auto flex min-h-0 w-full max-w-3xl flex-1 flex-col overflow-y-auto px-4 pb-4 sm:px-8">
        {content}
      </div>
    </section>
  );
}

interface EditorHeaderProps {
  noteId: string;
  /** Null while there is nothing to edit. */
  form: Form | null;
  onClose: () => void;
}

function EditorHeader({ noteId, form, onClose }: EditorHeaderProps) {
  const deleteNote = useDeleteNote();
  const remove = () => {
    // What the database has never had is only taken back.
    if (form?.isNew) form.cancel();
    else deleteNote(noteId);
    onClose();
  };
  return (
    <header className="flex h-12 shrink-0 items-center gap-1 px-2 sm:px-4">
      <Button
        shape="icon"
        className="lg:hidden"
        aria-label={notesTexts.back}
        title={notesTexts.back}
        onClick={onClose}
      >
        <ArrowLeft className="size-4" />
      </Button>
      {form && <SaveState form={form} />}
      <span className="flex-1" />
      {form && (
        <>
          <Button
            shape="icon"
            aria-pressed={form.values.is_pinned}
            aria-label={notesTexts.pinTo}
            title={form.values.is_pinned ? notesTexts.unpin : notesTexts.pinTo}
            onClick={() => form.set("is_pinned", !form.values.is_pinned)}
            className={form.values.is_pinned ? "text-accent" : ""}
          >
            {form.values.is_pinned ? <PinOff className="size-4" /> : <Pin className="size-4" />}
          </Button>
          <Button
            shape="icon"
            aria-label={notesTexts.deleteNote}
            title={notesTexts.deleteNote}
            onClick={remove}
          >
            <Trash2 className="size-4" />
          </Button>
        </>
      )}
    </header>
  );
}

/** Whether what one sees is stored, in a word. */
function SaveState({ form }: { form: Form }) {
  const { icon, text, isBad = false } = saveStateOf(form);
  return (
    <p
      role="status"
      className={clsx("flex min-w-0 items-center gap-1.5 px-2 text-sm", isBad ? "text-danger" : "text-faint")}
    >
      {icon}
      <span className="truncate">{text}</span>
    </p>
  );
}

function saveStateOf(form: Form): { icon: ReactNode; text: string; isBad?: boolean } {
  const words = notesTexts.state;
  const warning = <TriangleAlert aria-hidden="true" className="size-4 shrink-0" />;
  if (form.conflicts.length > 0) return { icon: warning, text: words.conflict, isBad: true };
  if (Object.keys(form.problems).length > 0) return { icon: warning, text: words.wrong, isBad: true };
  if (form.problem?.code === "network") {
    return {
      icon: <CloudOff aria-hidden="true" className="size-4 shrink-0" />,
      text: words.offline,
      isBad: true,
    };
  }
  if (form.problem) return { icon: warning, text: words.failed(form.problem.message), isBad: true };
  if (form.isSaving) {
    return {
      icon: <LoaderCircle aria-hidden="true" className="size-4 shrink-0 animate-spin" />,
      text: words.saving,
    };
  }
  if (form.isDirty) return { icon: null, text: words.waiting };
  if (form.isNew) return { icon: null, text: words.new };
  return { icon: <Check aria-hidden="true" className="size-4 shrink-0" />, text: words.saved };
}

interface NoteFieldsProps {
  form: Form;
  tags: readonly string[];
  /** Just begun: its title is there to be written over. */
  isBlank: boolean;
}

function NoteFields({ form, tags, isBlank }: NoteFieldsProps) {
  const title = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!isBlank) return;
    title.current?.focus();
    title.current?.select();
  }, [isBlank]);
  const { values, problems, set, changedMeanwhile } = form;
  const titleNote =
    problems.title ?? (changedMeanwhile.includes("title") ? editingTexts.changedMeanwhile : null);
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 pt-1">
      <ConflictNote conflicts={form.conflicts} labelOf={labelOf} textOf={valueText} onSettle={form.settle} />
      <div>
        <input
          ref={title}
          value={values.title}
          onChange={(event) => set("title", event.target.value)}
          aria-label={notesTexts.titleField}
          aria-invalid={problems.title ? true : undefined}
          aria-describedby={titleNote ? "note-title-note" : undefined}
          placeholder={notesTexts.titleField}
          autoComplete="off"
          className="w-full rounded-md bg-transparent font-semibold text-2xl tracking-tight outline-offset-4 placeholder:text-faint"
        />
        {titleNote && (
          <p
            id="note-title-note"
            className={problems.title ? "pt-1 text-danger text-sm" : "pt-1 text-faint text-sm"}
          >
            {titleNote}
          </p>
        )}
      </div>
      <TagField tags={values.tags} known={tags} onChange={(changed) => set("tags", changed)} />
      {changedMeanwhile.includes("content") && (
        <p role="status" className="text-faint text-sm">
          {editingTexts.changedMeanwhile}
        </p>
      )}
      <textarea
        value={values.content}
        onChange={(event) => set("content", event.target.value)}
        aria-label={notesTexts.content}
        placeholder={notesTexts.contentHint}
        className="min-h-60 flex-1 resize-none rounded-md bg-transparent text-base leading-7 outline-offset-4 placeholder:text-faint"
      />
    </div>
  );
}

function labelOf(field: keyof NoteValues): string {
  if (field === "title") return notesTexts.titleField;
  if (field === "content") return notesTexts.content;
  return field === "tags" ? notesTexts.tags : notesTexts.pinned;
}

function valueText(_field: keyof NoteValues, value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "boolean" ? (value ? texts.tool.yes : texts.tool.no) : String(value);
}

interface GoneProps {
  form: Form | null;
  onSaveAgain: (values: NoteValues) => Promise<string>;
  onClose: () => void;
  onOpen: (noteId: string) => void;
}

/** It was deleted; what was typed is not lost. */
function Gone({ form, onSaveAgain, onClose, onOpen }: GoneProps) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const hasMore = form?.isDirty ?? false;
  const saveAgain = async (values: NoteValues) => {
    try {
      const id = await onSaveAgain(values);
      form?.cancel();
      onOpen(id);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const leave = () => {
    form?.cancel();
    onClose();
  };
  return (
    <div className="space-y-3 py-6">
      <h2 className="font-semibold text-lg">{notesTexts.gone}</h2>
      <p className="text-soft text-sm">{notesTexts.goneHint}</p>
      {hasMore && <p className="text-soft text-sm">{notesTexts.goneMine}</p>}
      {problem && <ProblemNote problem={problem} />}
      <div className="flex flex-wrap gap-2">
        {hasMore && form && (
          <Button shape="primary" onClick={() => void saveAgain(form.values)}>
            {notesTexts.saveAgain}
          </Button>
        )}
        <Button onClick={leave}>{hasMore ? notesTexts.discard : notesTexts.back}</Button>
      </div>
    </div>
  );
}

function EditorSkeleton() {
  return (
    <div role="status" className="space-y-4 pt-2">
      <p className="sr-only">{texts.loading}</p>
      <Skeleton className="h-8 w-2/3" />
      <Skeleton className="h-4" />
      <Skeleton className="h-4 w-5/6" />
    </div>
  );
}
