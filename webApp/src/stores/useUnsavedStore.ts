// Edits that the database does not have yet, kept in local storage: neither a reload nor a lost network costs a word.
import { create } from "zustand";
import { persist } from "zustand/middleware";
import { shareAcrossTabs } from "@/lib/acrossTabs";
import type { EditableRow } from "@/lib/editing";

export interface UnsavedEdit {
  /** The version that was edited. */
  base: EditableRow;
  values: object;
}

interface UnsavedStore {
  edits: Record<string, UnsavedEdit>;
  keep: (key: string, edit: UnsavedEdit) => void;
  drop: (key: string) => void;
}

export const useUnsavedStore = create<UnsavedStore>()(
  persist(
    (set, get) => ({
      edits: {},
      keep: (key, edit) => set(({ edits }) => ({ edits: { ...edits, [key]: edit } })),
      drop: (key) => {
        if (!(key in get().edits)) return;
        const { [key]: _dropped, ...others } = get().edits;
        set({ edits: others });
      },
    }),
    { name: "clarity.unsaved", partialize: ({ edits }) => ({ edits }) },
  ),
);

shareAcrossTabs(useUnsavedStore);

/** Another user of this browser has other ones. */
export function unsavedKey(userId: string, table: string, id: string): string {
  return `${userId}:${table}:${id}`;
}
