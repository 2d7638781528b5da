// A chat's messages, read backwards: the newest page first, then upwards.
import type { StoredMessage } from "@/lib/database";
import { unwrap } from "@/lib/problem";
import type { Supabase } from "@/lib/supabase";

const COLUMNS = "id, message, message_uuid, run_id, created_at";

export const MESSAGES_PER_PAGE = 60;

/** Up to a page of messages before `beforeId` (null: the newest), oldest first. */
export async function readPage(
  supabase: Supabase,
  chatId: string,
  beforeId: number | null,
): Promise<StoredMessage[]> {
  let query = supabase.from("chat_message_history").select(COLUMNS).eq("session_id", chatId);
  if (beforeId !== null) query = query.lt("id", beforeId);
  const newestFirst = unwrap(await query.order("id", { ascending: false }).limit(MESSAGES_PER_PAGE));
  return newestFirst.reverse();
}

/** Every message after `afterId`, oldest first. */
export async function readAfter(
  supabase: Supabase,
  chatId: string,
  afterId: number,
): Promise<StoredMessage[]> {
  const query = supabase.from("chat_message_history").select(COLUMNS).eq("session_id", chatId);
  return unwrap(await query.gt("id", afterId).order("id"));
}

/** The whole chat, oldest first. */
export async function readAll(supabase: Supabase, chatId: string): Promise<StoredMessage[]> {
  const messages: StoredMessage[] = [];
  for (;;) {
    const page = await readAfter(supabase, chatId, messages.at(-1)?.id ?? 0);
    if (page.length === 0) return messages;
    messages.push(...page);
  }
}
