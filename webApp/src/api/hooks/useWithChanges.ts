// What is being written of chats: apart from the writing, because every list and chat shows it.
import { useMutationState } from "@tanstack/react-query";
import { useCallback } from "react";
import type { ChatChange } from "@/api/chats";
import type { Chat } from "@/lib/database";

export const CHANGE = ["chats", "change"];

export interface ChatWrite {
  chat: Chat;
  change: ChatChange;
}

/** For any chat: as it will be when what is being written is written. */
export function useWithChanges(): (chat: Chat) => Chat {
  const writes = useMutationState({
    filters: { mutationKey: CHANGE, status: "pending" },
    select: ({ state }) => state.variables as ChatWrite,
  });
  return useCallback(
    (chat) => {
      const changes = writes.filter((write) => write.chat.id === chat.id).map(({ change }) => change);
      return changes.length > 0 ? Object.assign({}, chat, ...changes) : chat;
    },
    [writes],
  );
}
