// The list of notes, read page by page, one note in its editor, and what is done with notes from the list.
import {
  useInfiniteQuery,
  useMutation,
  useMutationState,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useMemo } from "react";
import { noteCache } from "@/api/noteCache";
import {
  addNote,
  changeNote,
  changeNoteVersion,
  deleteNote,
  findNote,
  NOTES_PER_PAGE,
  readNotePage,
  readNotesSince,
  readTags,
} from "@/api/notes";
import { queryKeys } from "@/api/queryKeys";
import { sendKeepalive } from "@/lib/keepalive";
import {
  listNotes,
  type Note,
  type NoteFilter,
  type NoteValues,
  noteSchema,
  refusalOfNote,
  valuesOfNote,
} from "@/lib/notes";
import { asProblem } from "@/lib/problem";
import { useServices } from "@/lib/services";
import { notesTexts } from "@/lib/texts/notes";
import { useAuthStore, useUserId } from "@/stores/useAuthStore";
import { useChangeMarksStore } from "@/stores/useChangeMarksStore";
import { useHiddenRowsStore } from "@/stores/useHiddenRowsStore";
import { useToastStore } from "@/stores/useToastStore";
import { unsavedKey, useUnsavedStore } from "@/stores/useUnsavedStore";
import type { Feed } from "./useChangeFeed";
import { useEditableEntity } from "./useEditableEntity";

const PIN = ["pinNote"];

/** The notes that fit the filter, each in its latest version, with what this device alone has of them. */
export function useNoteList(filter: NoteFilter) {
  const { supabase } = useServices();
  const query = useInfiniteQuery({
    queryKey: queryKeys.notePages(filter),
    queryFn: ({ pageParam }) => readNotePage(supabase, filter, pageParam),
    initialPageParam: null as Note | null,
    getNextPageParam: (page) => (page.length < NOTES_PER_PAGE ? undefined : page.at(-1)),
    placeholderData: (before) => before,
  });
  const { data: latest } = useQuery<Note[]>({
    queryKey: queryKeys.latestRows("notes"),
    queryFn: () => [],
    initialData: [],
    staleTime: Number.POSITIVE_INFINITY,
  });
  const pinned = useMutationState({
    filters: { mutationKey: PIN, status: "pending" },
    select: ({ state }) => state.variables as PinWrite,
  });
  const unsaved = useUnsavedNotes();
  const hiddenIds = useHiddenRowsStore((state) => state.ids);
  const notes = useMemo(() => {
    const written = [...(query.data?.pages.flat() ?? []), ...latest].map((note) => {
      const pin = pinned.findLast(({ id }) => id === note.id);
      return pin ? { ...note, is_pinned: pin.is_pinned } : note;
    });
    const all = [...written, ...unsaved.filter(({ id }) => !written.some((note) => note.id === id))];
    return listNotes(all, filter).filter(({ id }) => !hiddenIds.includes(id));
  }, [query.data, latest, pinned, unsaved, filter, hiddenIds]);
  const unsavedIds = useMemo(() => new Set(unsaved.map(({ id }) => id)), [unsaved]);
  return { ...query, notes, unsavedIds };
}

/** Notes with edits that only this device has. */
function useUnsavedNotes(): Note[] {
  const prefix = unsavedKey(useUserId(), "notes", "");
  const edits = useUnsavedStore((state) => state.edits);
  return useMemo(
    () =>
      Object.entries(edits)
        .filter(([key]) => key.startsWith(prefix))
        .map(([, { base, values }]) => {
          const note = { ...base, ...values } as Note;
          // On top, as what is written just now.
          return note.updated_at ? note : { ...note, updated_at: note.created_at };
        }),
    [edits, prefix],
  );
}

export function useNoteTags() {
  const { supabase } = useServices();
  const query = useQuery({
    queryKey: queryKeys.noteTags,
    queryFn: () => readTags(supabase),
    staleTime: 60_000,
  });
  return query.data ?? [];
}

