// Messages that wait for an answer to be over. Kept in local storage: typed text is never lost.
import { create } from "zustand";
import { persist } from "zustand/middleware";

export interface QueuedMessage {
  id: string;
  userId: string;
  chatId: string;
  agentName: string;
  text: string;
  /** Somebody has to say that it is to be sent: its turn did not come, or was before a reload. */
  isHeld: boolean;
}

interface QueueStore {
  /** In the order in which they are sent. */
  messages: readonly QueuedMessage[];
  add: (message: Omit<QueuedMessage, "isHeld">) => void;
  remove: (id: string) => void;
  hold: (chatId: string) => void;
}

export const useQueueStore = create<QueueStore>()(
  persist(
    (set) => ({
      messages: [],
      add: (message) => set(({ messages }) => ({ messages: [...messages, { ...message, isHeld: false }] })),
      remove: (id) => set(({ messages }) => ({ messages: messages.filter((one) => one.id !== id) })),
      hold: (chatId) =>
        set(({ messages }) => ({
          messages: messages.map((message) =>
            message.chatId === chatId ? { ...message, isHeld: true } : message,
          ),
        })),
    }),
    {
      name: "clarity.queue",
      partialize: ({ messages }) => ({ messages }),
      merge: (stored, current) => {
        const { messages = [] } = (stored ?? {}) as Partial<QueueStore>;
        return { ...current, messages: messages.map((message) => ({ ...message, isHeld: true })) };
      },
    },
  ),
);
