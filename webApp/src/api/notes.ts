// The user's notes, under the database's policies: whose they are is never asked for here.
import { MAX_CHANGES } from "@/api/changes";
import { behind, containing } from "@/lib/keyset";
import { NOTE_ORDER, type Note, type NoteFilter, type NoteValues } from "@/lib/notes";
import { isDuplicate, Problem, unwrap } from "@/lib/problem";
import type { Supabase } from "@/lib/supabase";
import { notesTexts } from "@/lib/texts/notes";

const COLUMNS = "id, title, content, tags, is_pinned, created_at, updated_at";

export const NOTES_PER_PAGE = 40;

/** A page of notes, from behind the last one of the page before. */
export async function readNotePage(
  supabase: Supabase,
  { search, tag }: NoteFilter,
  last: Note | null,
): Promise<Note[]> {
  let query = supabase.from("notes").select(COLUMNS);
  if (tag !== null) query = query.contains("tags", [tag]);
  const conditions = search ? [containing(["title", "content"], search)] : [];
  if (last) conditions.push(behind(NOTE_ORDER, last));
  // As one: not every PostgREST takes several.
  if (conditions.length > 0) query = query.or(`and(${conditions.join(",")})`);
  for (const [column, direction] of NOTE_ORDER) {
    query = query.order(column, { ascending: direction === "asc" });
  }
  return unwrap(await query.limit(NOTES_PER_PAGE));
}

/** Null when it is gone or somebody else's: the two look the same. */
export async function findNote(supabase: Supabase, id: string): Promise<Note | null> {
  return unwrap(await supabase.from("notes").select(COLUMNS).eq("id", id).maybeSingle());
}

/** Those that changed after that moment, the earliest first, at most MAX_CHANGES. */
export async function readNotesSince(supabase: Supabase, since: string): Promise<Note[]> {
  const query = supabase.from("notes").select(COLUMNS).gt("updated_at", since);
  return unwrap(await query.order("updated_at").limit(MAX_CHANGES));
}

/** The tags of the notes that changed last, by name. */
export async function readTags(supabase: Supabase): Promise<string[]> {
  const query = supabase.from("notes").select("tags");
  const rows = unwrap(await query.order("updated_at", { ascending: false }).limit(1000));
  return [...new Set(rows.flatMap(({ tags }) => tags))].sort((one, other) => one.localeCompare(other));
}

/** Under an id of our own, so that a repeated attempt makes no second one; null when there is another one under it. */
export async function addNote(supabase: Supabase, note: NoteValues & { id: string }): Promise<Note | null> {
  try {
    return unwrap(await supabase.from("notes").insert(note).select(COLUMNS).single());
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return null;
  }
}

/** Throws the Problem `gone` when there is no such note. */
export async function changeNote(supabase: Supabase, id: string, change: Partial<NoteValues>): Promise<Note> {
  const note = unwrap(await supabase.from("notes").update(change).eq("id", id).select(COLUMNS).maybeSingle());
  if (!note) throw new Problem({ code: "gone", title: notesTexts.gone, detail: notesTexts.goneHint });
  return note;
}

/** Null, and nothing is written, when the database has another version of it, or none. */
export async function changeNoteVersion(
  supabase: Supabase,
  base: Pick<Note, "id" | "updated_at">,
  change: Partial<NoteValues>,
): Promise<Note | null> {
  const query = supabase.from("notes").update(change).eq("id", base.id).eq("updated_at", base.updated_at);
  return unwrap(await query.select(COLUMNS).maybeSingle());
}

export async function deleteNote(supabase: Supabase, id: string): Promise<void> {
  unwrap(await supabase.from("notes").delete().eq("id", id));
}
