// Saying something else where one has said something, and going on from there.
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { refreshChatLists } from "@/api/chatListCache";
import { findChat } from "@/api/chats";
import { forkChat } from "@/api/forks";
import { readPage } from "@/api/messages";
import { queryKeys } from "@/api/queryKeys";
import { type Services, useServices } from "@/lib/services";
import { useSendMessageMutation } from "./useChatApiHooks";

interface SaidMessage {
  userId: string;
  chatId: string;
  agentName: string;
  messageId: string;
}

/**
 * Sends a text into a new chat that has all that was said before the message, and resolves to that chat's id once it is
 * there; how the message fares is seen in it. When it fails, the same may be tried again and makes one chat.
 */
export function useFork({ userId, chatId, agentName, messageId }: SaidMessage, onSent: () => void) {
  const services = useServices();
  const queryClient = useQueryClient();
  const { mutate: send } = useSendMessageMutation();
  const [newChatId] = useState(() => crypto.randomUUID());
  return useMutation({
    // Offline it should fail, visibly, and not wait for the network in silence.
    networkMode: "always",
    mutationFn: async (_text: string) => {
      const forkId = await forkChat(services, { chatId, messageId, newChatId });
      await readBeginning(services, queryClient, forkId);
      return forkId;
    },
    // Also when the page is left meanwhile: it was sent.
    onSuccess: (forkId, text) => {
      onSent();
      const message = { userId, chatId: forkId, agentName, messageId: crypto.randomUUID(), text };
      send({ ...message, isNewChat: false });
      void refreshChatLists({ services, queryClient });
    },
  });
}

/** What the new chat shows before anything is said in it; what cannot be read now, it reads again. */
async function readBeginning(
  { supabase }: Services,
  queryClient: QueryClient,
  chatId: string,
): Promise<void> {
  await Promise.all([
    queryClient.prefetchQuery({
      queryKey: queryKeys.chat(chatId),
      queryFn: () => findChat(supabase, chatId),
      networkMode: "always",
    }),
    queryClient.prefetchInfiniteQuery({
      queryKey: queryKeys.messages(chatId),
      queryFn: () => readPage(supabase, chatId, null),
      initialPageParam: null as number | null,
      networkMode: "always",
    }),
  ]);
}
