// Chats that are about to be deleted: out of sight, and back in it if that is undone.
import { create } from "zustand";

interface HiddenChatsStore {
  ids: readonly string[];
  hide: (id: string) => void;
  reveal: (id: string) => void;
}

export const useHiddenChatsStore = create<HiddenChatsStore>()((set) => ({
  ids: [],
  hide: (id) => set(({ ids }) => ({ ids: [...ids, id] })),
  reveal: (id) => set(({ ids }) => ({ ids: ids.filter((hidden) => hidden !== id) })),
}));
