import { expect, test } from "vitest";
import type { Chat } from "@/lib/database";
import { type ChatPages, withHead } from "./chatListCache";
import type { ChatPage } from "./chats";

/** The later its number, the later its last message. */
function chat(number: number, facts: Partial<Chat> = {}): Chat {
  const at = `2026-11-26T10:00:00.${String(number).padStart(6, "0")}+00:00`;
  return {
    id: `chat-${number}`,
    agent_name: "assistant",
    title: `Chat ${number}`,
    is_archived: false,
    is_pinned: false,
    tags: [],
    created_at: at,
    last_message_at: at,
    forked_from: null,
    forked_before: null,
    ...facts,
  };
}

function page(...chats: Chat[]): ChatPage {
  const last = chats.at(-1);
  return { chats, next: last ? { id: last.id, last_message_at: last.last_message_at ?? "" } : null };
}

const pages = (...each: ChatPage[]): ChatPages => ({ pages: each, pageParams: each.map(() => null) });
const titles = ({ pages: all }: ChatPages) => all.flatMap(({ chats }) => chats.map(({ title }) => title));

test("a chat that was talked in again moves up, and all that was scrolled through stays", () => {
  const known = pages(page(chat(9), chat(8)), page(chat(7), chat(6)));
  const again = { ...chat(20), id: "chat-7", title: "Chat 7" };
  const now = withHead(known, page(again, chat(9)));
  expect(titles(now)).toEqual(["Chat 7", "Chat 9", "Chat 8", "Chat 6"]);
  expect(now.pages.at(-1)?.next).toEqual(page(chat(6)).next);
});

test("a chat that is gone from the beginning is gone, and one further back stays", () => {
  const known = pages(page(chat(9), chat(8), chat(7)), page(chat(6)));
  expect(titles(withHead(known, page(chat(9), chat(7))))).toEqual(["Chat 9", "Chat 7", "Chat 6"]);
});

test("rows that say the same stay the same ones", () => {
  const known = pages(page(chat(9), chat(8)));
  const now = withHead(known, page(chat(9), chat(8, { title: "Another" })));
  expect(now.pages[0]?.chats[0]).toBe(known.pages[0]?.chats[0]);
  expect(titles(now)).toEqual(["Chat 9", "Another"]);
});

test("when nothing of the beginning is known, what lies between is read by scrolling there", () => {
  const known = pages(page(chat(9), chat(8)));
  const head = page(chat(50), chat(49));
  const now = withHead(known, head);
  expect(titles(now)).toEqual(["Chat 50", "Chat 49"]);
  expect(now.pages.at(-1)?.next).toEqual(head.next);
});

test("a beginning that is all there is replaces everything", () => {
  const known = pages(page(chat(9), chat(8)));
  const now = withHead(known, { chats: [chat(8)], next: null });
  expect(titles(now)).toEqual(["Chat 8"]);
  expect(now.pages.at(-1)?.next).toBeNull();
});
