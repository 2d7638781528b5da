import type { RefObject } from "react";
import { useSendMessageMutation, useStopRun } from "@/api/hooks/useChatApiHooks";
import { useDraftStore } from "@/stores/useDraftStore";
import { type OutgoingMessage, useOutboxStore } from "@/stores/useOutboxStore";
import { useQueueStore } from "@/stores/useQueueStore";

interface ChatActionsOptions {
  chat: Pick<OutgoingMessage, "userId" | "chatId" | "agentName" | "isNewChat">;
  draftKey: string;
  field: RefObject<HTMLTextAreaElement | null>;
}

/** What one does in a chat: send a text, send a message again, stop the answer, bring a text back into the message field. */
export function useChatActions({ chat, draftKey, field }: ChatActionsOptions) {
  const sending = useSendMessageMutation();
  const stop = useStopRun(chat.chatId);
  const edit = (text: string) => {
    const { drafts, setDraft } = useDraftStore.getState();
    // Above what is being typed already.
    setDraft(draftKey, [text, drafts[draftKey]].filter(Boolean).join("\n\n"));
    field.current?.focus();
  };
  return {
    hasAnswer: sending.isSuccess,
    send: (text: string) => sending.mutate({ ...chat, text, messageId: crypto.randomUUID() }),
    /** To be sent when the chat has answered. */
    queue: (text: string) => {
      const { userId, chatId, agentName } = chat;
      useQueueStore.getState().add({ id: crypto.randomUUID(), userId, chatId, agentName, text });
    },
    sendAgain: (message: { messageId: string; text: string }) =>
      sending.mutate({ ...chat, text: message.text, messageId: message.messageId }),
    stop,
    edit,
    takeBack: ({ text }: { text: string }) => {
      edit(text);
      useOutboxStore.getState().remove(chat.chatId);
    },
  };
}
