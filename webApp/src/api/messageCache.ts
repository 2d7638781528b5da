// The messages of a chat as the cache has them: pages, the newest one first, each oldest first.
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { StoredMessage } from "@/lib/database";
import type { Supabase } from "@/lib/supabase";
import { readAfter } from "./messages";
import { queryKeys } from "./queryKeys";

export type Messages = InfiniteData<StoredMessage[], number | null>;

/** A chat that has just been made has no messages, and nobody need ask. */
export function noteEmptyChat(queryClient: QueryClient, chatId: string): void {
  const noMessages: Messages = { pages: [[]], pageParams: [null] };
  queryClient.setQueryData<Messages>(queryKeys.messages(chatId), (known) => known ?? noMessages);
}

/** Adds what was stored after the newest message that the cache knows. */
export async function syncMessages(
  queryClient: QueryClient,
  supabase: Supabase,
  chatId: string,
): Promise<void> {
  const queryKey = queryKeys.messages(chatId);
  const known = queryClient.getQueryData<Messages>(queryKey);
  if (!known) return;
  const fresh = await readAfter(supabase, chatId, newestId(known));
  queryClient.setQueryData<Messages>(queryKey, (current) => {
    if (!current) return current;
    // Another sync may have been faster.
    const added = fresh.filter((message) => message.id > newestId(current));
    const [newest = [], ...older] = current.pages;
    return added.length === 0 ? current : { ...current, pages: [[...newest, ...added], ...older] };
  });
}

function newestId(messages: Messages): number {
  return messages.pages[0]?.at(-1)?.id ?? 0;
}
