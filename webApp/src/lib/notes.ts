// Notes as the list shows them and as the editor has them.
import * as z from "zod/mini";
import type { Database } from "./database.gen";
import { latestVersions } from "./latestVersions";
import type { Problem } from "./problem";
import { notesTexts } from "./texts/notes";

export type Note = Omit<Database["public"]["Tables"]["notes"]["Row"], "user_id">;

export interface NoteFilter {
  /** Words in the title or the text; empty for all notes. */
  search: string;
  tag: string | null;
}

export type NoteValues = Pick<Note, "title" | "content" | "tags" | "is_pinned">;

export type NoteOrder = readonly (readonly [
  column: "is_pinned" | "updated_at" | "id",
  direction: "asc" | "desc",
])[];

/** Pinned ones on top, then by their last change. */
export const NOTE_ORDER: NoteOrder = [
  ["is_pinned", "desc"],
  ["updated_at", "desc"],
  ["id", "desc"],
];

const MAX_TITLE = 500;

export const noteSchema = z.object({
  title: z
    .string()
    .check(z.trim(), z.minLength(1, notesTexts.titleMissing), z.maxLength(MAX_TITLE, notesTexts.titleLong)),
  content: z.string(),
  tags: z.array(z.string()),
  is_pinned: z.boolean(),
});

export function valuesOfNote({ title, content, tags, is_pinned }: Note): NoteValues {
  return { title, content, tags, is_pinned };
}

export function refusalOfNote({ message }: Problem): { field: keyof NoteValues; text: string } | null {
  return message.includes('"title_length"') ? { field: "title", text: notesTexts.titleLong } : null;
}

/** One that is not in the database yet; its title is a start that can be written over. */
export function blankNote(id: string, now: Date): Note {
  const day = now.toLocaleDateString(undefined, { day: "numeric", month: "long" });
  return {
    id,
    title: notesTexts.newTitle(day),
    content: "",
    tags: [],
    is_pinned: false,
    created_at: now.toISOString(),
    updated_at: "",
  };
}

/** Those that the filter leaves, in their order, each once. */
export function listNotes(notes: Iterable<Note>, { search, tag }: NoteFilter): Note[] {
  const words = search.toLowerCase();
  return [...latestVersions(notes).values()]
    .filter((note) => tag === null || note.tags.includes(tag))
    .filter((note) => `${note.title}\n${note.content}`.toLowerCase().includes(words))
    .sort(
      (one, other) =>
        Number(other.is_pinned) - Number(one.is_pinned) ||
        -Number(one.updated_at > other.updated_at) ||
        Number(one.updated_at < other.updated_at) ||
        (one.id < other.id ? 1 : -1),
    );
}

/** A tag as it is kept; null when there is nothing to keep, or it is there already. */
export function newTag(text: string, tags: readonly string[]): string | null {
  const tag = text.trim().replace(/^#+/, "").replace(/\s+/g, " ");
  const isThere = tags.some((other) => other.toLowerCase() === tag.toLowerCase());
  return tag === "" || isThere ? null : tag;
}