/** How the page hears of what others do to the notes. */
export function useNoteFeed(): Feed<Note> {
  const queryClient = useQueryClient();
  return {
    table: "notes",
    readSince: readNotesSince,
    known: (id) => noteCache.known(queryClient, id),
    columns: ["title", "content", "tags", "is_pinned"],
    put: (note) => noteCache.put(queryClient, note),
    reload: () => noteCache.forget(queryClient),
  };
}

/** One note in its editor; `blank` is what to begin with when it is not in the database yet. */
export function useNoteForm(noteId: string, blank: Note | undefined) {
  const { supabase } = useServices();
  const queryClient = useQueryClient();
  const key = unsavedKey(useUserId(), "notes", noteId);
  const { writing } = useChangeMarksStore.getState();
  const entity = useEditableEntity<Note, NoteValues>({
    queryKey: queryKeys.row("notes", noteId),
    load: async () => {
      const note = await findNote(supabase, noteId);
      if (note) noteCache.put(queryClient, note);
      return note;
    },
    save: async (changes, base) => {
      const isNew = base.updated_at === "";
      const note = await writing([base.id], () =>
        isNew
          ? addNote(supabase, { ...valuesOfNote(base), ...changes, id: base.id })
          : changeNoteVersion(supabase, base, changes),
      );
      if (note) noteCache.put(queryClient, note);
      if (note && "tags" in changes) void queryClient.invalidateQueries({ queryKey: queryKeys.noteTags });
      return note;
    },
    valuesOf: valuesOfNote,
    schema: noteSchema,
    refusalOf: refusalOfNote,
    known: () => noteCache.known(queryClient, noteId),
    blank,
    unsavedKey: key,
  });
  /** What was typed, as another note: for one that was deleted meanwhile. Its id. */
  const saveAgain = async (values: NoteValues) => {
    const id = crypto.randomUUID();
    const note = await writing([id], () => addNote(supabase, { ...values, id }));
    if (note) noteCache.put(queryClient, note);
    return id;
  };
  return { ...entity, saveAgain };
}

interface PinWrite {
  id: string;
  is_pinned: boolean;
}

/** Pins a note to the top, or takes it from there: at once, and back again if the database refuses. */
export function usePinNoteMutation() {
  const { supabase } = useServices();
  const queryClient = useQueryClient();
  return useMutation({
    mutationKey: PIN,
    // One after the other: two that overtake each other would leave what was meant to be over.
    scope: { id: "notes" },
    networkMode: "always",
    mutationFn: ({ id, is_pinned }: PinWrite) =>
      useChangeMarksStore.getState().writing([id], () => changeNote(supabase, id, { is_pinned })),
    onSuccess: (note) => noteCache.put(queryClient, note),
    onError: (error) => {
      const { code, title, message } = asProblem(error);
      useToastStore.getState().show({ text: `${title}. ${message}` });
      if (code === "gone") noteCache.forget(queryClient);
    },
  });
}

/** Takes a note out of sight at once; the database deletes it when the notice has gone without an undo. */
export function useDeleteNote() {
  const services = useServices();
  const userId = useUserId();
  const { hide, reveal } = useHiddenRowsStore.getState();
  const deletion = useMutation({
    networkMode: "always",
    mutationFn: (id: string) => deleteNote(services.supabase, id),
    onSuccess: (_data, id) => useUnsavedStore.getState().drop(unsavedKey(userId, "notes", id)),
    onError: (error, id) => {
      reveal(id);
      const { title, message } = asProblem(error);
      useToastStore.getState().show({ text: `${title}. ${message}` });
    },
  });
  return (id: string) => {
    hide(id);
    useToastStore.getState().show({
      text: notesTexts.deleted,
      undo: () => reveal(id),
      commit: (isPageLeaving) => {
        const accessToken = useAuthStore.getState().session?.access_token;
        if (!isPageLeaving) deletion.mutate(id);
        else if (accessToken) sendKeepalive(services, { method: "DELETE", table: "notes", id, accessToken });
      },
    });
  };
}
