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

/** From a page before the message up to `beforeId`, oldest first; null when there is no such message. */
export async function readBackTo(
  supabase: Supabase,
  chatId: string,
  messageUuid: string,
  beforeId: number,
): Promise<StoredMessage[] | null> {
  const ofChat = () => supabase.from("chat_message_history").select(COLUMNS).eq("session_id", chatId);
  const message = unwrap(await ofChat().eq("message_uuid", messageUuid).maybeSingle());
  if (!message) return null;
  const messages = await readPage(supabase, chatId, message.id);
  if (message.id >= beforeId) return messages.filter(({ id }) => id < beforeId);
  messages.push(message);
  for (;;) {
    const last = messages.at(-1)?.id ?? message.id;
    const page = unwrap(await ofChat().gt("id", last).lt("id", beforeId).order("id"));
    if (page.length === 0) return messages;
    messages.push(...page);
  }
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
