// Looking for words in what was said: the database's own search, and which chats its hits are in.
import type { Chat } from "@/lib/database";
import type { Database } from "@/lib/database.gen";
import { unwrap } from "@/lib/problem";
import type { Supabase } from "@/lib/supabase";

export const HITS_PER_PAGE = 20;

export type Hit = Database["public"]["Functions"]["search_messages"]["Returns"][number] &
  Pick<Chat, "is_archived" | "tags">;

/** Messages with the words, the newest first, from before the message `before` on. */
export async function searchMessages(
  supabase: Supabase,
  words: string,
  before: number | null,
  signal: AbortSignal,
): Promise<Hit[]> {
  const page = { p_query: words, p_limit: HITS_PER_PAGE, ...(before !== null && { p_before: before }) };
  const hits = unwrap(await supabase.rpc("search_messages", page).abortSignal(signal));
  if (hits.length === 0) return [];
  const ids = [...new Set(hits.map(({ chat_id }) => chat_id))];
  const query = supabase.from("chats").select("id, is_archived, tags").in("id", ids);
  const chats = new Map(unwrap(await query.abortSignal(signal)).map((chat) => [chat.id, chat]));
  return hits.flatMap((hit) => {
    const chat = chats.get(hit.chat_id);
    // Without one, it was deleted in between.
    return chat ? { ...hit, is_archived: chat.is_archived, tags: chat.tags } : [];
  });
}
