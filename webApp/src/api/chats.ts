// The user's chats, under the database's policies: whose they are is never asked for here.
import type { Chat } from "@/lib/database";
import { isDuplicate, unwrap } from "@/lib/problem";
import type { Supabase } from "@/lib/supabase";

const COLUMNS = "id, agent_name, title, is_archived, created_at, last_message_at";

export const CHATS_PER_PAGE = 40;

export interface ChatFilter {
  isArchived: boolean;
  /** Words in the title; empty for all chats. */
  search: string;
}

/** A page of chats, the latest first, from the `offset`th on. */
export async function listChats(supabase: Supabase, filter: ChatFilter, offset: number): Promise<Chat[]> {
  let query = supabase
    .from("chats")
    .select(COLUMNS)
    .eq("is_archived", filter.isArchived)
    .not("last_message_at", "is", null);
  if (filter.search) query = query.ilike("title", `%${escapePattern(filter.search)}%`);
  const last = offset + CHATS_PER_PAGE - 1;
  return unwrap(await query.order("last_message_at", { ascending: false }).order("id").range(offset, last));
}

/** Null when it is gone or somebody else's: the two look the same. */
export async function findChat(supabase: Supabase, id: string): Promise<Chat | null> {
  return unwrap(await supabase.from("chats").select(COLUMNS).eq("id", id).maybeSingle());
}

/** The chat that was last talked in, with this agent if one is named. */
export async function findLatestChat(supabase: Supabase, agentName: string | null): Promise<Chat | null> {
  let query = supabase
    .from("chats")
    .select(COLUMNS)
    .eq("is_archived", false)
    .not("last_message_at", "is", null);
  if (agentName) query = query.eq("agent_name", agentName);
  return unwrap(await query.order("last_message_at", { ascending: false }).limit(1).maybeSingle());
}

/** Makes the chat under an id of our own, so that a repeated attempt makes no second one. */
export async function ensureChat(supabase: Supabase, id: string, agentName: string): Promise<Chat> {
  const now = new Date().toISOString();
  const chat = { id, agent_name: agentName, last_message_at: now };
  try {
    unwrap(await supabase.from("chats").insert(chat));
  } catch (error) {
    if (!isDuplicate(error)) throw error;
  }
  return { ...chat, title: null, is_archived: false, created_at: now };
}

export async function changeChat(
  supabase: Supabase,
  id: string,
  change: Partial<Pick<Chat, "title" | "is_archived">>,
): Promise<void> {
  unwrap(await supabase.from("chats").update(change).eq("id", id));
}

export async function deleteChat(supabase: Supabase, id: string): Promise<void> {
  unwrap(await supabase.from("chats").delete().eq("id", id));
}

/** The words as they are: in a pattern, % and _ would match anything. */
function escapePattern(words: string): string {
  return words.replace(/[\\%_]/g, "\\$&");
}
