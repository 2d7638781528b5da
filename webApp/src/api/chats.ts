// The user's chats, under the database's policies: whose they are is never asked for here.
import type { ChatFilter } from "@/lib/chats";
import type { Chat } from "@/lib/database";
import { isDuplicate, unwrap } from "@/lib/problem";
import type { Supabase } from "@/lib/supabase";

const COLUMNS =
  "id, agent_name, title, is_archived, is_pinned, tags, created_at, last_message_at, forked_from, forked_before";

// What fills a screen at once, and then what is scrolled through in one go.
export const FIRST_PAGE = 40;
export const FURTHER_PAGE = 200;

// The latest chats have the tags that are in use; a request gives no more rows.
const TAGGED_CHATS = 1000;

/** Where a page ends, with the moment as the database wrote it: a `Date` would lose its microseconds. */
export interface ChatPlace {
  id: string;
  last_message_at: string;
}

export interface ChatPage {
  chats: Chat[];
  /** Null on the last page. */
  next: ChatPlace | null;
}

/** A page of chats, the latest first, from behind `after` on. Pinned ones are not in it, except in the archive. */
export async function listChats(
  supabase: Supabase,
  filter: ChatFilter,
  after: ChatPlace | null,
  signal?: AbortSignal,
): Promise<ChatPage> {
  const limit = after ? FURTHER_PAGE : FIRST_PAGE;
  let query = chatsThat(supabase, filter);
  if (!filter.isArchived) query = query.eq("is_pinned", false);
  if (after) {
    const { id, last_message_at: at } = after;
    // The first condition lets the index begin here; the second tells chats of the same moment apart.
    query = query.lte("last_message_at", at).or(`last_message_at.lt."${at}",id.gt.${id}`);
  }
  query = inOrder(query, limit);
  const chats = unwrap(await (signal ? query.abortSignal(signal) : query));
  const last = chats.at(-1);
  const next = chats.length === limit && last?.last_message_at ? (last as ChatPlace) : null;
  return { chats, next: next && { id: next.id, last_message_at: next.last_message_at } };
}

/** All that are pinned, the latest first. */
export async function listPinnedChats(supabase: Supabase, filter: ChatFilter): Promise<Chat[]> {
  return unwrap(await inOrder(chatsThat(supabase, filter).eq("is_pinned", true), FURTHER_PAGE));
}

/** The tags in use, in the order of the alphabet. */
export async function readChatTags(supabase: Supabase): Promise<string[]> {
  const rows = unwrap(await inOrder(supabase.from("chats").select("tags"), TAGGED_CHATS));
  return [...new Set(rows.flatMap(({ tags }) => tags))].sort((one, other) => one.localeCompare(other));
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
  return unwrap(await inOrder(query, 1).maybeSingle());
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
  const alone = { forked_from: null, forked_before: null };
  return { ...chat, ...alone, title: null, is_archived: false, is_pinned: false, tags: [], created_at: now };
}

export type ChatChange = Partial<Pick<Chat, "title" | "is_archived" | "is_pinned" | "tags">>;

export async function changeChat(supabase: Supabase, id: string, change: ChatChange): Promise<void> {
  unwrap(await supabase.from("chats").update(change).eq("id", id));
}

export async function deleteChat(supabase: Supabase, id: string): Promise<void> {
  unwrap(await supabase.from("chats").delete().eq("id", id));
}

/** Chats in which nothing was said yet are in no list. */
function chatsThat(supabase: Supabase, { isArchived, search, tag }: ChatFilter) {
  let query = supabase
    .from("chats")
    .select(COLUMNS)
    .eq("is_archived", isArchived)
    .not("last_message_at", "is", null);
  if (search) query = query.ilike("title", `%${escapePattern(search)}%`);
  if (tag !== null) query = query.contains("tags", [tag]);
  return query;
}

interface Orderable<Query> {
  order: (column: "last_message_at" | "id", options?: { ascending: boolean; nullsFirst: boolean }) => Query;
  limit: (count: number) => Query;
}

/** The latest first, as the index has them: without saying where nulls are, it would not be used. */
function inOrder<Query extends Orderable<Query>>(query: Query, limit: number): Query {
  return query.order("last_message_at", { ascending: false, nullsFirst: false }).order("id").limit(limit);
}

/** The words as they are: in a pattern, % and _ would match anything. */
function escapePattern(words: string): string {
  return words.replace(/[\\%_]/g, "\\$&");
}
