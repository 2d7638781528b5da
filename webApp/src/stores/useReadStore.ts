// Up to when a user has read each chat in this browser: what was said in one since is new.
import { useEffect } from "react";
import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Chat } from "@/lib/database";
import { useAuthStore } from "./useAuthStore";

// Chats that were read longest ago are taken for read: there are thousands, and few of them are news.
const REMEMBERED = 300;

interface Reading {
  /** What was said before then, in whatever chat, is not news. */
  since: string;
  /** The time of the last message that was read, by chat. */
  chats: Record<string, string>;
}

interface ReadStore {
  users: Record<string, Reading>;
  read: (userId: string, chatId: string, at: string) => void;
}

export const useReadStore = create<ReadStore>()(
  persist(
    (set, get) => ({
      users: {},
      read: (userId, chatId, at) => {
        const reading = get().users[userId] ?? { since: new Date().toISOString(), chats: {} };
        if (isRead(reading, chatId, at) && get().users[userId]) return;
        const chats = { ...reading.chats, [chatId]: at };
        set(({ users }) => ({ users: { ...users, [userId]: shortened({ ...reading, chats }) } }));
      },
    }),
    { name: "clarity.read", partialize: ({ users }) => ({ users }) },
  ),
);

/** Whether something was said that was not read here. Of a browser that has read nothing yet, nothing is news. */
export function useIsUnread({ id, last_message_at: at }: Pick<Chat, "id" | "last_message_at">): boolean {
  const userId = useAuthStore(({ session }) => session?.user.id ?? "");
  const reading = useReadStore(({ users }) => users[userId]);
  return reading !== undefined && at !== null && !isRead(reading, id, at);
}

/** Notes that the chat is read, as soon as the page is in sight. */
export function useMarkRead(chat: Pick<Chat, "id" | "last_message_at"> | null): void {
  const userId = useAuthStore(({ session }) => session?.user.id ?? "");
  const { id, last_message_at: at } = chat ?? {};
  useEffect(() => {
    if (!id || !at || !userId) return;
    const mark = () => !document.hidden && useReadStore.getState().read(userId, id, at);
    mark();
    document.addEventListener("visibilitychange", mark);
    return () => document.removeEventListener("visibilitychange", mark);
  }, [userId, id, at]);
}

/** Up to when a chat was read here, in milliseconds; null in a browser that has read nothing yet. */
export function timeRead(userId: string, chatId: string): number | null {
  const reading = useReadStore.getState().users[userId];
  return reading ? latestRead(reading, chatId) : null;
}

function isRead(reading: Reading, chatId: string, at: string): boolean {
  return timeOf(at) <= latestRead(reading, chatId);
}

function latestRead({ since, chats }: Reading, chatId: string): number {
  return Math.max(timeOf(since), timeOf(chats[chatId] ?? since));
}

/** The texts of the two may have microseconds or not. */
function timeOf(iso: string): number {
  return new Date(iso).getTime();
}

function shortened({ since, chats }: Reading): Reading {
  const latest = Object.entries(chats).sort(([, one], [, other]) => timeOf(other) - timeOf(one));
  const [kept, dropped] = [latest.slice(0, REMEMBERED), latest.slice(REMEMBERED)];
  return { since: dropped[0]?.[1] ?? since, chats: Object.fromEntries(kept) };
}
