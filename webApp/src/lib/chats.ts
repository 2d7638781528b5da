// Chats as the list shows them.
import type { Chat } from "./database";
import { periodOf } from "./time";

export interface ChatFilter {
  isArchived: boolean;
  /** Words in the title; empty for all chats. */
  search: string;
  tag: string | null;
}

export interface ChatSection {
  /** `pinned`, a period, or a month such as `2026-09`. */
  key: string;
  chats: Chat[];
}

export function fitsFilter(chat: Chat, { isArchived, search, tag }: ChatFilter): boolean {
  return (
    chat.is_archived === isArchived &&
    (tag === null || chat.tags.includes(tag)) &&
    (chat.title ?? "").toLowerCase().includes(search.toLowerCase())
  );
}

/** Those that fit, the latest first, each once: the copy that comes last counts. */
export function arrangeChats(chats: Iterable<Chat>, filter: ChatFilter): Chat[] {
  const byId = new Map<string, Chat>();
  for (const chat of chats) byId.set(chat.id, chat);
  return [...byId.values()].filter((chat) => fitsFilter(chat, filter)).sort(byLatest);
}

/** Chats in their order, pinned ones first, then those of one period together. In the archive nothing is pinned. */
export function sectionsOf(chats: readonly Chat[], now: Date): ChatSection[] {
  const sections = new Map<string, Chat[]>();
  const pinned = chats.filter((chat) => chat.is_pinned && !chat.is_archived);
  if (pinned.length > 0) sections.set("pinned", pinned);
  for (const chat of chats) {
    if (chat.is_pinned && !chat.is_archived) continue;
    const key = periodOf(chat.last_message_at ?? chat.created_at, now);
    const section = sections.get(key);
    if (section) section.push(chat);
    else sections.set(key, [chat]);
  }
  return [...sections].map(([key, group]) => ({ key, chats: group }));
}

/** By the texts of the moments: they are all of one zone, and have microseconds. */
export function byLatest(one: Chat, other: Chat): number {
  const [at, otherAt] = [one.last_message_at ?? "", other.last_message_at ?? ""];
  if (at !== otherAt) return at < otherAt ? 1 : -1;
  return one.id < other.id ? -1 : Number(one.id > other.id);
}
