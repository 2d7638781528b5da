import { useQuery } from "@tanstack/react-query";
import { findChat, findLatestChat } from "@/api/chats";
import { queryKeys } from "@/api/queryKeys";
import { forgetLastChat, recallLastChat } from "@/lib/lastChat";
import { useServices } from "@/lib/services";
import type { Supabase } from "@/lib/supabase";
import { useUserId } from "@/stores/useAuthStore";
import { useOutboxStore } from "@/stores/useOutboxStore";

/** The address of the chat to open: the one left last, else the latest (with the agent, if one is named), else a new one. */
export function useOpeningPath(agentName: string | null, options: { enabled: boolean }) {
  const { supabase } = useServices();
  const userId = useUserId();
  return useQuery({
    queryKey: queryKeys.opening(agentName),
    queryFn: async () => {
      const left = agentName === null ? await findLeftChat(supabase, userId) : null;
      const chatId = left ?? (await findLatestChat(supabase, agentName))?.id;
      return chatId ? `/chat/${chatId}` : `/new/${agentName ?? ""}`;
    },
    enabled: options.enabled,
    // Where to go now: an answer from before is of no use.
    gcTime: 0,
    staleTime: 0,
  });
}

/** The chat that this browser had open last, if it is still there and the user's; else it is forgotten. */
async function findLeftChat(supabase: Supabase, userId: string): Promise<string | null> {
  const chatId = recallLastChat(userId);
  if (!chatId) return null;
  // Its first message has not reached the database: there is nothing to find, but something to send again.
  const outgoing = useOutboxStore.getState().messages[chatId];
  if (outgoing?.isNewChat && outgoing.userId === userId) return chatId;
  const chat = await findChat(supabase, chatId);
  if (chat && !chat.is_archived) return chatId;
  forgetLastChat();
  return null;
}
