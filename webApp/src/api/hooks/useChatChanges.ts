// Changing chats where they stand.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { knownChat, noteChat, noteDeletedChat } from "@/api/chatListCache";
import { changeChat, deleteChat } from "@/api/chats";
import { queryKeys } from "@/api/queryKeys";
import type { Chat } from "@/lib/database";
import { sendKeepalive } from "@/lib/keepalive";
import { asProblem } from "@/lib/problem";
import { useServices } from "@/lib/services";
import { texts } from "@/lib/texts";
import { useAuthStore } from "@/stores/useAuthStore";
import { useHiddenChatsStore } from "@/stores/useHiddenChatsStore";
import { useToastStore } from "@/stores/useToastStore";
import { CHANGE, type ChatWrite } from "./useWithChanges";

/**
 * Changes a chat at once, everywhere. While the database is asked, the change is laid over what was read: one that is
 * refused leaves nothing to undo.
 */
export function useChangeChatMutation() {
  const services = useServices();
  const queryClient = useQueryClient();
  return useMutation({
    mutationKey: CHANGE,
    // One after the other: the last one is what stays.
    scope: { id: "chats" },
    networkMode: "always",
    mutationFn: ({ chat, change }: ChatWrite) => changeChat(services.supabase, chat.id, change),
    onSuccess: async (_data, { chat, change }) => {
      await noteChat(queryClient, { ...(knownChat(queryClient, chat.id) ?? chat), ...change });
      if (change.tags) void queryClient.invalidateQueries({ queryKey: queryKeys.chatTags });
    },
    onError: (error) => sayProblem(error),
  });
}

/** Puts a chat away, or back; the notice about it can undo it. */
export function useArchiveChat(): (chat: Chat, isArchived: boolean) => void {
  const { mutateAsync } = useChangeChatMutation();
  const archive = (chat: Chat, isArchived: boolean) => {
    mutateAsync({ chat, change: { is_archived: isArchived } }).then(
      () =>
        useToastStore.getState().show({
          text: isArchived ? texts.chats.archived : texts.chats.unarchived,
          undo: () => archive({ ...chat, is_archived: isArchived }, !isArchived),
        }),
      // It has been said.
      () => undefined,
    );
  };
  return archive;
}

/** Takes a chat out of sight at once; the database deletes it when the notice about it has gone without an undo. */
export function useDeleteChat() {
  const services = useServices();
  const queryClient = useQueryClient();
  const { hide, reveal } = useHiddenChatsStore.getState();
  const deletion = useMutation({
    networkMode: "always",
    mutationFn: (id: string) => deleteChat(services.supabase, id),
    onSuccess: async (_data, id) => {
      await noteDeletedChat(queryClient, id);
      void queryClient.invalidateQueries({ queryKey: queryKeys.chat(id) });
    },
    onError: (error) => sayProblem(error),
    onSettled: (_data, _error, id) => reveal(id),
  });
  return (id: string) => {
    hide(id);
    useToastStore.getState().show({
      text: texts.chats.deleted,
      undo: () => reveal(id),
      commit: (isPageLeaving) => {
        const accessToken = useAuthStore.getState().session?.access_token;
        if (!isPageLeaving) deletion.mutate(id);
        else if (accessToken) sendKeepalive(services, { method: "DELETE", table: "chats", id, accessToken });
      },
    });
  };
}

function sayProblem(error: unknown): void {
  const { title, message } = asProblem(error);
  useToastStore.getState().show({ text: `${title}. ${message}` });
}
