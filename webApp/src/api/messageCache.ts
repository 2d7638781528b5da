// The messages of a chat as the cache has them: pages, the newest one first, each oldest first.
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { StoredMessage } from "@/lib/database";
import type { Supabase } from "@/lib/supabase";
import { readAfter, readBackTo } from "./messages";
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

/** Adds all that lies between a message and what the cache knows, in one go. False when there is no such message. */
export async function bringInMessage(
  queryClient: QueryClient,
  supabase: Supabase,
  chatId: string,
  messageUuid: string,
): Promise<boolean> {
  const queryKey = queryKeys.messages(chatId);
  const known = queryClient.getQueryData<Messages>(queryKey);
  const top = known?.pages.at(-1)?.[0]?.id;
  if (top === undefined) return false;
  const older = await readBackTo(supabase, chatId, messageUuid, top);
  if (!older) return false;
  // A page that is being read would bring back what it began with.
  await queryClient.cancelQueries({ queryKey });
  queryClient.setQueryData<Messages>(queryKey, (current) => {
    // Somebody may have scrolled there meanwhile.
    if (current?.pages.at(-1)?.[0]?.id !== top) return current;
    return { pages: [...current.pages, older], pageParams: [...current.pageParams, top] };
  });
  return true;
}

function newestId(messages: Messages): number {
  return messages.pages[0]?.at(-1)?.id ?? 0;
}
