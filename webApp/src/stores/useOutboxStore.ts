// Messages on their way. Kept in local storage until they are stored in the chat: typed text is never lost.
import { create } from "zustand";
import { persist } from "zustand/middleware";
import { networkProblem, type Problem } from "@/lib/problem";
import { useUserId } from "./useAuthStore";

export interface OutgoingMessage {
  userId: string;
  chatId: string;
  agentName: string;
  messageId: string;
  text: string;
  /** The chat is not in the database yet: it is made with its first message. */
  isNewChat: boolean;
  /** `waiting`: the chat is answering another message first. */
  status: "sending" | "waiting" | "failed";
  problem: Pick<Problem, "code" | "title" | "message"> | null;
}

interface OutboxStore {
  /** At most one a chat: it answers one message at a time. */
  messages: Record<string, OutgoingMessage>;
  put: (message: OutgoingMessage) => void;
  /** Does nothing when the message is no longer there. */
  change: (chatId: string, change: Partial<OutgoingMessage>) => void;
  remove: (chatId: string) => void;
}

export const useOutboxStore = create<OutboxStore>()(
  persist(
    (set) => ({
      messages: {},
      put: (message) => set(({ messages }) => ({ messages: { ...messages, [message.chatId]: message } })),
      change: (chatId, change) =>
        set(({ messages }) => {
          const message = messages[chatId];
          return message ? { messages: { ...messages, [chatId]: { ...message, ...change } } } : {};
        }),
      remove: (chatId) =>
        set(({ messages }) => {
          const { [chatId]: _removed, ...others } = messages;
          return { messages: others };
        }),
    }),
    {
      name: "clarity.outbox",
      partialize: ({ messages }) => ({ messages }),
      merge: (stored, current) => ({ ...current, messages: interrupted(stored) }),
    },
  ),
);

/** The user's message that is on its way to a chat; another user of this browser never sees it. */
export function useOutgoingMessage(chatId: string): OutgoingMessage | null {
  const userId = useUserId();
  const message = useOutboxStore((state) => state.messages[chatId]);
  return message?.userId === userId ? message : null;
}

/** After a reload nothing is on its way any more: whether it arrived is seen in the chat, else it can be sent again. */
function interrupted(stored: unknown): Record<string, OutgoingMessage> {
  const { messages } = (stored ?? {}) as Partial<OutboxStore>;
  const { code, title, message } = networkProblem();
  return Object.fromEntries(
    Object.entries(messages ?? {}).map(([chatId, outgoing]) => [
      chatId,
      outgoing.status === "failed"
        ? outgoing
        : { ...outgoing, status: "failed" as const, problem: { code, title, message } },
    ]),
  );
}
