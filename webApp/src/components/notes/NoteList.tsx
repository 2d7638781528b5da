import { NotebookPen, SearchX } from "lucide-react";
import { type ReactNode, useCallback, useRef } from "react";
import { useLocation } from "react-router";
import { useDeleteNote, type useNoteList, usePinNoteMutation } from "@/api/hooks/useNoteHooks";
import type { Note } from "@/lib/notes";
import { texts } from "@/lib/texts";
import { notesTexts } from "@/lib/texts/notes";
import { useChangeMarksStore } from "@/stores/useChangeMarksStore";
import { ProblemNote } from "../ProblemNote";
import { ReadOn } from "../ReadOn";
import { Button } from "../ui/Button";
import { Skeleton } from "../ui/Skeleton";
import { useMarks } from "../useMarks";
import { NoteListItem } from "./NoteListItem";

// As many as may be in sight when the page opens. Those are drawn at once: a height that was only estimated would leap.
const DRAWN_AT_ONCE = 15;

interface NoteListProps {
  list: ReturnType<typeof useNoteList>;
  openId: string | null;
  isFiltered: boolean;
  /** The note that is open is the one that goes. */
  onDeleteOpen: () => void;
}

/** The notes, pinned ones first; more of them are read while one scrolls. */
export function NoteList({ list, openId, isFiltered, onDeleteOpen }: NoteListProps) {
  const { search } = useLocation();
  const marks = useMarks();
  const { mutate } = usePinNoteMutation();
  const deleteNote = useDeleteNote();
  const latest = useRef({ deleteNote, openId, onDeleteOpen });
  latest.current = { deleteNote, openId, onDeleteOpen };
  // Always the same, so that a change of one note renders no other one.
  const pin = useCallback(
    ({ id, is_pinned }: Note) => {
      useChangeMarksStore.getState().unmark(id);
      mutate({ id, is_pinned: !is_pinned });
    },
    [mutate],
  );
  const remove = useCallback(({ id }: Note) => {
    latest.current.deleteNote(id);
    if (latest.current.openId === id) latest.current.onDeleteOpen();
  }, []);

  if (list.isLoadingError && list.notes.length === 0) {
    return (
      <div className="px-1">
        <ProblemNote problem={list.error} title={notesTexts.problem}>
          <Button onClick={() => void list.refetch()}>{texts.tryAgain}</Button>
        </ProblemNote>
      </div>
    );
  }
  if (list.isPending && list.notes.length === 0) return <NoteListSkeleton />;
  if (list.notes.length === 0) {
    return isFiltered ? (
      <Empty icon={<SearchX />} title={notesTexts.noMatch} hint={notesTexts.noMatchHint} />
    ) : (
      <Empty icon={<NotebookPen />} title={notesTexts.empty} hint={notesTexts.emptyHint} />
    );
  }
  const pinned = list.notes.filter(({ is_pinned }) => is_pinned);
  const others = list.notes.filter(({ is_pinned }) => !is_pinned);
  const rows = (notes: readonly Note[]) =>
    notes.map((note, index) => (
      <NoteListItem
        key={note.id}
        note={note}
        isOpen={note.id === openId}
        isFarDown={index >= DRAWN_AT_ONCE}
        isUnsaved={list.unsavedIds.has(note.id)}
        mark={marks[note.id]}
        search={search}
        onPin={pin}
        onDelete={remove}
      />
    ));
  return (
    <>
      {pinned.length > 0 && <Group name={notesTexts.pinned}>{rows(pinned)}</Group>}
      {others.length > 0 && <Group name={pinned.length > 0 ? notesTexts.others : null}>{rows(others)}</Group>}
      <ReadOn
        query={list}
        problemTitle={notesTexts.problem}
        label={list.isFetching ? notesTexts.loadingMore : notesTexts.more}
      />
    </>
  );
}

function Group({ name, children }: { name: string | null; children: ReactNode }) {
  return (
    <div className="mb-4">
      {name && <h2 className="px-3 pb-1 font-medium text-faint text-xs">{name}</h2>}
      <ul aria-label={name ?? notesTexts.list} className="space-y-0.5">
        {children}
      </ul>
    </div>
  );
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

function NoteListSkeleton() {
  return (
    <div role="status" className="space-y-6 px-3 py-2">
      <p className="sr-only">{texts.loading}</p>
      {["w-2/3", "w-1/2", "w-3/4", "w-3/5"].map((width) => (
        <div key={width} className="space-y-2">
          <Skeleton className={`h-4 ${width}`} />
          <Skeleton className="h-3" />
        </div>
      ))}
    </div>
  );
}
