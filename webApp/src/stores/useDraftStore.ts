// What is typed and not yet sent, for each chat.
import { create } from "zustand";
import { persist } from "zustand/middleware";
import { shareAcrossTabs } from "@/lib/acrossTabs";

interface DraftStore {
  drafts: Record<string, string>;
  setDraft: (key: string, text: string) => void;
  /** What was typed under one key goes on under another, unless there is something already. */
  moveDraft: (from: string, to: string) => void;
}

export const useDraftStore = create<DraftStore>()(
  persist(
    (set) => ({
      drafts: {},
      setDraft: (key, text) =>
        set(({ drafts }) => {
          const { [key]: _before, ...others } = drafts;
          return { drafts: text ? { ...others, [key]: text } : others };
        }),
      moveDraft: (from, to) =>
        set(({ drafts }) => {
          const { [from]: text, ...others } = drafts;
          return text && !drafts[to] ? { drafts: { ...others, [to]: text } } : {};
        }),
    }),
    { name: "clarity.drafts" },
  ),
);

shareAcrossTabs(useDraftStore);

/** A chat that is not begun yet has its draft under its agent: its id is another one after a reload. */
export function draftKey(userId: string, chatId: string | null, agentName: string): string {
  return `${userId}:${chatId ?? agentName}`;
}
