// Rows that are about to be deleted: out of sight, and back in it if that is undone. Those that are gone stay hidden.
import { create } from "zustand";

interface HiddenRowsStore {
  ids: readonly string[];
  hide: (id: string) => void;
  reveal: (id: string) => void;
}

export const useHiddenRowsStore = create<HiddenRowsStore>()((set) => ({
  ids: [],
  hide: (id) => set(({ ids }) => ({ ids: [...ids, id] })),
  reveal: (id) => set(({ ids }) => ({ ids: ids.filter((hidden) => hidden !== id) })),
}));
