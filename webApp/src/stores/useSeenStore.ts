// Up to when the changes in a table have been seen in this browser, for each user: what an agent did since is marked.
import { create } from "zustand";
import { persist } from "zustand/middleware";

interface SeenStore {
  /** The time of the latest change that was seen; see seenKey(). */
  seen: Record<string, string>;
  see: (key: string, at: string) => void;
}

export const useSeenStore = create<SeenStore>()(
  persist(
    (set) => ({
      seen: {},
      see: (key, at) => set(({ seen }) => ({ seen: { ...seen, [key]: at } })),
    }),
    { name: "clarity.seen", partialize: ({ seen }) => ({ seen }) },
  ),
);

export function seenKey(userId: string, table: string): string {
  return `${userId}:${table}`;
}
