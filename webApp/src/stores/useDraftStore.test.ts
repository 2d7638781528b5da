import { expect, test } from "vitest";
import { draftKey, useDraftStore } from "./useDraftStore";

const store = () => useDraftStore.getState();

test("what was typed before a reload is there again, for whoever typed it", async () => {
  store().setDraft(draftKey("ada", "plants", "assistant"), "Half a sen");
  const stored = { ...localStorage };
  useDraftStore.setState({ drafts: {} });
  Object.assign(localStorage, stored);
  await useDraftStore.persist.rehydrate();
  expect(store().drafts[draftKey("ada", "plants", "assistant")]).toBe("Half a sen");
  expect(store().drafts[draftKey("bob", "plants", "assistant")]).toBeUndefined();
});

test("what was typed before a chat began moves into it, and replaces nothing that is there", () => {
  useDraftStore.setState({ drafts: { new: "Begun", old: "There" } });
  store().moveDraft("new", "chat");
  expect(store().drafts).toEqual({ old: "There", chat: "Begun" });
  store().moveDraft("chat", "old");
  expect(store().drafts).toEqual({ old: "There", chat: "Begun" });
});

test("a draft that is emptied leaves nothing behind", () => {
  useDraftStore.setState({ drafts: { one: "x" } });
  store().setDraft("one", "");
  expect(store().drafts).toEqual({});
});
