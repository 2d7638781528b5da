import clsx from "clsx";
import { CloudOff, Ellipsis, Pin, PinOff, Trash2 } from "lucide-react";
import { memo } from "react";
import { Link } from "react-router";
import type { Note } from "@/lib/notes";
import { notesTexts } from "@/lib/texts/notes";
import { ChangeMarkLabel } from "../ChangeMarkLabel";
import { Button } from "../ui/Button";
import { Menu } from "../ui/Menu";
import type { MarkWords } from "../useMarks";
import { dayText } from "./dayText";

interface NoteListItemProps {
  note: Note;
  isOpen: boolean;
  /** Out of sight when the page opens: drawn when it is scrolled to. */
  isFarDown: boolean;
  /** This device has edits that the database does not have. The editor of an open one says it. */
  isUnsaved: boolean;
  /** What others did to it lately. */
  mark: MarkWords | undefined;
  search: string;
  onPin: (note: Note) => void;
  onDelete: (note: Note) => void;
}

export const NoteListItem = memo(function NoteListItem(props: NoteListItemProps) {
  const { note, isOpen, isFarDown, isUnsaved, mark, search, onPin, onDelete } = props;
  return (
    <li
      className={clsx(
        "group/note relative rounded-lg hover:bg-hover",
        isFarDown && "[contain-intrinsic-size:auto_5rem] [content-visibility:auto]",
        isOpen ? "bg-hover" : mark && "bg-tint",
      )}
    >
      <Link
        to={{ pathname: `/notes/${note.id}`, search }}
        aria-current={isOpen ? "true" : undefined}
        className="block rounded-lg py-2.5 pr-11 pl-3 text-sm -outline-offset-2"
      >
        <span className="flex items-center gap-1.5">
          {note.is_pinned && <Pin aria-hidden="true" className="size-3.5 shrink-0 text-accent" />}
          <span className="min-w-0 truncate font-medium">{note.title}</span>
        </span>
        <span className="mt-0.5 line-clamp-2 break-words text-soft leading-5">
          {note.content.trim().slice(0, SNIPPET) || notesTexts.noContent}
        </span>
        <span className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-faint text-xs">
          <span>{dayText(note.updated_at, new Date())}</span>
          {note.tags.map((tag) => (
            <span key={tag} className="max-w-32 truncate rounded-full bg-sunken px-2 py-0.5">
              {tag}
            </span>
          ))}
          {isUnsaved && !isOpen && (
            <span className="inline-flex items-center gap-1 font-medium text-danger">
              <CloudOff aria-hidden="true" className="size-3.5" />
              {notesTexts.unsaved}
            </span>
          )}
          {mark && <ChangeMarkLabel {...mark} />}
        </span>
      </Link>
      <Menu
        trigger={
          <Button
            shape="icon"
            aria-label={notesTexts.menu(note.title)}
            className="message-actions absolute top-1 right-1 focus-visible:opacity-100 group-focus-within/note:opacity-100 group-hover/note:opacity-100 data-[state=open]:opacity-100"
          >
            <Ellipsis className="size-4" />
          </Button>
        }
        entries={[
          {
            kind: "action",
            label: note.is_pinned ? notesTexts.unpin : notesTexts.pin,
            icon: note.is_pinned ? PinOff : Pin,
            onSelect: () => onPin(note),
          },
          "line",
          {
            kind: "action",
            label: notesTexts.delete,
            icon: Trash2,
            isDangerous: true,
            onSelect: () => onDelete(note),
          },
        ]}
      />
    </li>
  );
});

// More than two lines hold; a note may be a book.
const SNIPPET = 300;
