import { renderHook } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { signIn, USER_ID } from "@/testing/render";
import { useIsUnread, useMarkRead, useReadStore } from "./useReadStore";

const at = (minute: number) => `2026-11-26T10:${String(minute).padStart(2, "0")}:00.000000+00:00`;
const isUnread = (id: string, minute: number) =>
  renderHook(() => useIsUnread({ id, last_message_at: at(minute) })).result.current;

beforeEach(() => {
  signIn();
  useReadStore.setState({ users: {} });
});

test("in a browser that has read nothing yet, nothing is news", () => {
  expect(isUnread("plants", 5)).toBe(false);
});

test("what was said after a chat was read is news, in that chat", () => {
  useReadStore.setState({ users: { [USER_ID]: { since: at(0), chats: {} } } });
  useReadStore.getState().read(USER_ID, "plants", at(5));
  expect(isUnread("plants", 5)).toBe(false);
  expect(isUnread("plants", 6)).toBe(true);
  expect(isUnread("taxes", 5)).toBe(true);
  expect(isUnread("taxes", 0)).toBe(false);
});

test("a chat is read once its page is in sight, not before", () => {
  useReadStore.setState({ users: { [USER_ID]: { since: at(0), chats: {} } } });
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  renderHook(() => useMarkRead({ id: "plants", last_message_at: at(5) }));
  expect(isUnread("plants", 5)).toBe(true);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(isUnread("plants", 5)).toBe(false);
});

test("of hundreds of chats those that were read last are remembered, and the others count as read", () => {
  useReadStore.setState({ users: { [USER_ID]: { since: at(0), chats: {} } } });
  const moment = (place: number) => new Date(Date.UTC(2026, 10, 26, 10, 1, place)).toISOString();
  for (let place = 0; place < 350; place += 1) {
    useReadStore.getState().read(USER_ID, `chat-${place}`, moment(place));
  }
  const { since, chats } = useReadStore.getState().users[USER_ID] ?? { since: "", chats: {} };
  expect(Object.keys(chats)).toHaveLength(300);
  expect(since).toBe(moment(49));
});
