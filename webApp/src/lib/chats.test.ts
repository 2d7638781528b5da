import { expect, test } from "vitest";
import { arrangeChats, sectionsOf } from "./chats";
import type { Chat } from "./database";

const ALL = { isArchived: false, search: "", tag: null };
const NOW = new Date(2026, 10, 26, 12);

function chat(id: string, at: string, facts: Partial<Chat> = {}): Chat {
  return {
    id,
    agent_name: "assistant",
    title: id,
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

const ids = (chats: readonly Chat[]) => chats.map(({ id }) => id);

test("chats are in the order of their last messages, to the microsecond, and by id within one moment", () => {
  const chats = [
    chat("c", "2026-11-26T10:00:00.000001+00:00"),
    chat("b", "2026-11-26T10:00:00.000002+00:00"),
    chat("d", "2026-11-26T10:00:00.000001+00:00"),
  ];
  expect(ids(arrangeChats(chats, ALL))).toEqual(["b", "c", "d"]);
});

test("of a chat that is there twice the last copy counts, and only if it fits", () => {
  const older = chat("a", "2026-11-26T10:00:00+00:00");
  expect(ids(arrangeChats([older, { ...older, is_archived: true }], ALL))).toEqual([]);
  expect(arrangeChats([older, { ...older, title: "New" }], ALL)).toMatchObject([{ title: "New" }]);
});

test("a filter is for the archive, for words in any case, and for whole tags", () => {
  const chats = [
    chat("a", "3", { title: "Ferns at home", tags: ["garden"] }),
    chat("b", "2", { title: null, tags: ["gardening"] }),
    chat("c", "1", { title: "Ferns", is_archived: true }),
  ];
  expect(ids(arrangeChats(chats, { ...ALL, search: "FERNS" }))).toEqual(["a"]);
  expect(ids(arrangeChats(chats, { ...ALL, tag: "garden" }))).toEqual(["a"]);
  expect(ids(arrangeChats(chats, { ...ALL, isArchived: true }))).toEqual(["c"]);
});

test("sections are what is pinned, then periods, then months; in the archive nothing is pinned", () => {
  const at = (day: Date) => day.toISOString();
  const chats = [
    chat("today", at(NOW)),
    chat("yesterday", at(new Date(2026, 10, 25))),
    chat("october", at(new Date(2026, 9, 3)), { is_pinned: true, is_archived: true }),
    chat("pinned", at(new Date(2026, 9, 2)), { is_pinned: true }),
    chat("also october", at(new Date(2026, 9, 1))),
    chat("long ago", at(new Date(2025, 9, 1))),
  ];
  const sections = sectionsOf(chats, NOW).map((section) => [section.key, ids(section.chats)]);
  expect(sections).toEqual([
    ["pinned", ["pinned"]],
    ["today", ["today"]],
    ["yesterday", ["yesterday"]],
    ["2026-10", ["october", "also october"]],
    ["2025-10", ["long ago"]],
  ]);
});
